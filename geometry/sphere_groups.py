"""The groups of the sphere.

Source: triangle groups from Coxeter and Moser, Generators and Relations for Discrete Groups (1980),
table 1 and ch. 4.
"""

from __future__ import annotations

import math

import numpy as np

from geometry.groups import Generator, Group, turn_title
from geometry.spaces import SPHERE, rotation


def _polyhedral(name: str, aliases: tuple[str, ...], title: str, n: int) -> Group:
    """The rotations (2, 3, n) of a Platonic solid: a half turn a about an edge's midpoint and a
    third turn b about a face's centre whose product is 1/n turn about a vertex.

    Axes at the corners of the spherical triangle with angles π/2, π/3, π/n: the n-fold axis is z,
    the half turn lies in the xz plane."""
    to_edge = math.acos(math.cos(math.pi / 3) / math.sin(math.pi / n))
    to_face = math.acos(1 / (math.tan(math.pi / 3) * math.tan(math.pi / n)))
    edge = (math.sin(to_edge), 0.0, math.cos(to_edge))
    face = (
        math.sin(to_face) * math.cos(math.pi / n),
        math.sin(to_face) * math.sin(math.pi / n),
        math.cos(to_face),
    )
    generators = (
        Generator("a", f"{turn_title(2)} about an edge", rotation(np.array(edge), math.pi)),
        Generator("b", f"{turn_title(3)} about a face", rotation(np.array(face), 2 * math.pi / 3)),
    )
    order = {3: 12, 4: 24, 5: 60}[n]
    return Group(name, aliases, title, SPHERE, generators, ("a^2", "b^3", f"(ab)^{n}"), order)


SPHERE_GROUPS: tuple[Group, ...] = (
    Group("1", ("none", "trivial"), "no symmetry", SPHERE, (), (), 1),
    _polyhedral("332", ("tetrahedral", "T"), "rotations of the tetrahedron", 3),
    _polyhedral("432", ("octahedral", "O"), "rotations of the cube and octahedron", 4),
    _polyhedral("532", ("icosahedral", "I"), "rotations of the icosahedron", 5),
)
