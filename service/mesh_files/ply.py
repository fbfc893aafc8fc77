"""PLY files: polygons of any size, UVs of vertices or corners, colours of vertices or faces."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geometry.mesh.polygons import triangulated
from service.mesh_files.parts import Part
from service.mesh_files.ply_elements import Column, Element, read_elements
from service.mesh_files.textures import read_texture
from service.pictures.look import Look

_POINT, _NORMAL = ("x", "y", "z"), ("nx", "ny", "nz")
_UVS = (("s", "t"), ("u", "v"), ("texture_u", "texture_v"))
_COLOURS = (
    (("red", "green", "blue"), "alpha"),
    (("r", "g", "b"), "a"),
    (("diffuse_red", "diffuse_green", "diffuse_blue"), "diffuse_alpha"),
)
_INDICES = ("vertex_indices", "vertex_index")
_LEVELS = {"u1": 255, "u2": 65535, "i2": 32767}  # the brightest value of whole numbers


def read_ply(path: Path) -> list[Part]:
    """The faces of a PLY file, a part for each texture that it names. Raises ValueError with a
    sentence's rest, and OSError."""
    elements, comments = read_elements(path.read_bytes())
    vertex, face = elements.get("vertex", {}), elements.get("face", {})
    indices = next((face[name] for name in _INDICES if name in face), None)
    points = _table(vertex, _POINT)
    if indices is None or points is None or not len(indices.values):
        return []
    corners, sizes = indices.values.astype(np.int64), indices.counts
    if corners.min() < 0 or corners.max() >= len(points):
        raise ValueError("has faces whose corners do not exist")
    triangles, owner = triangulated(np.nan_to_num(points), corners, sizes)
    uvs = next((table for names in _UVS if (table := _table(vertex, names)) is not None), None)
    normals, colours = _table(vertex, _NORMAL), _colours(vertex)
    at, places = corners[triangles].ravel(), np.arange(triangles.size).reshape(-1, 3)
    own_uvs = _corner_uvs(face, sizes)
    of_faces = _colours(face) if colours is None else None
    if own_uvs is None and of_faces is None:  # nothing differs between a vertex' corners
        at, places = np.unique(at, return_inverse=True)
    if own_uvs is not None:
        uvs = own_uvs[triangles.ravel()]
    elif uvs is not None:
        uvs = uvs[at]
    if of_faces is not None:
        colours = of_faces[np.repeat(owner, 3)]
    elif colours is not None:
        colours = colours[at]
    normals = None if normals is None else _units(normals[at])
    whole = Part(points[at], places.reshape(-1, 3), uvs, normals, Look(path.stem), colours)
    return _by_picture(path, whole, comments, face.get("texnumber"), owner)


def _by_picture(
    path: Path, whole: Part, comments: list[str], number: Column | None, owner: NDArray[np.int64]
) -> list[Part]:
    """The parts of the textures that a file's comments name, as MeshLab writes them."""
    words = [comment.partition(" ") for comment in comments]
    names = [name.strip() for word, _, name in words if word.lower() == "texturefile"]
    if not names:
        return [whole]
    texture = np.zeros(len(owner), np.int64) if number is None else number.values[owner].astype(int)
    parts = []
    for k, name in enumerate(names):
        chosen = texture.clip(0, len(names) - 1) == k
        if not chosen.any():
            continue
        read = read_texture([path.parent], name, path.name)
        stem = path.stem if len(names) == 1 else Path(name.replace("\\", "/")).stem
        look = Look(stem, unread=read) if isinstance(read, str) else Look(stem, read)
        used, triangles = np.unique(whole.triangles[chosen], return_inverse=True)
        parts.append(
            Part(
                whole.vertices[used],
                triangles.reshape(-1, 3),
                _taken(whole.uvs, used),
                _taken(whole.normals, used),
                look,
                _taken(whole.colours, used) if look.image is None else None,
            )
        )
    return parts


def _table(element: Element, names: tuple[str, ...]) -> NDArray[np.float64] | None:
    """(rows, names) of an element; None unless it has them all."""
    if not all(name in element for name in names):
        return None
    return np.stack([element[name].values for name in names], axis=1).astype(np.float64)


def _taken(table: NDArray | None, rows: NDArray[np.int64]) -> NDArray | None:
    return None if table is None else table[rows]


def _colours(element: Element) -> NDArray[np.uint8] | None:
    """(rows, 4) uint8 sRGB with alpha. Floats are 0 to 1 or, in some files, to 255."""
    for names, alpha in _COLOURS:
        table = _table(element, names)
        if table is None:
            continue
        kind = element[names[0]].kind
        levels = _LEVELS.get(kind) or (1 if np.nanmax(table, initial=0) <= 1 else 255)
        opacity = np.full((len(table), 1), levels)
        if alpha in element:
            opacity = element[alpha].values[:, None].astype(np.float64)
        shades = np.concatenate([table, opacity], axis=1) / levels
        return np.rint(255 * np.nan_to_num(shades, nan=1.0).clip(0, 1)).astype(np.uint8)
    return None


def _corner_uvs(face: Element, sizes: NDArray[np.int64]) -> NDArray[np.float64] | None:
    """(corners, 2) UVs of the faces' own corners, as MeshLab writes them; nan for faces without."""
    column = face.get("texcoord")
    if column is None or not len(column.values):
        return None
    given = np.repeat(column.counts == 2 * sizes, sizes)
    uvs = np.full((len(given), 2), np.nan)
    kept = np.repeat(column.counts == 2 * sizes, column.counts)
    uvs[given] = column.values[kept].reshape(-1, 2)
    return uvs


def _units(normals: NDArray[np.float64]) -> NDArray[np.float64] | None:
    lengths = np.linalg.norm(normals, axis=1, keepdims=True)
    return normals / lengths if lengths.min() > 0 else None
