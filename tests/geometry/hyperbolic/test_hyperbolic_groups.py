import itertools
import math

import numpy as np
import pytest

from geometry.catalogue import colourings, find_colouring, find_group
from geometry.errors import InputError
from geometry.hyperbolic.groups import (
    HYPERBOLIC_GROUPS,
    KINDS,
    hyperbolic_group,
    mirrors,
    reflection,
    tiling_group,
)
from geometry.spaces import HYPERBOLIC, apply
from geometry.symmetry.colour import IDENTITY
from geometry.symmetry.groups import word_matrix
from geometry.symmetry.presentation import image

PAIRS = [(7, 3), (3, 7), (4, 6), (5, 4), (5, 5), (3, 20), (20, 3), (16, 10), (8, 12)]
GROUPS = [
    tiling_group(p, q, kind)
    for p, q in PAIRS
    for kind in KINDS
    if not (kind == "turned" and q % 2) and not (kind == "mirrored" and p % 2)
]
NEAR = 1e-5  # rounding grows with the square of the longest boost on the way: 1300 in {16,10}
CENTRE = np.array([0.0, 0.0, 1.0])


def order_of(matrix):
    """How often an isometry must act to be the identity, up to 60."""
    out, n = matrix, 1
    while not np.allclose(out, np.eye(3), atol=NEAR):
        out, n = out @ matrix, n + 1
        assert n <= 60
    return n


@pytest.mark.parametrize("group", GROUPS, ids=lambda g: g.name)
def test_generators_are_isometries_and_relators_hold(group):
    for generator in group.generators:
        assert HYPERBOLIC.is_isometry(generator.matrix, NEAR)
        mirrored = np.linalg.det(generator.matrix) < 0
        assert mirrored == (generator.letter in "mno")
    for relator in group.relators:
        assert np.allclose(word_matrix(group, relator), np.eye(3), atol=NEAR)


@pytest.mark.parametrize("group", GROUPS, ids=lambda g: g.name)
def test_relators_hold_for_no_smaller_power(group):
    """(ab)^k = 1 says that k is the order, not a multiple of it."""
    for relator in group.relators:
        word, power = relator.strip("(").replace(")", "").split("^")
        assert order_of(word_matrix(group, word)) == int(power)


@pytest.mark.parametrize(("p", "q"), [*PAIRS, (60, 60)])
def test_the_triangle_has_the_angles_of_the_tiling(p, q):
    """Corners from the mirrors; sides from Coxeter's formulas for a right-angled triangle, and the
    circle of a side in the Poincaré disc (prior art §2.2)."""
    m, n, o = mirrors(p, q)
    form = np.diag(HYPERBOLIC.form)
    assert np.allclose([v @ form @ v for v in (m, n, o)], 1)
    angles = [math.acos(-(u @ form @ v)) for u, v in ((m, n), (n, o), (m, o))]
    assert np.allclose(angles, [math.pi / p, math.pi / q, math.pi / 2])
    middle, corner = (np.cross(form @ v, form @ o) for v in (m, n))
    middle, corner = (x / np.sqrt(-(x @ form @ x)) * np.sign(x[2]) for x in (middle, corner))
    a, b = math.pi / p, math.pi / q
    assert middle[2] == pytest.approx(math.cos(b) / math.sin(a))
    assert corner[2] == pytest.approx(1 / (math.tan(a) * math.tan(b)))
    radius = math.hypot(*corner[:2]) / (1 + corner[2])
    assert radius == pytest.approx(math.sqrt(math.cos(a + b) / math.cos(a - b)))
    distance = math.cos(b) / math.sqrt(math.cos(b) ** 2 - math.sin(a) ** 2)
    nearest = math.hypot(*middle[:2]) / (1 + middle[2])
    assert distance - math.sqrt(distance**2 - 1) == pytest.approx(nearest)


@pytest.mark.parametrize("group", GROUPS, ids=lambda g: g.name)
def test_the_tile_in_the_middle_is_turned_or_mirrored_as_the_name_says(group):
    fixing = {
        g.letter for g in group.generators if np.allclose(g.matrix @ CENTRE, CENTRE, atol=1e-9)
    }
    plus = group.name.find("+")
    if group.name.endswith("]+"):
        assert fixing == {"r"}
    elif plus < 0:
        assert fixing == {"m", "n"}
    elif plus < group.name.find(","):
        assert fixing == {"r"}  # [p+,q]
    else:
        assert fixing == {"m"}  # [p,q+]
    for g in group.generators:
        if "turn" in g.title:
            angle = math.acos((np.trace(g.matrix) - 1) / 2)
            assert angle == pytest.approx(2 * math.pi / order_of(g.matrix), abs=1e-6)


def test_the_x_axis_is_a_mirror_of_full_and_mirrored_tiles():
    for kind in ("full", "mirrored"):
        group = tiling_group(4, 6, kind)
        m = next(g.matrix for g in group.generators if g.letter == "m")
        assert np.allclose(m, np.diag([1, -1, 1]))


@pytest.mark.parametrize("group", GROUPS, ids=lambda g: g.name)
def test_steps_are_the_products_of_mirrors_that_they_stand_for(group):
    """t′·mirror·t is the word in the generators, as matrices."""
    p, q = group.tiling.p, group.tiling.q
    reflections = [reflection(v) for v in mirrors(p, q)]
    representatives = [np.eye(3), reflections[1]]
    for mirror, steps in zip(reflections, group.tiling.steps, strict=True):
        for coset, (target, word) in enumerate(steps):
            product = representatives[target] @ mirror @ representatives[coset]
            assert np.allclose(word_matrix(group, word), product, atol=NEAR)


@pytest.mark.parametrize("group", HYPERBOLIC_GROUPS, ids=lambda g: g.name)
def test_long_words_keep_the_form(group):
    """⟨gx, gy⟩ = ⟨x, y⟩ to 1e-9 of the largest product in the sum, for words of 30 letters."""
    random = np.random.default_rng(5)
    flat = random.normal(size=(50, 2))
    points = np.column_stack([flat, np.sqrt(1 + np.sum(flat**2, axis=1))])
    for _ in range(5):
        word = "".join(random.choice(list(group.letters + group.letters.upper()), 30))
        x, y = points, points[::-1]
        for letter in reversed(word):
            x, y = (apply(word_matrix(group, letter), v) for v in (x, y))
        size = np.abs(x).max(axis=1) * np.abs(y).max(axis=1)
        gap = HYPERBOLIC.inner(x, y) - HYPERBOLIC.inner(points, points[::-1])
        assert np.abs(gap / size).max() < 1e-9


@pytest.mark.parametrize("group", GROUPS, ids=lambda g: g.name)
def test_every_name_finds_its_group(group):
    for name in (group.name, *group.aliases):
        assert hyperbolic_group(name) is group
        assert hyperbolic_group(f" {name.replace(',', ' , ')} ") is group
        assert find_group(name) is group
        assert find_group(name, "hyperbolic") is group


@pytest.mark.parametrize(
    ("name", "canonical"),
    [
        ("{4,6}", "[4,6]"),
        ("*462", "[4,6]"),
        ("*4.6.2", "[4,6]"),
        ("*642", "[6,4]"),
        ("*237", "[3,7]"),
        ("462", "[4,6]+"),
        ("3.20.2", "[3,20]+"),
        ("*20.2.3", "[20,3]"),
        ("4*3", "[4+,6]"),
        ("6*2", "[6+,4]"),
        ("12*10", "[12+,20]"),
    ],
)
def test_signatures_name_the_tile_in_the_middle_first(name, canonical):
    assert hyperbolic_group(name).name == canonical


OTHERS = """p4m 532 *432 442 *632 333 22* 3*2 2*5 22 *2.2.9 4* 4.6
[4,6]] [4+,6+] {4,6}+ [4,6+]+ {4;6}"""


@pytest.mark.parametrize("name", ["", *OTHERS.split()])
def test_other_names_are_left_to_others(name):
    assert hyperbolic_group(name) is None


def test_orbifolds_are_listed_even_where_they_name_another_group():
    assert [tiling_group(4, 6, kind).orbifold for kind in KINDS] == ["*462", "462", "4*3", "6*2"]
    assert tiling_group(3, 20, "full").orbifold == "*3.20.2"


@pytest.mark.parametrize(
    ("p", "q", "kind", "field", "said"),
    [
        (4, 4, "full", "q", "service tile --group p4m"),
        (3, 6, "full", "q", "service tile --group p6m"),
        (6, 3, "rotations", "q", "service tile --group p6m"),
        (3, 3, "full", "q", "--group '*332'"),
        (3, 4, "full", "q", "--group '*432'"),
        (4, 3, "full", "q", "--group '*432'"),
        (5, 3, "full", "q", "--group '*532'"),
        (3, 5, "full", "q", "--group '*532'"),
        (2, 7, "full", "p", "from 3 to 60"),
        (7, 1, "full", "q", "from 3 to 60"),
        (7, 61, "full", "q", "from 3 to 60"),
        (4, 5, "turned", "q", "full or rotations"),
        (5, 4, "mirrored", "p", "full or rotations"),
    ],
)
def test_impossible_tilings_are_refused_with_what_to_do_instead(p, q, kind, field, said):
    with pytest.raises(InputError) as refused:
        tiling_group(p, q, kind)
    assert (refused.value.code, refused.value.field) == ("bad-tiling", field)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_refusals_name_a_neighbour_that_is_hyperbolic():
    """'a q above 5' for {4,3}: the next one is accepted, that one is not."""
    for p, q in itertools.product(range(3, 7), range(3, 7)):
        try:
            tiling_group(p, q, "full")
        except InputError as refused:
            bound = int(refused.hint.rstrip(".").split()[-1])
            assert tiling_group(p, bound + 1, "full")
            with pytest.raises(InputError):
                tiling_group(p, bound, "full")


def test_brackets_and_braces_of_other_spaces_are_refused_too():
    with pytest.raises(InputError, match="tiles the plane"):
        find_group("{4,4}")
    with pytest.raises(InputError, match="tiles the sphere"):
        find_group("[5,3]+")
    with pytest.raises(InputError, match="Did you mean turned"):
        tiling_group(4, 6, "turn")


def test_hyperbolic_groups_are_not_groups_of_the_plane():
    with pytest.raises(InputError) as refused:
        find_group("[4,6]", "plane")
    assert refused.value.code == "wrong-space"


@pytest.mark.parametrize("group", HYPERBOLIC_GROUPS, ids=lambda g: g.name)
def test_colourings_send_every_step_around_a_corner_home(group):
    """The relators of [p,q] read through the steps from each coset give the identity: the table
    carries colours without contradiction."""
    tiling = group.tiling
    for rule in colourings(group):
        for relator in ("mm", "nn", "oo", "mn" * tiling.p, "no" * tiling.q, "momo"):
            for start in range(tiling.cosets):
                coset, word = start, ""
                for mirror in reversed(relator):
                    coset, step = tiling.steps["mno".index(mirror)][coset]
                    word = step + word
                assert coset == start
                assert image(word, rule.images) == IDENTITY


def test_a_seven_fold_turn_can_have_no_colour():
    with pytest.raises(InputError, match=r"\(rs\)\^2|r\^7"):
        find_colouring(find_group("[7,3]+"), "r=gbr")
