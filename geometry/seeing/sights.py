"""What views of a mesh from given directions would show of it, on points spread evenly over its
surface; :mod:`geometry.seeing.view_choice` chooses among them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import warp as wp
from numpy.typing import NDArray

from geometry import kernels
from geometry.mesh.mesh import Mesh, Occluders
from geometry.seeing import coverage_kernels
from geometry.seeing.cameras import COSINE_CUT
from geometry.seeing.surrounding import VIEW_FOV

SAMPLES = 16384  # points on the surface: 0.1 % of the area is 16 of them
SEEN_VALUE = 0.9  # what being seen counts for; the rest is the cosine: how squarely
OFFSET = 1e-4  # from the surface, in radii, where the way to the eye begins


@dataclass(frozen=True, eq=False)
class Ball:
    """The bounding sphere, and how far from its centre all cameras stand."""

    centre: NDArray[np.float64]
    radius: float

    @property
    def distance(self) -> float:
        """From the centre to the eyes: the sphere spans VIEW_FOV there."""
        return self.radius / math.sin(VIEW_FOV / 2)

    @property
    def near(self) -> float:
        """Depth just before the sphere, where an outside view begins to see."""
        return self.distance - 1.001 * self.radius


@dataclass(frozen=True, eq=False)
class Sights:
    """What M directions would show of N points: value (M, N), 0 where turned away, else from
    SEEN_VALUE to 1; depth (M, N) of the point and of the last obstacle before it (−inf: none)."""

    value: NDArray[np.float32]
    depth: NDArray[np.float32]
    obstacle: NDArray[np.float32]

    def seen(self, near: NDArray[np.float32]) -> NDArray[np.float32]:
        """(M, N): the values, 0 where hidden, of views with near planes (M,)."""
        plane = near[:, None]
        return np.where((self.obstacle < plane) & (plane < self.depth), self.value, np.float32(0))

    def and_also(self, others: Sights) -> Sights:
        """These directions, then the others."""
        return Sights(
            np.concatenate([self.value, others.value]),
            np.concatenate([self.depth, others.depth]),
            np.concatenate([self.obstacle, others.obstacle]),
        )


class Scene:
    """Sample points on the mesh and all that can hide them, in the bounding sphere's frame: there
    its radius is 1, and float32 serves at any scale. points, normals: (N, 3)."""

    def __init__(self, mesh: Mesh, ball: Ball, occluders: Occluders | None) -> None:
        kernels.load("cpu", coverage_kernels.__name__)
        points, triangle = _surface_points(mesh)
        a, b, c = np.moveaxis(mesh.vertices[mesh.triangles[triangle]], 1, 0)
        normals = np.cross(b - a, c - a)
        normals *= (-1.0 if mesh.inside_out else 1.0) / np.linalg.norm(
            normals, axis=1, keepdims=True
        )
        vertices, triangles = mesh.vertices, mesh.triangles
        if occluders is not None:
            triangles = np.concatenate([triangles, occluders.triangles + len(vertices)])
            vertices = np.concatenate([vertices, occluders.vertices])
        self.points, self.normals = (points - ball.centre) / ball.radius, normals
        self._ball, self._two_sided = ball, not mesh.oriented
        self._surface = wp.Mesh(
            points=wp.array((vertices - ball.centre) / ball.radius, dtype=wp.vec3, device="cpu"),
            indices=wp.array(triangles.ravel(), dtype=wp.int32, device="cpu"),
        )

    def sights(self, directions: NDArray[np.float64]) -> Sights:
        """What directions (M, 3) would show."""
        shape = (len(directions), len(self.points))
        value, depth = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
        obstacle = np.full(shape, -np.inf, np.float32)
        radius, far = self._ball.radius, self._ball.distance / self._ball.radius
        for m, away in enumerate(directions):
            back = far * away - self.points  # towards the eye
            reach = np.linalg.norm(back, axis=1)
            back /= reach[:, None]
            cosine = np.einsum("nk,nk->n", self.normals, back)
            side = np.sign(cosine) if self._two_sided else np.ones(len(cosine))
            cosine *= side
            facing = np.flatnonzero(cosine > COSINE_CUT)
            points, back = self.points[facing], back[facing]
            starts = points + OFFSET * side[facing, None] * self.normals[facing]
            met = _obstacles(self._surface, starts, back, reach[facing])
            deep = far - points @ away
            value[m, facing] = SEEN_VALUE + (1 - SEEN_VALUE) * cosine[facing]
            depth[m, facing] = deep * radius
            obstacle[m, facing] = np.where(met < 0, -np.inf, (deep - met * (back @ away)) * radius)
        return Sights(value, depth, obstacle)


def _surface_points(mesh: Mesh) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """SAMPLES points (N, 3), each for an equal part of the area, and their triangles (N,)."""
    ends = np.cumsum(mesh.areas)
    k = np.arange(SAMPLES)
    triangle = np.minimum(
        np.searchsorted(ends, (k + 0.5) / SAMPLES * ends[-1]), np.flatnonzero(mesh.areas)[-1]
    )
    # Roberts' R2 sequence, folded into the triangle: even, and the same every time.
    plastic = 1.32471795724474602596
    u, v = np.modf(k[:, None] * (1 / plastic, 1 / plastic**2))[0].T
    u, v = np.where(u + v > 1, (1 - u, 1 - v), (u, v))
    a, b, c = np.moveaxis(mesh.vertices[mesh.triangles[triangle]], 1, 0)
    return a + u[:, None] * (b - a) + v[:, None] * (c - a), triangle


def _obstacles(
    surface: wp.Mesh,
    starts: NDArray[np.float64],
    towards: NDArray[np.float64],
    reach: NDArray[np.float64],
) -> NDArray[np.float32]:
    """(n,): how far the first thing on the way is, −1 where nothing is."""
    distance = wp.empty(len(starts), dtype=wp.float32, device="cpu")
    wp.launch(
        coverage_kernels.first_obstacle,
        dim=len(starts),
        inputs=[
            surface.id,
            wp.array(starts, dtype=wp.vec3, device="cpu"),
            wp.array(towards, dtype=wp.vec3, device="cpu"),
            wp.array(reach, dtype=wp.float32, device="cpu"),
        ],
        outputs=[distance],
        device="cpu",
    )
    return distance.numpy()
