"""What goes over the wire: its bytes, its messages, its limits, the page about them. NumPy,
pydantic and pictures; nothing of the server."""
