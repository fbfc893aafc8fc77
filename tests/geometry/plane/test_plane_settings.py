"""How groups may lie on measured lattices, and the coordinates in which they look the same."""

from __future__ import annotations

import numpy as np
import pytest

from geometry.plane.groups import PLANE_GROUPS
from geometry.plane.lattices import HEXAGONAL
from geometry.plane.settings import number_of, relabellings, settings
from geometry.symmetry.colour import IDENTITY
from geometry.symmetry.groups import elements, make_colouring

every_group = pytest.mark.parametrize("group", PLANE_GROUPS, ids=lambda group: group.name)


def _all(group):
    return elements(group, make_colouring(group, "none", (IDENTITY,) * len(group.generators)))


@every_group
def test_a_group_fits_its_own_lattice_turned_and_scaled(group):
    turn = 17 * np.array([[0.8, -0.6], [0.6, 0.8]])
    found = settings(group, turn @ group.lattice.basis, 0.01)
    assert found
    assert found[0].strain < 1e-9


@every_group
def test_on_the_exact_form_all_elements_are_isometries(group):
    for setting in settings(group, 40 * group.lattice.basis, 0.01):
        form = setting.group.lattice.basis
        for matrix in _all(setting.group).matrices:
            linear = form @ matrix[:2, :2] @ np.linalg.inv(form)
            assert np.allclose(linear @ linear.T, np.eye(2))


def test_strain_is_how_much_longer_some_lengths_are_than_others():
    square = next(group for group in PLANE_GROUPS if group.name == "p4")
    (first, *_) = settings(square, np.diag([102.0, 100.0]), 0.05)
    assert first.strain == pytest.approx(0.02)
    assert settings(square, np.diag([102.0, 100.0]), 0.01) == []


@pytest.mark.parametrize(
    ("name", "fit"), [("p6m", True), ("p3", True), ("cmm", True), ("p4", False), ("pmm", False)]
)
def test_what_fits_a_hexagonal_lattice(name, fit):
    group = next(group for group in PLANE_GROUPS if group.name == name)
    assert bool(settings(group, 50 * HEXAGONAL.basis, 0.02)) is fit


@every_group
def test_a_relabelled_group_is_the_same_group(group):
    found = _all(group)
    changes = list(relabellings(group, found))
    assert np.array_equal(changes[0], np.eye(3))
    for change in changes[:12]:
        moved = change @ found.matrices @ np.linalg.inv(change)
        numbers = [number_of(found, np.eye(2), matrix) for matrix in moved]
        assert sorted(numbers) == list(range(len(found)))


def test_p4_may_be_seen_from_either_of_its_centres():
    group = next(group for group in PLANE_GROUPS if group.name == "p4")
    shifts = {tuple(change[:2, 2]) for change in relabellings(group, _all(group))}
    assert shifts == {(0.0, 0.0), (0.5, 0.5)}
