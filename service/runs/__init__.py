"""What is kept of a painting while it is painted: its record, its pictures, in a folder."""
