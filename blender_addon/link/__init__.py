"""The wire: threads that talk to the service, and what they bring. No bpy in here."""
