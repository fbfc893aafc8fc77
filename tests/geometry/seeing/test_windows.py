"""What counts of a view, cut into windows."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from geometry.maps.sampling import SamplingMap
from geometry.seeing.visibility import ViewMap
from geometry.seeing.windows import windows

LONGEST = 512


def view_of(weight):
    """A view with a pixel of its own colour for every pixel: row k reads column k."""
    count = weight.size
    sampling = SamplingMap(
        count, np.arange(count + 1), np.arange(count, dtype=np.int32), np.ones(count)
    )
    return ViewMap(sampling, np.ones(weight.shape), weight)


@settings(deadline=None, max_examples=30)
@given(
    st.integers(64, 1400), st.integers(64, 1400), st.floats(0, 1), st.floats(0, 1),
    st.floats(0.01, 1), st.floats(0.01, 1),
)  # fmt: skip
def test_windows_cover_what_counts_once_and_stay_small(rows, columns, y, x, tall, wide):
    """A filled rectangle anywhere in the picture."""
    weight = np.zeros((rows, columns))
    top, left = int(y * 0.9 * rows), int(x * 0.9 * columns)
    weight[top : top + max(2, int(tall * rows)), left : left + max(2, int(wide * columns))] = 1
    counted = np.zeros(weight.size, int)
    for window in windows(view_of(weight), LONGEST):
        assert all(64 <= side <= LONGEST for side in window.shape)
        assert window.weight.shape == window.coverage.shape == window.shape
        np.testing.assert_array_equal(
            window.weight.ravel(), weight.ravel()[window.sampling.indices]
        )
        counted[window.sampling.indices] += 1
    assert counted.max() <= 1
    shown = counted[weight.ravel() > 0]
    small = weight.sum() < 0.03 * LONGEST**2  # next to nothing in a window is left out
    assert small or shown.mean() > 0.95


def test_what_is_seen_at_a_slant_or_not_at_all_has_no_window():
    assert windows(view_of(np.zeros((80, 80))), LONGEST) == []
    assert windows(view_of(np.full((80, 80), 0.1)), LONGEST) == []  # below the cosine's cut
    (one,) = windows(view_of(np.full((80, 80), 0.9)), LONGEST)
    assert one.shape == (80, 80) and (one.weight == 0.9).all()


def test_large_pictures_are_cut_into_equal_windows():
    found = windows(view_of(np.ones((700, 1300))), LONGEST)
    assert len(found) == 6
    assert {window.shape for window in found} <= {(350, 433), (350, 434)}
