"""What an object remembers about its painting: one table of settings, and what is made of it."""
