"""Torus maps as periods of a picture."""

import numpy as np
import pytest
from dense_maps import apply_map, signed_matrix

from geometry.catalogue import find_colouring, find_group
from geometry.errors import InputError
from geometry.plane.chart import (
    on_grid,
    picture_generators,
    picture_lattice,
    picture_periods,
    picture_shape,
    plane_chart,
)
from geometry.plane.kaleidoscope import kaleidoscope
from geometry.plane.lattices import shaped
from geometry.plane.torus import TorusMap, parse_torus_map

CASES = [
    ("p4", "none", "{4,4}2,1"),
    ("p4", "2a", "{4,4}1,2"),
    ("p4", "2e", "{4,4}3,2"),
    ("p1", "none", "{4,4}1,3"),
    ("p2", "none", "{4,4}2,1"),
    ("p4m", "2c", "{4,4}2,2"),
    ("p4g", "none", "{4,4}3,0"),
    ("pmm", "none", "{4,4}1,1"),
    ("p3", "3a", "{3,6}2,1"),
    ("p6", "none", "{6,3}1,2"),
    ("p6", "2a", "{3,6}3,1"),
    ("p6m", "2a", "{6,3}2,2"),
    ("p31m", "none", "{3,6}3,0"),
]


def chart_of(name, rule, text, width):
    group = find_group(name)
    return plane_chart(group, find_colouring(group, rule), width, parse_torus_map(text))


@pytest.mark.parametrize(
    "text", ["{4,4}2,1", "{4,4}(2,1)", "{4,4}_(2,1)", "4,4 2,1", " { 4 , 4 }_( 2 , 1 ) "]
)
def test_torus_maps_may_be_spelled_loosely(text):
    assert parse_torus_map(text) == TorusMap(4, 4, 2, 1)
    assert parse_torus_map(parse_torus_map(text).name) == TorusMap(4, 4, 2, 1)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("hello", "Write"),
        ("{4,4}", "Write"),
        ("{5,4}1,1", "{4,4}"),
        ("{4,4}0,0", "100"),
        ("{4,4}9,9", "100"),
        ("{3,6}999999999,1", "100"),
    ],
)
def test_bad_torus_maps_are_refused_in_one_line(text, says):
    with pytest.raises(InputError) as refused:
        parse_torus_map(text)
    assert (refused.value.code, refused.value.field) == ("bad-torus-map", "torus_map")
    assert says in refused.value.hint and "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "rule", "text", "says"),
    [
        ("p6", "none", "{4,4}2,1", "square cell"),
        ("p4", "none", "{3,6}2,1", "hexagonal cell"),
        ("p4m", "none", "{4,4}2,1", "chiral"),
        ("p6m", "none", "{6,3}2,1", "chiral"),
        ("p1", "x=gbr", "{4,4}2,1", "square cell"),
    ],
)
def test_torus_maps_that_do_not_fit_the_group_are_refused(name, rule, text, says):
    with pytest.raises(InputError) as refused:
        chart_of(name, rule, text, 24)
    assert refused.value.code == "bad-torus-map" and says in refused.value.message


def test_a_cell_that_is_not_square_has_no_square_map():
    group = shaped(find_group("pmm"), aspect=2.0)
    with pytest.raises(InputError, match="square cell"):
        plane_chart(group, find_colouring(group, "none"), 24, TorusMap(4, 4, 2, 0))


@pytest.mark.parametrize(("name", "rule", "text"), CASES)
def test_the_period_holds_as_many_cells_as_coxeter_and_moser_say(name, rule, text):
    """a² + b² squares, or a² + ab + b² lattice points of the hexagonal lattice, each with all
    elements of the group modulo its colour-free cell; and all of them are used."""
    chart = chart_of(name, rule, text, 24)
    made = parse_torus_map(text)
    cells = made.a**2 + made.b**2 + (made.a * made.b if made.p != 4 else 0)
    one = chart_of(name, rule, "{4,4}1,0" if made.p == 4 else "{3,6}1,0", 24)
    # where the chart is a centred period's rectangle it counts its cells twice
    area = abs(1 / np.linalg.det(chart.cell)), abs(1 / np.linalg.det(one.cell))
    assert made.cells == cells
    assert len(chart.elements) / area[0] == pytest.approx(len(one.elements) / area[1])
    assert round(area[0]) in (cells, 2 * cells, 4 * cells)
    assert len({m.round(6).tobytes() for m in chart.elements.matrices}) == len(chart.elements)


@pytest.mark.parametrize(("name", "rule", "text"), CASES)
def test_torus_maps_keep_the_symmetry_exact(name, rule, text):
    """Between pixels of the picture where the lattice is not hexagonal, else between nodes."""
    chart = chart_of(name, rule, text, 24)
    average, unfold = kaleidoscope(chart)
    paint = np.random.default_rng(0).normal(size=(chart.rows * chart.columns, 3))
    texels = apply_map(unfold, apply_map(average, paint))
    shape = picture_shape(chart, chart.columns)
    assert on_grid(chart, shape) == (parse_torus_map(text).p == 4)
    i, j = np.mgrid[: chart.rows, : chart.columns].reshape(2, -1)
    places = np.linalg.solve(chart.texels, np.stack([j, i]) + chart.offset)
    for generator, colour in chart.generators:
        moved = generator.matrix[:2, :2] @ places + generator.matrix[:2, 2:]
        x, y = np.rint(chart.texels @ moved - chart.offset).astype(int)
        seen = texels[chart.number(y, x)]
        assert np.allclose(seen, texels @ signed_matrix(colour).T, atol=1e-12)
    if on_grid(chart, shape):
        for generator, _ in picture_generators(chart, shape):
            corner = generator.matrix @ (0.5, 0.5, 1) - 0.5
            assert np.allclose(corner[:2], np.rint(corner[:2]), atol=1e-9)
        lattice = np.array(picture_lattice(chart, shape)[:2])
        assert np.allclose(lattice, np.rint(lattice), atol=1e-9)


def points(name, text, width=35):
    """The lattice within one period, as sorted places in whole pixels and turned sideways."""
    chart = chart_of(name, "none", text, width)
    shape = picture_shape(chart, width)
    a, b, _ = picture_lattice(chart, shape)
    periods = picture_periods(chart, shape)
    steps = np.mgrid[-9:10, -9:10].reshape(2, -1).T @ np.array([a, b])
    inside = np.linalg.solve(periods, steps.T).T
    inside -= np.floor(inside + 1e-9)
    return {tuple(np.round(p, 6) + 0.0) for p in inside}


@pytest.mark.parametrize(("name", "tiling"), [("p4", "{4,4}"), ("p6", "{3,6}"), ("p6", "{6,3}")])
def test_swapping_the_steps_gives_the_mirror_image(name, tiling):
    left, right = points(name, f"{tiling}2,1"), points(name, f"{tiling}1,2")
    mirrored = {(round((1 - x) % 1, 6) % 1, y) for x, y in left}
    assert left != right
    assert mirrored == right
    assert points(name, f"{tiling}2,2") == {
        (round((1 - x) % 1, 6) % 1, y) for x, y in points(name, f"{tiling}2,2")
    }
