import itertools

import numpy as np
import pytest

from geometry.catalogue import colourings, find_colouring
from geometry.errors import InputError
from geometry.spiral.groups import SPIRAL_GROUPS, spiral_by_name, spiral_group
from geometry.symmetry.colour import B3, IDENTITY, compose, inverse, power
from geometry.symmetry.groups import elements, word_matrix


@pytest.mark.parametrize("arms", [1, 2, 3, 5, 6, 32])
def test_every_relator_is_the_identity_up_to_whole_turns(arms):
    group = spiral_group(arms)
    for relator in group.relators:
        matrix = word_matrix(group, relator)
        turns = matrix[:2, 2] / (1, arms)
        assert np.array_equal(matrix[:2, :2], np.eye(2))
        assert turns[0] == 0
        assert turns[1] == int(turns[1])
    assert group.order == arms
    assert all(group.space.is_isometry(g.matrix) for g in group.generators)


@pytest.mark.parametrize("arms", [1, 3, 4, 6])
def test_colour_rules_are_all_commuting_pairs_with_a_whole_turn_of_no_colour(arms):
    """By brute force, one for each class under a fixed signed permutation of the colours."""
    turns = [b for b in B3 if power(b, arms) == IDENTITY] if arms > 1 else [IDENTITY]
    pairs = {(a, b) for a, b in itertools.product(B3, turns) if compose(a, b) == compose(b, a)}
    classes = {
        frozenset(tuple(compose(compose(x, c), inverse(x)) for c in pair) for x in B3)
        for pair in pairs
    }
    found = [
        (rule.images["x"], rule.images.get("r", IDENTITY))
        for rule in colourings(spiral_group(arms))
    ]
    assert len(found) == len(classes)
    assert all(sum(pair in c for pair in found) == 1 for c in classes)


@pytest.mark.parametrize(
    ("arms", "rule", "count"),
    [(1, "none", 1), (1, "x=gbr", 3), (3, "x=-r,-g,-b r=gbr", 6), (4, "x=gbr r=gbr", None)],
)
def test_elements_are_as_many_as_their_colours(arms, rule, count):
    """The colour-free translations are the kernel, so the rest is the image in B₃."""
    group = spiral_group(arms)
    if count is None:  # four arms cannot turn three colours
        with pytest.raises(InputError) as refused:
            find_colouring(group, rule)
        assert refused.value.code == "impossible-colouring"
        assert "a quarter turn 4 times" in refused.value.message
        return
    colouring = find_colouring(group, rule)
    found = elements(group, colouring)
    assert len(found) == len(set(found.colours)) == colouring.colours == count


@pytest.mark.parametrize("name", ["spiral5", "Spiral 5", " spiral-5 "])
def test_spirals_are_found_by_name(name):
    assert spiral_by_name(name) is spiral_group(5)
    assert spiral_group(5) in SPIRAL_GROUPS


@pytest.mark.parametrize("name", ["p4", "spiral", "spirals", "5", "spiral5a"])
def test_other_names_are_none_of_a_spiral(name):
    assert spiral_by_name(name) is None


@pytest.mark.parametrize("arms", [0, -1, 33])
def test_impossible_numbers_of_arms_are_refused(arms):
    with pytest.raises(InputError) as refused:
        spiral_group(arms)
    assert (refused.value.code, refused.value.field) == ("bad-arms", "arms")


def test_impossible_numbers_of_arms_in_a_name_are_refused():
    with pytest.raises(InputError) as refused:
        spiral_by_name("spiral33")
    assert refused.value.code == "bad-arms"
