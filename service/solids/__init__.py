"""Paintings as solids to print in three dimensions."""
