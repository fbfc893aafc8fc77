"""The figure of a picture of the plane."""

from __future__ import annotations

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
    to_pixels = np.linalg.inv(from_pixels)
    height, width = shape
    low, right, down = -RIM, width + RIM, height + RIM
    corners = np.array([[low, low, 1], [right, low, 1], [right, down, 1], [low, down, 1]])
    window, cell = (corners @ from_pixels.T)[:, :2], chart.basis @ chart.cell
    matrices = to_plane @ chart.elements.matrices @ from_period
    elements = Elements(matrices, chart.elements.colours)
    acting = [action(PLANE, to_plane @ g.matrix @ from_period) for g, _ in chart.generators]
    acting = in_view(acting, elements, cell, window)
    diagram = plane_diagram(elements, cell, window, acting)
    actions = list(zip((g.letter for g, _ in chart.generators), acting, strict=True))

    def pixels(points: Array) -> Array:
        return (points @ to_pixels.T)[:, :2]

    def points(numbers: NDArray[np.int64]) -> Array:
        row, column = np.divmod(numbers, width)
        places = np.column_stack([column + 0.5, row + 0.5, np.ones(len(numbers))])
        return places @ from_pixels.T

    return figure_of(diagram, Sheet(shape, pixels, points), actions)
