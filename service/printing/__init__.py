"""Paintings on paper: sheets to cut, nets to fold; as pixels, PDF and SVG."""
