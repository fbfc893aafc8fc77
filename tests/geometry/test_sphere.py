import numpy as np
import pytest
from dense_maps import apply_map, signed_matrix
from scipy.spatial.transform import Rotation

from geometry.catalogue import GROUPS, colourings, find_colouring
from geometry.groups import elements
from geometry.sphere import equirectangular, fold, sphere_chart, spiral

CASES = [
    (name, rule.name)
    for name in ("1", "332", "432", "532")
    for rules in [colourings(GROUPS[name])]
    for rule in {r.name: r for r in (rules[0], rules[1 % len(rules)], rules[-1])}.values()
]
TEXEL = 0.06  # radians: small charts
CHARTS: dict = {}


def make(name, rule="none"):
    if (name, rule) not in CHARTS:
        found = elements(GROUPS[name], find_colouring(GROUPS[name], rule))
        CHARTS[name, rule] = sphere_chart(found, TEXEL)
    return CHARTS[name, rule]


def random_points(count, seed=0):
    return Rotation.random(count, random_state=seed).as_matrix()[:, 2]


def angles(p, q):
    """Angles between unit vectors, exact for near ones too."""
    return np.arctan2(np.linalg.norm(np.cross(p, q), axis=-1), np.sum(p * q, axis=-1))


def generated(generators):
    """All products of coloured rotations, by multiplying scipy's until nothing is new."""
    rotations, colours = [np.eye(3)], [np.eye(3)]
    k = 0
    while k < len(rotations):
        for g, c in generators:
            m = (Rotation.from_matrix(g) * Rotation.from_matrix(rotations[k])).as_matrix()
            if min(np.abs(m - other).max() for other in rotations) > 1e-6:
                rotations.append(m)
                colours.append(c @ colours[k])
        k += 1
    return rotations, colours


@pytest.mark.parametrize(("name", "rule"), CASES)
def test_the_fold_is_symmetric_under_the_whole_group(name, rule):
    """F(g·p) = c(g) F(p) to 1e-9 for every g that scipy makes of two rotations: a half turn and a
    third turn about axes at the angle that Coxeter's formulas give the solid."""
    group, colouring = GROUPS[name], find_colouring(GROUPS[name], rule)
    chart = make(name, rule)
    paint = np.random.default_rng(1).normal(size=(chart.texels, 3))
    points = random_points(60)
    here = apply_map(fold(points, chart), paint)
    generators = []
    for g in group.generators:
        n = 2 if "half" in g.title else 3
        vector = Rotation.from_matrix(g.matrix).as_rotvec()
        exact = Rotation.from_rotvec(vector / np.linalg.norm(vector) * 2 * np.pi / n)
        generators.append((exact.as_matrix(), signed_matrix(colouring.images[g.letter])))
    rotations, colours = generated(generators)
    assert len(rotations) == {"1": 1, "332": 12, "432": 24, "532": 60}[name]
    for m, c in zip(rotations, colours, strict=True):
        there = apply_map(fold(points @ m.T, chart), paint)
        assert np.abs(there - here @ c.T).max() < 1e-9


@pytest.mark.parametrize(("name", "rule"), CASES)
def test_what_is_painted_varies(name, rule):
    """Symmetry alone would also hold for a black sphere: paint shows at nearly full contrast."""
    chart = make(name, rule)
    paint = np.random.default_rng(1).normal(size=(chart.texels, 3))
    seen = apply_map(fold(random_points(400), chart), paint)
    assert 0.3 < seen.std() < 1.1


@pytest.mark.parametrize(("name", "rule"), CASES)
def test_weights_of_every_point_sum_to_one(name, rule):
    chart = make(name, rule)
    sampling = fold(np.concatenate([random_points(500), np.eye(3), -np.eye(3)]), chart)
    rows = np.repeat(np.arange(sampling.rows), np.diff(sampling.indptr))
    assert np.allclose(np.bincount(rows, sampling.weights), 1, atol=1e-12)
    assert sampling.weights.min() >= 0
    assert 0 <= sampling.indices.min() <= sampling.indices.max() < chart.texels


@pytest.mark.parametrize("name", ["1", "332", "432", "532"])
def test_constant_paint_stays_constant(name):
    chart = make(name)
    seen = apply_map(fold(random_points(200), chart), np.full((chart.texels, 3), 0.7))
    assert np.allclose(seen, 0.7, atol=1e-12)


@pytest.mark.parametrize("name", ["1", "332", "432", "532"])
def test_seeds_are_in_general_position(name):
    """No rotation but the identity leaves a seed near its place or brings it near another seed,
    so that every point has a domain of its own."""
    chart = make(name)
    seeds = chart.frames[:, 2]
    assert np.allclose(chart.frames @ chart.frames.transpose(0, 2, 1), np.eye(3), atol=1e-12)
    assert np.allclose(np.linalg.det(chart.frames), 1)
    images = np.einsum("gij,sj->gsi", chart.elements.matrices, seeds).reshape(-1, 3)
    gap = min(np.sort(angles(s, images))[1] for s in seeds)
    assert gap > 0.8 * np.sqrt(4 * np.pi / len(images))  # nearly as far as so many can be
    assert chart.overlap < gap / 2


@pytest.mark.parametrize("name", ["1", "332", "432", "532"])
def test_paint_reaches_no_farther_than_the_chart(name):
    """Everything read lies inside the chart: no tap wraps from one side of it to the other."""
    chart = make(name)
    inside = fold(random_points(1000, seed=2), chart)
    row, column = np.divmod(inside.indices % chart.size**2, chart.size)
    used = inside.weights > 0
    assert row[used].min() >= 1
    assert row[used].max() <= chart.size - 2
    assert column[used].min() >= 1
    assert column[used].max() <= chart.size - 2


@pytest.mark.parametrize(("name", "rule"), CASES)
def test_the_fold_is_continuous_across_the_edges_of_domains(name, rule):
    """Between points ε apart F differs by a multiple of ε, no larger where the nearest seed
    changes than elsewhere; smaller ε make the difference smaller alike."""
    chart = make(name, rule)
    paint = np.random.default_rng(3).normal(size=(chart.texels, 3))
    random = np.random.default_rng(4)
    seeds = chart.frames[:, 2]
    images = np.einsum("gji,sj->gsi", chart.elements.matrices, seeds).reshape(-1, 3)
    points = random_points(300, seed=5)
    near = np.argsort(-points @ images.T, axis=1)[:, :2]
    if len(images) > 1:  # moved onto the edge between the two nearest seeds
        across = images[near[:, 0]] - images[near[:, 1]]
        across /= np.linalg.norm(across, axis=1, keepdims=True)
        points = points - np.sum(points * across, axis=1, keepdims=True) * across
        points /= np.linalg.norm(points, axis=1, keepdims=True)
    away = random.normal(size=points.shape)
    steepest = []
    for eps in (1e-3, 1e-5, 1e-7):
        sides = [points + s * eps * away for s in (1, -1)]
        sides = [s / np.linalg.norm(s, axis=1, keepdims=True) for s in sides]
        one, two = (apply_map(fold(s, chart), paint) for s in sides)
        steepest.append(np.abs(one - two).max() / eps)
    free = apply_map(fold(random_points(300, seed=6), chart), paint)
    assert max(steepest) < 12 * np.ptp(free) / TEXEL
    assert steepest[2] < 3 * steepest[0]  # a jump would grow like 1/ε


def test_charts_get_finer_with_smaller_texels():
    found = elements(GROUPS["432"], find_colouring(GROUPS["432"], "none"))
    coarse, fine = sphere_chart(found, 0.1), sphere_chart(found, 0.05)
    assert 1.6 < (fine.size - 4) / (coarse.size - 4) < 2.2
    assert np.array_equal(coarse.frames, fine.frames)
    assert coarse.texels == len(coarse.frames) * coarse.size**2


def test_a_texel_is_as_wide_as_asked():
    """Linear paint over a chart: F changes by one texel's worth where p moves by a texel."""
    chart = make("532")
    j = np.tile(np.arange(chart.size, dtype=float), chart.size)
    paint = np.repeat(j[:, None], 3, axis=1)
    x, _, seed = chart.frames[0]
    step = 0.01
    pair = np.stack([seed, np.cos(step) * seed + np.sin(step) * x])
    one, two = apply_map(fold(pair, chart), paint)[:, 0]
    assert (two - one) / step * TEXEL == pytest.approx(1, abs=0.15)
    assert one == pytest.approx((chart.size - 1) / 2)  # the seed is in the middle


def test_no_points_make_an_empty_map():
    assert fold(np.zeros((0, 3)), make("532")).rows == 0


def test_long_lists_of_points_are_folded_in_pieces_alike(monkeypatch):
    chart, points = make("332", "3a"), random_points(50)
    whole = fold(points, chart)
    monkeypatch.setattr("geometry.sphere._CHUNK", 7)
    pieces = fold(points, chart)
    for name in ("indptr", "indices", "weights", "colours"):
        assert np.array_equal(getattr(whole, name), getattr(pieces, name))


def test_equirectangular_conventions():
    """Longitude −π..π left to right with x in the middle, latitude +π/2 at the top, z up."""
    height, width = 6, 12
    grid = equirectangular(height, width).reshape(height, width, 3)
    assert np.allclose(np.linalg.norm(grid, axis=-1), 1)
    longitude = np.degrees(np.arctan2(grid[..., 1], grid[..., 0]))
    latitude = np.degrees(np.arcsin(grid[..., 2]))
    assert np.allclose(longitude, np.arange(-165, 180, 30))
    assert np.allclose(latitude, np.array([75, 45, 15, -15, -45, -75])[:, None])
    assert grid[2, 5:7, 0].min() > 0.9  # x in the middle
    assert grid[2, 8:10, 1].min() > 0.9  # y a quarter to the right of it


def test_the_spiral_is_even():
    """Points of a golden spiral: every cap holds its share of them, to a few points."""
    points = spiral(2000)
    assert np.allclose(np.linalg.norm(points, axis=1), 1)
    for axis in random_points(20, seed=8):
        for cosine in (0.9, 0.5, 0):
            share = (1 - cosine) / 2 * 2000
            assert abs((points @ axis > cosine).sum() - share) < 12
