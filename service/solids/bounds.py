"""What can be asked of a solid, in millimetres: the least and the most of each size, and its
default. Command line and wire go by this table, which loads nothing."""

from __future__ import annotations

from typing import NamedTuple

SUFFIXES = (".3mf", ".stl", ".ply", ".obj")
FILAMENTS = 4  # in a 3MF, unless another number is given
MOST_FILAMENTS = 16


class Bound(NamedTuple):
    """Of a size in millimetres."""

    least: float
    most: float
    default: float


SIZE = Bound(5, 2000, 80)  # a mesh's height
DEPTH = Bound(0.05, 100, 0.8)
WALL = Bound(0.4, 500, 2)  # where a wall is asked for
DRAIN = Bound(0, 500, 4)
BASE = Bound(0, 500, 0)
DETAIL = Bound(0.05, 10, 0.4)
BALL_SIZE = Bound(5, 2000, 60)  # its diameter
BALL_DEPTH = Bound(0.05, 100, 1.2)
