import numpy as np
import pytest

from geometry.catalogue import GROUPS, colourings, find_colouring, find_group, groups
from geometry.errors import InputError
from geometry.symmetry.colour import B3, IDENTITY, compose


@pytest.mark.parametrize("name", GROUPS)
def test_every_name_of_a_group_finds_it_in_its_space(name):
    group = GROUPS[name]
    for alias in (group.name, *group.aliases):
        for spelling in (alias, f" {alias.upper()} ", alias.lower()):
            assert find_group(spelling, group.space.name) is group
    assert find_group(group.name) is group


def test_few_names_are_of_two_groups_and_mean_one_of_them():
    """Alone, a symbol that a frieze has too means the wallpaper group, and one that a rosette has
    too the group of the sphere; `service frieze` and `service rosette` know better."""
    names = [n for g in GROUPS.values() for n in (g.name, *g.aliases)]
    shared = {n for n in names if names.count(n) > 1}
    of_friezes, of_rosettes = {"p1", "p2", "p1m1", "p2mg", "p2mm"}, {"C1", "C5", "D5"}
    assert shared == of_friezes | of_rosettes
    for name in of_friezes:
        assert find_group(name) is find_group(name, "plane")
        assert find_group(name, "frieze").name == f"frieze-{name}"
    for name in of_rosettes | {"C7", "d16"}:
        assert find_group(name) is find_group(name, "sphere")
        assert find_group(name, "rosette").name == f"rosette-{name.upper()}"


def test_the_letter_o_is_told_apart_by_case_and_space():
    """O are the rotations of the octahedron, o is the orbifold of p1."""
    assert find_group("O").name == "432"
    assert find_group("o").name == "p1"
    assert find_group("o", "sphere").name == "432"
    assert find_group("O", "plane").name == "p1"


def test_unknown_and_misplaced_groups_are_refused_in_one_line():
    with pytest.raises(InputError) as refused:
        find_group("p5", "plane")
    assert refused.value.code == "unknown-group"
    assert "Did you mean" in refused.value.hint
    with pytest.raises(InputError) as refused:
        find_group("532", "plane")
    assert refused.value.code == "wrong-space"
    assert "sphere" in refused.value.message
    assert "p6" in refused.value.hint


def test_groups_are_listed_by_space():
    spaces = ("plane", "sphere", "hyperbolic", "spiral", "frieze", "rosette")
    for space in spaces:
        assert {g.space.name for g in groups(space)} == {space}
    assert groups() == tuple(g for space in spaces for g in groups(space)) == tuple(GROUPS.values())


@pytest.mark.parametrize("name", GROUPS)
def test_colourings_have_unique_names_and_honest_numbers(name):
    """'none' comes first; the number in a name is the order of the image, found by closing it."""
    rules = colourings(GROUPS[name])
    assert rules[0].name == "none"
    assert set(rules[0].images.values()) <= {IDENTITY}
    assert len({rule.name for rule in rules}) == len(rules)
    for rule in rules[:: 1 + len(rules) // 100]:
        closure = {IDENTITY}
        for _ in B3:
            closure |= {compose(x, c) for x in closure for c in rule.images.values()}
        assert rule.colours == len(closure)
        assert rule.name == "none" or rule.name.rstrip("abcdefghijklmnopqrstuvwxyz") == str(
            rule.colours
        )
        assert find_colouring(GROUPS[name], rule.name.upper()) is rule


@pytest.mark.parametrize("name", ["p1", "p2", "p4", "p6", "432"])
def test_a_rule_can_be_given_by_its_summary(name):
    for rule in colourings(GROUPS[name])[:20]:
        again = find_colouring(GROUPS[name], rule.summary)
        assert dict(again.images) == dict(rule.images)
        assert again.supercell == rule.supercell


@pytest.mark.parametrize(
    "text", ["r=-r,-g,-b s=-r,-g,-b", "r = -r, -g, -b, s=-r-g-b", "R=-R-G-B; S=-R-G-B"]
)
def test_rules_may_be_spelled_loosely(text):
    rule = find_colouring(GROUPS["p4"], text)
    assert dict(rule.images) == {"r": (-1, -2, -3), "s": (-1, -2, -3)}


def test_generators_that_are_not_named_keep_the_identity():
    assert find_colouring(GROUPS["p2"], "r=grb").images["s"] == IDENTITY


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2zz", "unknown-colouring"),
        ("z=rgb", "unknown-colouring"),
        ("rs=rgb", "unknown-colouring"),
        ("r=rgb r=grb", "unknown-colouring"),
        ("foo r=rgb", "unknown-colouring"),
        ("=", "unknown-colouring"),
        ("r=", "bad-colour"),
        ("r=xyz", "bad-colour"),
        ("r=rgb s=xyz", "bad-colour"),
        ("r=grb foo", "bad-colour"),
        ("r=gbr", "impossible-colouring"),
    ],
)
def test_bad_rules_are_refused_in_one_line(text, code):
    with pytest.raises(InputError) as refused:
        find_colouring(GROUPS["p4"], text)
    assert refused.value.code == code
    assert "\n" not in str(refused.value)


def test_a_third_order_colour_on_a_half_turn_says_why_not():
    with pytest.raises(InputError) as refused:
        find_colouring(GROUPS["p2"], "r=gbr")
    for word in ("half turn", "twice", "gbr", "brg"):
        assert word in refused.value.message


def test_names_go_on_like_the_columns_of_a_spreadsheet():
    names = [rule.name for rule in colourings(GROUPS["p2"])]
    twos = [n[1:] for n in names if n[0] == "2" and n[1:].isalpha()]
    assert twos[:3] == ["a", "b", "c"]
    fours = [n[1:] for n in names if n[0] == "4"]
    assert fours[25:28] == ["z", "aa", "ab"]
    assert np.all(np.diff([len(n) for n in fours]) >= 0)
