import numpy as np
import pytest
from dense_maps import apply_map, signed_matrix

from geometry.catalogue import colourings, find_colouring, find_group
from geometry.hyperbolic.fold import fold, hyperbolic_chart
from geometry.hyperbolic.mirrors import make_mirrors, reduce
from geometry.spaces import HYPERBOLIC
from geometry.symmetry.groups import word_matrix
from geometry.symmetry.presentation import image

NAMES = (
    *("[4,6]", "[4,6]+", "[4+,6]", "[4,6+]", "[7,3]", "[7,3]+", "[3,7]", "[5,4]+", "[5+,4]"),
    *("[3,20]+", "[3+,20]", "[20,3]", "[20,3+]", "[16,10]+"),
)
CASES = [
    (name, rule.name)
    for name in NAMES
    for rules in [colourings(find_group(name))]
    for rule in {r.name: r for r in (rules[0], rules[1 % len(rules)], rules[-1])}.values()
]
TEXEL = 0.05  # hyperbolic length: small charts
CHARTS: dict = {}


def make(name, rule="none"):
    if (name, rule) not in CHARTS:
        group = find_group(name)
        CHARTS[name, rule] = hyperbolic_chart(group, find_colouring(group, rule), TEXEL)
    return CHARTS[name, rule]


def random_points(count, seed=0, radius=3.0):
    """Points (count, 3) of a disc, even by area."""
    random = np.random.default_rng(seed)
    angle = random.uniform(0, 2 * np.pi, count)
    t = random.uniform(1, np.cosh(radius), count)
    ring = np.sqrt(t**2 - 1)
    return np.stack([ring * np.cos(angle), ring * np.sin(angle), t], axis=1)


def random_words(group, count, length=12, seed=1):
    letters = list(group.letters + group.letters.upper())
    random = np.random.default_rng(seed)
    return ["".join(random.choice(letters, k)) for k in random.integers(1, length + 1, count)]


def moved(group, word, points):
    """g·p and where it lies in the disc that pictures show: pixels end at t of some hundreds."""
    there = points @ word_matrix(group, word).T
    return there, there[:, 2] < 300


@pytest.mark.parametrize(("name", "rule"), CASES)
def test_the_fold_is_symmetric_under_random_words(name, rule):
    """F(g·p) = c(g) F(p) for products of up to 12 generators, as matrices of the hyperboloid and
    as colours: neither knows of mirrors and cosets."""
    group, chart = find_group(name), make(name, rule)
    images = find_colouring(group, rule).images
    paint = np.random.default_rng(1).normal(size=(chart.texels, 3))
    points = random_points(60)
    here = apply_map(fold(points, chart), paint)
    compared = 0
    for word in random_words(group, 30):
        there, shown = moved(group, word, points)
        seen = apply_map(fold(there[shown], chart), paint)
        expected = here[shown] @ signed_matrix(image(word, images)).T
        # a texel of noise is a slope of TEXEL⁻¹; points come with rounding of their own
        assert np.abs(seen - expected).max(initial=0) < 1e-9 / TEXEL
        compared += len(seen)
    assert compared > 300


@pytest.mark.parametrize("name", NAMES)
def test_reducing_forgets_the_element_and_knows_its_colour(name):
    """All images of a point reduce to the same point of the triangle; with a rule that tells all
    colours apart the codes differ as the colours do."""
    group = find_group(name)
    rule = colourings(group)[-1]
    mirrors = make_mirrors(group, rule)
    points = random_points(40, seed=3)
    inside, code = reduce(points, mirrors)
    depth = inside @ (mirrors.normals * HYPERBOLIC.form).T
    assert depth.min() > -1e-9
    assert np.allclose(HYPERBOLIC.inner(inside, inside), -1, atol=1e-9)
    for word in random_words(group, 10, seed=4):
        there, shown = moved(group, word, points)
        again, other = reduce(there[shown], mirrors)
        assert np.allclose(again, inside[shown], atol=1e-9)
        step = signed_matrix(image(word, rule.images))
        for after, before in zip(other, code[shown], strict=True):
            a, b = (
                signed_matrix(mirrors.palette[k % len(mirrors.palette)]) for k in (after, before)
            )
            assert np.array_equal(a, step @ b)


@pytest.mark.parametrize("name", NAMES)
def test_reduced_points_are_as_near_to_the_centre_as_any_of_their_images(name):
    """The triangle lies in the Dirichlet domain of the tile's centre."""
    group, mirrors = find_group(name), make(name).mirrors
    inside, _ = reduce(random_points(200, seed=5), mirrors)
    for word in random_words(group, 40, seed=6):
        assert ((inside @ word_matrix(group, word).T)[:, 2] > inside[:, 2] - 1e-6).all()


@pytest.mark.parametrize(("name", "rule"), CASES)
def test_weights_of_every_point_sum_to_one(name, rule):
    chart = make(name, rule)
    corners = chart.mirrors.corners
    sampling = fold(np.concatenate([random_points(500), corners]), chart)
    rows = np.repeat(np.arange(sampling.rows), np.diff(sampling.indptr))
    assert np.allclose(np.bincount(rows, sampling.weights), 1, atol=1e-12)
    assert sampling.weights.min() >= 0


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("texel", [0.3, 0.05, 0.01])
def test_paint_reaches_no_farther_than_the_chart(name, texel):
    """Everything read lies inside the chart: no tap wraps from one side of it to the other. And no
    side of the chart is far from all that is read."""
    group = find_group(name)
    chart = hyperbolic_chart(group, find_colouring(group, "none"), texel)
    orbit = [reduce(random_points(4000, seed=2), chart.mirrors)[0]]
    for corner in chart.mirrors.corners:
        spot = random_points(300, seed=7, radius=0.2)
        orbit.append(spot @ moved_to(corner).T)
    inside = fold(np.concatenate(orbit), chart)
    used = inside.indices[inside.weights > 0]
    for number, size in zip(np.divmod(used, chart.shape[1]), chart.shape, strict=True):
        assert number.min() >= 1
        assert number.max() <= size - 2
        slack = 3 + 0.1 * size
        assert number.min() <= slack
        assert number.max() >= size - 1 - slack


def moved_to(point):
    """An isometry that brings (0, 0, 1) to a point: the point reflection in their middle."""
    middle = point + np.array([0, 0, 1])
    middle = middle / np.sqrt(-HYPERBOLIC.inner(middle, middle))
    return -np.eye(3) - 2 * np.outer(middle, middle * HYPERBOLIC.form)


@pytest.mark.parametrize(("name", "rule"), CASES)
def test_the_fold_is_continuous_across_mirrors_and_corners(name, rule):
    """Between points ε apart F differs by a multiple of ε, no larger on the mirrors and around the
    corners of the triangle than elsewhere; a jump would grow like 1/ε."""
    chart = make(name, rule)
    mirrors = chart.mirrors
    paint = np.random.default_rng(3).normal(size=(chart.texels, 3))
    random = np.random.default_rng(4)
    inside, _ = reduce(random_points(300, seed=5), mirrors)
    depth = inside @ (mirrors.normals * HYPERBOLIC.form).T
    nearest = depth.argmin(axis=1)
    feet = inside - depth[np.arange(300), nearest, None] * mirrors.normals[nearest]
    feet /= np.sqrt(-HYPERBOLIC.inner(feet, feet))[:, None]
    spots = [
        random_points(100, seed=k, radius=0.4) @ moved_to(c).T
        for k, c in enumerate(mirrors.corners)
        if c[2] < 100
    ]
    points = np.concatenate([feet, *spots])
    steepest = []
    for eps in (1e-3, 1e-5, 1e-7):
        step = np.tanh(eps) * random.normal(size=(len(points), 2))
        step = np.stack([*step.T, np.sqrt(1 + np.sum(step**2, axis=1))], axis=1)
        near = np.stack([moved_to(p) @ s for p, s in zip(points, step, strict=True)])
        one, two = apply_map(fold(points, chart), paint), apply_map(fold(near, chart), paint)
        steepest.append(np.abs(one - two).max() / eps)
    assert max(steepest) < 60 / TEXEL
    assert steepest[2] < 3 * steepest[0]


@pytest.mark.parametrize(("name", "rule"), CASES)
def test_what_is_painted_varies(name, rule):
    """Symmetry alone would also hold for a grey plane: paint shows at nearly full contrast."""
    chart = make(name, rule)
    paint = np.random.default_rng(1).normal(size=(chart.texels, 3))
    seen = apply_map(fold(random_points(400), chart), paint)
    assert 0.3 < seen.std() < 1.1


def test_a_texel_is_as_wide_as_asked():
    """Linear paint along the chart: on the axis F changes by one texel's worth where p moves by a
    texel; away from it, by up to √2 less."""
    chart = make("[3,20]")
    rows, columns = chart.shape
    along = np.tile(np.arange(columns, dtype=float), rows)
    paint = np.repeat(along[:, None], 3, axis=1)
    angle = np.pi / 3
    s = np.array([0.8, 0.81])
    pair = np.stack([np.sinh(s) * np.cos(angle), np.sinh(s) * np.sin(angle), np.cosh(s)], axis=1)
    one, two = apply_map(fold(pair, chart), paint)[:, 0]
    assert (two - one) / 0.01 * TEXEL == pytest.approx(1, abs=1e-3)


def test_no_points_make_an_empty_map():
    assert fold(np.zeros((0, 3)), make("[7,3]+")).rows == 0


def test_long_lists_of_points_are_folded_in_pieces_alike(monkeypatch):
    chart, points = make("[4,6]+", "2a"), random_points(50)
    whole = fold(points, chart)
    monkeypatch.setattr("geometry.hyperbolic.fold._CHUNK", 7)
    monkeypatch.setattr("geometry.hyperbolic.mirrors._BLOCK", 3)
    pieces = fold(points, chart)
    for name in ("indptr", "indices", "weights", "colours"):
        assert np.array_equal(getattr(whole, name), getattr(pieces, name))
