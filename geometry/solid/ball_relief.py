"""A ball whose surface is carved by what a painting of the sphere shows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from geometry.errors import InputError
from geometry.solid.ball_mesh import BallMesh, ball_mesh
from geometry.solid.body import Body, Cuts, check_wall, cut, trimmed
from geometry.solid.orbits import averaged, contains, orbits
from geometry.solid.sampling import heights_of, sampled
from geometry.spaces import Array

Read = Callable[[Array], Array]  # directions (n, 3) to values (n, 4): colours 0..255 and a height


def carved_ball(
    matrices: Array, fixing: Array, read: Read, diameter: float, depth: float, edge: float
) -> tuple[Body, int]:
    """A ball of ``diameter`` mm from the highest places to those across, in triangles with edges of
    about ``edge`` mm; the lowest places are ``depth`` mm deeper.

    matrices: (n, 3, 3), the picture's symmetry. fixing: those of them that change no colour: the
    body has them exactly, as values are averaged over their orbits; returned is how many these are,
    all but of a group that has its axes elsewhere. read: see ``Read``. Raises
    InputError("flat-picture") where all has one height.
    """
    mesh = ball_mesh(matrices, 2 * edge / diameter)
    values = sampled(mesh.points[mesh.triangles], mesh.triangles, read)
    exact = fixing[[contains(mesh.kept, matrix[None]) for matrix in fixing]]
    values = averaged(values, orbits(mesh.points, exact))
    radii = diameter / 2 - depth * (1 - heights_of(values))
    return Body.of(mesh.points * radii[:, None], mesh.triangles, values[:, :3]), len(exact)


def finished_ball(body: Body, diameter: float, depth: float, cuts: Cuts) -> Body:
    """A carved ball with its cuts. Raises InputError as :func:`geometry.solid.body.cut` and
    :func:`geometry.solid.body.check_wall`."""
    inner = None
    if cuts.wall is not None:
        check_wall(cuts.wall, depth)
        radius = diameter / 2 - cuts.wall
        if radius <= 0:
            raise InputError(
                "no-cavity",
                "wall",
                f"Walls of {cuts.wall:g} mm fill a ball of {diameter:g} mm.",
                "Choose a thinner --wall, or leave it out: solid.",
            )
        smooth = _smooth(radius)
        whole = radius * smooth.points, smooth.triangles
        inner = trimmed(whole, body.floor(cuts.base) + cuts.wall)
    return cut(body, inner, cuts)


def _smooth(radius: float) -> BallMesh:
    """For a sphere's inside: flat triangles are 0.01 mm off at most."""
    return ball_mesh(np.eye(3)[None], min(0.5, np.sqrt(0.08 / radius)))
