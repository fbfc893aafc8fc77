"""Inks that a colour rule permutes."""

import numpy as np
import pytest

from geometry.errors import InputError
from geometry.symmetry.colour import IDENTITY, generated, matrix, parse
from geometry.symmetry.colour_frame import RGB, ColourFrame
from geometry.symmetry.ink_sets import (
    InkSpace,
    check_permuted,
    dithered_ink,
    nearest_ink,
    permuted_inks,
    thresholds,
)

RULES = {
    "none": (IDENTITY,),
    "light": generated((parse("-r,g,b"),)),
    "negative": generated((parse("-r,-g,-b"),)),
    "around": generated((parse("gbr"),)),
    "swap": generated((parse("rbg"), parse("-r,g,b"))),
    "six": generated((parse("gbr"), parse("-r,-g,-b"))),
}
STYLE = ColourFrame((0.4, -0.2, 0.1), ((1.5, 0.3, 0.0), (1.2, -0.2, 0.1), (0.9, 0.1, -0.2)))


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("count", [2, 3, 4, 7])
def test_a_rule_takes_found_inks_to_each_other(rule, count):
    elements = RULES[rule]
    sample = np.random.default_rng(count).normal(size=(900, 3)) * (2, 1, 0.5)
    inks = permuted_inks(sample, count, elements)
    assert inks.shape == (count, 3)
    check_permuted(inks, elements, 1e-9, rule, "palette")
    gaps = np.linalg.norm(inks[:, None] - inks, axis=2)[~np.eye(count, dtype=bool)]
    assert gaps.min() > 1e-3  # no two are one
    assert np.array_equal(inks, permuted_inks(sample, count, elements))


def test_inks_are_where_the_colours_are():
    random = np.random.default_rng(0)
    middles = np.array([[2.0, 0, 0], [0, 2, 0], [-1, -1, 1]])
    sample = np.concatenate([m + random.normal(size=(100, 3)) * 0.05 for m in middles])
    inks = permuted_inks(sample, 3, RULES["none"])
    assert np.linalg.norm(inks[:, None] - middles, axis=2).min(axis=0).max() < 0.05


@pytest.mark.parametrize("frame", [RGB, STYLE], ids=["rgb", "style"])
@pytest.mark.parametrize("rule", RULES)
def test_in_an_ink_space_rules_act_by_signed_permutations(rule, frame):
    space = InkSpace(frame, RULES[rule])
    logits = np.random.default_rng(3).normal(size=(50, 3))
    assert np.allclose(space.logits_at(space.places(logits)), logits)
    for element in space.elements:
        linear, shift = frame.action(element)
        moved = space.places(logits @ linear.T + shift)
        assert np.allclose(moved, space.places(logits) @ matrix(element).T)


def test_other_inks_are_refused():
    with pytest.raises(InputError, match="does not permute") as refused:
        check_permuted(np.array([[1.0, 0, 0], [0, 1, 0]]), RULES["negative"], 0.1, "2a", "palette")
    assert refused.value.code == "bad-inks" and refused.value.field == "palette"


def test_shares_of_two_inks_mix_to_the_colour_between_them():
    inks = np.array([[0.0, 0, 0], [1, 0, 0], [0, 9, 9]])
    row, column = np.divmod(np.arange(64 * 64), 64)
    places = np.tile([[0.3, 0.0, 0.0]], (64 * 64, 1))
    spread = thresholds(row, column)
    assert spread.min() >= 0 and spread.max() < 1
    mixed = dithered_ink(places, inks, spread, 1.0)
    assert np.mean(mixed == 1) == pytest.approx(0.3, abs=0.02) and not (mixed == 2).any()
    assert np.array_equal(dithered_ink(places, inks, spread, 0.0), nearest_ink(places, inks))
