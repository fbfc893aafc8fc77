import numpy as np
import pytest
from dense_maps import dense_matrix
from hypothesis import given, settings
from hypothesis import strategies as st

from geometry.maps.sampling import SamplingMap, average_runs, composed, from_taps, superposed
from geometry.maps.taps import cubic_taps, linear_taps, outer_taps
from geometry.symmetry.colour import B3, matrix

quick = settings(deadline=None, max_examples=40)
positions = st.lists(st.floats(-1e4, 1e4), min_size=1, max_size=20).map(np.array)
RANDOM = np.random.default_rng(5)


@quick
@given(positions)
def test_cubic_taps_reproduce_quadratics_and_sum_to_one(t):
    numbers, weights = cubic_taps(t)
    assert numbers.shape == weights.shape == (len(t), 4)
    assert np.allclose(weights.sum(axis=1), 1, atol=1e-12)
    offset = numbers - t[:, None]  # relative to t, so that large positions stay exact
    assert np.allclose((weights * offset).sum(axis=1), 0, atol=1e-10)
    assert np.allclose((weights * offset**2).sum(axis=1), 0, atol=1e-10)


@quick
@given(positions)
def test_linear_taps_reproduce_lines_and_sum_to_one(t):
    numbers, weights = linear_taps(t)
    assert np.allclose(weights.sum(axis=1), 1, atol=1e-12)
    assert (weights >= 0).all()
    assert np.allclose((weights * (numbers - t[:, None])).sum(axis=1), 0, atol=1e-10)


@pytest.mark.parametrize("taps", [cubic_taps, linear_taps])
def test_a_texel_is_read_as_it_is(taps):
    numbers, weights = taps(np.arange(-3.0, 4))
    for t, i, w in zip(range(-3, 4), numbers, weights, strict=True):
        assert w[i == t] == 1
        assert not w[i != t].any()


def test_cubic_taps_join_smoothly():
    """Value and slope agree from both sides of a texel."""
    samples, e = RANDOM.normal(size=20), 1e-5

    def curve(t):
        i, w = cubic_taps(np.array([t]))
        return float((samples[i] * w).sum())

    for t in (5.0, 9.0):
        left, here, right = curve(t - e), curve(t), curve(t + e)
        assert left == pytest.approx(here, abs=1e-4)
        assert (here - left) / e == pytest.approx((right - here) / e, abs=1e-3)


def test_outer_taps_read_pictures_row_by_row():
    """A bilinear read of y·10 + x at fractional places."""
    picture = np.arange(50.0)  # 5 rows of 10
    y, x = RANDOM.uniform(0, 4, 30), RANDOM.uniform(0, 9, 30)
    index, weight = outer_taps(linear_taps(y), linear_taps(x), 10)
    inside = np.where(weight > 0, index, 0)
    assert np.allclose((picture[inside] * weight).sum(axis=1), 10 * y + x)


def test_maps_of_equal_rows_are_what_their_taps_say():
    indices, weights = RANDOM.integers(0, 7, (4, 3)), RANDOM.normal(size=(4, 3))
    colours = RANDOM.integers(0, 2, (4, 3))
    sampling = from_taps(7, indices, weights, colours, (B3[5], B3[20]))
    assert (sampling.rows, sampling.columns) == (4, 7)
    expected = np.zeros((4, 3, 7, 3))
    flips = [np.sign(B3[5]), np.sign(B3[20])]
    for row, tap in np.ndindex(4, 3):
        c = colours[row, tap]
        for new, old in enumerate((B3[5], B3[20])[c]):
            expected[row, new, indices[row, tap], abs(old) - 1] += weights[row, tap] * flips[c][new]
    assert np.allclose(dense_matrix(sampling), expected.reshape(12, 21))


@pytest.mark.parametrize("coloured", [False, True])
@pytest.mark.parametrize("size", [1, 2, 4])
def test_averaging_groups_is_the_mean_of_dense_rows(size, coloured):
    """Rows of different lengths, empty ones, and taps that meet on a column are all there."""
    counts = np.array([3, 0, 5, 1, 0, 0, 0, 0, 4, 2, 6, 0])
    entries = counts.sum()
    sampling = SamplingMap(
        6,
        np.concatenate([[0], counts.cumsum()]),
        RANDOM.integers(0, 6, entries).astype(np.int32),
        RANDOM.normal(size=entries),
        RANDOM.integers(0, 3, entries).astype(np.int8) if coloured else None,
        (B3[0], B3[7], B3[30]) if coloured else (B3[0],),
    )
    merged = average_runs(sampling, np.arange(0, 13, size))
    dense = dense_matrix(sampling).reshape(12 // size, size, 3, 18)
    assert merged.rows == 12 // size
    assert np.allclose(dense_matrix(merged), dense.mean(axis=1).reshape(-1, 18))
    for a, b in zip(merged.indptr, merged.indptr[1:], strict=False):
        colour = 0 if merged.colours is None else merged.colours[a:b].astype(int)
        entries = merged.indices[a:b] * 3 + colour
        assert (np.diff(entries) > 0).all()  # in order, and none twice
    assert merged.indptr[-1] == len(merged.indices) == len(merged.weights)


def random_map(rows, columns, taps, palette):
    return from_taps(
        columns,
        RANDOM.integers(0, columns, (rows, taps)),
        RANDOM.normal(size=(rows, taps)),
        RANDOM.integers(0, len(palette), (rows, taps)),
        palette,
    )


def test_applying_a_map_is_the_dense_product():
    sampling = random_map(7, 5, 3, B3[:6])
    paint = RANDOM.normal(size=(5, 3))
    dense = dense_matrix(sampling) @ paint.ravel()
    assert np.allclose(sampling.apply(paint).ravel(), dense)


def test_superposed_maps_add_up_through_their_colours():
    maps = [
        random_map(7, 5, 3, B3[:6]),
        random_map(7, 5, 2, B3[10:13]),
        from_taps(5, RANDOM.integers(0, 5, (7, 1)), np.ones((7, 1))),
    ]
    weights, colours = [0.5, -2.0, 1.5], [B3[3], B3[20], B3[40]]
    paint = RANDOM.normal(size=(5, 3))
    wanted = sum(
        w * m.apply(paint) @ matrix(c).T for m, w, c in zip(maps, weights, colours, strict=True)
    )
    assert np.allclose(superposed(maps, weights, colours).apply(paint), wanted)


def test_pixels_of_unequal_samples_are_means_too():
    sampling = random_map(6, 5, 2, B3[:6])
    paint = RANDOM.normal(size=(5, 3))
    fine = sampling.apply(paint)
    merged = average_runs(sampling, np.array([0, 1, 1, 4, 6])).apply(paint)
    assert np.allclose(merged, [fine[0], [0, 0, 0], fine[1:4].mean(0), fine[4:].mean(0)])


def ragged_map(rows, columns, seed, coloured):
    random = np.random.default_rng(seed)
    counts = random.integers(0, 5, rows)
    total = counts.sum()
    palette = ((1, 2, 3), (3, 1, 2), (-1, -3, -2)) if coloured else ((1, 2, 3),)
    return SamplingMap(
        columns,
        np.concatenate([[0], counts.cumsum()]),
        random.integers(0, columns, total).astype(np.int32),
        random.normal(size=total),
        random.integers(0, 3, total).astype(np.int8) if coloured else None,
        palette,
    )


@pytest.mark.parametrize("coloured", [False, True])
def test_composed_maps_do_one_after_the_other(coloured):
    outer, inner = ragged_map(30, 40, 1, coloured), ragged_map(40, 20, 2, False)
    both = composed(outer, inner)
    assert (both.rows, both.columns) == (30, 20)
    np.testing.assert_allclose(
        dense_matrix(both), dense_matrix(outer) @ dense_matrix(inner), atol=1e-12
    )
    for row in range(30):  # no column twice in one colour
        entries = np.s_[both.indptr[row] : both.indptr[row + 1]]
        colours = np.zeros(1, int) if both.colours is None else both.colours[entries].astype(int)
        keys = both.indices[entries].astype(int) * 3 + colours
        assert len(np.unique(keys)) == len(both.indices[entries])


@pytest.mark.parametrize("coloured", [False, True])
def test_a_subset_of_rows_is_those_rows(coloured):
    whole = ragged_map(30, 40, 3, coloured)
    rows = np.array([29, 0, 7, 7, 12])
    blocks = dense_matrix(whole).reshape(30, 3, 40, 3)[rows]
    np.testing.assert_allclose(
        dense_matrix(whole.row_subset(rows)).reshape(5, 3, 40, 3), blocks, atol=1e-15
    )
    assert whole.row_subset(np.zeros(0, int)).rows == 0
