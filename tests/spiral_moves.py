"""Points of spirals moved by their symmetries."""

import numpy as np


def moved(points, steps, chart):
    """Points (n, 2) moved by x^a r^b for steps (a, b); for one arm r is a whole turn. NaN where a
    tunnel's radius would be negative."""
    return chart.shape.points(chart.shape.polar(points) + chart.basis @ np.array(steps, float))
