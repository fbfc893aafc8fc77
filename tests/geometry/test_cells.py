"""The soft cell: a partition of unity that the group carries around."""

import numpy as np
import pytest

from geometry.catalogue import find_colouring, find_group
from geometry.cells import plane_torus, soft_cell, spiral_torus
from geometry.plane import kaleidoscope
from geometry.plane_chart import plane_chart
from geometry.spiral import SpiralShape, spiral_chart
from geometry.spiral import kaleidoscope as spiral_kaleidoscope


def torus_and_orbits(name, colouring="none"):
    group = find_group(name)
    rule = find_colouring(group, colouring)
    if name.startswith("spiral"):
        chart = spiral_chart(group, rule, SpiralShape(), 96)
        return spiral_torus(chart), spiral_kaleidoscope(chart)[1].indices
    chart = plane_chart(group, rule, 48)
    return plane_torus(chart), kaleidoscope(chart)[1].indices


TORI = [("p1", "none"), ("p4", "none"), ("p4", "2a"), ("pgg", "none"), ("cmm", "none"),
        ("p6", "3a"), ("p6m", "none"), ("spiral1", "none"), ("spiral3", "2a")]  # fmt: skip


@pytest.mark.parametrize(("name", "colouring"), TORI)
def test_all_copies_of_the_cell_cover_every_texel_once(name, colouring):
    """Σ_g w(g·p) = 1: an orbit's texels share one, each as often as elements lead there. What is
    left out are weights below 1/512."""
    torus, orbit = torus_and_orbits(name, colouring)
    cell = soft_cell(torus, orbit)
    often = len(torus.matrices) / np.bincount(orbit)
    sums = often * np.bincount(orbit[cell.texels], cell.weights, minlength=len(often))
    assert np.abs(sums - 1).max() < 0.03
    assert cell.weights.min() > 1 / 512


@pytest.mark.parametrize(("name", "colouring"), TORI)
def test_the_cell_is_one_domain_in_its_box(name, colouring):
    """It has a domain's area, is in one piece, and its box encloses all that is mostly its own."""
    torus, orbit = torus_and_orbits(name, colouring)
    cell = soft_cell(torus, orbit)
    rows, columns = torus.shape
    assert cell.weights.sum() == pytest.approx(rows * columns / len(torus.matrices), rel=0.02)
    own = cell.places[cell.weights > 0.5]
    height, width = cell.shape
    assert (own >= -1e-9).all() and (own <= (width - 1, height - 1)).all()
    middle = np.average(cell.places, axis=0, weights=cell.weights)
    spread = np.linalg.norm(own - middle, axis=1).max()
    assert np.linalg.norm(cell.places - middle, axis=1).max() < 2 * spread
