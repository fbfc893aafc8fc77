import functools
import math

import numpy as np
import pytest
from dense_maps import apply_map, signed_matrix
from scipy.ndimage import map_coordinates

from geometry.catalogue import colourings, find_colouring, find_group
from geometry.plane.chart import (
    on_grid,
    picture_generators,
    picture_lattice,
    picture_periods,
    picture_shape,
    pixels_to_period,
    plane_chart,
)
from geometry.plane.groups import PLANE_GROUPS
from geometry.plane.kaleidoscope import kaleidoscope, window_map
from geometry.plane.lattices import shaped
from geometry.plane.resample import resample
from geometry.symmetry.colour import IDENTITY, inverse

# Of every group: without colour, inverting, permuting, and with translations that carry colour.
CASES = [
    (group.name, rule.name)
    for group in PLANE_GROUPS
    for rules in [colourings(group)]
    for rule in {
        r.name: r for r in (rules[0], rules[1], rules[len(rules) // 2], rules[-1])
    }.values()
] + [
    ("p1", "x=-r,-g,-b y=-r,-g,-b"),
    ("p1", "x=gbr y=-r,-g,-b"),
    ("p1", "x=-g,-b,-r y=brg"),
    ("p2", "r=-r,-g,-b s=-r,-g,-b t=-r,-g,-b"),
    ("p4", "r=rgb s=-r,-g,-b"),
    ("p6", "r=-r,-g,-b"),
    ("pm", "y=gbr"),
    ("cm", "g=gbr"),
]
OTHER_CELLS = [
    ("p1", "none", 0.7, 70.0),
    ("p1", "x=gbr y=-r,-g,-b", 1.3, 110.0),
    ("p2", "2d", 2.0, 40.0),
    ("pm", "3a", 0.6, None),
    ("pg", "2b", 1.7, None),
    ("cm", "2c", 0.5, None),
    ("cm", "none", 2.2, None),
    ("pmm", "4c", 1.4, None),
    ("pmg", "2c", 0.8, None),
    ("pgg", "2b", 3.1, None),
    ("cmm", "4d", 0.45, None),
    ("cmm", "2b", 1.9, None),
]
EVERY_CASE = [(*case, None, None) for case in CASES] + OTHER_CELLS
SOME_CASES = EVERY_CASE[::3]


@functools.cache
def free_cell(name, aspect, angle):
    return shaped(find_group(name), aspect, angle)


def make(name, rule, aspect=None, angle=None, width=24, **more):
    group = free_cell(name, aspect, angle)
    colouring = find_colouring(group, rule)
    return group, colouring, plane_chart(group, colouring, width, **more)


def hexagonal(name):
    return find_group(name).lattice.name == "hexagonal"


def texel_places(chart):
    """Where the texels are in period coordinates, (rows · columns, 2), by the chart's words."""
    i, j = np.mgrid[: chart.rows, : chart.columns].reshape(2, -1)
    periods = np.array([[chart.columns, chart.skew], [0, chart.rows]])
    return np.linalg.solve(periods, np.stack([j, i]) + chart.offset).T


def texel_numbers(chart, places):
    """The texels at period coordinates, modulo the periods; they must be texels."""
    periods = np.array([[chart.columns, chart.skew], [0, chart.rows]])
    exact = places @ periods.T - chart.offset
    whole = np.rint(exact).astype(int)
    assert np.abs(exact - whole).max() < 1e-6
    down = np.floor(whole[:, 1] / chart.rows).astype(int)
    x, y = whole[:, 0] - down * chart.skew, whole[:, 1] - down * chart.rows
    return y * chart.columns + x % chart.columns


def moved(matrix, places):
    return places @ matrix[:2, :2].T + matrix[:2, 2]


def painted(chart, seed):
    """(texels, 3): random paint through both factors of the kaleidoscope."""
    average, unfold = kaleidoscope(chart)
    paint = np.random.default_rng(seed).normal(size=(chart.rows * chart.columns, 3))
    return apply_map(unfold, apply_map(average, paint))


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
    return texel_places(chart).reshape(chart.rows, chart.columns, 2)


CASE = ("name", "rule", "aspect", "angle")


@pytest.mark.parametrize(CASE, EVERY_CASE)
def test_the_kaleidoscope_is_symmetric_under_every_generator_exactly(name, rule, aspect, angle):
    """F(g·p) = c(g) F(p), equal to the last bit, at every texel and for every generator; but for
    texels on mirrors or centres where the rule inverts a channel, which then is 0 to rounding."""
    _, _, chart = make(name, rule, aspect, angle)
    texels = painted(chart, seed=1)
    assert np.ptp(texels) > 1
    places = texel_places(chart)
    middle = np.zeros(len(texels), bool)
    for matrix, colour in zip(chart.elements.matrices, chart.elements.colours, strict=True):
        stays = texel_numbers(chart, moved(matrix, places)) == np.arange(len(texels))
        middle |= stays & (colour != IDENTITY)
    inverted = middle & (np.abs(texels).min(axis=1) < 1e-12)
    for generator, colour in chart.generators:
        there = texel_numbers(chart, moved(generator.matrix, places))
        expected = texels @ signed_matrix(colour).T
        assert np.array_equal(texels[there][~inverted], expected[~inverted])
        assert np.allclose(texels[there], expected, atol=1e-12)
    if name not in ("p4m", "p4g") and not hexagonal(name):
        assert not middle.any()


@pytest.mark.parametrize(CASE, SOME_CASES)
def test_generators_are_the_groups_own_in_true_shape(name, rule, aspect, angle):
    """They are the table's in other coordinates, isometries of the lattice as it is snapped to
    whole texels, which is the true one to a few texels in 240."""
    group, colouring, chart = make(name, rule, aspect, angle, width=240)
    assert [g.letter for g, _ in chart.generators] == list(group.letters)
    lattice, basis = group.lattice.basis, chart.basis
    # the cell is the supercell: so the periods, in lattice coordinates, are
    period = np.array(colouring.supercell) @ np.linalg.inv(chart.cell)
    assert np.allclose(period, np.rint(period))
    for generator, (made, colour) in zip(group.generators, chart.generators, strict=True):
        change = np.eye(3)
        change[:2, :2] = period
        assert np.allclose(change @ made.matrix, generator.matrix @ change, atol=1e-9)
        assert colour == colouring.images[generator.letter]
        linear = basis @ made.matrix[:2, :2] @ np.linalg.inv(basis)
        assert np.allclose(linear @ linear.T, np.eye(2), atol=1e-9)
    true = lattice @ period
    true = true / np.linalg.norm(true[:, 0])
    assert np.allclose(true.T @ true, basis.T @ basis, atol=20 / 240)
    assert np.linalg.det(basis) > 0


@pytest.mark.parametrize(CASE, SOME_CASES)
def test_the_kaleidoscope_is_the_superposition_of_the_group(name, rule, aspect, angle):
    """F(p) = Σ c(g)⁻¹ K(g·p) / √|G|, summed over the chart's elements one by one."""
    _, _, chart = make(name, rule, aspect, angle, width=12)
    average, unfold = kaleidoscope(chart)
    paint = np.random.default_rng(2).normal(size=(chart.rows * chart.columns, 3))
    places = texel_places(chart)
    texels = on_texels(chart, paint)
    total = np.zeros_like(paint)
    for matrix, colour in zip(chart.elements.matrices, chart.elements.colours, strict=True):
        there = texel_numbers(chart, moved(matrix, places))
        total += texels[there] @ signed_matrix(inverse(colour)).T
    expected = total / math.sqrt(len(chart.elements))
    assert np.allclose(apply_map(unfold, apply_map(average, paint)), expected, atol=1e-12)


def on_texels(chart, paint):
    """The canvas at the texels: its grid lies along the periods, so a brick's texels are between
    two of its columns."""
    canvas = paint.reshape(chart.rows, chart.columns, 3)
    u = texel_places(chart)[:, 0].reshape(chart.rows, chart.columns) * chart.columns - chart.offset
    if chart.skew == 0:
        return paint
    out = np.zeros_like(canvas)
    for i in range(chart.rows):
        for near in range(-1, 3):
            j = np.floor(u[i]).astype(int) + near
            d = np.abs(u[i] - j)[:, None]
            weight = np.where(d < 1, 1.5 * d**3 - 2.5 * d**2 + 1,
                              np.where(d < 2, -0.5 * d**3 + 2.5 * d**2 - 4 * d + 2, 0))  # fmt: skip
            out[i] += weight * canvas[i, j % chart.columns]
    return out.reshape(-1, 3)


@pytest.mark.parametrize(CASE, SOME_CASES)
def test_maps_have_one_row_per_orbit_and_per_texel(name, rule, aspect, angle):
    _, _, chart = make(name, rule, aspect, angle)
    average, unfold = kaleidoscope(chart)
    assert average.columns == unfold.rows == chart.rows * chart.columns
    assert average.rows == unfold.columns
    assert np.array_equal(np.diff(unfold.indptr), np.ones(unfold.rows))
    assert (unfold.weights == 1).all()
    assert np.array_equal(np.unique(unfold.indices), np.arange(unfold.columns))
    orbits = unfold.rows / len(chart.elements)
    on_mirrors = 4 * max(chart.rows, chart.columns) if name in ("p4m", "p4g") else 0
    on_mirrors = 6 * chart.rows if hexagonal(name) else on_mirrors
    assert orbits <= average.rows <= orbits + on_mirrors


@pytest.mark.parametrize(CASE, SOME_CASES)
def test_charts_other_than_hexagonal_are_pixels(name, rule, aspect, angle):
    """Where the width suits the group's shifts, the picture has one pixel per texel, and its
    periods are whole numbers of pixels."""
    _, _, chart = make(name, rule, aspect, angle)
    shape = picture_shape(chart, chart.columns)
    assert on_grid(chart, shape) == (not hexagonal(name))
    periods = picture_periods(chart, shape)
    assert periods.dtype.kind == "i"
    assert periods[0, 0] == shape[1] and periods[1, 1] == shape[0]
    if chart.skew == 0:
        assert periods[0, 1] == 0
    for vector in picture_lattice(chart, shape)[:2]:
        assert hexagonal(name) or np.allclose(vector, np.rint(vector), atol=1e-9)


@pytest.mark.parametrize(CASE, SOME_CASES)
def test_windows_on_pixels_are_the_rolled_picture(name, rule, aspect, angle):
    """Rolled row by row: what leaves a brick at the bottom comes in shifted at the top."""
    _, _, chart = make(name, rule, aspect, angle)
    shape = picture_shape(chart, chart.columns)
    if not on_grid(chart, shape):
        return  # nodes of a hexagonal lattice
    texture = np.random.default_rng(3).random((chart.rows * chart.columns, 3))
    picture = texture.reshape(*shape, 3)
    for down, right in ((0, 0), (5, 7), (-3, 30)):
        seen = apply_map(window_map(chart, shape, shape, (down, right)), texture)
        for row in range(shape[0]):
            copy, within = divmod(row + down, shape[0])
            expected = np.roll(picture[within], copy * chart.skew - right, axis=0)
            assert np.array_equal(seen.reshape(*shape, 3)[row], expected)


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


@pytest.mark.parametrize(CASE, SOME_CASES)
@pytest.mark.parametrize("width", [24, 25])
def test_one_picture_is_one_period_at_true_proportions(name, rule, aspect, angle, width):
    """Steps by the picture's periods are periods of the chart, and pixels are square up to the
    rounding to whole ones."""
    _, _, chart = make(name, rule, aspect, angle)
    shape = picture_shape(chart, width)
    assert shape[1] == width
    to_period = pixels_to_period(chart, shape)
    for step in picture_periods(chart, shape).T:
        moved = to_period[:2, :2] @ step
        assert np.allclose(moved, np.rint(moved), atol=1e-9)
    euclidean = chart.basis @ to_period[:2, :2]
    x, y = np.linalg.norm(euclidean, axis=0)
    assert x / y == pytest.approx(1, abs=1.01 / min(shape))
    assert abs(euclidean[:, 0] @ euclidean[:, 1]) < x * y / min(shape)


@pytest.mark.parametrize("width", [32, 23])
@pytest.mark.parametrize(CASE, SOME_CASES)
def test_resampling_leaves_band_limited_paint_exact(name, rule, aspect, angle, width):
    """Sums of cosines at texels become the very same cosines at pixel centres."""
    _, _, chart = make(name, rule, aspect, angle, width=24)
    shape = picture_shape(chart, width)
    to_period = pixels_to_period(chart, shape)
    pixel = np.linalg.norm(chart.basis @ to_period[:2, :2], axis=0).max()
    texel = np.linalg.norm(chart.basis @ np.linalg.inv(chart.texels), axis=0).max()
    waves = colour_waves(chart, 0.98 * 0.5 / max(pixel, texel), seed=5)
    picture = resample(evaluate(waves, in_period_of_texels(chart)), chart, shape)
    assert picture.shape == (*shape, 3)
    # Texel (0, 0) and pixel (0, 0) have the same centre on nodes, and half a step off the origin
    # otherwise; the picture's periods are the chart's or, for hexagonal ones, u and u + 2v.
    i, j = np.mgrid[: shape[0], : shape[1]] + chart.offset
    width_period, shifted = picture_periods(chart, shape).T
    down = i / shape[0]
    along = np.stack([(j - shifted[0] * down) / width_period[0], down], axis=-1)
    if hexagonal(name):
        along = along @ np.array([[1, 0], [1, 2]])
    assert np.allclose(picture, evaluate(waves, along), atol=1e-9)


@pytest.mark.parametrize(CASE, EVERY_CASE)
def test_resampled_pictures_have_the_symmetry(name, rule, aspect, angle):
    """At a size that the shifts do not divide, spline interpolation of the picture at g·p is the
    colour action on the picture at p, to a fraction of a grey level."""
    group, _, chart = make(name, rule, aspect, angle, width=59)
    shape = picture_shape(chart, 59)
    average, unfold = kaleidoscope(chart)
    waves = colour_waves(chart, 0.12 * 59, seed=6)
    i, j = np.mgrid[: chart.rows, : chart.columns].reshape(2, -1) + chart.offset
    paint = evaluate(waves, np.stack([j / chart.columns, i / chart.rows], axis=-1))
    texels = apply_map(unfold, apply_map(average, paint)).reshape(chart.rows, chart.columns, 3)
    picture = resample(texels, chart, shape)
    assert np.ptp(picture) > 0.1
    picture = picture * 255 / np.ptp(picture)
    generators = picture_generators(chart, shape)
    assert len(generators) == len(group.generators)
    j, i = np.meshgrid(np.arange(shape[1]) + 0.5, np.arange(shape[0]) + 0.5)
    pixels = np.stack([j, i, np.ones_like(j)], axis=-1)
    around = tiled(picture, picture_periods(chart, shape)[0, 1])
    for generator, colour in generators:
        x, y, _ = np.moveaxis(pixels @ generator.matrix.T, -1, 0)
        down = np.floor(y / shape[0])
        x, y = x - down * picture_periods(chart, shape)[0, 1], y - down * shape[0]
        place = [y - 0.5 + PAD, x % shape[1] - 0.5 + PAD]
        there = np.stack(
            [map_coordinates(around[..., k], place, order=5, mode="nearest") for k in range(3)],
            axis=-1,
        )
        expected = picture @ signed_matrix(colour).T
        assert np.sqrt(np.mean((there - expected) ** 2)) < 0.1


PAD = 14


def tiled(picture, shift):
    """The picture with some of its copies around."""
    rows = [np.roll(picture[k % len(picture)], k // len(picture) * shift, axis=0)
            for k in range(-PAD, len(picture) + PAD)]  # fmt: skip
    columns = np.arange(-PAD, picture.shape[1] + PAD) % picture.shape[1]
    return np.stack(rows)[:, columns]


def test_too_fine_frequencies_are_left_out_evenly():
    """White noise on the texels keeps its symmetry when it is brought to fewer pixels."""
    _, _, chart = make("p6", "none", width=64)
    average, unfold = kaleidoscope(chart)
    paint = np.random.default_rng(7).normal(size=(chart.rows * chart.columns, 3))
    texels = apply_map(unfold, apply_map(average, paint)).reshape(chart.rows, chart.columns, 3)
    small = resample(texels, chart, (28, 16))
    spectrum = np.abs(np.fft.fft2(small, axes=(0, 1)))
    ky, kx = np.meshgrid(np.fft.fftfreq(28, 1 / 28), np.fft.fftfreq(16, 1 / 16), indexing="ij")
    length, limit = np.hypot(ky / math.sqrt(3), kx), min(16, 28 / math.sqrt(3)) / 2
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
