"""The figures of the groups: counts from the books, and a domain that tiles the sphere."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest

from geometry.catalogue import colourings, find_group, groups
from geometry.sphere.figure import Figure, figure
from geometry.symmetry.groups import elements

NAMES = [group.name for group in groups("sphere")] + ["*", "x", "12.12", "*2.2.12", "2*7", "223"]


def figure_of(name: str) -> tuple[Figure, np.ndarray]:
    group = find_group(name, "sphere")
    members = elements(group, colourings(group)[0])
    return figure(members), members.matrices


@pytest.mark.parametrize(
    ("name", "axes", "mirrors"),
    [
        ("1", {}, 0),
        ("332", {3: 4, 2: 3}, 0),
        ("432", {4: 3, 3: 4, 2: 6}, 0),
        ("532", {5: 6, 3: 10, 2: 15}, 0),
        ("*532", {5: 6, 3: 10, 2: 15}, 15),
        ("*432", {4: 3, 3: 4, 2: 6}, 9),
        ("3*2", {3: 4, 2: 3}, 3),
        ("*2.2.12", {12: 1, 2: 12}, 13),
        ("x", {}, 0),
    ],
)
def test_axes_and_mirrors(name: str, axes: dict[int, int], mirrors: int) -> None:
    made, _ = figure_of(name)
    assert Counter(order for _, order in made.axes) == axes
    assert len(made.mirrors) == mirrors


@pytest.mark.parametrize("name", NAMES)
def test_axes_are_kept_and_mirrors_reflect(name: str) -> None:
    made, matrices = figure_of(name)
    for axis, order in made.axes:
        kept = [m for m in matrices if np.allclose(m @ axis, axis) and np.linalg.det(m) > 0]
        assert len(kept) == order
    for normal in made.mirrors:
        mirror = np.eye(3) - 2 * np.outer(normal, normal)
        assert any(np.allclose(mirror, m) for m in matrices)


@pytest.mark.parametrize("name", NAMES)
def test_the_domain_is_a_convex_polygon_of_the_right_area(name: str) -> None:
    """By Gauss and Bonnet: area = 2π − Σ of the outer angles = 4π / order."""
    made, matrices = figure_of(name)
    if len(matrices) == 1:
        assert made.domain == ()
        return
    outer = 0.0
    for arc in made.domain:
        ends = arc.start * math.cos(arc.angle) + arc.along * math.sin(arc.angle)
        heading = arc.along * math.cos(arc.angle) - arc.start * math.sin(arc.angle)
        if arc.angle > 2 * math.pi - 1e-6:  # a hemisphere has no corner
            continue
        # In a corner the next side starts; of a lune's two corners each side has one start.
        following = min(made.domain, key=lambda a, ends=ends: np.linalg.norm(a.start - ends))
        assert np.linalg.norm(following.start - ends) < 1e-3, name
        outer += math.acos(np.clip(heading @ following.along, -1, 1))
    assert 2 * math.pi - outer == pytest.approx(4 * math.pi / len(matrices), abs=2e-3)


def test_the_domain_of_the_mirrors_is_their_triangle() -> None:
    made, _ = figure_of("*532")
    assert sorted(round(math.degrees(arc.angle), 1) for arc in made.domain) == [20.9, 31.7, 37.4]
    made, _ = figure_of("532")  # two of them: a face's centre is a corner
    assert sorted(round(math.degrees(arc.angle), 1) for arc in made.domain) == [37.4, 37.4, 41.8]
