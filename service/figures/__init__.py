"""Symmetry diagrams as they are drawn over pictures."""
