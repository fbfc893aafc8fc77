"""Windows that are looked at in turn: spread over all that cameras see."""

import numpy as np
import pytest
from scipy import sparse

from geometry.seeing.window_choice import CoarseView, Spot, spread_windows

SIDE = 24


def flat(shows=None, window=(8, 8)) -> CoarseView:
    """A view of a square texture, texel by texel, or of some of its texels."""
    matrix = sparse.identity(SIDE**2, format="csr") if shows is None else sparse.diags(shows)
    return CoarseView((SIDE, SIDE), matrix.tocsr(), window)


def looks(views, spots) -> np.ndarray:
    found = np.zeros(SIDE**2)
    for view, top, left in spots:
        inside = np.zeros((SIDE, SIDE))
        inside[top : top + views[view].window[0], left : left + views[view].window[1]] = 1
        found += views[view].shows.T @ inside.ravel()
    return found.reshape(SIDE, SIDE)


def test_the_first_ones_lie_side_by_side_and_more_of_them_evenly():
    spots, share = spread_windows([flat()], 9)
    assert (looks([flat()], spots) == 1).all()
    assert share == pytest.approx(1 / 9)
    spots, _ = spread_windows([flat()], 60)
    found = looks([flat()], spots)
    assert found.min() >= 4 and found.max() <= 11
    assert spread_windows([flat()], 60)[0] == spots


def test_what_one_view_has_shown_another_need_not():
    half = np.zeros((SIDE, SIDE))
    half[:, : SIDE // 2] = 1
    views = [flat(half.ravel()), flat((1 - half).ravel())]
    spots, _ = spread_windows(views, 12)
    assert sum(spot.view for spot in spots) == 6
    assert looks(views, spots).min() > 0
    twice = [flat(), flat()]  # the same twice is no more
    assert looks(twice, spread_windows(twice, 9)[0]).max() == 1


def test_a_view_smaller_than_a_window_is_one():
    assert spread_windows([flat(window=(SIDE, SIDE))], 1)[0] == [Spot(0, 0, 0)]
    with pytest.raises(ValueError, match="nothing is seen"):
        spread_windows([flat(np.zeros(SIDE**2))], 1)
