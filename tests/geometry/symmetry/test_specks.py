"""Pixels that are alone in their ink."""

import numpy as np
import pytest

from geometry.symmetry.specks import without_specks

# Distances of a square's corners: two are tied, so that ties are met.
INKS = np.array([[0.0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]])


def speckled(seed=0, shape=(24, 24)):
    random = np.random.default_rng(seed)
    which = np.repeat(np.repeat(random.integers(0, 4, (6, 6)), 4, 0), 4, 1)
    noise = random.random(shape) < 0.1
    return np.where(noise, random.integers(0, 4, shape), which)


def alone(which):
    shifts = [(y, x) for y in (-1, 0, 1) for x in (-1, 0, 1) if y or x]
    return ~np.any([np.roll(which, s, (0, 1)) == which for s in shifts], axis=0)


def test_most_specks_go_and_all_else_stays():
    which = speckled()
    found = without_specks(which, INKS, 0)
    assert alone(which).sum() > 20 and alone(found).sum() < 5
    assert (found != which).sum() <= alone(which).sum()
    assert (found == which)[~alone(which)].all()


@pytest.mark.parametrize("seed", range(5))
def test_it_commutes_with_what_permutes_pixels_and_inks(seed):
    which = speckled(seed)
    found = without_specks(which, INKS, 0)
    for move in (
        lambda x: np.roll(x, (5, 7), (0, 1)),
        np.rot90,
        np.fliplr,
        np.transpose,
        lambda x: (x + 1) % 4,  # a turn of the square of inks
        lambda x: 3 - x,
    ):
        assert (without_specks(move(which), INKS, 0) == move(found)).all()


def test_a_shifted_torus_is_one_of_two_copies():
    which = speckled(1, (24, 24))
    twice = np.concatenate([which, np.roll(which, -12, axis=1)])  # copies are shifted by a half
    found = without_specks(which, INKS, 12)
    assert (without_specks(twice, INKS, 0)[:24] == found).all()


def test_a_picture_without_a_torus_keeps_its_border():
    which = np.zeros((5, 5), int)
    which[0, 2] = which[2, 2] = 1
    found = without_specks(which, INKS, None)
    assert found[0, 2] == 1 and found[2, 2] == 0
