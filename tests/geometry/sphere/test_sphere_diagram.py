"""The diagrams of the groups of the sphere."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from geometry.catalogue import find_colouring, find_group
from geometry.spaces import SPHERE
from geometry.sphere.diagram import sphere_diagram
from geometry.symmetry.diagram import action, line_points
from geometry.symmetry.groups import elements


@pytest.mark.parametrize(
    ("name", "centres"),
    [
        ("1", {}),
        ("532", {5: 12, 3: 20, 2: 30}),
        ("*432", {4: 6, 3: 8, 2: 12}),
        ("3*2", {3: 8, 2: 6}),
        ("*2.2.12", {12: 2, 2: 24}),
        ("77", {7: 2}),
        ("7x", {7: 2}),
    ],
)
def test_both_ends_of_every_axis(name: str, centres: dict[int, int]) -> None:
    group = find_group(name, "sphere")
    found = elements(group, find_colouring(group, "none"))
    drawn = sphere_diagram(found)
    assert Counter(centre.order for centre in drawn.centres) == centres
    for centre in drawn.centres:
        kept = np.abs(found.matrices @ centre.place - centre.place).max(axis=1) < 1e-9
        assert (kept & (np.linalg.det(found.matrices) > 0)).sum() == centre.order
        assert abs(centre.place @ centre.towards) < 1e-9
    for line in drawn.lines:
        circle = line_points(SPHERE, line.covector, 0.0, 50)
        assert np.allclose(np.linalg.norm(circle, axis=1), 1)
        moved = np.einsum("nij,kj->nki", found.matrices, circle)
        flips = np.linalg.det(found.matrices) < 0
        assert (np.abs(moved - circle).max(axis=(1, 2))[flips] < 1e-9).sum() == 1
    points = np.random.default_rng(1).normal(size=(2000, 3))
    images = np.einsum("nij,kj->kni", found.matrices, points)
    copies = (images @ drawn.domain.T > 0).all(axis=2).sum(axis=1)
    assert (copies == 1).mean() > 0.99


def test_where_generators_act() -> None:
    for name in ("532", "*432", "3*2", "7x", "2*7"):
        for generator in find_group(name, "sphere").generators:
            where = action(SPHERE, generator.matrix)
            if where.point is not None:
                image = generator.matrix @ where.point
                assert np.allclose(image, np.linalg.det(generator.matrix) * where.point)
            else:
                circle = line_points(SPHERE, where.line, 0.0, 9)
                assert np.allclose(circle @ generator.matrix.T, circle)


def test_colours() -> None:
    group = find_group("*432", "sphere")
    drawn = sphere_diagram(elements(group, find_colouring(group, "2a")))
    plain = Counter(line.coloured for line in drawn.lines)
    assert plain[True] and sum(plain.values()) == 9
