"""Mesh files (OBJ, glTF, GLB, PLY, STL), read into one checked mesh in the file's own frame, with
what the file says of its colours."""
