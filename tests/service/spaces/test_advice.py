import pytest

from geometry.catalogue import colourings, find_colouring, find_group, groups
from geometry.spaces import SPIRAL
from geometry.symmetry.colour import IDENTITY
from service.advice import advice, is_chiral


def of(group, rule="none"):
    found = find_group(group)
    return advice(found, find_colouring(found, rule))


def test_plain_quarter_turns_are_told_and_what_prevents_the_swastika():
    assert of("p4") == (
        "4-fold rotations without a colour change often grow swastikas; "
        "a colouring such as 2g, 2i or 2k prevents it. "
        "--chirality ccw chooses which way they turn."
    )


def test_a_colouring_that_changes_colours_at_every_centre_needs_no_advice():
    assert of("p4", "2g") is None
    assert of("p4", "r=grb s=grb") is None
    assert of("p4", "r=rgb s=grb") is not None  # the centres of r are plain


@pytest.mark.parametrize("group", ["p4", "p6", "p4g", "432", "[4,6]+", "[4+,6]"])
def test_the_colourings_that_are_suggested_prevent_it(group):
    text = of(group)
    names = text.partition("such as ")[2].partition(" prevents")[0].replace(" or ", ", ")
    assert len(names.split(", ")) == 3
    for name in names.split(", "):
        assert of(group, name) is None


def test_mirrors_keep_swastikas_away_but_not_stars():
    assert of("p4m") is None and of("*432") is None
    assert of("p6m").startswith("6-fold rotations") and "hexagrams" in of("p6m")
    assert of("*532") == (
        "5-fold rotations without a colour change often grow pentagrams; "
        "no colouring of this group turns the colours there."
    )


def test_where_no_colouring_helps_the_hand_can_be_chosen():
    assert of("532") == f"{of('*532')} --chirality ccw chooses which way they turn."
    assert of("[5,4]+").startswith(
        "4-fold and 5-fold rotations without a colour change often grow swastikas and pentagrams"
    )


@pytest.mark.parametrize("group", ["p1", "p2", "p3", "pmg", "1", "332", "7x", "[7,3]+", "spiral5"])
def test_groups_without_such_centres_get_none(group):
    assert of(group) is None


@pytest.mark.parametrize("group", groups(), ids=lambda group: group.name)
def test_advice_is_one_line_and_names_what_keeps_its_colours(group):
    """Of the generators that turn by a quarter, fifth or sixth; products may add others."""
    turns = [relator.partition("^") for relator in group.relators if relator[1:2] == "^"]
    for rule in colourings(group)[:8]:
        told = advice(group, rule) or ""
        assert "\n" not in told and len(told) < 240
        for letter, _, order in turns:
            if order in "456" and rule.images[letter] == IDENTITY and group.space is not SPIRAL:
                assert f"{order}-fold" in told


def test_hands_are_of_groups_without_mirrors_glides_and_rotoreflections():
    chiral = {group.name for group in groups() if is_chiral(group)}
    assert {"p1", "p2", "p3", "p4", "p6"} == chiral & {g.name for g in groups("plane")}
    assert {"1", "332", "432", "532", "55", "225"} == chiral & {g.name for g in groups("sphere")}
    assert all(("+" in g.name[-1]) == (g.name in chiral) for g in groups("hyperbolic"))
    assert all(group.name in chiral for group in groups("spiral"))
