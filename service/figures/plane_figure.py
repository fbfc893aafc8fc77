"""The figure of a picture of the plane: of a painting, or of any pattern."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from geometry.plane.chart import PlaneChart, pixels_to_period
from geometry.plane.diagram import in_view, plane_diagram
from geometry.spaces import PLANE, Array, affine
from geometry.symmetry.diagram import action
from geometry.symmetry.groups import Elements
from service.figures.figures import RIM, Figure, Sheet, figure_of


def plane_figure(
    chart: PlaneChart,
    period: tuple[int, int],
    shape: tuple[int, int],
    from_delivered: Array,
) -> Figure:
    """The figure of a delivered picture of ``shape`` (H, W). period: (H, W) of one period;
    from_delivered: (3, 3), pixel coordinates of what is delivered → those of the period.

    The geometry is done in the plane itself: a picture's sides are whole pixels, so that it may be
    stretched by a part of one."""
    to_plane = affine(chart.basis)
    from_period = np.linalg.inv(to_plane)
    from_pixels = to_plane @ pixels_to_period(chart, period) @ from_delivered
    matrices = to_plane @ chart.elements.matrices @ from_period
    return pattern_figure(
        Elements(matrices, chart.elements.colours),
        chart.basis @ chart.cell,
        [(g.letter, to_plane @ g.matrix @ from_period) for g, _ in chart.generators],
        shape,
        from_pixels,
    )


def pattern_figure(
    elements: Elements,
    cell: Array,
    generators: Sequence[tuple[str, Array]],
    shape: tuple[int, int],
    from_pixels: Array,
) -> Figure:
    """The figure of a part of a pattern, ``shape`` (H, W) pixels of it. elements, with all
    translations of a ``cell``: see :func:`geometry.plane.diagram.plane_diagram`; generators: with
    their names; from_pixels: (3, 3), pixel coordinates → those of all these, whose unit is about a
    period."""
    to_pixels = np.linalg.inv(from_pixels)
    height, width = shape
    low, right, down = -RIM, width + RIM, height + RIM
    corners = np.array([[low, low, 1], [right, low, 1], [right, down, 1], [low, down, 1]])
    window = (corners @ from_pixels.T)[:, :2]
    acting = in_view([action(PLANE, matrix) for _, matrix in generators], elements, cell, window)
    diagram = plane_diagram(elements, cell, window, acting)
    actions = list(zip((name for name, _ in generators), acting, strict=True))

    def pixels(points: Array) -> Array:
        return (points @ to_pixels.T)[:, :2]

    def points(numbers: NDArray[np.int64]) -> Array:
        row, column = np.divmod(numbers, width)
        places = np.column_stack([column + 0.5, row + 0.5, np.ones(len(numbers))])
        return places @ from_pixels.T

    return figure_of(diagram, Sheet(shape, pixels, points), actions)
