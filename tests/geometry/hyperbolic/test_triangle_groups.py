"""Triangles without a right angle: what groups that others add to the catalogue stand on."""

import math

import numpy as np
import pytest
from dense_maps import apply_map, signed_matrix

from geometry.catalogue import colourings
from geometry.errors import InputError
from geometry.hyperbolic.fold import fold, hyperbolic_chart
from geometry.hyperbolic.groups import mirrors, reflection
from geometry.hyperbolic.mirrors import make_mirrors, reduce
from geometry.hyperbolic.views import domain_area, domain_points
from geometry.spaces import HYPERBOLIC
from geometry.symmetry.folds import check_axis, parse_folds
from geometry.symmetry.groups import Generator, Group, TriangleTiling, word_matrix
from geometry.symmetry.presentation import image

TEXEL = 0.05
TRIANGLES = [(4, 3, 3), (3, 3, 4), (3, 4, 3), (5, 5, 5), (3, 12, 7), (20, 3, 8)]


def full(p, q, r):
    m, n, o = (reflection(normal) for normal in mirrors(p, q, r))
    generators = (Generator("m", "", m), Generator("n", "", n), Generator("o", "", o))
    relators = ("m^2", "n^2", "o^2", f"(mn)^{p}", f"(no)^{q}", f"(om)^{r}")
    steps = (((0, "m"),), ((0, "n"),), ((0, "o"),))
    return triangle_group("full", (p, q, r), generators, relators, steps)


def rotations(p, q, r):
    m, n, o = (reflection(normal) for normal in mirrors(p, q, r))
    generators = (Generator("r", "", n @ m), Generator("s", "", o @ n))
    relators = (f"r^{p}", f"s^{q}", f"(rs)^{r}")
    steps = (((1, "r"), (0, "R")), ((1, ""), (0, "")), ((1, "S"), (0, "s")))
    return triangle_group("rotations", (p, q, r), generators, relators, steps)


def turned(p, q, r):
    """Without n, q and r even: two mirrors, o and mom, which the turn r does not exchange."""
    m, n, o = (reflection(normal) for normal in mirrors(p, q, r))
    generators = (Generator("r", "", n @ m), Generator("m", "", o), Generator("n", "", m @ o @ m))
    relators = (f"r^{p}", "m^2", "n^2", f"(mn)^{r // 2}", f"(mrnR)^{q // 2}")
    steps = (((1, "r"), (0, "R")), ((1, ""), (0, "")), ((0, "m"), (1, "rnR")))
    return triangle_group("turned", (p, q, r), generators, relators, steps)


def triangle_group(kind, pqr, generators, relators, steps):
    p, q, r = pqr
    tiling = TriangleTiling(kind, p, q, steps, "", r)
    return Group(
        f"{kind} {pqr}", (), "", HYPERBOLIC, generators, relators, order=None, tiling=tiling
    )


GROUPS = [
    *(make(*pqr) for pqr in TRIANGLES for make in (full, rotations)),
    turned(3, 4, 4),
    turned(5, 6, 4),
]
CASES = [
    (group, rule)
    for group in GROUPS
    for rule in {r.name: r for r in (colourings(group)[0], colourings(group)[-1])}.values()
]


@pytest.mark.parametrize("pqr", [*TRIANGLES, (60, 60, 60)])
def test_the_triangle_has_the_three_angles(pqr):
    """By the law of cosines for sides, from the distances of its corners."""
    corners = make_mirrors(full(*pqr), colourings(full(*pqr))[0]).corners
    a, b, c = (HYPERBOLIC.distance(corners[k - 2], corners[k - 1]) for k in range(3))
    for opposite, x, y, order in ((a, b, c, 0), (b, c, a, 1), (c, a, b, 2)):
        cosine = (np.cosh(x) * np.cosh(y) - np.cosh(opposite)) / (np.sinh(x) * np.sinh(y))
        assert math.acos(cosine) == pytest.approx(math.pi / pqr[order])
    assert np.allclose(corners[0], (0, 0, 1))
    assert abs(corners[2][1]) < 1e-9 < corners[2][0]  # m is the x axis


@pytest.mark.parametrize("group", GROUPS, ids=lambda g: g.name)
def test_relators_hold_and_steps_are_the_products_of_mirrors(group):
    for relator in group.relators:
        assert np.allclose(word_matrix(group, relator), np.eye(3), atol=1e-6)
    tiling = group.tiling
    reflections = [reflection(v) for v in mirrors(tiling.p, tiling.q, tiling.r)]
    representatives = [np.eye(3), reflections[1]]
    for mirror, steps in zip(reflections, tiling.steps, strict=True):
        for coset, (target, word) in enumerate(steps):
            product = representatives[target] @ mirror @ representatives[coset]
            assert np.allclose(word_matrix(group, word), product, atol=1e-6)


@pytest.mark.parametrize(("group", "rule"), CASES, ids=lambda x: x.name)
def test_the_fold_is_symmetric_under_random_words(group, rule):
    chart = hyperbolic_chart(group, rule, TEXEL)
    random = np.random.default_rng(1)
    paint = random.normal(size=(chart.texels, 3))
    flat = 2 * random.normal(size=(60, 2))
    points = np.column_stack([flat, np.sqrt(1 + np.sum(flat**2, axis=1))])
    here = apply_map(fold(points, chart), paint)
    assert here.std() > 0.3
    compared = 0
    for _ in range(20):
        word = "".join(random.choice(list(group.letters + group.letters.upper()), 6))
        there = points @ word_matrix(group, word).T
        shown = there[:, 2] < 300
        seen = apply_map(fold(there[shown], chart), paint)
        expected = here[shown] @ signed_matrix(image(word, rule.images)).T
        assert np.abs(seen - expected).max(initial=0) < 1e-6  # rounding; a jump would be about 1
        compared += len(seen)
    assert compared > 100


@pytest.mark.parametrize("pqr", TRIANGLES)
@pytest.mark.parametrize("make", [full, rotations])
def test_random_points_fill_the_domain_evenly(pqr, make):
    """The share of them near a corner is its sector's share of the area (Gauss and Bonnet)."""
    group = make(*pqr)
    mirrors = make_mirrors(group, colourings(group)[0])
    points = domain_points(np.random.default_rng(0), 20000, mirrors)
    folded, _ = reduce(points, mirrors)
    assert np.allclose(folded[:, 2], points[:, 2])
    for corner, order in zip(mirrors.corners, pqr, strict=True):
        radius = 0.8 * np.arcsinh((mirrors.normals @ (corner * HYPERBOLIC.form)).max())
        near = HYPERBOLIC.distance(folded, corner) < radius
        sector = mirrors.tiling.cosets * np.pi / order * (np.cosh(radius) - 1)
        share = sector / domain_area(mirrors)
        assert near.mean() == pytest.approx(share, abs=4 * np.sqrt(share / 20000))


@pytest.mark.parametrize("pqr", [*TRIANGLES, (60, 60, 3), (60, 60, 30)])
def test_no_point_is_farther_from_mirror_n_than_the_chart_says(pqr):
    """1/sin(π/2r) bounds how much longer a texel is than on the axis."""
    corners = make_mirrors(full(*pqr), colourings(full(*pqr))[0]).corners
    sinh = HYPERBOLIC.inner(corners, mirrors(*pqr)[1])
    assert np.cosh(np.arcsinh(sinh)).max() < 1 / math.sin(math.pi / 2 / pqr[2])


def test_turns_are_folded_partly_in_regular_tilings_only():
    """Only there the mirrors in the sides of the middle tile are the turned images of one."""
    with pytest.raises(InputError, match="regular tiling"):
        check_axis(turned(3, 4, 4), parse_folds("1/3"))
