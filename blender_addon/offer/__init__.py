"""What the service offers and what its recipe says, as data. No bpy in here."""
