import math

import numpy as np
import pytest
from dense_maps import apply_map
from scipy.ndimage import gaussian_filter, map_coordinates
from spiral_moves import moved

from geometry.catalogue import find_colouring
from geometry.maps.pyramid import build_pyramid, pyramid_offsets
from geometry.spiral.chart import SpiralShape, kaleidoscope, spiral_chart
from geometry.spiral.groups import spiral_group
from geometry.spiral.views import picture_map, sample, window_map
from geometry.symmetry.colour import act, inverse

CASES = [
    (1, "none", SpiralShape(2, 30)),
    (3, "x=-r,-g,-b r=gbr", SpiralShape(1.6, 30)),
    (5, "x=gbr", SpiralShape(2, -36)),
    (4, "x=gbr r=-r,-g,-b", SpiralShape(1.5, 20, "tunnel")),
]
# features that the picture resolves on both of the places that are compared
WIDTH, SMOOTH = 256, 16


def make(arms, rule, shape, width=WIDTH):
    group = spiral_group(arms)
    colouring = find_colouring(group, rule)
    return group, colouring, spiral_chart(group, colouring, shape, width)


def smooth_texture(chart, seed=0):
    """Symmetric colours 0..1 (rows, columns, 3) of smooth paint."""
    noise = np.random.default_rng(seed).normal(size=(chart.rows, chart.columns, 3))
    paint = gaussian_filter(noise, (SMOOTH, SMOOTH, 0), mode="wrap")
    average, unfold = kaleidoscope(chart)
    texels = apply_map(unfold, apply_map(average, paint.reshape(-1, 3) / paint.std()))
    return (1 / (1 + np.exp(-texels))).reshape(chart.rows, chart.columns, 3)


def read(sampling, texture, shape):
    return apply_map(sampling, build_pyramid(texture)).reshape(*shape, 3)


def pixel_points(size):
    """(size², 2) points z of a square picture's pixels, by their definition."""
    k = (np.arange(size) + 0.5) / size * 2 - 1
    x, y = np.meshgrid(k, -k)
    return np.stack([x.ravel(), y.ravel()], axis=1)


def seen_at(picture, points):
    """Bicubic interpolation of a square picture at points z (n, 2)."""
    size = len(picture)
    position = [(1 - points[:, 1]) / 2 * size - 0.5, (points[:, 0] + 1) / 2 * size - 0.5]
    return np.stack(
        [map_coordinates(picture[..., k], position, order=3, mode="nearest") for k in range(3)],
        axis=1,
    )


@pytest.mark.parametrize(("arms", "rule", "shape"), CASES)
def test_pictures_have_the_symmetry(arms, rule, shape):
    """f(g·z) = c(g) f(z) to 1/255 RMS, away from the middle, for every generator."""
    group, colouring, chart = make(arms, rule, shape)
    picture = read(picture_map(chart, (WIDTH, WIDTH)), smooth_texture(chart), (WIDTH, WIDTH))
    assert np.ptp(picture) > 0.5
    points = pixel_points(WIDTH)
    for letter, steps in zip("xr", ((1, 0), (0, 1)), strict=True):
        if letter not in group.letters:
            continue
        there = moved(points, steps, chart)
        inside = (np.abs(there).max(axis=1) < 0.97) & (np.hypot(*points.T) > 0.35)
        assert inside.sum() > 1000
        plain = picture.reshape(-1, 3)[inside]
        gap = seen_at(picture, there[inside]) - act(colouring.images[letter], plain)
        assert math.sqrt((gap**2).mean()) < 1 / 255


@pytest.mark.parametrize(("arms", "rule", "shape"), CASES)
def test_no_seam_shows_where_the_angle_jumps_or_a_period_ends(arms, rule, shape):
    """Along fine circles and rays no step of the colour is larger than smooth paint can make."""
    _, _, chart = make(arms, rule, shape)
    packed = build_pyramid(smooth_texture(chart))
    angle = np.linspace(0, 2 * np.pi, 8001)
    circle = 0.8 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    ray = np.linspace(0.2, 3, 16001)[:, None] * np.array([[-1.0, 1e-12]])
    for line in (circle, ray):
        colours = apply_map(sample(line, 1 / WIDTH, chart), packed)
        steps = np.abs(np.diff(colours, axis=0)).max(axis=1)
        assert steps.max() < 0.005
    assert np.allclose(*apply_map(sample(circle[[0, -1]], 1 / WIDTH, chart), packed), atol=1e-9)


def test_samples_are_the_closed_form_of_smooth_paint():
    """A wave along log |z| and arg z, on either side of the cut and some zooms away."""
    shape = SpiralShape(2, 30)
    _, _, chart = make(3, "none", shape, width=512)
    i, j = np.mgrid[: chart.rows, : chart.columns]
    place = np.stack([(j + 0.5) / chart.columns, (i + 0.5) / chart.rows], axis=-1)

    def wave(log_polar):
        # x is (log 2, π/6) and r is (0, 2π/3): whole waves along the multiples of both
        a, b = np.moveaxis(np.linalg.solve(shape.basis(3), log_polar[..., None])[..., 0], -1, 0)
        return np.stack([np.cos(2 * np.pi * (a + b)), np.sin(2 * np.pi * (2 * a - b)), a * 0], -1)

    packed = build_pyramid(wave(place @ chart.period.T))
    random = np.random.default_rng(4)
    radius, angle = np.exp(random.uniform(-4, 4, 500)), random.uniform(-np.pi, np.pi, 500)
    points = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    log_polar = np.stack([np.log(radius), angle], axis=1)
    for phase in (0.0, 0.3):
        columns = np.concatenate(
            [
                apply_map(sample(p[None], 2 / 512 * r, chart, phase), packed)
                for p, r in zip(points, radius, strict=True)
            ]
        )
        z = np.log(shape.zoom) * phase, math.radians(shape.twist) * phase
        assert np.abs(columns - wave(log_polar - z)).max() < 0.01


@pytest.mark.parametrize(("arms", "rule", "shape"), CASES)
def test_one_phase_is_one_step_of_the_colours_and_the_loop_closes(arms, rule, shape):
    """Shown after x has acted, f(x⁻¹·z) = c(x)⁻¹ f(z); after as many steps as the colours need
    the picture is the first one again."""
    _, colouring, chart = make(arms, rule, shape, width=64)
    packed = build_pyramid(smooth_texture(chart))
    first, one, last = (
        apply_map(picture_map(chart, (64, 64), phase, subsamples=1), packed)
        for phase in (0.0, 1.0, float(chart.loop))
    )
    assert np.allclose(one, act(inverse(colouring.images["x"]), first), atol=1e-9)
    assert np.allclose(last, first, atol=1e-9)


def test_a_growing_phase_zooms_in():
    """What is at z is seen at λ^u e^{iuθ} z."""
    shape = SpiralShape(2, 30)
    _, _, chart = make(1, "none", shape)
    packed = build_pyramid(smooth_texture(chart))
    points = np.random.default_rng(5).uniform(-1, 1, (200, 2))
    moving = 2**0.4 * np.exp(1j * math.radians(12)) * (points @ [1, 1j])
    there = np.stack([moving.real, moving.imag], axis=1)
    before = apply_map(sample(points, 1e-6, chart), packed)
    after = apply_map(sample(there, 1e-6, chart, phase=0.4), packed)
    assert np.allclose(before, after, atol=1e-9)


@pytest.mark.parametrize(("arms", "rule", "shape"), CASES)
def test_rows_are_averages_and_the_middle_is_the_mean(arms, rule, shape):
    """Weights are shares of 1; a pixel that covers whole periods shows the mean."""
    _, _, chart = make(arms, rule, shape, width=64)
    picture = picture_map(chart, (65, 65))
    assert (picture.weights >= 0).all()
    assert np.allclose(np.add.reduceat(picture.weights, picture.indptr[:-1]), 1)
    texture = np.random.default_rng(6).random((chart.rows, chart.columns, 3))
    middle = apply_map(sample(np.zeros((1, 2)), 1.0, chart), build_pyramid(texture))
    assert np.allclose(middle, texture.mean(axis=(0, 1)))


def test_footprints_of_many_texels_average_as_many():
    """No moiré: white noise averaged over a square of n texels keeps about 1/n of its contrast,
    also where n is more than the coarsest texel."""
    _, _, chart = make(1, "none", SpiralShape(1.25, 10), width=800)
    texture = np.random.default_rng(7).normal(size=(chart.rows, chart.columns, 3))
    packed = build_pyramid(texture)
    assert 2 ** (chart.levels - 1) == 16
    angle = np.random.default_rng(8).uniform(0, 2 * np.pi, 1500)
    for texels in (1, 4, 16, 32):
        radius = 0.5
        points = radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)
        seen = apply_map(sample(points, texels * radius / chart.density, chart), packed)
        assert 0.4 < seen.std() * texels < 1.2


@pytest.mark.parametrize(("arms", "rule", "shape"), [CASES[1], CASES[3]])
def test_windows_see_all_of_the_torus_equally(arms, rule, shape):
    """The finest texels in 8 × 8 blocks of the torus, over many windows."""
    _, _, chart = make(arms, rule, shape, width=48)
    random = np.random.default_rng(9)
    seen = np.zeros(chart.rows * chart.columns)
    for _ in range(150):
        view, weight = window_map(chart, 24, random, subsamples=1)
        share = view.weights * np.repeat(weight, np.diff(view.indptr))
        fine = view.indices < len(seen)
        seen += np.bincount(view.indices[fine], share[fine], minlength=len(seen))
    i, j = np.divmod(np.arange(len(seen)), chart.columns)
    block = i * 3 // chart.rows * 3 + j * 3 // chart.columns
    covered = np.bincount(block, seen) / np.bincount(block)
    assert covered.max() / covered.min() < 1.35


def test_windows_are_cut_from_the_picture_at_its_magnification():
    """A window as large as the picture is the picture, turned and at another phase: each pixel
    reads the same levels. Its middle does not count."""
    _, _, chart = make(5, "none", SpiralShape(2, 30), width=32)
    view, weight = window_map(chart, 32, np.random.default_rng(10))
    picture = picture_map(chart, (32, 32))
    ends = pyramid_offsets((chart.rows, chart.columns))[1:]
    level = [np.searchsorted(ends, m.indices, side="right") * m.weights for m in (view, picture)]
    mean = [np.add.reduceat(x, m.indptr[:-1]) for x, m in zip(level, (view, picture), strict=True)]
    assert np.allclose(*mean, atol=1e-9)
    weight = weight.reshape(32, 32)
    assert weight[15:17, 15:17].max() == 0
    assert weight[0].min() == 1
