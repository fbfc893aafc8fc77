"""Repetitions and single cells cut out of a picture."""

import functools

import numpy as np
import pytest

from geometry.catalogue import find_colouring, find_group
from geometry.plane.chart import (
    picture_lattice,
    picture_periods,
    picture_shape,
    plane_chart,
)
from geometry.plane.lattices import shaped
from geometry.plane.tiles import coverage, cut_cell, repeated
from geometry.plane.torus import TorusMap

CASES = [
    ("p1", "none", 1.3, 65.0), ("p1", "x=gbr y=-r,-g,-b", 0.7, 110.0), ("p2", "none", 1.0, 140.0),
    ("pmm", "none", 0.6, None), ("cm", "none", 1.7, None), ("cmm", "2a", 0.5, None),
    ("p4", "none", None, None), ("p4", "2e", None, None), ("p3", "3a", None, None),
    ("p6m", "none", None, None), ("p31m", "2a", None, None),
]  # fmt: skip


@functools.cache
def free_cell(name, aspect, angle):
    return shaped(find_group(name), aspect, angle)


def make(name, rule, aspect, angle, width=48):
    """A chart and a random picture of one of its periods."""
    group = free_cell(name, aspect, angle)
    chart = plane_chart(group, find_colouring(group, rule), width)
    shape = picture_shape(chart, chart.columns if chart.offset else width)
    picture = np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)
    return chart, picture


def colour_at(chart, picture, x, y):
    """The infinite picture at whole pixels, by its two periods."""
    height, width = picture.shape[:2]
    (_, shift), (_, _) = picture_periods(chart, (height, width))
    copy = np.floor_divide(y, height)
    return picture[y - copy * height, (x - copy * shift) % width]


@pytest.mark.parametrize(("name", "rule", "aspect", "angle"), CASES)
def test_repetitions_are_the_infinite_picture(name, rule, aspect, angle):
    chart, picture = make(name, rule, aspect, angle)
    large = repeated(picture, chart, 3, 2)
    assert large.shape == (2 * picture.shape[0], 3 * picture.shape[1], 3)
    y, x = np.mgrid[: large.shape[0], : large.shape[1]]
    assert np.array_equal(large, colour_at(chart, picture, x, y))


@pytest.mark.parametrize("shape", ["parallelogram", "dirichlet"])
@pytest.mark.parametrize(("name", "rule", "aspect", "angle"), CASES)
def test_copies_of_a_cell_fill_the_plane_with_the_picture(name, rule, aspect, angle, shape):
    """Laid over each other at whole multiples of a and b, alphas add up to 1 but for their rounding
    to 8 bits, and colours are the picture's in every pixel that the cell touches."""
    chart, picture = make(name, rule, aspect, angle)
    cut = cut_cell(picture, chart, shape)
    a, b, _ = picture_lattice(chart, picture.shape[:2])
    steps = np.rint([a, b]).astype(int)
    assert np.allclose([a, b], steps)
    total = np.zeros(picture.shape[:2])
    height, width = total.shape
    (_, shift), _ = picture_periods(chart, (height, width))
    i, j = np.indices(cut.alpha.shape)
    x, y = j + cut.corner[0], i + cut.corner[1]
    assert np.array_equal(cut.rgb, colour_at(chart, picture, x, y))
    cells = round(width * height / abs(np.linalg.det(steps)))
    seen = set()
    for m in range(cells + 1):  # every copy of the cell within the picture's torus, once
        for n in range(cells + 1):
            dx, dy = m * steps[0] + n * steps[1]
            row, copy = (y + dy) % height, (y + dy) // height
            place = ((dx - dy // height * shift) % width, dy % height)
            if place in seen:
                continue
            seen.add(place)
            column = (x + dx - copy * shift) % width
            np.add.at(total, (row, column), cut.alpha / 255)
    assert len(seen) == cells
    assert np.abs(total - 1).max() <= 3 / 255


def test_a_hexagonal_dirichlet_cell_is_a_regular_hexagon():
    chart, picture = make("p6", "none", None, None, width=64)
    cut = cut_cell(picture, chart, "dirichlet")
    height, width = cut.alpha.shape
    assert width / height == pytest.approx(np.sqrt(3) / 2, abs=0.04)
    solid = cut.alpha > 127
    assert solid.sum() == pytest.approx(64 * picture.shape[0] / 2, rel=0.02)
    assert not solid[0, 0] and not solid[-1, -1] and solid[height // 2, width // 2]
    assert 0 < ((cut.alpha > 0) & (cut.alpha < 255)).mean() < 0.2  # only the border is soft


def test_a_cell_on_whole_pixels_has_hard_edges():
    chart, picture = make("pmm", "none", 0.5, None)
    cut = cut_cell(picture, chart, "parallelogram")
    assert cut.corner == (0, 0) and (cut.alpha == 255).all()
    assert np.array_equal(cut.rgb, picture)


def test_the_cell_of_a_torus_map_is_the_small_one():
    group = find_group("p4")
    chart = plane_chart(group, find_colouring(group, "none"), 50, TorusMap(4, 4, 2, 1))
    picture = np.zeros((*picture_shape(chart, 50), 3), np.uint8)
    cut = cut_cell(picture, chart, "dirichlet")
    assert cut.alpha.sum() / 255 == pytest.approx(50 * 50 / 5, rel=0.01)


def test_coverage_is_area_against_fine_sampling():
    """A triangle and a slanted quadrangle, in both senses of rotation, against 64² samples a
    pixel."""
    fine = (np.arange(64 * 9) + 0.5) / 64
    x, y = np.meshgrid(fine, fine)
    for outline in (
        [(0.7, 1.2), (7.9, 3.3), (2.1, 8.4)],
        [(1.5, 0.5), (0.5, 6), (7, 8.5), (8.5, 2)],
    ):
        corners = np.array(outline)
        inside = np.ones_like(x, bool)
        for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
            inside &= (x1 - x0) * (y - y0) - (y1 - y0) * (x - x0) > 0
        if not inside.any():
            inside = np.ones_like(x, bool)
            for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
                inside &= (x1 - x0) * (y - y0) - (y1 - y0) * (x - x0) < 0
        expected = inside.reshape(9, 64, 9, 64).mean(axis=(1, 3))
        for order in (corners, corners[::-1]):
            assert np.abs(coverage(order, (9, 9)) - expected).max() < 0.01
