"""Gaussian means on a torus and on charts, against sums that are written out."""

import numpy as np
import pytest

from geometry.catalogue import colourings, find_group
from geometry.maps.smoothing import charts_smoothed, torus_filtered
from geometry.plane.chart import plane_chart
from geometry.plane.kaleidoscope import kaleidoscope


def gaussian(deviation):
    return lambda frequency: np.exp(-2 * (np.pi * deviation * frequency) ** 2)


@pytest.mark.parametrize("group", ["p4m", "p6", "cmm", "p2"])
def test_what_a_group_permutes_stays_symmetric(group):
    """A filter commutes with the group: after it every orbit still has one value."""
    found = find_group(group, "plane")
    chart = plane_chart(found, colourings(found)[0], 24)
    orbit = kaleidoscope(chart)[1].indices
    values = np.random.default_rng(0).normal(size=(orbit.max() + 1, 1))[orbit]
    torus = values.reshape(chart.rows, chart.columns, 1)
    sharp = torus_filtered(torus, chart.basis, chart.skew, lambda k: 2 - gaussian(0.05)(k))
    assert np.abs(sharp - torus).max() > 0.1
    filtered = sharp.ravel()
    means = np.bincount(orbit, filtered) / np.bincount(orbit)
    assert np.allclose(means[orbit], filtered, atol=1e-10)


def test_a_sheared_torus_is_filtered_as_the_plane_that_it_covers():
    rows, columns, skew, deviation = 12, 16, 5, 1.3
    values = np.random.default_rng(1).normal(size=(rows, columns))
    y, x = np.mgrid[-36:36, -48:48]  # of the plane, around texel (0, 0)
    around = np.floor_divide(y, rows)
    plane = values[y - around * rows, (x - around * skew) % columns]
    weights = np.exp(-(x**2 + y**2) / (2 * deviation**2))
    expected = (weights * plane).sum() / weights.sum()
    periods = np.array([[columns, skew], [0, rows]], float)
    found = torus_filtered(values[..., None], periods, skew, gaussian(deviation))
    assert found[0, 0, 0] == pytest.approx(expected, abs=1e-4)


def test_charts_are_blurred_as_wide_as_each_texel_says():
    point = np.zeros((1, 65, 65, 1))
    point[0, 32, 32] = 1
    line = np.arange(65) - 32

    def spread(blurred):
        share = blurred[0, :, 32, 0] / blurred[0, :, 32, 0].sum()
        return np.sqrt((share * line**2).sum())

    for width in (2.0, 5.0):
        assert spread(charts_smoothed(point, width)) == pytest.approx(width, rel=0.02)
        everywhere = np.full((1, 65, 65), width)
        assert spread(charts_smoothed(point, everywhere)) == pytest.approx(width, rel=0.02)
    uneven = np.linspace(0, 6, 65)[None, None] * np.ones((1, 65, 1))
    flat = charts_smoothed(np.full((1, 65, 65, 1), 3.0), uneven)
    assert np.allclose(flat, 3)
    noise = np.random.default_rng(2).normal(size=(1, 65, 65, 1))
    blurred = charts_smoothed(noise, uneven)
    assert np.allclose(blurred[:, :, 0], noise[:, :, 0], atol=0.02)
    assert blurred[:, :, 60].std() < 0.1
