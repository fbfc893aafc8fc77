"""Windows that are looked at in turn: spread over all that cameras see."""

from itertools import islice

import numpy as np
import pytest
from scipy import sparse

from geometry.seeing.window_choice import CoarseSpot, CoarseView, spread_windows

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


def spread(views, count) -> list[CoarseSpot]:
    return [spot for spot, _ in islice(spread_windows(views), count)]


def test_the_first_ones_lie_side_by_side_and_more_of_them_evenly():
    assert (looks([flat()], spread([flat()], 9)) == 1).all()
    often = [often for _, often in islice(spread_windows([flat()]), 9)]
    assert often == pytest.approx([k / 9 for k in range(1, 10)])
    found = looks([flat()], spread([flat()], 60))
    assert found.min() >= 4 and found.max() <= 11
    assert spread([flat()], 60) == spread([flat()], 60)


def test_what_one_view_has_shown_another_need_not():
    half = np.zeros((SIDE, SIDE))
    half[:, : SIDE // 2] = 1
    views = [flat(half.ravel()), flat((1 - half).ravel())]
    spots = spread(views, 12)
    assert sum(spot.view for spot in spots) == 6
    assert looks(views, spots).min() > 0
    twice = [flat(), flat()]  # the same twice is no more
    assert looks(twice, spread(twice, 9)).max() == 1


def test_a_view_smaller_than_a_window_is_one():
    assert spread([flat(window=(SIDE, SIDE))], 1) == [CoarseSpot(0, 0, 0)]
    with pytest.raises(ValueError, match="nothing is seen"):
        spread([flat(np.zeros(SIDE**2))], 1)
