"""Signatures of orbifolds in any spelling that means the same."""

import itertools

import pytest

from geometry.catalogue import GROUPS, find_group
from geometry.errors import InputError
from geometry.symmetry.orbifold import spellings


@pytest.mark.parametrize(
    ("spelt", "name"),
    [
        ("235", "532"),
        ("2 3 5", "532"),
        ("*4 3 2", "*432"),
        ("*2,3,5", "*532"),
        ("* 2 2 2 2", "pmm"),
        ("2 4 6", "[4,6]+"),
        ("*237", "[3,7]"),
        ("2.3.12", "[3,12]+"),
        ("236", "p6"),
        ("22×", "pgg"),
    ],
)
def test_a_signature_is_found_as_it_is_spelt(spelt, name):
    assert find_group(spelt).name == name


def test_gyrations_have_no_order_and_corners_have_a_cycle():
    assert set(spellings("532")) == {"".join(p) for p in itertools.permutations("532")}
    assert "*2345" in spellings("*5432") and "*2435" not in set(spellings("*5432"))
    assert "3*2" not in set(spellings("2*3"))  # a pyritohedron is no antiprism


def test_numbers_of_several_digits_stay_whole():
    assert set(spellings("*12 2")) == {"*12.2", "*2.12"}


def test_what_a_name_means_is_not_changed_by_other_spellings():
    for group in GROUPS.values():
        for name in (group.name, *group.aliases):
            assert find_group(name, group.space.name) is group


@pytest.mark.parametrize("name", ["p7", "", "5 5 5", "*999999999", "2" * 200])
def test_others_are_refused(name):
    with pytest.raises(InputError):
        find_group(name)
