import numpy as np
import pytest
from dense_maps import dense_matrix
from hypothesis import given, settings
from hypothesis import strategies as st

from geometry.colour import B3
from geometry.sampling import (
    SamplingMap,
    average_groups,
    average_runs,
    cubic_taps,
    from_taps,
    linear_taps,
    outer_taps,
)

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
    merged = average_groups(sampling, size)
    dense = dense_matrix(sampling).reshape(12 // size, size, 3, 18)
    assert merged.rows == 12 // size
    assert np.allclose(dense_matrix(merged), dense.mean(axis=1).reshape(-1, 18))
    for a, b in zip(merged.indptr, merged.indptr[1:], strict=False):
        colour = 0 if merged.colours is None else merged.colours[a:b].astype(int)
        entries = merged.indices[a:b] * 3 + colour
        assert (np.diff(entries) > 0).all()  # in order, and none twice
    assert merged.indptr[-1] == len(merged.indices) == len(merged.weights)


def test_runs_of_any_length_are_averaged():
    sampling = from_taps(6, RANDOM.integers(0, 6, (7, 3)), RANDOM.normal(size=(7, 3)))
    merged = average_runs(sampling, np.array([0, 2, 2, 3, 7]))
    rows = dense_matrix(sampling).reshape(7, -1)
    expected = [rows[:2].mean(axis=0), 0 * rows[0], rows[2], rows[3:].mean(axis=0)]
    assert np.allclose(dense_matrix(merged).reshape(4, -1), expected)
