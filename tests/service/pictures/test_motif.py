"""How a motif lies on a sheet."""

import numpy as np
import pytest
from scipy.special import expit
from skimage import data

from service.pictures.motif import FITTED, Placement, picture_paper, placed

CAT = data.chelsea()[:300, 80:380]  # a square


def near(one, other, off=3.0):
    return np.abs(one.astype(float) - other).mean() < off


def test_it_fills_a_sheet_whatever_its_form():
    for shape in ((60, 60), (30, 90), (90, 30), (7, 301)):
        assert placed(CAT, shape, FITTED).shape == (*shape, 3)


@pytest.mark.parametrize(
    ("turn", "turned"),
    [(90, np.rot90), (-90, lambda a: np.rot90(a, -1)), (180, lambda a: a[::-1, ::-1])],
)
def test_it_turns_counterclockwise(turn, turned):
    straight = placed(CAT, (60, 60), FITTED)
    assert near(placed(CAT, (60, 60), Placement(turn=turn)), turned(straight))


def test_it_moves_to_the_right_and_up():
    straight = placed(CAT, (60, 60), FITTED)
    moved = placed(CAT, (60, 60), Placement(shift=(0.25, 0.5)))
    assert near(moved[:30, 15:], straight[30:, :45])


def test_larger_it_shows_its_middle_and_smaller_its_mirror_images_around():
    assert near(
        placed(CAT, (60, 60), Placement(zoom=2)), placed(CAT[75:225, 75:225], (60, 60), FITTED)
    )
    small = placed(CAT, (60, 60), Placement(zoom=0.5))
    assert near(small[15:45, 15:45], placed(CAT, (30, 30), FITTED))
    assert near(small[:15], small[15:30][::-1])


def test_as_paint_it_is_kept_from_black_and_white():
    picture = np.zeros((20, 20, 3), np.uint8)
    picture[:, 10:] = 255
    shown = expit(picture_paper(picture, FITTED, 0.02)((20, 20), 0))
    assert shown.min() == pytest.approx(0.02) and shown.max() == pytest.approx(0.98)
