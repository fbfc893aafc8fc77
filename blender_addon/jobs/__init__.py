"""The jobs of the open file: begun, watched, found again, repeated."""
