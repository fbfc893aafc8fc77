"""The symmetry of a chart in whole numbers, against the maps that list every texel."""

from __future__ import annotations

import numpy as np
import pytest

from geometry.catalogue import find_colouring, find_group
from geometry.plane.chart import PlaneChart, plane_chart
from geometry.plane.kaleidoscope import kaleidoscope
from geometry.plane.motions import Orbits
from geometry.symmetry import colour


def _chart(group: str, rule: str, width: int) -> PlaneChart:
    found = find_group(group, "plane")
    return plane_chart(found, find_colouring(found, rule), width)


@pytest.mark.parametrize(
    ("group", "rule"),
    [("p1", "none"), ("p4", "none"), ("p4m", "2a"), ("pgg", "2a"), ("cmm", "none"), ("p6", "3a")],
)
def test_orbits_are_those_of_the_kaleidoscope(group: str, rule: str) -> None:
    chart = _chart(group, rule, 24)
    _, unfold = kaleidoscope(chart)
    orbits = Orbits(chart)
    rng = np.random.default_rng(0)
    colours = rng.integers(0, 256, (unfold.columns, 3), dtype=np.uint8)
    images = np.stack([colour.act(element, colours) for element in unfold.palette])
    assert unfold.colours is not None
    wanted = images[unfold.colours, unfold.indices]

    numbers = np.arange(chart.rows * chart.columns)
    parts = [orbits.rows(k, min(k + 5, chart.rows)) for k in range(0, chart.rows, 5)]
    first = np.concatenate([part.first for part in parts]).ravel()
    which = np.concatenate([part.which for part in parts]).ravel()
    own = first == numbers
    assert own.sum() == unfold.columns
    assert (own[first]).all()
    # every texel shows the colour of its first one, through the colour that is said
    texels = np.zeros((len(numbers), 3), np.uint8)
    texels[own] = colours[unfold.indices[own]]
    for which_tied, tie in orbits.tied(numbers[own]):
        chosen = numbers[own][which_tied]
        texels[chosen] = colour.act(tie, texels[chosen])
    for k, element in enumerate(parts[0].colours):
        some = (which == k) & ~own
        texels[some] = colour.act(element, texels[first[some]])
    np.testing.assert_array_equal(texels, wanted)
