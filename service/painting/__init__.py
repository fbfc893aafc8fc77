"""Painting: sparse operators, views, the canvas and the one generator that everyone uses."""
