"""Fundamental domains from generators: their area, that they fold, what lies on them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from geometry.catalogue import find_colouring, find_group
from geometry.domain.dirichlet import fundamental_domain
from geometry.domain.element import Element, kept_metric
from geometry.hyperbolic.mirrors import make_mirrors, reduce
from geometry.hyperbolic.views import domain_area
from geometry.spaces import HYPERBOLIC, PLANE, SPHERE, affine
from geometry.symmetry.colour import compose


def elements(name, colouring="none", basis=None):
    group = find_group(name)
    rule = find_colouring(group, colouring)
    change = np.eye(3) if basis is None else affine(basis)
    return [
        Element(change @ g.matrix @ np.linalg.inv(change), rule.images[g.letter])
        for g in group.generators
    ]


@pytest.mark.parametrize(
    "name, orders",
    [
        ("[4,6]+", {4, 6, 2}),
        ("[4,6]", {4, 6, 2}),
        ("[4+,6]", {4, 3}),
        ("[3,20]+", {3, 20, 2}),
        ("[7,3]", {7, 3, 2}),
    ],
)
def test_hyperbolic_domains(name, orders):
    domain = fundamental_domain(HYPERBOLIC, elements(name))
    mirrors = make_mirrors(find_group(name), find_colouring(find_group(name), "none"))
    assert domain.area == pytest.approx(domain_area(mirrors), rel=1e-6)
    assert {centre.order for centre in domain.centres} == orders
    assert bool(domain.mirrors) == (not name.endswith("]+"))


@pytest.mark.parametrize("name", ["p1", "pg", "p4g", "p3", "p31m", "p6m", "cmm"])
def test_plane_domains_tile_the_cell(name):
    group = find_group(name)
    basis = group.lattice.basis
    domain = fundamental_domain(PLANE, elements(name, basis=basis))
    x, y = domain.corners[:, :2].T
    area = abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2
    assert area * group.order == pytest.approx(abs(np.linalg.det(basis)))


@pytest.mark.parametrize("name", ["432", "*532", "2*5"])
def test_sphere_domains_share_it_out(name):
    domain = fundamental_domain(SPHERE, elements(name))
    points = np.random.default_rng(0).normal(size=(20_000, 3))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    inside = np.ones(len(points), bool)
    for side in domain.sides:
        inside &= points @ side.covector > 0
    assert inside.mean() == pytest.approx(1 / find_group(name).order, rel=0.25)


def test_folding_knows_the_colour():
    """Against the fold by mirrors, which knows nothing of it: images of a point come to one place,
    with colours that differ as the element between them says."""
    letters = elements("[4,6]+", "r=-r,-g,-b")
    domain = fundamental_domain(HYPERBOLIC, letters)
    random = np.random.default_rng(1)
    for _ in range(20):
        word = Element(np.eye(3), (1, 2, 3))
        for k in random.integers(len(letters), size=5):
            word = letters[k].after(word)
        start = np.array([*random.normal(size=2), 0.0])
        start[2] = math.sqrt(1 + start @ start)
        points = np.array([start, word.matrix @ start])
        folded, colours = domain.fold(points)
        np.testing.assert_allclose(folded[0], folded[1], atol=1e-6)
        assert compose(colours[1], word.colour) == colours[0]
        group = find_group("[4,6]+")
        by_mirrors, _ = reduce(points, make_mirrors(group, find_colouring(group, "none")))
        np.testing.assert_allclose(by_mirrors[0], by_mirrors[1], atol=1e-6)


def test_coordinates_that_are_a_little_stretched():
    stretch = np.diag([1.0, 1.02])
    basis = stretch @ find_group("p6m").lattice.basis
    letters = elements("p6m", basis=basis)
    domain = fundamental_domain(PLANE, letters, kept_metric(letters))
    x, y = domain.corners[:, :2].T
    area = abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2
    assert area * 12 == pytest.approx(abs(np.linalg.det(basis)))


def test_what_is_no_discrete_group_is_refused():
    turn = np.array([[math.cos(1), -math.sin(1), 0], [math.sin(1), math.cos(1), 0], [0, 0, 1]])
    with pytest.raises(ValueError):
        fundamental_domain(PLANE, [Element(turn, (1, 2, 3))])
