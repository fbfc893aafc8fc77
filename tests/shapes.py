"""Meshes for tests: grids of quads bent into a sphere and a torus, with their grid as UV map."""

import numpy as np

from geometry.mesh.mesh import Mesh, make_mesh


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


def vase(flutes: int = 12, columns: int = 192, rows: int = 96, twist: float = 0.0) -> Mesh:
    """A turned vase about z with flutes on its belly, closed at the bottom, open at the top; all
    its symmetries are those of a pyramid, with ``twist`` (radians from bottom to top) only turns.
    u runs around it and v up from the bottom's middle."""

    def place(u, v):
        height = np.clip((v - 0.2) / 0.8, 0, 1)
        belly = 0.45 + 0.35 * np.sin(np.pi * (0.15 + 0.95 * height)) - 0.25 * height**2
        radius = np.where(v < 0.2, v / 0.2 * belly, belly)
        around = 2 * np.pi * u
        flute = 1 + 0.1 * np.sin(np.pi * height) ** 2 * np.cos(flutes * around)
        turned = around + twist * height
        return radius * flute * np.cos(turned), radius * flute * np.sin(turned), 2 * height - 1

    return grid_mesh(place, columns, rows)


def head(columns: int = 96, rows: int = 64) -> Mesh:
    """A closed body whose only symmetry is the mirror x → −x: ears to both sides, a nose to −y."""
    ball = uv_sphere(columns, rows)
    ears = np.exp(
        -8 * ((np.abs(ball.vertices[:, :1]) - 0.8) ** 2 + (ball.vertices[:, 2:] - 0.5) ** 2)
    )
    nose = np.exp(-12 * np.sum((ball.vertices - (0, -0.9, -0.2)) ** 2, axis=1, keepdims=True))
    points = ball.vertices * (1 + 0.5 * ears + 0.4 * nose) * (1, 0.9, 1.2)
    return make_mesh(points, ball.triangles, ball.uvs)


def blob(columns: int = 64, rows: int = 48, seed: int = 0) -> Mesh:
    """A closed body without any symmetry."""
    ball, random = uv_sphere(columns, rows), np.random.default_rng(seed)
    waves = random.normal(size=(8, 3)) * 2
    swell = np.sin(ball.vertices @ waves.T + random.uniform(0, 6, 8)).sum(axis=1, keepdims=True)
    return make_mesh(ball.vertices * (1 + 0.08 * swell), ball.triangles, ball.uvs)


def prism(sides: int, height: float = 1.5) -> Mesh:
    """A right prism about z whose corners are at radius 1, one of them on the x axis. Its sides
    stand next to each other in the lower half of the layout, its ends are two islands above."""
    angles = 2 * np.pi * np.arange(sides) / sides
    ring = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    level = np.full((sides, 1), height / 2)
    points = np.concatenate([np.hstack([ring, -level]), np.hstack([ring, level])])
    points = np.concatenate([points, [(0, 0, -height / 2), (0, 0, height / 2)]])
    a, b = np.arange(sides), np.roll(np.arange(sides), -1)
    bottom, top = np.full(sides, 2 * sides), np.full(sides, 2 * sides + 1)
    faces = np.concatenate(
        [
            np.stack([a, b, b + sides], 1),
            np.stack([a, b + sides, a + sides], 1),
            np.stack([b, a, bottom], 1),
            np.stack([a + sides, b + sides, top], 1),
        ]
    )
    left, right = 0.05 + 0.9 * a / sides, 0.05 + 0.9 * (a + 1) / sides
    low, high = np.full(sides, 0.05), np.full(sides, 0.45)

    def corners(*places):
        return np.stack([np.stack(place, 1) for place in places], 1)

    end = 0.2 * np.concatenate([ring, np.zeros((1, 2))])
    middle = np.full(sides, sides)
    uvs = np.concatenate(
        [
            corners((left, low), (right, low), (right, high)),
            corners((left, low), (right, high), (left, high)),
            end[np.stack([b, a, middle], 1)] * (1, -1) + (0.25, 0.72),
            end[np.stack([a, b, middle], 1)] + (0.75, 0.72),
        ]
    )
    return make_mesh(points, faces, uvs)


def icosphere(halvings: int = 3) -> Mesh:
    """An icosahedron whose faces are halved and brought to the unit sphere, a corner on the z axis.
    Six islands: the sides of a cube, seen from its middle."""
    z, r = 1 / np.sqrt(5), 2 / np.sqrt(5)
    angles = np.pi * np.arange(5) * 2 / 5
    upper = np.stack([r * np.cos(angles), r * np.sin(angles), np.full(5, z)], axis=1)
    points = np.concatenate([[(0, 0, 1)], upper, -upper, [(0, 0, -1)]])
    k = np.arange(5)
    n = (k + 1) % 5
    across = 6 + (k + 3) % 5  # below the side of the upper corners k and n
    faces = np.concatenate(
        [
            np.stack([0 * k, 1 + k, 1 + n], 1),
            np.stack([1 + n, 1 + k, across], 1),
            np.stack([across, 6 + (k + 4) % 5, 1 + n], 1),
            np.stack([0 * k + 11, 6 + n, 6 + k], 1),
        ]
    )
    corners = points[faces]
    for _ in range(halvings):
        a, b, c = np.moveaxis(corners, 1, 0)
        d, e, f = (m / np.linalg.norm(m, axis=1, keepdims=True) for m in (a + b, b + c, c + a))
        parts = ((a, d, f), (d, b, e), (f, e, c), (d, e, f))
        corners = np.concatenate([np.stack(part, 1) for part in parts])
    triangles = np.arange(3 * len(corners)).reshape(-1, 3)
    return make_mesh(corners.reshape(-1, 3), triangles, cube_layout(corners))


def cube_layout(corners):
    """UVs (F, 3, 2) of triangles (F, 3, 3) around the origin: six islands in two rows, each the
    side of a cube on which it lies, seen from the origin."""
    middle = corners.mean(axis=1)
    axis = np.abs(middle).argmax(axis=1)
    sign = np.sign(middle[np.arange(len(middle)), axis])
    order = np.stack([(axis + 1) % 3, (axis + 2) % 3, axis], axis=1)[:, None, :]
    turned = np.take_along_axis(corners, np.broadcast_to(order, corners.shape), axis=2)
    flat = turned[..., :2] / np.abs(turned[..., 2:])
    flat[..., 0] *= sign[:, None]
    cell = np.stack([axis, (sign > 0).astype(int)], axis=1)[:, None, :]
    return (cell + 0.5 + flat * 0.36) / (3, 2)


def affine_texture(mesh, size, slope):
    """x, y → colour, which each island of two_islands() shows all over its half of the texture."""
    u, v = (np.arange(size) + 0.5) / size, 1 - (np.arange(size) + 0.5) / size
    centres = np.stack(np.meshgrid(u, v), axis=-1).reshape(-1, 2)
    texture = np.empty((size * size, 3))
    for face in (0, 2):
        place = np.linalg.solve(
            np.vstack([mesh.uvs[face].T, np.ones(3)]), np.vstack([centres.T, np.ones(len(centres))])
        )
        own = (centres[:, 0] < 0.5) == (face == 0)
        texture[own] = (place.T @ mesh.corners[face][:, :2] @ slope)[own]
    return texture
