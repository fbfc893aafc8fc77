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


def islands(corners, turns, sizes, columns: int, textures: int = 1) -> Mesh:
    """Squares of space, corners (N, 4, 3), each an island of its own: turned by ``turns`` (N,),
    with sides of ``sizes`` (N,) cells, in the middle of its cell of ``columns`` × as many cells.
    Squares are dealt out to the textures in turn."""
    square = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) - 0.5
    uvs = []
    for k, (turn, size) in enumerate(zip(turns, sizes, strict=True)):
        rotation = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
        cell = np.array([k % columns, k // columns]) + 0.5
        uvs.append((square @ rotation * size + cell) / columns)
    halves = np.array([[0, 1, 2], [0, 2, 3]])
    faces = (4 * np.arange(len(corners))[:, None, None] + halves).reshape(-1, 3)
    return make_mesh(
        np.reshape(corners, (-1, 3)),
        faces,
        np.concatenate([np.stack(uvs)[:, half] for half in halves], axis=1).reshape(-1, 3, 2),
        np.repeat(np.arange(len(corners)) % textures, 2),
    )


def cube(seed: int | None = None, textures: int = 1) -> Mesh:
    """The cube ±1 in six islands of a 3 × 3 grid; with a seed, turned and scaled at random."""
    corners = []
    for axis in range(3):
        for sign in (-1, 1):
            square = np.roll([[sign, -1, -1], [sign, 1, -1], [sign, 1, 1], [sign, -1, 1]], axis, 1)
            corners.append(square[::sign])
    rng = np.random.default_rng(seed)
    turns = np.zeros(6) if seed is None else rng.uniform(0, 2 * np.pi, 6)
    sizes = np.full(6, 0.75) if seed is None else rng.uniform(0.4, 0.6, 6)
    return islands(corners, turns, sizes, 3, textures)


def two_islands(turns=(0.3, 1.9), sizes=(0.55, 0.4), textures: int = 1) -> Mesh:
    """The rectangle 0 ≤ x ≤ 2, 0 ≤ y ≤ 1 of z = 0, cut at x = 1 into two islands."""
    square = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]])
    return islands([square, np.add(square, (1, 0, 0))], turns, sizes, 2, textures)
