"""Mesh files (OBJ, glTF, GLB, PLY, STL), read into one checked mesh in the file's own frame, with
what the file says of its colours."""

from service.mesh_files.loading import LoadedMesh, load_mesh, load_shape
from service.mesh_files.parts import Part

__all__ = ["LoadedMesh", "Part", "load_mesh", "load_shape"]
