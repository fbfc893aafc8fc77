import functools
import itertools
from fractions import Fraction

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from geometry.catalogue import find_group
from geometry.errors import InputError
from geometry.sphere.groups import SPHERE_GROUPS, axial_group
from geometry.symmetry.colour import IDENTITY
from geometry.symmetry.groups import elements, make_colouring, word_matrix

POLYHEDRAL = {"332": "T", "3*2": "Th", "*332": "Td", "432": "O", "*432": "Oh", "532": "I"}
POLYHEDRAL |= {"*532": "Ih"}
# family: Schoenflies name with n and 2n, scipy's group of its rotations, its number of mirrors
FAMILIES = {
    "nn": ("C{0}", "C", lambda n: 0),
    "*nn": ("C{0}v", "C", lambda n: n),
    "n*": ("C{0}h", "C", lambda n: 1),
    "nx": ("S{1}", "C", lambda n: 0),
    "22n": ("D{0}", "D", lambda n: 0),
    "2*n": ("D{0}d", "D", lambda n: n),
    "*22n": ("D{0}h", "D", lambda n: n + 1),
}
MEMBERS = [(family, n) for family in FAMILIES for n in (*range(1, 13), 22, 60)]


def member(family, n):
    return find_group(FAMILIES[family][0].format(n, 2 * n), "sphere")


@functools.cache
def matrices(group):
    plain = make_colouring(group, "", (IDENTITY,) * len(group.generators))
    return elements(group, plain).matrices


def order_of_orbifold(symbols):
    """2/χ, χ = 2 minus the costs of Conway's symbols: (n − 1)/n for a number, half of that behind a
    star, 1 for a star or a cross."""
    cost, behind = Fraction(0), 1
    for symbol in symbols:
        if symbol in ("*", "x"):
            cost, behind = cost + 1, 2
        else:
            cost += Fraction(int(symbol) - 1, int(symbol)) / behind
    return 2 / (2 - cost)


def fingerprint(group):
    """How many elements there are of each angle, proper and not: the same up to rotation."""
    found = matrices(group)
    parts = np.round([np.linalg.det(found), np.trace(found, axis1=1, axis2=2)], 6) + 0.0
    return tuple(sorted(map(tuple, parts.T)))


@pytest.mark.parametrize(("family", "n"), MEMBERS)
def test_orders_follow_from_the_orbifold(family, n):
    group = member(family, n)
    symbols = [str(n) if symbol == "n" else symbol for symbol in family]
    assert len(matrices(group)) == group.order == order_of_orbifold(symbols)


@pytest.mark.parametrize("name", POLYHEDRAL)
def test_orders_of_polyhedral_groups_follow_from_the_orbifold(name):
    group = find_group(name)
    assert len(matrices(group)) == group.order == order_of_orbifold(name)


@pytest.mark.parametrize(("family", "n"), MEMBERS)
def test_axial_groups_are_scipys_rotations_with_the_right_mirrors(family, n):
    """The rotations are scipy's about z, but for a turn about z; a group that has reflections or
    rotoreflections has as many as rotations, and the mirrors of its family."""
    group, found = member(family, n), matrices(member(family, n))
    for generator in group.generators:
        assert group.space.is_isometry(generator.matrix, 1e-12)
    for relator in group.relators:
        assert np.allclose(word_matrix(group, relator), np.eye(3), atol=1e-9)
    _, kind, mirrors = FAMILIES[family]
    kind = "C2" if kind == "D" and n == 1 else f"{kind}{n}"
    proper = np.linalg.det(found) > 0
    rotations, improper = found[proper], found[~proper]
    theirs = Rotation.create_group(kind, axis="Z").as_matrix()
    assert len(rotations) == len(theirs)
    assert len(improper) in (0, len(rotations))
    turns = Rotation.from_rotvec([[0, 0, k * np.pi / (2 * n)] for k in range(4)]).as_matrix()
    assert min(gaps(turn @ rotations @ turn.T, theirs) for turn in turns) < 1e-9
    assert np.isclose(np.trace(improper, axis1=1, axis2=2), 1).sum() == mirrors(n)


@pytest.mark.parametrize(("name", "alias"), POLYHEDRAL.items())
def test_polyhedral_groups_are_scipys_up_to_a_common_rotation(name, alias):
    """One rotation takes all our rotations onto all of theirs; mirrors as tables list them."""
    group = find_group(name)
    assert find_group(alias) is group
    found = matrices(group)
    proper = np.linalg.det(found) > 0
    rotations, theirs = found[proper], Rotation.create_group(alias[0])
    assert gaps(rotations, rotations) < 1e-9
    turn = aligning_rotation(rotations, theirs)
    assert gaps(turn @ rotations @ turn.T, theirs.as_matrix()) < 1e-9
    traces = np.trace(found[~proper], axis1=1, axis2=2)
    mirrors = {"Th": 3, "Td": 6, "Oh": 9, "Ih": 15}
    assert np.isclose(traces, 1).sum() == mirrors.get(alias, 0)


def gaps(ours, theirs):
    """The largest distance from one of theirs to the nearest of ours and the other way round."""
    table = np.abs(ours[:, None] - theirs[None]).max(axis=(2, 3))
    return max(table.min(axis=0).max(), table.min(axis=1).max())


def aligning_rotation(ours, theirs):
    """A rotation R with R g Rᵀ in ``theirs`` for two of our turns about different axes."""
    ours = Rotation.from_matrix(ours).as_rotvec()
    a = max(ours, key=lambda v: -abs(np.linalg.norm(v) - 2 * np.pi / 3))
    b = max(ours, key=lambda v: np.linalg.norm(np.cross(a, v)))
    for p, q in itertools.product(theirs.as_rotvec(), repeat=2):
        if np.allclose([p @ p, q @ q, p @ q], [a @ a, b @ b, a @ b], atol=1e-9):
            return Rotation.align_vectors([p, q], [a, b])[0].as_matrix()
    raise AssertionError("no two of their axes fit ours")


def test_polyhedral_frames_share_axes():
    """432 contains a quarter turn about z; every n32 lies in *n32, and 332 in 3*2."""
    for small, large in (("332", "*332"), ("332", "3*2"), ("432", "*432"), ("532", "*532")):
        table = np.abs(matrices(find_group(small))[:, None] - matrices(find_group(large))[None])
        assert table.max(axis=(2, 3)).min(axis=1).max() < 1e-9
    quarter = np.array([[0, -1, 0], [1, 0, 0], [0, 0, 1]])
    assert np.abs(matrices(find_group("432")) - quarter).max(axis=(1, 2)).min() < 1e-12


@pytest.mark.parametrize("family", ["*nn", "2*n", "*22n"])
def test_the_xz_plane_is_a_mirror_where_mirrors_contain_the_axis(family):
    for n in (1, 2, 3, 7):
        found = matrices(member(family, n))
        if (family, n) != ("2*n", 1):  # 2*: the axis of the half turn is z, its mirror the equator
            assert np.abs(found - np.diag([1.0, -1, 1])).max(axis=(1, 2)).min() < 1e-12


def test_no_group_has_two_names():
    """Groups that are equal up to rotation are one object, and different ones differ."""
    named = {}
    for family, n in MEMBERS:
        group = member(family, n)
        assert named.setdefault(fingerprint(group), group) is group
    assert len({g.name for g in named.values()}) == len(named)
    same = [("*nn", 1, "n*", 1), ("22n", 1, "nn", 2), ("2*n", 1, "n*", 2), ("*22n", 1, "*nn", 2)]
    for a, i, b, j in same:
        assert member(a, i) is member(b, j)


@pytest.mark.parametrize(
    ("names", "canonical"),
    [
        ("55 5.5 (5)(5) C5 c5", "55"),
        ("12.12 (12)(12) C12", "12.12"),
        ("*12.12 *(12)(12) C12v c12V", "*12.12"),
        ("12* (12)* C12h", "12*"),
        ("12x (12)x 12X 12× S24", "12x"),
        ("2.2.12 22(12) (2)(2)(12) D12", "2.2.12"),
        ("2*12 2*(12) D12d", "2*12"),
        ("*2.2.12 *22(12) D12H", "*2.2.12"),
        ("222 2.2.2 D2", "222"),
        ("22 C2 221 D1 2.2", "22"),
        ("(22)* C22h", "(22)*"),
        ("(22)x S44", "(22)x"),
        ("2*(22) D22d", "2*(22)"),
        ("22.22 C22", "22.22"),
        ("3* C3h S3", "3*"),
        ("* *11 1* Cs CS C1v C1h S1", "*"),
        ("x × 1x Ci S2", "x"),
        ("11 C1 1 none", "1"),
        ("2* 2*1 D1d C2h", "2*"),
        ("*22 *221 D1h C2v", "*22"),
    ],
)
def test_names_may_be_spelled_in_many_ways(names, canonical):
    assert {find_group(name, "sphere").name for name in names.split()} == {canonical}


OF_THE_PLANE = "o 2222 ** *x xx *2222 22* 22x 2*22 442 *442 4*2 333 *333 3*3 632 *632"
OTHER_NAMES = "332 *532 3*2 732 *732 5 (5) 5(6) 1212 12.12* 56 2.5 C C5x D5v S5v T Oh p6 c2mm ٥٥"


@pytest.mark.parametrize(
    "text",
    [*OF_THE_PLANE.split(), *OTHER_NAMES.split(), "", "C" + "9" * 5000, "9" * 30 + "*"],
)
def test_other_names_are_left_to_others(text):
    assert axial_group(text) is None


@pytest.mark.parametrize("text", ["61*", "C0", "0*", "S122", "61.61", "D99d", "*2.2.1000", "00"])
def test_orders_out_of_range_are_refused_in_one_line(text):
    with pytest.raises(InputError) as refused:
        find_group(text)
    assert (refused.value.code, refused.value.field) == ("bad-order", "group")
    assert "\n" not in str(refused.value) and "60" in refused.value.hint


def test_families_are_told():
    for family, n in MEMBERS:
        if n > 1:
            assert member(family, n).family == family
    assert {g.family for g in SPHERE_GROUPS} == {"", *FAMILIES}
    assert len(SPHERE_GROUPS) == 15
