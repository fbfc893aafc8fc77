"""Packages whose groups cannot be used are refused with one line that names them."""

import dataclasses
import sys
import types
from importlib.metadata import EntryPoint

import pytest

from geometry import catalogue
from geometry.errors import InputError
from geometry.hyperbolic.groups import tiling_group
from geometry.spaces import Space
from geometry.symmetry import installed_groups

HALF = dataclasses.replace(tiling_group(4, 6, "rotations"), name="half", aliases=())


@pytest.fixture
def offer(monkeypatch):
    """Makes objects of a module the groups of a package."""

    def make(**objects):
        module = types.ModuleType("strangers_groups")
        vars(module).update(objects)
        monkeypatch.setitem(sys.modules, "strangers_groups", module)
        points = [
            EntryPoint(name, f"strangers_groups:{name}", installed_groups.ENTRY_POINT)
            for name in (objects or ["MISSING"])
        ]
        monkeypatch.setattr(installed_groups, "entry_points", lambda group: points)
        catalogue._all_groups.cache_clear()

    yield make
    catalogue._all_groups.cache_clear()


def changed(**fields):
    return dataclasses.replace(HALF, **fields)


def test_groups_of_a_package_stand_beside_the_others(offer):
    mirrored = changed(name="other", aliases=("alias of the other",))
    offer(ONE=HALF, MORE=(mirrored,))
    assert catalogue.find_group("HALF") is HALF
    assert catalogue.find_group("alias of the other", "hyperbolic") is mirrored
    assert catalogue.groups("hyperbolic")[-2:] == (mirrored, HALF)
    assert len(catalogue.groups()) == len(catalogue.GROUPS) + 2


@pytest.mark.parametrize(
    ("objects", "said"),
    [
        ({}, "MISSING"),
        ({"GROUP": "p4"}, "'p4' is no Group"),
        ({"GROUP": [HALF]}, "no Group"),
        ({"GROUP": changed(name="P4M")}, "the name P4M is taken"),
        ({"GROUP": changed(aliases=("*462",))}, "the name *462 is taken"),
        ({"GROUP": changed(name="29*")}, "the name 29* is taken"),
        ({"GROUP": changed(name="{4,4}")}, "tiles the plane"),
        ({"A": HALF, "B": changed(name="Half")}, "is taken"),
        ({"GROUP": changed(tiling=None)}, "half has no tiling"),
        ({"GROUP": changed(space=Space("torus", 0, (1, 1, 0)))}, "not of a known space"),
        ({"GROUP": changed(relators=("r^4", "s^6", "(rs)^3"))}, "(rs)^3 is not the identity"),
        ({"GROUP": changed(relators=("z^2",))}, "KeyError"),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_line(offer, objects, said):
    offer(**objects)
    with pytest.raises(InputError) as refused:
        catalogue.find_group("p4")
    assert refused.value.code == "bad-plugin"
    assert said in refused.value.message
    assert "strangers_groups:" in refused.value.message
    assert "uninstall" in refused.value.hint
    assert "\n" not in str(refused.value)
