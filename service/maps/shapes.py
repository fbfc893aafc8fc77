"""What a picture lies on in a GLB: a plate, or a ball."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geometry.mesh.mesh import make_mesh
from geometry.spaces import Array
from geometry.sphere.pictures import CUBE, OCTAHEDRAL, Projection, Shape
from service.mesh_files.loading import LoadedMesh
from service.mesh_files.parts import Part
from service.pictures.look import Look

_PARTS = 64  # of a quarter of the equator, about


def plate(name: str, shape: tuple[int, int], width: float) -> LoadedMesh:
    """A rectangle of the proportions of ``shape`` (rows, columns), ``width`` wide, that looks up
    along z."""
    across, along = width / 2, width / 2 * shape[0] / shape[1]
    corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)], float)
    vertices = np.column_stack([corners * (across, along), np.zeros(4)])
    triangles = np.array([(0, 1, 2), (0, 2, 3)], np.int64)
    normals = np.tile((0.0, 0.0, 1.0), (4, 1))
    return _loaded(name, vertices, triangles, (corners + 1) / 2, normals)


def ball(name: str, projection: Projection, shape: Shape, diameter: float) -> LoadedMesh:
    """A sphere with the UV layout of a projection's picture of ``shape``."""
    rows, columns = shape
    side = rows // 2
    faces = [(i * side, j * side) for i in range(2) for j in range(3)]
    corners, size = (faces, (side, side)) if projection is CUBE else ([(0, 0)], shape)
    points: list[Array] = []
    uvs, triangles = [], []
    for top, left in corners:
        down, over = (np.linspace(0, n, _PARTS + 1) for n in size)
        if projection is CUBE:  # its last row belongs to this face, not to the next
            down, over = (n.clip(1e-6, m - 1e-6) for n, m in zip((down, over), size, strict=True))
        row, column = np.meshgrid(top + down, left + over, indexing="ij")
        start = sum(len(some) for some in points)
        points.append(projection.to_sphere(row.ravel(), column.ravel(), shape))
        uvs.append(np.column_stack([column.ravel() / columns, 1 - row.ravel() / rows]))
        triangles.append(start + _grid(_PARTS, folded=projection is OCTAHEDRAL))
    sphere, numbers = np.concatenate(points), np.concatenate(triangles)
    a, b, c = np.moveaxis(sphere[numbers], 1, 0)
    outward = np.einsum("fk,fk->f", np.cross(b - a, c - a), a + b + c)
    numbers[outward < 0] = numbers[outward < 0][:, ::-1]
    numbers = numbers[np.abs(outward) > 1e-9]  # at the poles sides have no length
    return _loaded(name, sphere * diameter / 2, numbers, np.concatenate(uvs), sphere)


def _grid(parts: int, folded: bool) -> NDArray[np.int64]:
    """The triangles of a square of parts × parts, cut from above left to below right; where it is
    ``folded``, along the fold of an octahedral map instead."""
    row, column = (n.ravel() for n in np.indices((parts, parts)))
    a = row * (parts + 1) + column
    b, c, d = a + 1, a + parts + 2, a + parts + 1
    falling = np.stack([a, d, c, a, c, b], axis=1)
    rising = np.stack([a, d, b, d, c, b], axis=1)
    along_fold = (row < parts // 2) != (column < parts // 2)
    rises = folded & ~along_fold
    return np.where(rises[:, None], rising, falling).reshape(-1, 3)


def _loaded(
    name: str, vertices: Array, triangles: NDArray[np.int64], uvs: Array, normals: Array
) -> LoadedMesh:
    part = Part(vertices, triangles, uvs, normals, Look(name))
    return LoadedMesh(make_mesh(vertices, triangles, uvs[triangles]), (part,), (), "Z")
