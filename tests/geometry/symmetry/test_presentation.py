import itertools

import numpy as np
import pytest
from dense_maps import signed_matrix

from geometry.catalogue import GROUPS
from geometry.errors import InputError
from geometry.symmetry.colour import B3, IDENTITY, compose, inverse, power
from geometry.symmetry.presentation import check_images, expand, homomorphisms, image


def is_rule(relators, letters, images):
    """Whether all relators are the identity, by matrices."""
    matrices = dict(zip(letters, map(signed_matrix, images), strict=True))
    matrices |= {k.upper(): m.T for k, m in matrices.items()}
    for relator in relators:
        product = np.eye(3)
        for letter in expand(relator):
            product = product @ matrices[letter]
        if not np.array_equal(product, np.eye(3)):
            return False
    return True


def test_words_expand():
    assert expand("(ab)^3") == "ababab"
    assert expand("a^4bA^2") == "aaaabAA"
    assert expand("abAB") == "abAB"


def test_a_word_acts_with_its_last_letter_first():
    images = {"a": (2, 1, 3), "b": (-1, 2, 3)}
    expected = signed_matrix(images["a"]) @ signed_matrix(images["b"])
    assert np.array_equal(signed_matrix(image("ab", images)), expected)
    assert image("abBA", images) == IDENTITY
    assert image("(ab)^2", images) == image("abab", images)


@pytest.mark.parametrize("name", GROUPS)
def test_every_enumerated_rule_satisfies_every_relator(name):
    group = GROUPS[name]
    rules = list(homomorphisms(group.letters, group.relators))
    assert rules[0] == (IDENTITY,) * len(group.letters)
    assert all(is_rule(group.relators, group.letters, images) for images in rules)


TWO_GENERATORS = ["p1", "pg", "cm", "p3", "p4", "p4g", "p31m", "p6", "332", "432", "532"]
INVOLUTIONS = [c for c in B3 if compose(c, c) == IDENTITY]


@pytest.mark.parametrize("name", TWO_GENERATORS)
def test_enumeration_finds_every_class_of_rules_once(name):
    """The number of classes is Burnside's average number of rules that a conjugation fixes, over
    all rules that a search of all 48² images finds; no two listed rules are conjugate."""
    group = GROUPS[name]
    rules = {
        x for x in itertools.product(B3, repeat=2) if is_rule(group.relators, group.letters, x)
    }
    fixed = sum(all(compose(x, c) == compose(c, x) for c in images) for x in B3 for images in rules)
    assert fixed % 48 == 0
    listed = list(homomorphisms(group.letters, group.relators))
    assert len(listed) == fixed // 48
    orbits = [
        {tuple(compose(compose(x, c), inverse(x)) for c in images) for x in B3} for images in listed
    ]
    assert sum(map(len, orbits)) == len(set().union(*orbits)) == len(rules)


def listed_rules(name):
    """How many rules the listed ones stand for; none may be listed twice."""
    group = GROUPS[name]
    orbits = [
        {tuple(compose(compose(x, c), inverse(x)) for c in images) for x in B3}
        for images in homomorphisms(group.letters, group.relators)
    ]
    count = sum(map(len, orbits))
    assert count == len(set().union(*orbits))
    return count


def test_enumeration_of_half_turns_finds_all_rules():
    """The rules of p2 are triples of involutions whose product is one too."""
    triples = itertools.product(INVOLUTIONS, repeat=3)
    assert listed_rules("p2") == sum(
        compose(compose(s, r), t) in INVOLUTIONS for r, s, t in triples
    )


def test_enumeration_of_four_mirrors_finds_all_rules():
    """Those of pmm are two pairs of involutions, each of one commuting with each of the other."""
    commuting = {x: {y for y in INVOLUTIONS if compose(x, y) == compose(y, x)} for x in INVOLUTIONS}
    pairs = itertools.product(INVOLUTIONS, repeat=2)
    assert listed_rules("pmm") == sum(len(commuting[m] & commuting[o]) ** 2 for m, o in pairs)


@pytest.mark.parametrize(("name", "orders"), [("p3m1", (3, 3, 3)), ("p4m", (4, 4, 2)),
                                              ("p6m", (6, 3, 2))])  # fmt: skip
def test_enumeration_of_mirror_triangles_finds_all_rules(name, orders):
    """Triples of involutions whose products, two by two, have the orders of the corners."""
    fits = [{(x, y) for x, y in itertools.product(INVOLUTIONS, repeat=2)
             if power(compose(x, y), n) == IDENTITY} for n in orders]  # fmt: skip
    triples = itertools.product(INVOLUTIONS, repeat=3)
    assert listed_rules(name) == sum(
        (m, n) in fits[0] and (n, o) in fits[1] and (o, m) in fits[2] for m, n, o in triples
    )


def test_a_third_order_colour_on_a_half_turn_is_refused_with_the_reason():
    group = GROUPS["p2"]
    titles = {g.letter: g.title for g in group.generators}
    images = {"r": (2, 3, 1), "s": IDENTITY, "t": IDENTITY}
    with pytest.raises(InputError) as refused:
        check_images(group.relators, images, titles)
    assert refused.value.code == "impossible-colouring"
    for word in ("r^2", "half turn", "twice", "gbr", "brg"):
        assert word in refused.value.message
    assert "\n" not in str(refused.value)


def test_a_relator_of_several_letters_is_named_when_it_fails():
    for name, images in {
        "p1": {"x": (2, 1, 3), "y": (1, 3, 2)},  # do not commute
        "p4": {"r": (2, 1, 3), "s": (1, 3, 2)},  # a quarter turn twice over is no half turn
    }.items():
        group = GROUPS[name]
        with pytest.raises(InputError) as refused:
            check_images(group.relators, images, {})
        assert {"p1": "xyXY", "p4": "(rs)^2"}[name] in refused.value.message


@pytest.mark.parametrize("name", GROUPS)
def test_a_rule_is_accepted_iff_it_is_a_homomorphism(name):
    group = GROUPS[name]
    random = np.random.default_rng(1)
    for _ in range(150):
        picks = random.integers(0, 48, len(group.letters))
        images = dict(zip(group.letters, (B3[k] for k in picks), strict=True))
        if is_rule(group.relators, group.letters, images.values()):
            check_images(group.relators, images, {})
        else:
            with pytest.raises(InputError):
                check_images(group.relators, images, {})
