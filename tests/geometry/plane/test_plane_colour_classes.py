"""Coloured plane groups counted up to affine equivalence, as in the literature.

Two colours: the 46 black and white plane groups (Shubnikov; Grünbaum and Shephard, Tilings and
Patterns, 1987, §8.2). Three colours: 23 (Jarratt and Schwarzenberger, Acta Crystallographica A36,
1980; Wieting, The Mathematical Theory of Chromatic Plane Ornaments, 1982). What is counted: a group
G with a transitive action on the colours, that is a subgroup of index 2 or 3, where (G, H) and
(AGA⁻¹, AHA⁻¹) are the same for every affine map A, and the colours have no names.

The rules of the catalogue are finer in one way, they say which colours, and coarser in another: B₃
has no subgroup that permutes three colours freely, so three colours in it are a cyclic group.
"""

import functools
import itertools

import numpy as np
import pytest

from geometry.catalogue import colourings, find_group
from geometry.plane.groups import PLANE_GROUPS
from geometry.symmetry.colour import IDENTITY
from geometry.symmetry.presentation import expand

NAMES = [group.name for group in PLANE_GROUPS]
TWO = {"p1": 1, "p2": 2, "pm": 5, "pg": 2, "cm": 3, "pmm": 5, "pmg": 5, "pgg": 2, "cmm": 5, "p4": 2,
       "p4m": 5, "p4g": 3, "p3": 0, "p3m1": 1, "p31m": 1, "p6": 1, "p6m": 3}  # fmt: skip
INVERTED = (-1, -2, -3)


def after(p, q):
    """The permutation p ∘ q."""
    return tuple(p[k] for k in q)


def undo(p):
    return tuple(np.argsort(p).tolist())


def actions(group, colours):
    """All homomorphisms into the permutations of the colours that reach every colour: a tuple of
    one permutation per generator each, by trying all of them."""
    found = []
    everything = list(itertools.permutations(range(colours)))
    for images in itertools.product(everything, repeat=len(group.letters)):
        table = dict(zip(group.letters, images, strict=True))
        if all(spelled(expand(r), table) == everything[0] for r in group.relators):
            reached = {0}
            for _ in range(colours):
                reached |= {p[k] for p in images for k in reached}
            if len(reached) == colours:
                found.append(images)
    return found


def spelled(word, table):
    out = tuple(range(len(next(iter(table.values())))))
    for letter in word:
        step = table[letter.lower()]
        out = after(out, step if letter.islower() else undo(step))
    return out


def key(matrix, modulus):
    """An isometry modulo the translations by ``modulus`` cells, in whole numbers."""
    linear, shift = matrix[:2, :2], matrix[:2, 2] * 12
    whole = np.rint(linear), np.rint(shift)
    if np.abs(linear - whole[0]).max() > 1e-9 or np.abs(shift - whole[1]).max() > 1e-9:
        return None
    return (*whole[0].astype(int).ravel().tolist(), *(whole[1].astype(int) % (12 * modulus)))


def words(group, modulus):
    """A word for every element of the group modulo the translations by ``modulus`` cells."""
    found, frontier = {key(np.eye(3), modulus): ""}, [(np.eye(3), "")]
    while frontier:
        fresh = []
        for matrix, word in frontier:
            for g in group.generators:
                moved = matrix @ g.matrix
                if (name := key(moved, modulus)) not in found:
                    found[name] = word + g.letter
                    fresh.append((moved, word + g.letter))
        frontier = fresh
    return found


def renamings(group, modulus):
    """The automorphisms that affine maps of the plane induce: a tuple of words each, what the
    generators become. Small whole matrices generate all linear parts, and centres of turns and
    mirrors, which must go to others, are halves and thirds of the lattice."""
    table = words(group, modulus)
    out = set()
    shifts = [np.array(s) / 6 for s in itertools.product(range(6), repeat=2)]
    for entries in itertools.product((-1, 0, 1), repeat=4):
        linear = np.reshape(entries, (2, 2)).astype(float)
        if abs(np.linalg.det(linear)) < 0.5 or abs(np.linalg.det(linear)) > 1.5:
            continue
        points = {k[:4] for k in table}
        back = np.linalg.inv(linear)
        turned = [linear @ g.matrix[:2, :2] @ back for g in group.generators]
        if any(tuple(np.rint(t).astype(int).ravel().tolist()) not in points for t in turned):
            continue
        for shift in shifts:
            change = np.eye(3)
            change[:2, :2], change[:2, 2] = linear, shift
            inverse = np.linalg.inv(change)
            names = [key(change @ g.matrix @ inverse, modulus) for g in group.generators]
            if all(name in table for name in names):
                out.add(tuple(table[name] for name in names))
    return out


@functools.cache
def classes(name, colours):
    """The actions of a group on so many colours, sorted into classes."""
    group = find_group(name)
    # an action kills the translations by `modulus` cells: 2 for signs, 6 for three colours
    renamed = renamings(group, {2: 2, 3: 6}[colours])
    left, found = set(actions(group, colours)), []
    while left:
        orbit, frontier = set(), {left.pop()}
        while frontier:
            orbit |= frontier
            fresh = set()
            for images in frontier:
                table = dict(zip(group.letters, images, strict=True))
                fresh |= {tuple(spelled(w, table) for w in names) for names in renamed}
                for p in itertools.permutations(range(colours)):
                    fresh.add(tuple(after(after(p, q), undo(p)) for q in images))
            frontier = fresh - orbit
        left -= orbit
        found.append(orbit)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_black_and_white_groups_are_as_many_as_in_the_literature(name):
    assert len(classes(name, 2)) == TWO[name]


def test_there_are_46_black_and_white_plane_groups():
    assert sum(len(classes(name, 2)) for name in NAMES) == 46


def test_there_are_23_plane_groups_of_three_colours():
    assert sum(len(classes(name, 3)) for name in NAMES) == 23


@pytest.mark.parametrize("name", NAMES)
def test_the_catalogue_offers_every_black_and_white_group(name):
    """Its rules with the images 'unchanged' and 'inverted' are all actions on two colours."""
    group = find_group(name)
    signs = {IDENTITY: (0, 1), INVERTED: (1, 0)}
    offered = {
        tuple(signs[c] for c in rule.images.values())
        for rule in colourings(group)
        if rule.colours == 2 and set(rule.images.values()) <= set(signs)
    }
    assert offered == set(actions(group, 2))


@pytest.mark.parametrize("name", NAMES)
def test_the_catalogue_offers_every_cyclic_rule_of_three_colours(name):
    """An action on three colours by turns alone is, up to their names, a rule with red, green and
    blue in a circle."""
    group = find_group(name)
    turns = {(1, 2, 3): (0, 1, 2), (2, 3, 1): (1, 2, 0), (3, 1, 2): (2, 0, 1)}
    offered = set()
    for rule in colourings(group):
        if rule.colours == 3:
            images = tuple(turns[c] for c in rule.images.values())
            offered |= {images, tuple(undo(p) for p in images)}
    cyclic = {images for images in actions(group, 3) if set(images) <= set(turns.values())}
    assert offered == cyclic
