import numpy as np
import pytest

from geometry.catalogue import find_colouring, find_group
from geometry.hyperbolic import hyperbolic_chart
from geometry.hyperbolic_mirrors import reduce
from geometry.hyperbolic_models import MODELS
from geometry.hyperbolic_views import (
    domain_area,
    domain_points,
    picture_samples,
    placement,
    random_motion,
    window_samples,
)
from geometry.spaces import HYPERBOLIC

SHAPES = {name: (32, round(32 * model.aspect)) for name, model in MODELS.items()}


def make(name="[4,6]+", texel=0.1):
    group = find_group(name)
    return hyperbolic_chart(group, find_colouring(group, "none"), texel)


def positions(model, shape, points):
    """Pixel coordinates (n, 2) of points, x right, y down."""
    scale, (x, y) = placement(model, shape)
    return model.from_space(points) * (scale, -scale) + (x, y)


@pytest.mark.parametrize("name", MODELS)
def test_samples_lie_in_their_pixels(name):
    model, shape = MODELS[name], SHAPES[name]
    samples = picture_samples(model, shape, make())
    pixel = np.repeat(np.arange(shape[0] * shape[1]), np.diff(samples.starts))
    seen = np.floor(positions(model, shape, samples.points)).astype(int)
    assert np.array_equal(seen[:, 1] * shape[1] + seen[:, 0], pixel)
    assert len(samples.starts) == shape[0] * shape[1] + 1
    assert samples.starts[-1] == len(samples.points)


@pytest.mark.parametrize("name", MODELS)
def test_coverage_is_the_area_of_the_model(name):
    """π r² for discs, all of the picture for the others; discs keep a free pixel at the edge."""
    model, shape = MODELS[name], SHAPES[name]
    coverage = picture_samples(model, shape, make()).coverage.reshape(shape)
    if name in ("poincare", "klein"):
        radius = placement(model, shape)[0]
        assert radius == shape[0] / 2 - 1
        assert coverage.sum() == pytest.approx(np.pi * radius**2, rel=3e-3)
        assert coverage[0].max() == coverage[:, 0].max() == 0
    else:
        assert (coverage == 1).all()
    assert 0 <= coverage.min() <= coverage.max() <= 1


@pytest.mark.parametrize("name", MODELS)
def test_smaller_pixels_take_fewer_samples_and_lost_ones_none(name):
    """Sub-samples are as many as the footprint asks, from 2 × 2 to 6 × 6; where detail is 0 there
    are none, since the mean colour is all that shows."""
    model, shape, chart = MODELS[name], SHAPES[name], make(texel=0.02)
    samples = picture_samples(model, shape, chart)
    counts = np.diff(samples.starts)
    whole = samples.coverage == 1
    assert (counts[samples.detail == 0] == 0).all()
    shown = whole & (samples.detail > 0)
    assert set(counts[shown]) <= {4, 9, 16, 25, 36}
    y, x = np.divmod(np.flatnonzero(shown), shape[1])
    scale, centre = placement(model, shape)
    middle = (np.stack([x, y], axis=1) + 0.5 - centre) * (1 / scale, -1 / scale)
    footprint = model.footprint(middle) / scale
    spacing = footprint / np.sqrt(counts[shown])
    assert ((spacing <= 0.03 + 1e-12) | (counts[shown] == 36)).all()
    across = np.sqrt(domain_area(chart.mirrors)) / footprint
    assert (samples.detail[shown][across > 2] == 1).all()
    assert across.min() >= 0.75


def test_rows_of_a_picture_are_the_picture_in_parts():
    model, chart = MODELS["klein"], make()
    whole = picture_samples(model, (20, 20), chart)
    parts = [picture_samples(model, (20, 20), chart, rows) for rows in (range(7), range(7, 20))]
    assert np.array_equal(whole.points, np.concatenate([part.points for part in parts]))
    assert np.array_equal(whole.detail, np.concatenate([part.detail for part in parts]))
    assert np.array_equal(
        np.diff(whole.starts), np.concatenate([np.diff(part.starts) for part in parts])
    )


@pytest.mark.parametrize("name", ["[4,6]", "[4,6]+", "[7,3]+", "[3,20]+", "[5+,4]", "[30,30]+"])
def test_random_points_fill_the_domain_evenly(name):
    """They reduce to themselves or to their mirror image in n; the share of them near a corner is
    the share of its sector: 2π (cosh r − 1) times the angle, of the area by Gauss and Bonnet."""
    mirrors = make(name).mirrors
    points = domain_points(np.random.default_rng(0), 20000, mirrors)
    folded, code = reduce(points, mirrors)
    assert np.allclose(folded[:, 2], points[:, 2])
    area = domain_area(mirrors)
    for corner, order in zip(mirrors.corners, mirrors.orders, strict=True):
        height = np.arcsinh(np.abs(mirrors.normals @ (corner * HYPERBOLIC.form)).max())
        near = HYPERBOLIC.distance(folded, corner) < 0.8 * height
        sector = mirrors.tiling.cosets * np.pi / order * (np.cosh(0.8 * height) - 1)
        share = sector / area
        assert near.mean() == pytest.approx(share, abs=4 * np.sqrt(share / 20000))
    coset = code // len(mirrors.palette)
    assert coset.mean() == pytest.approx((mirrors.tiling.cosets - 1) / 2, abs=0.02)


def test_motions_are_turns_and_shifts_to_every_side():
    random, mirrors = np.random.default_rng(2), make("[7,3]+").mirrors
    motions = np.stack([random_motion(random, mirrors) for _ in range(300)])
    assert all(HYPERBOLIC.is_isometry(m) and np.linalg.det(m) > 0 for m in motions)
    # where (0, 0, 1) goes depends on the domain, which way the x axis points does not
    towards = motions[:, :2, :2] @ [1, 0]
    angle = np.arctan2(towards[:, 1], towards[:, 0])
    assert np.abs(np.exp(1j * angle).mean()) < 0.15


def test_a_window_is_a_moved_part_of_the_disc():
    """Neighbours in the middle are ``pixel`` apart; what lies beyond the disc is not covered."""
    chart = make(texel=0.02)
    random = np.random.default_rng(3)
    window = window_samples(random, 40, 0.02, chart)
    assert (window.coverage == 1).all()
    assert np.allclose(HYPERBOLIC.inner(window.points, window.points), -1)
    middles = np.add.reduceat(window.points, window.starts[:-1]) / 4
    middles = middles.reshape(40, 40, 3)
    right = HYPERBOLIC.distance(middles[19:21, 19], middles[19:21, 20])
    down = HYPERBOLIC.distance(middles[19, 19:21], middles[20, 19:21])
    assert np.allclose([right, down], 0.02, rtol=1e-3)
    wide = window_samples(random, 40, 0.1, chart)
    assert wide.coverage.reshape(40, 40)[[0, 20], [0, 20]].tolist() == [0, 1]


@pytest.mark.parametrize("name", MODELS)
def test_pixels_count_less_where_they_are_coarse(name):
    """Fully up to 4 texels, not at all from 8 on."""
    model, shape, chart = MODELS[name], SHAPES[name], make(texel=0.05)
    samples = picture_samples(model, shape, chart)
    y, x = np.divmod(np.arange(shape[0] * shape[1]), shape[1])
    scale, centre = placement(model, shape)
    middle = (np.stack([x, y], axis=1) + 0.5 - centre) * (1 / scale, -1 / scale)
    inside = model.to_space(middle)[1]
    texels = model.footprint(middle[inside]) / scale / 0.05
    weight, coverage = samples.weight[inside], samples.coverage[inside]
    assert np.allclose(weight[texels < 4], coverage[texels < 4])
    assert (weight[texels > 8] == 0).all()
    between = (texels > 4.2) & (texels < 7.8)
    assert (weight[between] > 0).all()
    assert (weight[between] < coverage[between]).all()


def test_windows_are_never_mirrored():
    """Right, down and the way up make the same hand everywhere: no text would be reversed."""
    chart = make(texel=0.02)
    for seed in range(5):
        window = window_samples(np.random.default_rng(seed), 10, 0.02, chart)
        a, right, down = (window.points[window.starts[k]] for k in (0, 9, 90))
        assert np.linalg.det(np.stack([right - a, a - down, a])) > 0
