"""glTF 2.0 files, text or binary: their scene as triangles in place, with their base colours."""

from service.mesh_files.gltf.reader import read_gltf

__all__ = ["read_gltf"]
