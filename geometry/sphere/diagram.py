"""The symmetry diagram of a finite group of the sphere."""

from __future__ import annotations

import numpy as np

from geometry.spaces import SPHERE
from geometry.sphere.figure import figure
from geometry.symmetry.colour import IDENTITY
from geometry.symmetry.diagram import Diagram, Line, rotation_centres
from geometry.symmetry.groups import Elements


def sphere_diagram(elements: Elements) -> Diagram:
    """All centres, of each axis both ends; all mirrors; the domain of
    :func:`geometry.sphere.figure.figure`."""
    drawn = figure(elements)
    changing = np.array([colour != IDENTITY for colour in elements.colours])
    normals = np.array(drawn.mirrors).reshape(-1, 3)
    reflections = np.eye(3) - 2 * normals[:, :, None] * normals[:, None]
    apart = np.abs(elements.matrices[None] - reflections[:, None]).max(axis=(2, 3))
    lines = tuple(
        Line(normal, coloured=bool(changing[k]))
        for normal, k in zip(drawn.mirrors, apart.argmin(axis=1), strict=True)
    )
    centres = rotation_centres(SPHERE, elements.matrices, changing, lines)
    sides = [np.cross(arc.start, arc.along) for arc in drawn.domain]
    return Diagram(SPHERE, centres, lines, np.array(sides).reshape(-1, 3))
