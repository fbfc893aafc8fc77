"""From the scene to what is sent."""
