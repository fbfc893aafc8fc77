import math

import numpy as np
import pytest
from dense_maps import apply_map, signed_matrix
from spiral_moves import moved

from geometry.catalogue import find_colouring
from geometry.errors import InputError
from geometry.spiral.chart import SpiralShape, kaleidoscope, spiral_chart
from geometry.spiral.groups import spiral_group
from geometry.symmetry.colour import order

CASES = [
    (1, "none", SpiralShape()),
    (1, "x=gbr", SpiralShape(2, 30)),
    (1, "x=-r,-g,-b", SpiralShape(1.1, -5)),
    (3, "none", SpiralShape(3, 100)),
    (3, "x=-r,-g,-b r=gbr", SpiralShape(2, 30)),
    (4, "x=r,-g,-b r=-r,-g,b", SpiralShape(4, 200)),
    (5, "x=-r,-g,-b", SpiralShape(2, 36)),
    (6, "x=gbr r=-g,-b,-r", SpiralShape(16, -360)),
    (3, "x=-r,-g,-b r=gbr", SpiralShape(1.25, 30, "tunnel")),
    (32, "r=-r,-g,-b", SpiralShape(1.5, 0, "tunnel")),
]


def make(arms, rule, shape, width=96):
    group = spiral_group(arms)
    colouring = find_colouring(group, rule)
    return group, colouring, spiral_chart(group, colouring, shape, width)


def texel_places(chart):
    """The texels' polar coordinates, row-major."""
    i, j = np.mgrid[: chart.rows, : chart.columns].reshape(2, -1)
    outward, angle = chart.period @ [(j + 0.5) / chart.columns, (i + 0.5) / chart.rows]
    return outward, angle


def texel_numbers(outward, angle, chart):
    """The texels at polar coordinates, modulo the periods; they must be texels."""
    exact = np.linalg.solve(chart.period, np.stack([outward, angle]))
    exact = exact * [[chart.columns], [chart.rows]] - 0.5
    whole = np.rint(exact).astype(int)
    assert np.abs(exact - whole).max() < 1e-6
    return whole[1] % chart.rows * chart.columns + whole[0] % chart.columns


def acted(outward, angle, shape, arms, letter):
    """x and r by their definitions: on numbers z for a zoom, on radius and angle for a tunnel."""
    if shape.kind == "tunnel":
        if letter == "x":
            return outward + shape.zoom - 1, angle + math.radians(shape.twist)
        return outward, angle + 2 * math.pi / arms
    z = np.exp(outward + 1j * angle)
    turn = np.exp(1j * math.radians(shape.twist)) if letter == "x" else np.exp(2j * np.pi / arms)
    z = z * turn * (shape.zoom if letter == "x" else 1)
    return np.log(np.abs(z)), np.angle(z)


@pytest.mark.parametrize(("arms", "rule", "shape"), CASES)
def test_the_kaleidoscope_is_symmetric_under_zoom_and_turn_exactly(arms, rule, shape):
    """f(g·z) = c(g) f(z), equal to the last bit, at every texel and for every generator, and for
    the whole turn, which has no colour."""
    group, colouring, chart = make(arms, rule, shape)
    average, unfold = kaleidoscope(chart)
    paint = np.random.default_rng(1).normal(size=(average.columns, 3))
    texels = apply_map(unfold, apply_map(average, paint))
    assert np.ptp(texels) > 1
    outward, angle = texel_places(chart)
    for letter in group.letters:
        there = texel_numbers(*acted(outward, angle, shape, arms, letter), chart)
        expected = texels @ signed_matrix(colouring.images[letter]).T
        assert np.array_equal(texels[there], expected)
    around = texel_numbers(outward, angle + 2 * math.pi, chart)
    assert np.array_equal(around, np.arange(unfold.rows))


@pytest.mark.parametrize(("arms", "rule", "shape"), CASES)
def test_the_kaleidoscope_keeps_what_is_symmetric(arms, rule, shape):
    """The sum over N elements / √N is √N times paint that has the symmetry already."""
    _, colouring, chart = make(arms, rule, shape)
    average, unfold = kaleidoscope(chart)
    orbits = np.random.default_rng(2).normal(size=(average.rows, 3))
    symmetric = apply_map(unfold, orbits)
    again = apply_map(average, symmetric)
    assert np.allclose(again, math.sqrt(colouring.colours) * orbits, atol=1e-12)
    assert average.rows * colouring.colours == unfold.rows == chart.rows * chart.columns


@pytest.mark.parametrize(("arms", "rule", "shape"), CASES)
def test_texels_are_nearly_square_and_as_large_as_a_pixel_at_the_edge(arms, rule, shape):
    width = 512
    _, colouring, chart = make(arms, rule, shape, width)
    sides = np.linalg.norm(chart.period, axis=0) / (chart.columns, chart.rows)
    assert np.allclose(sides * width / 2, 1, atol=0.07)
    u, v = chart.period.T
    assert abs(u @ v) <= 0.5001 * min(u @ u, v @ v)
    assert (
        v[0] <= 0
    )  # rows go inward, columns clockwise: a picture on the texels is no mirror image
    assert u[0] * v[1] < u[1] * v[0]
    assert chart.density == pytest.approx(1 / math.sqrt(sides.prod() * _sine(u, v)))
    assert chart.loop == order(colouring.images["x"])


def _sine(u, v):
    return abs(u[0] * v[1] - u[1] * v[0]) / np.linalg.norm(u) / np.linalg.norm(v)


@pytest.mark.parametrize(("arms", "rule", "shape"), CASES)
def test_the_torus_holds_every_colour_of_every_arm_once(arms, rule, shape):
    """Its area is that of the cell of x and r, once for each colour element."""
    _, colouring, chart = make(arms, rule, shape)
    outward = math.log(shape.zoom) if shape.kind == "zoom" else shape.zoom - 1
    cell = outward * 2 * math.pi / arms
    assert abs(np.linalg.det(chart.period)) == pytest.approx(cell * colouring.colours)


def test_points_move_as_the_formulas_say():
    points = np.random.default_rng(3).normal(size=(50, 2))
    z = points @ [1, 1j]
    _, _, chart = make(5, "none", SpiralShape(1.7, 40))
    expected = z * (1.7 * np.exp(1j * math.radians(40))) ** 2 * np.exp(-2j * np.pi / 5)
    assert np.allclose(moved(points, (2, -1), chart) @ [1, 1j], expected)
    _, _, chart = make(5, "none", SpiralShape(1.2, 40, "tunnel"))
    expected = (np.abs(z) + 0.2) * z / np.abs(z) * np.exp(1j * math.radians(40))
    assert np.allclose(moved(points, (1, 0), chart) @ [1, 1j], expected)
    inward = moved(points, (-3, 0), chart)
    assert np.array_equal(np.isnan(inward[:, 0]), np.abs(z) < 0.6)


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"zoom": 1.0}, "bad-zoom", "zoom"),
        ({"zoom": 17}, "bad-zoom", "zoom"),
        ({"zoom": math.nan}, "bad-zoom", "zoom"),
        ({"zoom": 2.5, "kind": "tunnel"}, "bad-zoom", "zoom"),
        ({"twist": 361}, "bad-twist", "twist"),
        ({"twist": math.inf}, "bad-twist", "twist"),
        ({"kind": "tunel"}, "unknown-kind", "kind"),
    ],
)
def test_impossible_shapes_are_refused_in_one_line(given, code, field):
    with pytest.raises(InputError) as refused:
        SpiralShape(**given)
    assert (refused.value.code, refused.value.field) == (code, field)
    assert refused.value.hint
    assert "\n" not in str(refused.value)
