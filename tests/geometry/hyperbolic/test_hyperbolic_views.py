import numpy as np
import pytest

from geometry.catalogue import find_colouring, find_group
from geometry.hyperbolic.fold import hyperbolic_chart
from geometry.hyperbolic.mirrors import reduce
from geometry.hyperbolic.models import MODELS
from geometry.hyperbolic.views import (
    coverage,
    crop_samples,
    domain_area,
    domain_points,
    picture_samples,
    picture_shape,
    pixel_length,
    placement,
    random_motion,
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
    """Sub-samples are as many as the footprint asks, from 2×2 to 3×3; where detail is 0 there are
    none, since the mean colour is all that shows."""
    model, shape, chart = MODELS[name], SHAPES[name], make(texel=0.02)
    samples = picture_samples(model, shape, chart)
    counts = np.diff(samples.starts)
    whole = samples.coverage == 1
    assert (counts[samples.detail == 0] == 0).all()
    shown = whole & (samples.detail > 0)
    assert set(counts[shown]) <= {4, 9}
    y, x = np.divmod(np.flatnonzero(shown), shape[1])
    scale, centre = placement(model, shape)
    middle = (np.stack([x, y], axis=1) + 0.5 - centre) * (1 / scale, -1 / scale)
    footprint = model.footprint(middle) / scale
    spacing = footprint / np.sqrt(counts[shown])
    assert ((spacing <= 0.04 + 1e-12) | (counts[shown] == 9)).all()
    across = np.sqrt(domain_area(chart.mirrors)) / footprint
    assert (samples.detail[shown][across > 2.5] == 1).all()
    assert across.min() >= 0.75


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


@pytest.mark.parametrize("name", MODELS)
def test_a_crop_that_is_not_moved_is_a_part_of_the_picture(name):
    model, shape, chart = MODELS[name], SHAPES[name], make()
    whole = picture_samples(model, shape, chart)
    corner, side = (9, 13), 12
    crop = crop_samples(model, shape, corner, side, np.eye(3), chart)
    rows, columns = (np.arange(start, start + side) for start in corner)
    pixels = (rows[:, None] * shape[1] + columns).ravel()
    for field in ("coverage", "detail", "weight"):
        assert np.array_equal(getattr(crop, field), getattr(whole, field)[pixels])
    points = [whole.points[whole.starts[k] : whole.starts[k + 1]] for k in pixels]
    assert np.array_equal(crop.points, np.concatenate(points))
    assert np.array_equal(np.diff(crop.starts), np.diff(whole.starts)[pixels])


def test_a_motion_moves_a_crop_and_changes_nothing_else():
    """Points go where the motion takes them; so distances and the hand stay as they are."""
    model, shape, chart = MODELS["poincare"], (64, 64), make(texel=0.02)
    motion = random_motion(np.random.default_rng(3), chart.mirrors)
    still, moved = (crop_samples(model, shape, (20, 30), 16, m, chart) for m in (np.eye(3), motion))
    assert np.allclose(moved.points, still.points @ motion.T)
    assert np.array_equal(moved.starts, still.starts)
    assert np.array_equal(moved.weight, still.weight)
    assert np.allclose(HYPERBOLIC.inner(moved.points, moved.points), -1)
    a, right, down = (moved.points[moved.starts[k]] for k in (0, 9, 96))
    assert np.linalg.det(np.stack([right - a, a - down, a])) > 0


@pytest.mark.parametrize("name", MODELS)
def test_a_pixel_in_the_middle_is_as_long_as_it_says(name):
    """Two points a pixel apart, at the tile's centre."""
    model = MODELS[name]
    shape = picture_shape(model, 4000)
    assert shape[1] == 4000 and shape[1] / shape[0] == pytest.approx(model.aspect, rel=1e-3)
    step = pixel_length(model, shape)
    away, up = np.sinh(step), np.cosh(step)
    here, *there = positions(model, shape, np.array([[0, 0, 1], [away, 0, up], [0, away, up]]))
    # the square model stretches its axes unequally: the pixel is as long as its longer side
    assert min(np.hypot(*(place - here)) for place in there) == pytest.approx(1, rel=1e-3)


@pytest.mark.parametrize("name", MODELS)
def test_coverage_does_not_depend_on_what_is_painted(name):
    """The rim's transparency is that of the samples, up to the sub-pixels' number."""
    model, shape = MODELS[name], SHAPES[name]
    sampled = picture_samples(model, shape, make()).coverage.reshape(shape)
    assert np.abs(coverage(model, shape) - sampled).max() <= 0.25
    assert coverage(model, shape).mean() == pytest.approx(sampled.mean(), abs=2e-3)


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
