"""The service on this machine: where it is, and how it is installed. No bpy in here."""
