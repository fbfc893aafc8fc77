import numpy as np
import pytest

from geometry.errors import InputError
from geometry.symmetry.colour import generated
from geometry.symmetry.colour_frame import ColourMoments
from geometry.symmetry.colour_inks import ink_counts, inks_frame

INKS = ("#1b2a5c", "#e8b030", "#a83020", "#d8e8e0")
COLOURS = np.array([list(bytes.fromhex(ink[1:])) for ink in INKS]) / 255
MOMENTS = ColourMoments.of(np.random.default_rng(0).random((500, 3)))
RULES = [
    (((-1, 2, 3),), (2,)),
    (((-1, -2, -3),), (2,)),
    (((2, 1, 3),), (2,)),
    (((2, 3, 1),), (3,)),
    (((2, 3, 1), (2, 1, 3)), (3,)),
    (((-1, -2, 3), (-1, 2, -3)), (4,)),
    (((-2, -3, -1),), (2,)),
]


@pytest.mark.parametrize(("generators", "least"), RULES)
def test_every_element_permutes_the_inks_exactly(generators, least):
    elements = generated(generators)
    assert set(least) <= set(ink_counts(elements))
    for count in ink_counts(elements):
        frame = inks_frame(INKS[:count], elements, MOMENTS)
        assert frame.inks == INKS[:count]
        moved = set()
        for element in elements:
            image = frame.act(element, COLOURS[:count])
            apart = np.abs(image[:, None] - COLOURS[:count]).max(axis=2)
            assert np.sort(apart.min(axis=1)).max() < 1e-6
            assert sorted(apart.argmin(axis=1)) == list(range(count))
            moved |= set(apart[0].argsort()[:1])
        assert moved == set(range(count)), "each becomes each"


def test_inks_that_a_rule_cannot_permute_are_refused_with_how_many_it_can():
    cycle = generated(((2, 3, 1),))
    with pytest.raises(InputError, match=r"cannot permute 2 inks\. It can permute 3") as refused:
        inks_frame(INKS[:2], cycle, MOMENTS)
    assert refused.value.code == "bad-inks"


def test_a_quarter_turn_in_colour_has_no_inks():
    """Its orbits are one place, or four in a plane, whose inks would have to be, too."""
    turn = generated(((2, -1, 3),))
    assert ink_counts(turn) == ()
    with pytest.raises(InputError, match=r"cannot permute 3 inks\. Use --colours style"):
        inks_frame(INKS[:3], turn, MOMENTS)


def test_inks_that_are_the_same_are_refused():
    with pytest.raises(InputError, match="nearly the same"):
        inks_frame(["#102030", "#102031"], generated(((-1, 2, 3),)), MOMENTS)
