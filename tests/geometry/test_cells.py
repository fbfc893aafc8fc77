import numpy as np
import pytest

from geometry.catalogue import find_colouring, find_group
from geometry.cells import plane_torus, soft_cell, spiral_torus
from geometry.plane import kaleidoscope as in_the_plane
from geometry.plane.chart import plane_chart
from geometry.plane.lattices import shaped
from geometry.spiral import chart as in_spirals
from geometry.spiral.chart import SpiralShape, spiral_chart
from geometry.symmetry.groups import elements


def plane_case(name, colouring="none", aspect=None):
    group = shaped(find_group(name, "plane"), aspect, None)
    chart = plane_chart(group, find_colouring(group, colouring), 64)
    return plane_torus(chart), in_the_plane.kaleidoscope(chart)[1].indices


def spiral_case(name, colouring, shape):
    group = find_group(name)
    chart = spiral_chart(group, find_colouring(group, colouring), shape, 64)
    return spiral_torus(chart), in_spirals.kaleidoscope(chart)[1].indices


CASES = {
    "p1": lambda: plane_case("p1"),
    "p2": lambda: plane_case("p2"),
    "pg 2a": lambda: plane_case("pg", "2a"),
    "pm, tall": lambda: plane_case("pm", aspect=8),
    "cmm": lambda: plane_case("cmm"),
    "p4m": lambda: plane_case("p4m"),
    "p3": lambda: plane_case("p3"),
    "p6 3a": lambda: plane_case("p6", "3a"),
    "spiral1": lambda: spiral_case("spiral1", "none", SpiralShape()),
    "spiral3 2a": lambda: spiral_case("spiral3", "2a", SpiralShape(1.5, 200)),
    "tunnel": lambda: spiral_case("spiral5", "none", SpiralShape(1.2, kind="tunnel")),
}


@pytest.mark.parametrize("name", CASES)
def test_the_copies_of_a_cell_are_a_partition_of_unity(name):
    """Σ_g w(g·p) over the group's elements, of which several may take p to the same texel."""
    torus, orbit = CASES[name]()
    cell = soft_cell(torus, orbit)
    often = len(torus.matrices) / np.bincount(orbit)
    total = np.bincount(orbit[cell.texels], cell.weights, minlength=orbit.max() + 1) * often
    assert np.allclose(total, 1, atol=0.02)  # the smallest weights are left out
    assert cell.weights.min() > 0


@pytest.mark.parametrize("name", CASES)
def test_a_cell_is_as_large_as_its_share_of_the_torus(name):
    torus, orbit = CASES[name]()
    cell = soft_cell(torus, orbit)
    share = torus.shape[0] * torus.shape[1] / len(torus.matrices)
    assert (cell.weights > 0.5).sum() == pytest.approx(share, rel=0.06)


@pytest.mark.parametrize("name", CASES)
def test_places_are_texels_apart_and_the_box_holds_the_cell(name):
    """Neighbours on the torus are neighbours in the cell, at their distance: nothing is torn."""
    torus, orbit = CASES[name]()
    cell = soft_cell(torus, orbit)
    inside = cell.weights > 0.5
    places, texels = cell.places[inside], cell.texels[inside]
    assert places.min() >= 0 and (places.max(axis=0) <= np.array(cell.shape[::-1])).all()
    step = (torus.basis @ np.linalg.inv(torus.texels))[:, 0]  # one texel across
    known = dict(zip(texels.tolist(), places, strict=True))
    pairs = [(here, known[t + 1]) for t, here in known.items() if t + 1 in known]
    moves = np.array([there - here for here, there in pairs])
    right = np.linalg.norm(moves - step, axis=1) < 1e-6
    assert right.mean() > 0.9  # the rest are a row apart, or across an edge of the cell


def test_a_cell_is_around_a_point_in_general_position():
    """No rotation centre or mirror of p4m is inside its cell: its images would overlap."""
    torus, orbit = plane_case("p4m")
    cell = soft_cell(torus, orbit)
    group = find_group("p4m", "plane")
    assert len(torus.matrices) == len(elements(group, find_colouring(group, "none")))
    sure = cell.texels[cell.weights > 0.9]
    assert len(np.unique(orbit[sure])) == len(sure)
