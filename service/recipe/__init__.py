"""A recipe: all that decides a picture, as data."""
