"""Partial degeneracy in the plane: weighted copies, of which only the translations are exact."""

import math

import numpy as np
import pytest
from dense_maps import apply_map, signed_matrix

from geometry.catalogue import find_colouring, find_group
from geometry.errors import InputError
from geometry.plane.chart import picture_lattice, picture_shape, plane_chart
from geometry.plane.kaleidoscope import kaleidoscope
from geometry.plane.torus import parse_torus_map
from geometry.symmetry.colour import inverse
from geometry.symmetry.folds import Folds, parse_folds

TURNS = [
    ("p2", "none"), ("p2", "2a"), ("p3", "3a"), ("p4", "none"), ("p4", "2e"), ("p4", "4c"),
    ("p6", "none"), ("p6", "3a"),
]  # fmt: skip
STEPS = [("p1", "none"), ("p1", "x=-r,-g,-b"), ("p1", "x=gbr y=-r,-g,-b")]


def alike(n):
    return Folds((n**-0.5,) * n)


def only_first(n):
    return Folds((1.0,) + (0.0,) * (n - 1))


def chart_of(name, rule, folds=None, width=24, torus_map=None):
    group = find_group(name)
    return plane_chart(group, find_colouring(group, rule), width, torus_map, folds)


def texels_of(chart, paint):
    average, unfold = kaleidoscope(chart)
    return apply_map(unfold, apply_map(average, paint))


def noise(chart, seed=0):
    return np.random.default_rng(seed).normal(size=(chart.rows * chart.columns, 3))


def there(chart, matrix):
    """The texels that an isometry in period coordinates takes the texels to."""
    i, j = np.mgrid[: chart.rows, : chart.columns].reshape(2, -1)
    places = np.linalg.solve(chart.texels, np.stack([j, i]) + chart.offset)
    moved = chart.texels @ (matrix[:2, :2] @ places + matrix[:2, 2:]) - chart.offset
    x, y = np.rint(moved).astype(int)
    assert np.abs(moved - [x, y]).max() < 1e-6
    return chart.number(y, x)


@pytest.mark.parametrize(("name", "rule"), TURNS)
def test_equal_weights_are_the_full_symmetry(name, rule):
    full = chart_of(name, rule)
    folded = chart_of(name, rule, alike(find_group(name).order))
    paint = noise(full)
    assert (full.rows, full.columns) == (folded.rows, folded.columns)
    assert np.allclose(texels_of(full, paint), texels_of(folded, paint), atol=1e-9)


@pytest.mark.parametrize(("name", "rule"), STEPS)
def test_equal_translation_folds_repeat_the_cell(name, rule):
    """Every translation of the group, with its colour, is then a symmetry of the longer period."""
    folded = chart_of(name, rule, alike(3), width=36)
    texels = texels_of(folded, noise(folded))
    for generator, _ in folded.generators:
        third = np.eye(3)
        third[:2, 2] = generator.matrix[:2, 2] / 3
        rule_of = find_colouring(find_group(name), rule).images[generator.letter]
        seen = texels[there(folded, third)]
        assert np.allclose(seen, texels @ signed_matrix(rule_of).T, atol=1e-9)


@pytest.mark.parametrize(("name", "rule"), TURNS + STEPS)
def test_a_single_weight_leaves_translations_only(name, rule):
    """One copy per translation; without colours that is the paint itself."""
    order = find_group(name).order
    chart = chart_of(name, rule, only_first(order if order > 1 else 3))
    assert len(chart.copies) == len(chart.elements)
    assert (chart.elements.matrices[:, :2, :2] == np.eye(2)).all()
    if rule == "none" and find_group(name).lattice.name != "hexagonal":
        paint = noise(chart)
        assert np.allclose(texels_of(chart, paint), paint, atol=1e-12)


@pytest.mark.parametrize(("name", "rule"), TURNS + STEPS)
def test_folded_pictures_are_the_weighted_sum_of_copies(name, rule):
    """F = Σ_k w_k Σ_e c(ρᵏe)⁻¹ K(ρᵏe ·), copy by copy, and its translations are exact."""
    n = max(find_group(name).order, 2)
    folds = parse_folds(",".join(str(1 / (k + 1)) for k in range(n)))
    chart = chart_of(name, rule, folds)
    paint = noise(chart)
    texels = texels_of(chart, paint)
    copies = zip(chart.copies.matrices, chart.copies.colours, chart.weights, strict=True)
    total = sum(w * paint[there(chart, m)] @ signed_matrix(inverse(c)).T for m, c, w in copies)
    if chart.skew == 0:
        assert np.allclose(texels, total, atol=1e-9)
    parts = len(chart.elements) * sum(w * w for w in folds.weights) ** (2 if name == "p1" else 1)
    assert math.isclose(sum(w * w for w in chart.weights) * len(chart.elements), parts)
    for generator, colour in chart.generators:
        assert generator.letter in "xy" and np.array_equal(generator.matrix[:2, :2], np.eye(2))
        seen = texels[there(chart, generator.matrix)]
        assert np.array_equal(seen, texels @ signed_matrix(colour).T)


def test_a_turn_of_half_weight_is_half_a_symmetry():
    """The first of four folds of p4 is more like its quarter turn than no fold, and less than the
    full symmetry."""
    gaps = []
    turn = chart_of("p4", "none").generators[0][0].matrix
    for folds in (only_first(4), parse_folds("1/4"), alike(4)):
        chart = chart_of("p4", "none", folds)
        texels = texels_of(chart, noise(chart))
        gaps.append(np.square(texels[there(chart, turn)] - texels).mean())
    assert gaps[0] > 1.5 * gaps[1] > gaps[2]
    assert gaps[2] < 1e-20


def test_translation_folds_make_the_period_as_many_cells():
    """Five folds: the colour-free lattice is five steps long each way, and a copy lies one step
    on, the article's first of five."""
    chart = chart_of("p1", "none", parse_folds("1/5"), width=40)
    a, b, _ = picture_lattice(chart, picture_shape(chart, 40))
    assert np.allclose([a, b], [(40, 0), (0, 40)])
    shifts = {tuple(np.round(m[:2, 2] * 5).astype(int)) for m in chart.copies.matrices}
    assert shifts == {(0, 0), (1, 0), (0, 1), (1, 1)}


def test_turns_can_be_folded_over_a_torus_map():
    full = chart_of("p4", "2e", width=40, torus_map=parse_torus_map("{4,4}2,1"))
    folded = chart_of("p4", "2e", alike(4), 40, parse_torus_map("{4,4}2,1"))
    paint = noise(full)
    assert np.allclose(texels_of(full, paint), texels_of(folded, paint), atol=1e-9)


@pytest.mark.parametrize(
    ("name", "folds", "says"),
    [
        ("p4", "1/6", "1/4"),
        ("p2", "1,1,1", "1/2"),
        ("pm", "1/2", "p1"),
        ("p4m", "1/4", "p4"),
        ("pgg", "1/2", "p2"),
        ("p1", "1,1,1,1,1,1", "K/N"),
    ],
)
def test_folds_that_do_not_fit_the_group_are_refused(name, folds, says):
    with pytest.raises(InputError) as refused:
        chart_of(name, "none", parse_folds(folds))
    assert (refused.value.code, refused.value.field) == ("bad-folds", "folds")
    assert says in refused.value.hint and "\n" not in str(refused.value)
