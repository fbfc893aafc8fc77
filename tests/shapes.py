"""Meshes for tests: grids of quads bent into a sphere and a torus, with their grid as UV map."""

import numpy as np

from geometry.mesh import Mesh, make_mesh


def grid_mesh(place, columns: int, rows: int) -> Mesh:
    """place(u, v) -> (x, y, z) on a grid of the unit square; faces run counter-clockwise in UV."""
    u, v = np.meshgrid(np.linspace(0, 1, columns + 1), np.linspace(0, 1, rows + 1))
    points = np.stack(place(u, v), axis=-1).reshape(-1, 3)
    a = (np.arange(rows)[:, None] * (columns + 1) + np.arange(columns)).ravel()
    b, c, d = a + 1, a + columns + 2, a + columns + 1
    faces = np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)])
    uvs = np.stack([u, v], axis=-1).reshape(-1, 2)[faces]
    return make_mesh(points, faces, uvs)


def plane(columns: int = 1, rows: int = 1) -> Mesh:
    """The square (±1, ±1, 0) facing +z, u along x and v along y."""
    return grid_mesh(lambda u, v: (2 * u - 1, 2 * v - 1, 0 * u), columns, rows)


def uv_sphere(columns: int = 64, rows: int = 32) -> Mesh:
    """The unit sphere, equirectangular."""

    def place(u, v):
        longitude, latitude = (2 * u - 1) * np.pi, (v - 0.5) * np.pi
        return (
            np.cos(latitude) * np.cos(longitude),
            np.cos(latitude) * np.sin(longitude),
            np.sin(latitude),
        )

    return grid_mesh(place, columns, rows)


def torus(columns: int = 64, rows: int = 32, radius: float = 1.0, tube: float = 0.42) -> Mesh:
    """A ring around z: it hides parts of itself from most sides."""

    def place(u, v):
        around, across = 2 * np.pi * u, 2 * np.pi * v
        reach = radius + tube * np.cos(across)
        return reach * np.cos(around), reach * np.sin(around), tube * np.sin(across)

    return grid_mesh(place, columns, rows)
