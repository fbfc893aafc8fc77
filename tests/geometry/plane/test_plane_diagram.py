"""The diagrams of the wallpaper groups against the International Tables, and against the groups."""

from __future__ import annotations

import functools
from collections import Counter

import numpy as np
import pytest

from geometry.catalogue import find_colouring, find_group, groups
from geometry.plane.diagram import plane_diagram
from geometry.plane.lattices import shaped
from geometry.spaces import PLANE, Array, affine
from geometry.symmetry.colour import IDENTITY
from geometry.symmetry.diagram import Diagram, action
from geometry.symmetry.groups import Elements, elements

NAMES = [group.name for group in groups("plane")]
# Classes of centres under translations: of orders 2, 3, 4, 6; IT vol. A, plane groups, Wyckoff
# positions with rotations, counted in a primitive cell.
CENTRES = {
    "p1": {}, "pm": {}, "pg": {}, "cm": {},
    "p2": {2: 4}, "pmm": {2: 4}, "pmg": {2: 4}, "pgg": {2: 4}, "cmm": {2: 4},
    "p4": {4: 2, 2: 2}, "p4m": {4: 2, 2: 2}, "p4g": {4: 2, 2: 2},
    "p3": {3: 3}, "p3m1": {3: 3}, "p31m": {3: 3},
    "p6": {6: 1, 3: 2, 2: 3}, "p6m": {6: 1, 3: 2, 2: 3},
}  # fmt: skip
# In how many directions there are mirrors, and glides that are no mirrors.
DIRECTIONS = {
    "p1": (0, 0), "p2": (0, 0), "pm": (1, 0), "pg": (0, 1), "cm": (1, 1), "pmm": (2, 0),
    "pmg": (1, 1), "pgg": (0, 2), "cmm": (2, 2), "p4": (0, 0), "p4m": (4, 2), "p4g": (2, 4),
    "p3": (0, 0), "p3m1": (3, 3), "p31m": (3, 3), "p6": (0, 0), "p6m": (6, 6),
}  # fmt: skip


class Case:
    """The diagram of one period of a group, and the group near it."""

    def __init__(self, name: str, rule: str = "none", **shape: float) -> None:
        group = shaped(find_group(name, "plane"), **shape)
        colouring = find_colouring(group, rule)
        assert group.lattice is not None
        assert colouring.supercell is not None
        found = elements(group, colouring)
        frame = affine(group.lattice.basis)
        matrices = frame @ found.matrices @ np.linalg.inv(frame)
        self.cell = group.lattice.basis @ np.array(colouring.supercell, float)
        self.window = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) @ self.cell.T
        self.acting = [
            action(PLANE, frame @ g.matrix @ np.linalg.inv(frame)) for g in group.generators
        ]
        self.order = len(found)
        self.colours = found.colours
        self.diagram: Diagram = plane_diagram(
            Elements(matrices, found.colours), self.cell, self.window, self.acting
        )
        steps = [affine(np.eye(2), self.cell @ (i, j)) for i in range(-4, 5) for j in range(-4, 5)]
        self.matrices = np.concatenate([step @ matrices for step in steps])

    def in_cell(self, place: Array) -> tuple[float, ...]:
        where = np.linalg.solve(self.cell, place[:2])
        return tuple(np.round(where - np.floor(where + 1e-6), 4) + 0.0)

    def mirrors(self) -> list[Array]:
        return [line.covector for line in self.diagram.lines if not line.glide]


plain = functools.cache(Case)


@pytest.mark.parametrize("name", NAMES)
def test_centres_and_directions_are_those_of_the_tables(name: str) -> None:
    case = plain(name)
    classes = {(case.in_cell(c.place), c.order) for c in case.diagram.centres}
    assert Counter(order for _, order in classes) == CENTRES[name]
    ways = [
        {
            tuple(np.round(np.outer(line.covector[:2], line.covector[:2]).ravel(), 4) + 0.0)
            for line in case.diagram.lines
            if line.glide is glide
        }
        for glide in (False, True)
    ]
    assert tuple(map(len, ways)) == DIRECTIONS[name]


@pytest.mark.parametrize("name", NAMES)
def test_what_is_drawn_is_kept_by_the_group(name: str) -> None:
    case = plain(name)
    for centre in case.diagram.centres:
        kept = np.abs(case.matrices @ centre.place - centre.place).max(axis=1) < 1e-9
        assert (kept & (np.linalg.det(case.matrices) > 0)).sum() == centre.order
    for line in case.diagram.lines:
        normal = line.covector[:2]
        foot = np.array([*(-line.covector[2] * normal), 1.0])
        along = np.array([-normal[1], normal[0], 0.0])
        points = foot + np.array([[0.0], [0.7]]) * along
        moved = np.einsum("nij,kj->nki", case.matrices, points) - points
        flips = np.linalg.det(case.matrices) < 0
        on_it = np.abs(moved @ [*normal, 0.0]).max(axis=1) < 1e-9
        shifts = np.abs(moved[flips & on_it] @ along).max(axis=1)
        assert len(shifts) and (shifts.min() > 1e-3) is np.bool_(line.glide)


@pytest.mark.parametrize("name", NAMES)
def test_the_domain_has_its_area_and_meets_no_image_of_itself(name: str) -> None:
    case = plain(name)
    sides = case.diagram.domain
    samples = np.random.default_rng(1).random((4000, 2)) @ case.cell.T
    points = np.column_stack([samples, np.ones(len(samples))])
    images = np.einsum("nij,kj->kni", case.matrices, points)
    copies = (images @ sides.T > 1e-9).all(axis=2).sum(axis=1)
    assert (copies == 1).mean() > 0.999  # but for points on the border
    pairs = [(a, b) for a in sides for b in sides if abs(a[0] * b[1] - a[1] * b[0]) > 1e-6]
    corners = np.array([np.cross(a, b) for a, b in pairs])
    corners = corners[:, :2] / corners[:, 2:]
    inside = (np.column_stack([corners, np.ones(len(corners))]) @ sides.T > -1e-6).all(axis=1)
    corners = np.unique(corners[inside].round(6), axis=0)
    middle = corners.mean(axis=0)
    x, y = corners[np.argsort(np.arctan2(*(corners - middle).T))].T
    area = abs(x @ np.roll(y, 1) - y @ np.roll(x, 1)) / 2
    assert area == pytest.approx(abs(np.linalg.det(case.cell)) / case.order, rel=1e-4)


def test_centres_on_mirrors() -> None:
    """What tells p4g from p4m and p31m from p3m1."""

    def free(name: str, order: int) -> int:
        case = plain(name)
        places = {
            case.in_cell(c.place)
            for c in case.diagram.centres
            if c.order == order and all(abs(m @ c.place) > 1e-6 for m in case.mirrors())
        }
        return len(places)

    assert (free("p4g", 4), free("p4m", 4)) == (2, 0)
    assert (free("p31m", 3), free("p3m1", 3)) == (2, 0)
    assert free("cmm", 2) == 2


@pytest.mark.parametrize("name", NAMES)
def test_symbols_are_turned_as_the_group_turns_them(name: str) -> None:
    case = plain(name)
    by_place = {case.in_cell(c.place): c for c in case.diagram.centres}
    for centre in case.diagram.centres:
        for matrix in case.matrices[: case.order]:
            image = by_place[case.in_cell(matrix @ centre.place)]
            turned = complex(*(matrix @ centre.towards)[:2]) / complex(*image.towards[:2])
            assert turned**image.order == pytest.approx(1, abs=1e-6)


def test_what_changes_colours() -> None:
    """2a of p4: the turns about the corner of the cell keep colours, those about its middle change
    them, and so do half turns, which are a product of both."""
    case = Case("p4", "2a")
    group = find_group("p4", "plane")
    assert find_colouring(group, "2a").images["r"] == IDENTITY
    corners = {
        case.in_cell(c.place) for c in case.diagram.centres if c.order == 4 and not c.coloured
    }
    half = tuple(np.round(np.linalg.solve(case.cell, [1.0, 0.0]) % 1, 4))
    assert corners == {(0.0, 0.0)} or corners == {(0.0, 0.0), half}
    assert all(c.coloured for c in case.diagram.centres if c.order == 2)
    uncoloured = plain("p6m").diagram
    assert not any(drawn.coloured for drawn in uncoloured.centres + uncoloured.lines)


def test_oblique_and_slim_cells() -> None:
    for shape in ({"angle": 40.0, "aspect": 0.6}, {"angle": 150.0, "aspect": 3.0}):
        case = Case("p2", **shape)
        assert len({case.in_cell(c.place) for c in case.diagram.centres}) == 4
    slim = Case("cmm", aspect=8.0)
    assert len({slim.in_cell(c.place) for c in slim.diagram.centres}) == 4


@pytest.mark.parametrize(("name", "rule"), [("p1", "3a"), ("p2", "2c"), ("pm", "2b"), ("p4", "4a")])
def test_the_domain_of_a_rule_is_that_of_the_group(name: str, rule: str) -> None:
    """Though its pattern repeats in larger cells."""
    case = Case(name, rule)
    samples = np.random.default_rng(2).random((2000, 2)) @ case.cell.T
    points = np.column_stack([samples, np.ones(len(samples))])
    images = np.einsum("nij,kj->kni", case.matrices, points)
    copies = (images @ case.diagram.domain.T > 1e-9).all(axis=2).sum(axis=1)
    assert (copies == 1).mean() > 0.999


def test_the_domain_is_where_the_generators_are() -> None:
    """Of a group of mirrors it is their triangle."""
    for name in ("p4m", "p3m1", "p6m"):
        case = plain(name)
        for acting in case.acting:
            assert acting.line is not None
            mirror = acting.line / np.linalg.norm(acting.line)
            sides = case.diagram.domain / np.linalg.norm(case.diagram.domain, axis=1)[:, None]
            assert np.abs(sides @ mirror).max() == pytest.approx(1)
