import itertools
import re

import numpy as np
import pytest
from dense_maps import signed_matrix

from geometry.catalogue import GROUPS, colourings, find_colouring, groups
from geometry.errors import InputError
from geometry.symmetry.colour import B3, IDENTITY, compose
from geometry.symmetry.groups import elements, invert_colour, make_colouring, word_matrix

PLANE = [g.name for g in groups("plane")]
FINITE = [g.name for g in (*groups("plane"), *groups("sphere"))]  # modulo translations
COLOURED = [
    (name, rule.name)
    for name in FINITE
    for rule in (colourings(GROUPS[name])[:3] + colourings(GROUPS[name])[-2:])
]


def euclidean(group, matrix):
    """A matrix in lattice coordinates as one in Euclidean coordinates."""
    change = np.eye(3)
    if group.lattice:
        change[:2, :2] = group.lattice.basis
    return change @ matrix @ np.linalg.inv(change)


def product(group, word):
    """A word multiplied out letter by letter."""
    table = {g.letter: g.matrix for g in group.generators}
    word = re.sub(
        r"\((\w+)\)\^(\d+)|(\w)\^(\d+)", lambda m: (m[1] or m[3]) * int(m[2] or m[4]), word
    )
    out = np.eye(3)
    for letter in word:
        out = out @ (table[letter] if letter.islower() else np.linalg.inv(table[letter.lower()]))
    return out


def modulo(matrix, cell):
    """A plane isometry with its shift, in multiples of the cell's sides, within 0 ≤ s < 1."""
    out = matrix.copy()
    if cell is not None:
        shift = np.linalg.solve(cell, matrix[:2, 2])
        out[:2, 2] = shift - np.floor(shift + 1e-7)
    return out


def index_of(matrix, all_of_them, cell):
    """Which of the matrices is equal, modulo the cell's translations; exactly one must be."""
    reduced = np.stack([modulo(m, cell) for m in all_of_them])
    equal = np.abs(reduced - modulo(matrix, cell)).max(axis=(1, 2)) < 1e-6
    assert equal.sum() == 1
    return int(np.argmax(equal))


def cell_of(colouring):
    return None if colouring.supercell is None else np.array(colouring.supercell, float)


@pytest.mark.parametrize("name", FINITE)
def test_generators_are_isometries_that_satisfy_the_relators(name):
    group = GROUPS[name]
    for generator in group.generators:
        assert group.space.is_isometry(euclidean(group, generator.matrix))
    for relator in group.relators:
        assert np.allclose(product(group, relator), np.eye(3), atol=1e-9)
        assert np.allclose(word_matrix(group, relator), np.eye(3), atol=1e-9)


@pytest.mark.parametrize("name", FINITE)
def test_turns_are_what_their_titles_say(name):
    """Counted by multiplying until the identity comes, and read off the trace."""
    words = {"half": 2, "third": 3, "quarter": 4, "fifth": 5, "sixth": 6}
    for generator in GROUPS[name].generators:
        match = re.match(r"a (\w+) turn", generator.title)
        if match:
            n, m = words[match[1]], euclidean(GROUPS[name], generator.matrix)
            powers = [np.linalg.matrix_power(m, k) for k in range(1, n + 1)]
            assert [np.allclose(p, np.eye(3), atol=1e-9) for p in powers] == [False] * (n - 1) + [
                True
            ]
            assert np.isclose(np.trace(m), 1 + 2 * np.cos(2 * np.pi / n))


@pytest.mark.parametrize("name", PLANE)
def test_translation_words_are_the_primitive_translations(name):
    group = GROUPS[name]
    for word, step in zip(group.translations, ((1, 0), (0, 1)), strict=True):
        expected = np.eye(3)
        expected[:2, 2] = step
        assert np.array_equal(word_matrix(group, word), expected)


@pytest.mark.parametrize("name", PLANE)
def test_no_shorter_translation_exists_than_the_primitive_ones(name):
    """Words of up to eight letters reach only whole translations of the lattice."""
    group = GROUPS[name]
    letters = [g.matrix for g in group.generators]
    letters += [m for m in map(np.linalg.inv, letters) if not any((m == x).all() for x in letters)]
    reached = {np.eye(3).tobytes(): np.eye(3)}
    for _ in range(8):
        fresh = (np.rint((a @ m) * 12) / 12 + 0.0 for a in reached.values() for m in letters)
        reached |= {m.tobytes(): m for m in list(fresh)}
    shifts = [m[:2, 2] for m in reached.values() if np.array_equal(m[:2, :2], np.eye(2))]
    assert len(shifts) > 4
    assert np.array_equal(np.rint(shifts), shifts)


@pytest.mark.parametrize("name", PLANE)
def test_orders(name):
    group = GROUPS[name]
    assert len(elements(group, colourings(group)[0])) == group.order


@pytest.mark.parametrize(("name", "rule"), COLOURED)
def test_elements_form_a_group_and_their_colours_a_homomorphism(name, rule):
    """Closed under products and inverses modulo the colour-free translations, all distinct,
    and c(gh) = c(g)c(h) throughout; the generators keep the colours they were given."""
    group = GROUPS[name]
    colouring = find_colouring(group, rule)
    cell = cell_of(colouring)
    found = elements(group, colouring)
    assert np.allclose(found.matrices[0], np.eye(3))
    assert found.colours[0] == IDENTITY
    index = 1 if cell is None else round(abs(np.linalg.det(cell)))
    assert len(found) == len(found.matrices) == group.order * index
    colours = [signed_matrix(c) for c in found.colours]
    random = np.random.default_rng(0)
    pairs = list(itertools.product(range(len(found)), repeat=2))
    for k in random.permutation(len(pairs))[:150]:
        i, j = pairs[k]
        where = index_of(found.matrices[i] @ found.matrices[j], found.matrices, cell)
        assert np.array_equal(colours[where], colours[i] @ colours[j])
    for i in range(len(found)):
        where = index_of(np.linalg.inv(found.matrices[i]), found.matrices, cell)
        assert np.array_equal(colours[where], colours[i].T)
    for generator in group.generators:
        where = index_of(generator.matrix, found.matrices, cell)
        assert found.colours[where] == colouring.images[generator.letter]
    assert len(set(found.colours)) == colouring.colours
    for c, back in zip(found.colours, invert_colour(found), strict=True):
        assert compose(c, back) == IDENTITY


@pytest.mark.parametrize("name", PLANE)
def test_the_supercell_holds_the_translations_that_carry_no_colour(name):
    """Of all translations of a large patch, those without colour are exactly the whole
    combinations of the supercell's columns, and its area counts the translations' colours."""
    group = GROUPS[name]
    rules = colourings(group)
    for rule in rules[:: max(3, len(rules) // 30)]:
        cell = cell_of(rule)
        t1, t2 = (colour_of_word(word, rule.images, group.letters) for word in group.translations)
        seen = set()
        for m, n in itertools.product(range(-6, 7), repeat=2):
            c = np.linalg.matrix_power(t1, m % 12) @ np.linalg.matrix_power(t2, n % 12)
            seen.add((c + 0.0).tobytes())  # no −0: the bytes are compared
            free = np.array_equal(c, np.eye(3))
            inside = np.linalg.solve(cell, [m, n])
            assert free == np.allclose(inside, np.rint(inside), atol=1e-9)
        assert round(np.linalg.det(cell)) == len(seen)  # positive: counterclockwise


def colour_of_word(word, images, letters):
    matrices = {k: signed_matrix(images[k]) for k in letters}
    matrices |= {k.upper(): m.T for k, m in matrices.items()}
    out = np.eye(3)
    for letter in word:
        out = out @ matrices[letter]
    return out


@pytest.mark.parametrize("name", PLANE)
def test_supercells_are_reduced(name):
    """No combination of the two periods is shorter than the longer one, unless along the other;
    the angle is 90° or more."""
    group = GROUPS[name]
    for rule in colourings(group):
        u, v = (group.lattice.basis @ cell_of(rule)).T
        assert u @ v <= 1e-9
        longer = max(np.linalg.norm(u), np.linalg.norm(v))
        for sign in (1, -1):
            assert np.linalg.norm(u + sign * v) >= longer - 1e-9


def test_a_black_and_white_checkerboard_has_twice_the_area():
    rule = find_colouring(GROUPS["p1"], "x=-r,-g,-b y=-r,-g,-b")
    assert abs(np.linalg.det(cell_of(rule))) == pytest.approx(2)
    assert set(rule.images.values()) == {(-1, -2, -3)}


def test_colour_rules_that_are_no_homomorphism_cannot_be_made():
    with pytest.raises(InputError) as refused:
        make_colouring(GROUPS["p4"], "", (B3[3], (2, 3, 1)))
    assert refused.value.code == "impossible-colouring"


def test_orbifold_names():
    assert GROUPS["p6"].orbifold == "632"
    assert GROUPS["532"].orbifold == "532"
