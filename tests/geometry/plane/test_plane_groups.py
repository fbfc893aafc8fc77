"""The table of wallpaper groups, against spglib's space groups, coset enumeration by sympy, and the
orbifold formula."""

import re
from fractions import Fraction

import numpy as np
import pytest
import spglib
from cases import quick
from sympy.combinatorics.fp_groups import FpGroup
from sympy.combinatorics.free_groups import free_group

from geometry.catalogue import colourings, find_group
from geometry.errors import InputError
from geometry.plane.groups import PLANE_GROUPS
from geometry.plane.lattices import shaped
from geometry.symmetry.groups import elements, word_matrix
from geometry.symmetry.presentation import expand

# name: orbifold (Conway), order of the point group, spglib's hall number of the space group whose
# operations leave z alone.
TABLE = {
    "p1": ("o", 1, 1),
    "p2": ("2222", 2, 4),
    "pm": ("**", 2, 18),
    "pg": ("xx", 2, 23),
    "cm": ("*x", 2, 30),
    "pmm": ("*2222", 4, 125),
    "pmg": ("22*", 4, 137),
    "pgg": ("22x", 4, 161),
    "cmm": ("2*22", 4, 173),
    "p4": ("442", 4, 349),
    "p4m": ("*442", 8, 376),
    "p4g": ("4*2", 8, 377),
    "p3": ("333", 3, 430),
    "p3m1": ("*333", 6, 446),
    "p31m": ("3*3", 6, 447),
    "p6": ("632", 6, 462),
    "p6m": ("*632", 12, 477),
}
NAMES = tuple(TABLE)


def test_the_table_has_the_seventeen_wallpaper_groups():
    assert sorted(g.name for g in PLANE_GROUPS) == sorted(NAMES)
    for group in PLANE_GROUPS:
        assert (group.orbifold, group.order) == TABLE[group.name][:2]


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("p1m1", "pm"), ("p1g1", "pg"), ("c1m1", "cm"), ("p2mm", "pmm"), ("p2mg", "pmg"),
        ("p2gg", "pgg"), ("c2mm", "cmm"), ("p4mm", "p4m"), ("p4gm", "p4g"), ("p6mm", "p6m"),
        ("P211", "p2"), *((TABLE[name][0], name) for name in NAMES),
    ],
)  # fmt: skip
def test_full_symbols_and_orbifold_signatures_are_names_too(alias, name):
    assert find_group(alias, "plane").name == name


@pytest.mark.parametrize("name", NAMES)
def test_the_orbifolds_of_wallpaper_groups_cost_two(name):
    """Conway's count: the features of a plane orbifold cost exactly 2, and its signature tells the
    largest rotation."""
    cost, starred = Fraction(0), False
    for feature in TABLE[name][0]:
        if feature == "o":
            cost += 2
        elif feature in "*x":
            cost, starred = cost + 1, starred or feature == "*"
        else:
            n = int(feature)
            cost += Fraction(n - 1, 2 * n if starred else n)
    assert cost == 2


def crystallographic(group):
    """The group's elements modulo its conventional cell: (linear, shift) in that cell's
    coordinates, as sets of whole numbers (shifts in 24ths)."""
    found = elements(group, colourings(group)[0]).matrices
    cell, centring = np.eye(2), [np.zeros(2)]
    if group.lattice.name == "rhombic":
        cell, centring = np.array([[0.5, -0.5], [0.5, 0.5]]), [np.zeros(2), np.array([0.5, 0.5])]
    out = set()
    for matrix in found:
        linear = cell @ matrix[:2, :2] @ np.linalg.inv(cell)
        for step in centring:
            out.add(operation(linear, cell @ matrix[:2, 2] + step))
    return out


def operation(linear, shift):
    whole = np.rint(linear).astype(int)
    ticks = np.rint(np.asarray(shift) * 24).astype(int)
    assert np.abs(linear - whole).max() < 1e-9
    assert np.abs(np.asarray(shift) * 24 - ticks).max() < 1e-9
    return (*whole.ravel().tolist(), *(ticks % 24).tolist())


@pytest.mark.parametrize("name", NAMES)
def test_orbits_are_the_general_positions_of_the_space_group(name):
    """The images of a point in general position, modulo the conventional cell, are spglib's."""
    found = spglib.get_symmetry_from_database(TABLE[name][2])
    expected = set()
    for turn, shift in zip(found["rotations"], found["translations"], strict=True):
        linear, step = turn[:2, :2].astype(float), shift[:2]
        assert np.array_equal(turn[2], (0, 0, 1))
        if name in ("pg", "cm", "pm"):  # there normal to the second axis
            linear, step = linear[::-1, ::-1], step[::-1]
        expected.add(operation(linear, step))
    ours = crystallographic(find_group(name))
    assert ours == expected
    point = np.array([0.1234, 0.3377])  # what is compared are orbits: all images differ
    images = {tuple(np.round((np.reshape(o[:4], (2, 2)) @ point + np.array(o[4:]) / 24) % 1, 6))
              for o in ours}  # fmt: skip
    assert len(images) == len(expected)


@pytest.mark.parametrize("name", quick(NAMES, "p1", "pg", "cmm", "p4g", "p31m", "p6"))
def test_the_presentations_are_complete(name):
    """With x³ = y³ = 1 added for the two translations, coset enumeration finds nine times as many
    elements as the point group has: no relator is missing."""
    group = find_group(name)
    free, *symbols = free_group(",".join(group.letters))
    table = dict(zip(group.letters, symbols, strict=True))
    table |= {letter.upper(): symbol**-1 for letter, symbol in table.items()}

    def word(text):
        out = free.identity
        for letter in expand(text):
            out = out * table[letter]
        return out

    relators = [*map(word, group.relators), *(word(t) ** 3 for t in group.translations)]
    assert FpGroup(free, relators).order() == 9 * TABLE[name][1]


@pytest.mark.parametrize("name", NAMES)
def test_titles_say_what_the_generators_are(name):
    """Mirrors and turns have fixed points, glides and translations none; letters say the kind."""
    group = find_group(name)
    for generator in group.generators:
        linear, shift = generator.matrix[:2, :2], generator.matrix[:2, 2]
        fixed = np.linalg.lstsq(np.eye(2) - linear, shift, rcond=None)[0]
        moves = not np.allclose((np.eye(2) - linear) @ fixed, shift, atol=1e-9)
        kind = {(1, True): "xy", (1, False): "rst", (-1, True): "gh", (-1, False): "mnop"}
        assert generator.letter in kind[round(np.linalg.det(linear)), moves]
        said = {"x": "translation", "r": "turn", "g": "glide", "m": "mirror"}
        first = next(v[0] for v in kind.values() if generator.letter in v)
        assert re.search(said[first], generator.title)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("aspect", "angle"), [(0.4, 70.0), (2.5, 130.0)])
def test_free_cells_keep_the_group(name, aspect, angle):
    """Whatever shape the lattice takes, the generators are isometries that satisfy the relators,
    and the cell has the wanted sides and angle."""
    group = find_group(name)
    kind = group.lattice.name
    if kind in ("square", "hexagonal"):
        return
    made = shaped(group, aspect, angle if kind == "oblique" else None)
    change = np.eye(3)
    change[:2, :2] = made.lattice.basis
    for generator in made.generators:
        assert made.space.is_isometry(change @ generator.matrix @ np.linalg.inv(change))
    for relator in made.relators:
        assert np.allclose(word_matrix(made, relator), np.eye(3))
    a, b = made.lattice.basis.T
    if kind == "rhombic":
        a, b = a - b, a + b
    assert np.linalg.norm(b) / np.linalg.norm(a) == pytest.approx(aspect)
    cosine = a @ b / np.linalg.norm(a) / np.linalg.norm(b)
    wanted = angle if kind == "oblique" else 90.0
    assert np.degrees(np.arccos(cosine)) == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("name", "shape", "field", "says"),
    [
        ("pmm", {"aspect": 9}, "aspect", "1/8 and 8"),
        ("p2", {"aspect": 0.1}, "aspect", "1/8 and 8"),
        ("p1", {"aspect": float("nan")}, "aspect", "1/8 and 8"),
        ("p4", {"aspect": 2}, "aspect", "equally long"),
        ("p6", {"aspect": 2}, "aspect", "equally long"),
        ("p1", {"angle": 10}, "angle", "15 and 165"),
        ("cm", {"angle": 60}, "angle", "90 degrees"),
        ("p31m", {"angle": 60}, "angle", "120 degrees"),
    ],
)
def test_cells_that_a_lattice_cannot_have_are_refused(name, shape, field, says):
    with pytest.raises(InputError) as refused:
        shaped(find_group(name), **shape)
    assert (refused.value.code, refused.value.field) == ("bad-cell", field)
    assert says in refused.value.hint
    assert "\n" not in str(refused.value)
