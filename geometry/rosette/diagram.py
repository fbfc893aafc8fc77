"""The symmetry diagram of a rosette."""

from __future__ import annotations

import math

import numpy as np

from geometry.spaces import PLANE, Array
from geometry.sphere.lune_charts import lune_chart
from geometry.symmetry.colour import IDENTITY
from geometry.symmetry.diagram import Diagram, Line, glide_axis, rotation_centres
from geometry.symmetry.groups import Elements

_RIGHT = 0.01  # radians


def rosette_diagram(elements: Elements) -> Diagram:
    """The centre, all mirrors, and one wedge; in the plane, about (0, 0, 1)."""
    changing = np.array([colour != IDENTITY for colour in elements.colours])
    mirrors = np.flatnonzero(np.linalg.det(elements.matrices) < 0)
    lines = tuple(
        Line(glide_axis(elements.matrices[k])[0], coloured=bool(changing[k])) for k in mirrors
    )
    centres = rotation_centres(PLANE, elements.matrices, changing, lines)
    return Diagram(PLANE, centres, lines, _wedge(elements))


def _wedge(elements: Elements) -> Array:
    """(sides, 3): that of a lune; a half plane has one side."""
    lunes = lune_chart(elements, 1.0, math.pi / 2)
    count = len(elements)
    if count == 1:
        return np.empty((0, 3))
    # the one that is nearest to the right of what points up, where the generators' mirrors are
    nearest = round((math.pi / 2 - _RIGHT - lunes.first[0]) / lunes.spacing)
    middle, half = lunes.first[0] + nearest * lunes.spacing, lunes.spacing / 2
    west, east = middle - half, middle + half
    sides = np.array(
        [[-math.sin(west), math.cos(west), 0.0], [math.sin(east), -math.cos(east), 0.0]]
    )
    return sides[:1] if count == 2 else sides
