"""Files that trimesh reads: the objects of its scenes as parts."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.mesh_files.look import Look, read_look
from service.mesh_files.parts import Part
from service.mesh_files.ply_faces import readable_ply


def read_scene(path: Path) -> list[Part]:
    """Every object of a file, placed as its scene says. Raises whatever a broken file makes
    trimesh raise."""
    import trimesh  # slow to import, and only needed here

    source: Any = path
    kind = path.suffix.lower()
    if kind == ".ply":
        source = io.BytesIO(readable_ply(path.read_bytes()))
    # 'maintain_order' would give vertices on a UV seam the UVs of one side only
    scene = trimesh.load_scene(
        source,
        file_type=kind[1:],
        resolver=trimesh.resolvers.FilePathResolver(str(path)),
        process=False,
        maintain_order=False,
    )
    looks: dict[int, Look] = {}
    parts = []
    for node in scene.graph.nodes_geometry:
        matrix, name = scene.graph[node]
        shape = scene.geometry[name]
        if not isinstance(shape, trimesh.Trimesh) or not len(shape.faces):
            continue
        material = getattr(shape.visual, "material", None)
        if id(material) not in looks:
            looks[id(material)] = read_look(material, path.stem)
        parts.append(_placed(shape, np.asarray(matrix, np.float64), looks[id(material)]))
    return parts


def _placed(shape: Any, matrix: NDArray[np.float64], look: Look) -> Part:
    """One object in the scene's frame. A mirrored one is turned right side out again."""
    linear = matrix[:3, :3]
    triangles = np.asarray(shape.faces, np.int64)
    if np.linalg.det(linear) < 0:
        triangles = triangles[:, ::-1]
    vertices = np.asarray(shape.vertices, np.float64)
    count = len(vertices)
    if triangles.min() < 0 or triangles.max() >= count:
        raise ValueError("has triangles whose corners do not exist")
    normals = None
    if "vertex_normals" in shape._cache:  # where trimesh keeps those that the file gives
        normals = np.asarray(shape.vertex_normals, np.float64) @ _cofactors(linear).T
        lengths = np.linalg.norm(normals, axis=1, keepdims=True)
        normals = normals / lengths if lengths.min() > 0 and count == len(normals) else None
    uvs = getattr(shape.visual, "uv", None)
    if uvs is not None:
        uvs = np.asarray(uvs, np.float64)[:, :2]
        uvs = uvs if uvs.shape == (count, 2) else None
    return Part(vertices @ linear.T + matrix[:3, 3], triangles, uvs, normals, look)


def _cofactors(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """What turns normals as ``matrix`` turns surfaces, for flat and mirrored ones too."""
    a, b, c = matrix
    cofactors = np.stack([np.cross(b, c), np.cross(c, a), np.cross(a, b)])
    return cofactors if np.linalg.det(matrix) >= 0 else -cofactors
