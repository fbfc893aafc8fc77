"""What a network's channels stand for: the ones that describe a picture, and pictures of what they
would like to see. Importing it imports no torch."""
