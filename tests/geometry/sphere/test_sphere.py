import itertools

import numpy as np
import pytest
from cases import every, quick
from dense_maps import apply_map, signed_matrix
from scipy.spatial.transform import Rotation

from geometry.catalogue import colourings, find_colouring, find_group
from geometry.sphere.fold import NARROW, fold, sphere_chart
from geometry.sphere.lune_charts import LuneChart, turns_about_axis
from geometry.sphere.seed_charts import SeedChart, spiral
from geometry.symmetry.groups import elements

POLYHEDRAL = ["332", "3*2", "*332", "432", "*432", "532", "*532"]
AXIAL = [
    pattern.format(n, 2 * n)
    for n in (1, 2, 3, 5, 12)
    for pattern in ("C{0}", "C{0}v", "C{0}h", "S{1}", "D{0}", "D{0}d", "D{0}h")
]
NAMES = POLYHEDRAL + list(dict.fromkeys(find_group(name).name for name in AXIAL))
CASES = [(name, which) for name in NAMES for which in (0, -1)]  # the first rule and the last
EVERY_NAME = quick(NAMES, *NAMES[::3])  # axial groups come in sevens: by default of each kind some
BY_SEEDS, BY_LUNES = ("1", "55", "3*2", "432", "*532"), ("66", "12*", "7x", "2*3", "*2.2.12")
TEXEL = 0.06  # radians: small charts
CHARTS: dict = {}


def make(name, rule="none", texel=TEXEL):
    if (name, rule, texel) not in CHARTS:
        group = find_group(name, "sphere")
        found = elements(group, find_colouring(group, rule))
        CHARTS[name, rule, texel] = sphere_chart(found, texel)
    return CHARTS[name, rule, texel]


def rule_of(name, which):
    """The name of a group's first or last rule; found in the test, as it takes a moment."""
    return colourings(find_group(name, "sphere"))[which].name


def has_few_turns(name):
    """About its axis: then it gets seeds."""
    group = find_group(name, "sphere")
    return turns_about_axis(elements(group, find_colouring(group, "none"))) < NARROW


def random_points(count, seed=0):
    return Rotation.random(count, random_state=seed).as_matrix()[:, 2]


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def axes(name):
    """Where isometries of the group have fixed points: poles, axes and normals of mirrors."""
    found = [np.eye(3), -np.eye(3)]
    for matrix in make(name).elements.matrices[1:40]:
        values, vectors = np.linalg.eig(matrix)
        found.append(vectors.T[np.abs(values.imag) < 1e-9].real)
    return np.concatenate(found)


def rough_paint(chart, seed=1):
    return np.random.default_rng(seed).normal(size=(chart.texels, 3))


def smooth_paint(chart):
    """Waves over the charts, longer than their texels: |gradient| ≤ 1 per texel · 0.6."""
    which, row, column = np.unravel_index(np.arange(chart.texels), chart.shape)
    return np.stack([np.sin(0.4 * row + k + which) + np.cos(0.3 * column - k) for k in range(3)], 1)


@pytest.mark.parametrize(("name", "which"), every(3, CASES))
def test_the_fold_is_symmetric_under_random_words(name, which):
    """F(g·p) = c(g) F(p) to 1e-9, matrices and colours multiplied letter by letter; also at and
    near the points that elements fix."""
    group, rule = find_group(name, "sphere"), rule_of(name, which)
    colouring = find_colouring(group, rule)
    chart, random = make(name, rule), np.random.default_rng(2)
    special = axes(name)
    near = unit(special + random.normal(size=special.shape) * 1e-3)
    points = np.concatenate([random_points(60), near])
    paint = rough_paint(chart)
    here = apply_map(fold(points, chart), paint)
    letters = [(g.matrix, signed_matrix(colouring.images[g.letter])) for g in group.generators]
    letters += [(np.linalg.inv(m), c.T) for m, c in letters]
    words = [[letter] for letter in letters]
    words += [
        [letters[k] for k in random.integers(0, len(letters), 9)] for _ in range(3) if letters
    ]
    for word in words:
        matrix, colour = np.eye(3), np.eye(3)
        for m, c in word:
            matrix, colour = matrix @ m, colour @ c
        there = apply_map(fold(points @ matrix.T, chart), paint)
        assert np.abs(there - here @ colour.T).max() < 1e-9


@pytest.mark.parametrize("name", EVERY_NAME)
def test_every_point_is_covered_by_weights_of_sum_one(name):
    chart = make(name)
    sampling = fold(np.concatenate([random_points(500), axes(name)]), chart)
    rows = np.repeat(np.arange(sampling.rows), np.diff(sampling.indptr))
    assert np.allclose(np.bincount(rows, sampling.weights), 1, atol=1e-12)
    assert sampling.weights.min() >= 0
    assert sampling.columns == chart.texels == np.prod(chart.shape)


@pytest.mark.parametrize("name", EVERY_NAME)
def test_paint_reaches_no_farther_than_the_chart(name):
    """Everything that is read lies inside its chart: no tap wraps from one side to the other."""
    chart = make(name, texel=0.01)
    tips = axes(name)
    points = np.concatenate([random_points(4000, seed=2), tips])
    position = chart.copies(points).position
    assert position.min() >= 0.5
    assert (position <= np.array(chart.shape[1:]) - 1.5).all()


@pytest.mark.parametrize("name", EVERY_NAME)
def test_charts_waste_little(name):
    """All texels together have at most 2.7 times the area of a domain (*532's sharp triangle and
    the air around: 3.2)."""
    chart = make(name, texel=0.003)
    domain = 4 * np.pi / len(chart.elements)
    assert 1 < chart.texels * 0.003**2 / domain < (3.2 if name == "*532" else 2.7)


@pytest.mark.parametrize("name", EVERY_NAME)
def test_few_elements_share_a_point_away_from_the_poles(name):
    """Two on an edge, three or four at a corner; more only next to an axis of high order."""
    chart = make(name, texel=0.003)
    points = random_points(3000, seed=3)
    points = points[np.abs(points[:, 2]) < 0.95]
    counts = np.diff(fold(points, chart).indptr) // 4
    corners = {"*332": 6, "*432": 8, "*532": 10, "532": 5, "2*2": 6}
    assert 1 <= counts.min() <= counts.max() <= corners.get(name, 5)
    assert counts.mean() < 1.6
    everywhere = np.diff(fold(axes(name), chart).indptr) // 4
    assert everywhere.max() <= max(12, len(chart.elements))


@pytest.mark.parametrize(("name", "which"), every(3, CASES))
def test_the_fold_is_continuous_along_great_circles(name, which):
    """Steps along great circles, also through both poles, change F no more than the paint's slope
    allows, edges of domains included; steps half as long change it half as much."""
    chart = make(name, rule_of(name, which), 0.02)
    paint = smooth_paint(chart)
    largest = []
    for count in (4096, 8192):
        angle = np.linspace(0, 2 * np.pi, count + 1)[:, None]
        circles = [(np.array([0.6, 0.8, 0]), np.array([0, 0, 1.0]))]
        circles += [tuple(m[:2]) for m in Rotation.random(3, random_state=4).as_matrix()]
        walks = [np.cos(angle) * u + np.sin(angle) * v for u, v in circles]
        values = [apply_map(fold(walk, chart), paint) for walk in walks]
        largest.append(max(np.abs(np.diff(v, axis=0)).max() for v in values))
    texels = 2 * np.pi / 4096 / 0.02
    assert largest[0] < 3 * texels
    assert 0.4 < largest[1] / largest[0] < 0.65


def contrast(points, chart):
    """RMS of what ten paints of noise show at points."""
    sampling = fold(points, chart)
    return np.std([apply_map(sampling, rough_paint(chart, seed)) for seed in range(10)])


@pytest.mark.parametrize("name", [*BY_SEEDS, *BY_LUNES])
def test_paint_shows_at_nearly_full_contrast(name):
    """Copies mix only in narrow strips: bilinear taps alone leave 2/3 of noise's contrast."""
    assert 0.6 < contrast(random_points(1000), make(name, texel=0.02)) < 2 / 3 + 0.03


@pytest.mark.parametrize("name", BY_LUNES)
def test_only_a_small_disc_around_the_pole_is_grey(name):
    """Where a lune is as wide as eight texels the paint shows nearly as well as elsewhere."""
    chart = make(name, texel=0.01)
    distance = 8 * chart.texel / chart.spacing
    longitude = np.linspace(0, 2 * np.pi, 1000)
    ring = [np.sin(distance) * np.cos(longitude), np.sin(distance) * np.sin(longitude)]
    ring = np.stack([*ring, np.full(1000, np.cos(distance))], axis=1)
    assert contrast(ring, chart) > 0.8 * contrast(random_points(1000), chart)


def test_many_turns_about_an_axis_get_lunes():
    assert all(isinstance(make(name), SeedChart) for name in BY_SEEDS)
    assert all(isinstance(make(name), LuneChart) for name in BY_LUNES)


@pytest.mark.parametrize("name", quick(filter(has_few_turns, NAMES), *NAMES[::3]))
def test_seeds_are_in_general_position_and_near_every_point(name):
    """No isometry but the identity leaves a seed near its place or brings it near another seed."""
    chart = make(name)
    assert isinstance(chart, SeedChart)
    seeds = chart.frames[:, 2]
    assert np.allclose(chart.frames @ chart.frames.transpose(0, 2, 1), np.eye(3), atol=1e-12)
    assert np.allclose(np.linalg.det(chart.frames), 1)
    images = np.einsum("gij,sj->gsi", chart.elements.matrices, seeds).reshape(-1, 3)
    gap = min(np.sort(np.linalg.norm(s - images, axis=1))[1] for s in seeds)
    assert gap > 0.75 * np.sqrt(4 * np.pi / len(images))  # nearly as far as so many can be
    assert (random_points(2000) @ images.T).max(axis=1).min() > np.cos(0.72)


@pytest.mark.parametrize("name", ["432", "*77"])
def test_charts_get_finer_with_smaller_texels(name):
    coarse, fine = make(name, texel=0.04), make(name, texel=0.01)
    for a, b in itertools.pairwise((coarse, fine)):
        assert np.allclose((np.array(b.shape[1:]) - 4) / (np.array(a.shape[1:]) - 4), 4, rtol=0.2)


@pytest.mark.parametrize("name", ["532", "66"])
def test_a_texel_is_as_wide_as_asked(name):
    """Paint that grows by one a texel grows by one where p moves by a texel, at the chart's
    middle."""
    chart = make(name, texel=0.01)
    _, row, column = np.unravel_index(np.arange(chart.texels), chart.shape)
    paint = np.stack([row, column, 0 * row], axis=1).astype(float)
    if isinstance(chart, SeedChart):
        east, _, middle = chart.frames[0]
    else:
        middle, east = np.eye(3)[:2]
    for way in (np.cross(middle, east), east):
        pair = np.stack([middle, unit(middle + 0.03 * way)])
        one, two = apply_map(fold(pair, chart), paint)
        assert np.hypot(*(two - one)[:2]) == pytest.approx(3, rel=0.01)


@pytest.mark.parametrize("name", [*BY_SEEDS, *BY_LUNES])
def test_no_points_make_an_empty_map(name):
    assert fold(np.zeros((0, 3)), make(name)).rows == 0


@pytest.mark.parametrize("name", ["332", "2.2.12"])
def test_long_lists_of_points_are_folded_in_pieces_alike(name, monkeypatch):
    chart, points = make(name, colourings(find_group(name))[-1].name), random_points(50)
    whole = fold(points, chart)
    monkeypatch.setattr("geometry.sphere.fold._CHUNK", 7)
    pieces = fold(points, chart)
    for field in ("indptr", "indices", "colours"):
        assert np.array_equal(getattr(whole, field), getattr(pieces, field))
    assert np.allclose(whole.weights, pieces.weights, atol=1e-12)


def test_the_spiral_is_even():
    """Points of a golden spiral: every cap holds its share of them, to a few points."""
    points = spiral(2000)
    assert np.allclose(np.linalg.norm(points, axis=1), 1)
    for axis in random_points(20, seed=8):
        for cosine in (0.9, 0.5, 0):
            share = (1 - cosine) / 2 * 2000
            assert abs((points @ axis > cosine).sum() - share) < 12
