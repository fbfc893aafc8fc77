import itertools

import numpy as np
import pytest
from dense_maps import signed_matrix
from hypothesis import given, settings
from hypothesis import strategies as st

from geometry.errors import InputError
from geometry.symmetry.colour import (
    B3,
    IDENTITY,
    act,
    compose,
    generated,
    inverse,
    matrix,
    order,
    parse,
    power,
    spell,
)

element = st.sampled_from(B3)
quick = settings(deadline=None, max_examples=60)


def signed_permutations():
    """All 3 × 3 matrices with entries −1, 0, 1 and one entry in every row and column."""
    for entries in itertools.product((-1, 0, 1), repeat=9):
        m = np.array(entries).reshape(3, 3)
        if (np.abs(m).sum(axis=0) == 1).all() and (np.abs(m).sum(axis=1) == 1).all():
            yield m


def test_the_elements_are_the_48_signed_permutation_matrices_identity_first():
    ours = {matrix(c).astype(int).tobytes() for c in B3}
    assert ours == {m.tobytes() for m in signed_permutations()}
    assert len(B3) == len(ours) == 48
    assert B3[0] == IDENTITY == (1, 2, 3)


def test_the_matrix_sends_old_channels_to_new_ones():
    """(2, 3, 1) means new r = old g, new g = old b, new b = old r; a minus sign inverts."""
    assert np.array_equal(matrix((2, 3, 1)) @ [10, 20, 30], [20, 30, 10])
    assert np.array_equal(matrix((-1, 3, 2)) @ [10, 20, 30], [-10, 30, 20])


def test_composition_is_the_product_of_matrices():
    for a, b in itertools.product(B3, repeat=2):
        assert compose(a, b) in B3
        assert np.array_equal(signed_matrix(compose(a, b)), signed_matrix(a) @ signed_matrix(b))


@pytest.mark.parametrize("c", B3, ids=spell)
def test_inverse_power_and_order_agree_with_matrices(c):
    m = signed_matrix(c)
    assert np.array_equal(signed_matrix(inverse(c)), m.T)
    for n in range(-4, 8):
        assert np.array_equal(signed_matrix(power(c, n)), np.rint(np.linalg.matrix_power(m, n)))
    powers = [np.linalg.matrix_power(m, n) for n in range(1, 7)]
    assert order(c) == 1 + next(k for k, p in enumerate(powers) if np.array_equal(p, np.eye(3)))


@quick
@given(element, element, st.integers(0, 2**32 - 1))
def test_acting_on_bytes_is_exact_and_composes(a, b, seed):
    """An inversion takes v to 255 − v, nothing is rounded, and what is done can be undone."""
    picture = np.random.default_rng(seed).integers(0, 256, (5, 4, 3), dtype=np.uint8)
    once = act(b, picture)
    assert once.dtype == np.uint8
    assert np.array_equal(act(inverse(b), once), picture)
    assert np.array_equal(act(a, once), act(compose(a, b), picture))
    assert np.array_equal(act((-1, -2, -3), picture), 255 - picture)


@quick
@given(element, st.lists(st.floats(-8, 8), min_size=3, max_size=3))
def test_acting_on_colours_is_the_matrix_on_logits(c, logits):
    """sigmoid(M·x) = c·sigmoid(x): the linear action on logits is the action on colours."""

    def sigmoid(x):
        return 1 / (1 + np.exp(-np.asarray(x)))

    assert np.allclose(sigmoid(matrix(c) @ logits), act(c, sigmoid(logits)), atol=1e-14)


@pytest.mark.parametrize("c", B3, ids=spell)
def test_spelling_round_trips(c):
    assert parse(spell(c)) == c
    assert parse(",".join(("-" if x < 0 else "") + "rgb"[abs(x) - 1] for x in c)) == c


def test_spelling_reads_as_the_documents_write_it():
    assert spell((2, 3, 1)) == "gbr"
    assert spell((-1, 2, 3)) == "-r,g,b"
    assert parse(" G, B,R ") == (2, 3, 1)
    assert parse("-r-g-b") == (-1, -2, -3)


@pytest.mark.parametrize(
    "text",
    ["", "rg", "rgg", "rgbr", "rgx", "cmy", "1r2g3b", "--r,g,b", "r+g+b", "rgb-", "-", "r;g;b"],
)
def test_what_is_no_signed_permutation_is_refused_in_one_line(text):
    with pytest.raises(InputError) as refused:
        parse(text)
    assert refused.value.code == "bad-colour"
    assert repr(text)[1:-1] in refused.value.message
    assert "\n" not in str(refused.value)


@quick
@given(st.lists(element, max_size=3))
def test_generated_is_the_smallest_closed_set(elements):
    found = generated(tuple(elements))
    assert {IDENTITY, *elements} <= set(found)
    assert {compose(a, b) for a in found for b in found} == set(found)
    assert 48 % len(found) == 0  # Lagrange
    closure = {IDENTITY}
    while True:  # products of the given elements only: nothing smaller is closed
        larger = closure | {compose(x, e) for x in closure for e in elements}
        if larger == closure:
            break
        closure = larger
    assert closure == set(found)
    assert list(found) == [c for c in B3 if c in closure]
