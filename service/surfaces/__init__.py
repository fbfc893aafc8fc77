"""Designs on a device: what turns paint into views, previews and pictures, with torch."""
