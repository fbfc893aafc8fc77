"""The diagrams of hyperbolic groups, against words in their generators."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from geometry.catalogue import find_colouring, find_group
from geometry.hyperbolic.diagram import hyperbolic_diagram
from geometry.spaces import HYPERBOLIC, Array
from geometry.symmetry.colour import IDENTITY
from geometry.symmetry.diagram import Diagram, action, line_points
from geometry.symmetry.groups import Group

NEAR = 2.2  # hyperbolic radius


def near(points: Array) -> np.ndarray:
    return points[:, 2] < np.cosh(NEAR)


def diagram_of(name: str, rule: str = "none") -> tuple[Group, Diagram]:
    group = find_group(name, "hyperbolic")
    return group, hyperbolic_diagram(group, find_colouring(group, rule), near)


def words(group: Group, longest: int) -> Array:
    """All elements that are short words."""
    steps = [g.matrix for g in group.generators]
    steps += [np.linalg.inv(step) for step in steps]
    found = {tuple(np.eye(3).round(4).ravel()): np.eye(3)}
    fresh = list(found.values())
    for _ in range(longest):
        made = [step @ matrix for step, matrix in itertools.product(steps, fresh)]
        fresh = []
        for matrix in made:
            key = tuple(matrix.round(4).ravel() + 0.0)
            if key not in found:
                found[key] = matrix
                fresh.append(matrix)
    return np.array(list(found.values()))


@pytest.mark.parametrize(
    ("name", "orders"),
    [
        ("[4,6]", {4, 6, 2}),
        ("[4,6]+", {4, 6, 2}),
        ("[4+,6]", {4, 3}),
        ("[4,6+]", {6, 2}),
        ("[7,3]+", {7, 3, 2}),
    ],
)
def test_centres_and_mirrors_are_those_of_the_group(name: str, orders: set[int]) -> None:
    group, drawn = diagram_of(name)
    assert {centre.order for centre in drawn.centres} == orders
    members = words(group, 11 if name == "[4,6]" else 7)
    proper = np.linalg.det(members) > 0
    for centre in drawn.centres:
        if centre.place[2] > np.cosh(0.9):  # words are too short for what is farther
            continue
        kept = np.abs(members @ centre.place - centre.place).max(axis=1) < 1e-6
        assert (kept & proper).sum() == centre.order
        assert abs(HYPERBOLIC.inner(centre.place, centre.towards)) < 1e-9
    feet = [line_points(HYPERBOLIC, line.covector, 1.0, 5) for line in drawn.lines]
    for points in (line for line in feet if line[2, 2] < np.cosh(0.5)):
        moved = np.einsum("nij,kj->nki", members, points)
        still = np.abs(moved - points).max(axis=(1, 2)) < 1e-6
        assert (still & ~proper).sum() == 1
    mirrors = [m for m in members[~proper] if abs(np.trace(m) - 1) < 1e-6]
    lines = [action(HYPERBOLIC, mirror).line for mirror in mirrors]
    heights = [line_points(HYPERBOLIC, line, 0.0, 1)[0, 2] for line in lines if line is not None]
    assert sum(points[2, 2] < 1.2 for points in feet) == sum(t < 1.2 for t in heights)


@pytest.mark.parametrize("name", ["[4,6]", "[4,6]+", "[4+,6]", "[4,6+]"])
def test_no_two_images_of_the_domain_meet(name: str) -> None:
    group, drawn = diagram_of(name)
    random = np.random.default_rng(3)
    xy = random.normal(size=(300, 2)) * 0.4
    points = np.column_stack([xy, np.sqrt(1 + (xy**2).sum(axis=1))])
    images = np.einsum("nij,kj->kni", words(group, 6), points)
    assert ((images @ drawn.domain.T > 1e-9).all(axis=2).sum(axis=1) == 1).all()


def test_every_centre_is_found_once() -> None:
    _, drawn = diagram_of("[4,6]")
    places = np.array([centre.place for centre in drawn.centres])
    apart = HYPERBOLIC.distance(places[:, None], places[None])
    assert apart[~np.eye(len(places), dtype=bool)].min() > 0.3


def test_colours_of_both_cosets() -> None:
    """s alone changes colours: all turns about corners do, and half turns, which are rs."""
    group = find_group("[4,6]+", "hyperbolic")
    rule = find_colouring(group, "s=-r,-g,-b")
    assert rule.images["r"] == IDENTITY != rule.images["s"]
    drawn = hyperbolic_diagram(group, rule, near)
    changing = {(centre.order, centre.coloured) for centre in drawn.centres}
    assert changing == {(4, False), (6, True), (2, True)}
