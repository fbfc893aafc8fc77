import math

import numpy as np
import pytest
from dense_maps import apply_map, signed_matrix
from scipy.ndimage import map_coordinates

from geometry.catalogue import colourings, find_colouring, find_group
from geometry.colour import inverse
from geometry.plane import (
    kaleidoscope,
    on_grid,
    picture_generators,
    picture_shape,
    pixels_to_period,
    plane_chart,
    resample,
    window_map,
)

# Without colour, inverting, permuting, and with translations that carry colour.
CASES = [
    (name, rule.name)
    for name in ("p1", "p2", "p3", "p4", "p6")
    for rules in [colourings(find_group(name))]
    for rule in {
        r.name: r for r in (rules[0], rules[1], rules[len(rules) // 2], rules[-1])
    }.values()
] + [
    ("p1", "x=-r,-g,-b y=-r,-g,-b"),
    ("p2", "r=-r,-g,-b s=-r,-g,-b t=-r,-g,-b"),
    ("p4", "r=rgb s=-r,-g,-b"),
    ("p6", "r=-r,-g,-b"),
]
HEXAGONAL = [("p3", "none"), ("p3", "3a"), ("p6", "none"), ("p6", "2a"), ("p6", "3a")]


def make(name, rule, width=24):
    group = find_group(name)
    colouring = find_colouring(group, rule)
    return group, colouring, plane_chart(group, colouring, width)


def lattice_places(chart, supercell):
    """Where the texels are in lattice coordinates, (rows · columns, 2), by the chart's words."""
    i, j = np.mgrid[: chart.rows, : chart.columns].reshape(2, -1)
    in_period = np.stack([(j + chart.offset) / chart.columns, (i + chart.offset) / chart.rows])
    return (np.array(supercell) @ in_period).T


def texel_numbers(chart, supercell, places):
    """The texels at lattice coordinates, modulo the periods; they must be texels."""
    in_period = np.linalg.solve(np.array(supercell, float), places.T).T
    exact = in_period * (chart.columns, chart.rows) - chart.offset
    whole = np.rint(exact).astype(int)
    assert np.abs(exact - whole).max() < 1e-6
    return whole[:, 1] % chart.rows * chart.columns + whole[:, 0] % chart.columns


def colour_waves(chart, reach, seed):
    """Amplitudes, frequencies (in periods) and phases of smooth paint no finer than ``reach``
    (Euclidean)."""
    random = np.random.default_rng(seed)
    k = np.stack(np.meshgrid(*[np.arange(-12, 13)] * 2), axis=-1).reshape(-1, 2)
    k = k[np.linalg.norm(k @ np.linalg.inv(chart.basis), axis=1) < reach]
    k = k[random.permutation(len(k))[:12]]
    return random.normal(size=(len(k), 3)), k, random.uniform(0, 7, (len(k), 3))


def evaluate(waves, in_period):
    amplitude, k, phase = waves
    return (amplitude * np.cos(2 * np.pi * (in_period @ k.T)[..., None] + phase)).sum(axis=-2)


def in_period_of_texels(chart):
    i, j = np.mgrid[: chart.rows, : chart.columns]
    return np.stack([(j + chart.offset) / chart.columns, (i + chart.offset) / chart.rows], axis=-1)


@pytest.mark.parametrize(("name", "rule"), CASES)
def test_the_kaleidoscope_is_symmetric_under_every_generator_exactly(name, rule):
    """F(g·p) = c(g) F(p), equal to the last bit, at every texel and for every generator.
    Rotation centres, where only hexagonal charts have texels, add equal terms in another order."""
    group, colouring, chart = make(name, rule)
    average, unfold = kaleidoscope(chart)
    paint = np.random.default_rng(1).normal(size=(chart.rows * chart.columns, 3))
    orbits = apply_map(average, paint)
    texels = apply_map(unfold, orbits)
    assert np.ptp(texels) > 1
    free = (np.bincount(unfold.indices) == len(chart.elements))[unfold.indices]
    assert free.mean() == 1 if chart.offset else free.mean() > 0.9
    places = lattice_places(chart, colouring.supercell)
    for generator in group.generators:
        moved = places @ generator.matrix[:2, :2].T + generator.matrix[:2, 2]
        there = texel_numbers(chart, colouring.supercell, moved)
        expected = texels @ signed_matrix(colouring.images[generator.letter]).T
        assert np.array_equal(texels[there][free], expected[free])
        assert np.allclose(texels[there], expected, atol=1e-12)


@pytest.mark.parametrize(("name", "rule"), CASES)
def test_the_kaleidoscope_is_the_superposition_of_the_group(name, rule):
    """F(p) = Σ c(g)⁻¹ K(g·p) / √|G|, summed over the chart's elements one by one."""
    _, _, chart = make(name, rule, width=12)
    average, unfold = kaleidoscope(chart)
    paint = np.random.default_rng(2).normal(size=(chart.rows * chart.columns, 3))
    places = in_period_of_texels(chart).reshape(-1, 2)
    total = np.zeros_like(paint)
    for matrix, colour in zip(chart.elements.matrices, chart.elements.colours, strict=True):
        moved = places @ matrix[:2, :2].T + matrix[:2, 2]
        there = texel_numbers(chart, np.eye(2), moved)
        total += paint[there] @ signed_matrix(inverse(colour)).T
    expected = total / math.sqrt(len(chart.elements))
    assert np.allclose(apply_map(unfold, apply_map(average, paint)), expected, atol=1e-12)


@pytest.mark.parametrize(("name", "rule"), CASES)
def test_maps_have_one_row_per_orbit_and_per_texel(name, rule):
    _, _, chart = make(name, rule)
    average, unfold = kaleidoscope(chart)
    assert average.columns == unfold.rows == chart.rows * chart.columns
    assert average.rows == unfold.columns
    assert np.array_equal(np.diff(unfold.indptr), np.ones(unfold.rows))
    assert (unfold.weights == 1).all()
    assert np.array_equal(np.unique(unfold.indices), np.arange(unfold.columns))
    assert unfold.rows / len(chart.elements) <= average.rows < unfold.rows / len(chart.elements) + 8


@pytest.mark.parametrize(("name", "rule"), CASES)
def test_rectangles_are_right_angled_periods(name, rule):
    _, colouring, chart = make(name, rule)
    across, down = (chart.basis @ chart.rectangle).T
    assert abs(across @ down) < 1e-9
    assert np.allclose(chart.rectangle_size, [np.linalg.norm(across), np.linalg.norm(down)])
    assert np.linalg.det(chart.rectangle) >= 1
    height, width = picture_shape(chart, 24)
    assert width == 24
    assert height % 2 == 0
    assert abs(height / width - chart.rectangle_size[1] / chart.rectangle_size[0]) <= 1 / width
    assert chart.basis == pytest.approx(
        find_group(name).lattice.basis @ np.array(colouring.supercell)
    )


@pytest.mark.parametrize(("name", "rule"), [c for c in CASES if c[0] in ("p1", "p2", "p4")])
def test_windows_on_pixels_are_the_rolled_picture(name, rule):
    _, _, chart = make(name, rule)
    shape = picture_shape(chart, 24)
    if not on_grid(chart, shape):
        pytest.skip("an oblique period: pixels are no texels")
    texture = np.random.default_rng(3).random((chart.rows * chart.columns, 3))
    for corner in ((0, 0), (5, 7), (-3, 30)):
        window = window_map(chart, shape, shape, corner)
        seen = apply_map(window, texture).reshape(*shape, 3)
        expected = np.roll(texture.reshape(*shape, 3), (-corner[0], -corner[1]), axis=(0, 1))
        assert np.array_equal(seen, expected)


def test_windows_a_little_off_the_grid_are_interpolated_far_out_too():
    """A hundredth of a texel is no texel, wherever the window is."""
    _, _, chart = make("p1", "none")
    texture = np.random.default_rng(3).random((chart.rows * chart.columns, 3))
    seen, expected = (
        apply_map(window_map(chart, (24, 24), (4, 4), (k + 0.01, k + 0.01)), texture)
        for k in (2400.0, 0.0)
    )
    assert np.allclose(seen, expected, atol=1e-9)


@pytest.mark.parametrize(("name", "rule"), [("p1", "none"), ("p4", "4a"), ("p6", "3a")])
def test_windows_show_the_infinite_picture_turned_and_zoomed(name, rule):
    """Against the closed form of smooth paint at the turned and zoomed pixel centres."""
    _, _, chart = make(name, rule, width=96)
    shape = picture_shape(chart, 96)
    waves = colour_waves(chart, 2.1, seed=4)
    texture = evaluate(waves, in_period_of_texels(chart)).reshape(-1, 3)
    turn, zoom, corner, size = 0.3, 1.25, np.array([11.0, -40.0]), 20
    window = window_map(chart, shape, (size, size), tuple(corner), turn, zoom)
    seen = apply_map(window, texture).reshape(size, size, 3)
    j, i = np.meshgrid(np.arange(size) + 0.5, np.arange(size) + 0.5)
    z = (j - size / 2 + 1j * (i - size / 2)) * np.exp(1j * turn) / zoom  # x + iy: turned
    x, y = z.real + size / 2 + corner[1], z.imag + size / 2 + corner[0]
    to_period = pixels_to_period(chart, shape)
    in_period = np.stack([x, y, np.ones_like(x)], axis=-1) @ to_period.T
    expected = evaluate(waves, in_period[..., :2])
    assert np.abs(seen - expected).max() < 0.02 * np.ptp(expected)


@pytest.mark.parametrize(("name", "rule"), [*CASES, *HEXAGONAL])
def test_one_picture_is_one_period_at_true_proportions(name, rule):
    """Pixel steps by the picture's width or height are periods of the colour-free lattice, and
    pixels are square up to the rounding of the height."""
    _, _, chart = make(name, rule)
    height, width = picture_shape(chart, 24)
    to_period = pixels_to_period(chart, (height, width))
    for step in ((width, 0), (0, height)):
        moved = to_period[:2, :2] @ step
        assert np.allclose(moved, np.rint(moved), atol=1e-9)
    euclidean = chart.basis @ to_period[:2, :2]
    x, y = np.linalg.norm(euclidean, axis=0)
    assert x / y == pytest.approx(1, abs=1.01 / height)
    assert abs(euclidean[:, 0] @ euclidean[:, 1]) < 1e-9 * x * y


@pytest.mark.parametrize(("name", "rule"), [*CASES, *HEXAGONAL])
def test_resampling_leaves_band_limited_paint_exact(name, rule):
    """Sums of cosines at texels become the very same cosines at pixel centres."""
    _, _, chart = make(name, rule, width=32)
    shape = picture_shape(chart, 32)
    across, down = chart.rectangle_size
    finest = 0.98 * min(shape[1] / across, shape[0] / down) / 2
    waves = colour_waves(chart, min(finest, 0.5 * 24 / across), seed=5)
    texels = evaluate(waves, in_period_of_texels(chart))
    picture = resample(texels, chart, shape)
    i, j = np.mgrid[: shape[0], : shape[1]]
    # One picture is one rectangular period; texel (0, 0) and pixel (0, 0) have the same centre
    # on nodes, and half a step off the origin otherwise.
    along = np.stack([(j + chart.offset) / shape[1], (i + chart.offset) / shape[0]], axis=-1)
    expected = evaluate(waves, along @ chart.rectangle.T)
    assert picture.shape == (*shape, 3)
    assert np.allclose(picture, expected, atol=1e-9)


@pytest.mark.parametrize(("name", "rule"), [*CASES, *HEXAGONAL])
def test_resampled_pictures_have_the_symmetry(name, rule):
    """Spline interpolation of the picture at g·p is the colour action on the picture at p."""
    group, colouring, chart = make(name, rule, width=64)
    shape = picture_shape(chart, 64)
    average, unfold = kaleidoscope(chart)
    waves = colour_waves(chart, 0.12 * 64 / chart.rectangle_size[0], seed=6)
    paint = evaluate(waves, in_period_of_texels(chart)).reshape(-1, 3)
    texels = apply_map(unfold, apply_map(average, paint)).reshape(chart.rows, chart.columns, 3)
    picture = resample(texels, chart, shape)
    assert np.ptp(picture) > 0.1
    picture = picture * 255 / np.ptp(picture)
    j, i = np.meshgrid(np.arange(shape[1]) + 0.5, np.arange(shape[0]) + 0.5)
    pixels = np.stack([j, i, np.ones_like(j)], axis=-1)
    matrices = picture_generators(group, chart, np.array(colouring.supercell, float), shape)
    for generator, matrix in zip(group.generators, matrices, strict=True):
        x, y, _ = np.moveaxis(pixels @ matrix.T, -1, 0)
        there = np.stack(
            [
                map_coordinates(picture[..., k], [y - 0.5, x - 0.5], order=5, mode="grid-wrap")
                for k in range(3)
            ],
            axis=-1,
        )
        expected = picture @ signed_matrix(colouring.images[generator.letter]).T
        assert np.sqrt(np.mean((there - expected) ** 2)) < 0.05


def test_too_fine_frequencies_are_left_out_evenly():
    """White noise on the texels keeps its symmetry when it is brought to fewer pixels."""
    _, _, chart = make("p6", "none", width=64)
    average, unfold = kaleidoscope(chart)
    paint = np.random.default_rng(7).normal(size=(chart.rows * chart.columns, 3))
    texels = apply_map(unfold, apply_map(average, paint)).reshape(chart.rows, chart.columns, 3)
    small = resample(texels, chart, (28, 16))
    spectrum = np.abs(np.fft.fft2(small, axes=(0, 1)))
    ky, kx = np.meshgrid(np.fft.fftfreq(28, 1 / 28), np.fft.fftfreq(16, 1 / 16), indexing="ij")
    length = np.hypot(ky / chart.rectangle_size[1], kx / chart.rectangle_size[0])
    limit = min(16 / chart.rectangle_size[0], 28 / chart.rectangle_size[1]) / 2
    assert spectrum[length > limit].max() < 1e-9
    assert spectrum[(length < limit) & (length > 0)].max() > 1
    half_turn = np.roll(small[::-1, ::-1], (1, 1), axis=(0, 1))
    assert np.allclose(small, half_turn, atol=1e-9)


def test_a_fine_enough_picture_passes_through_every_texel():
    """Noise up to the chart's own limit, where a frequency and its mirror images are one."""
    _, _, chart = make("p6", "3a", width=16)
    n = chart.rows
    texels = np.random.default_rng(8).normal(size=(n, n, 3))
    picture = resample(texels, chart, (4 * n, 2 * n))
    i, j = np.mgrid[:n, :n]  # texel (i, j) is at j·u + i·v, and u + 2v points straight down
    assert np.allclose(picture[2 * i, (2 * j - i) % (2 * n)], texels, atol=1e-9)
