"""Images, their places in materials, and the bytes of pictures."""
