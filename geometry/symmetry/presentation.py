"""Presentations of groups and their homomorphisms into the colour group B₃.

Words are strings over one-letter generators: a small letter is a generator, the capital its
inverse, and ``(ab)^2`` repeats. A word acts like a product of matrices: the last letter first.

A colour rule, an image in B₃ for every generator, extends to a homomorphism of the group iff every
relator maps to the identity (von Dyck's theorem).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping

from geometry.errors import InputError
from geometry.symmetry.colour import B3, IDENTITY, ColourElement, compose, inverse, power, spell

Images = tuple[ColourElement, ...]

_POWER = re.compile(r"(?:\(([A-Za-z]+)\)|([A-Za-z]))\^(\d+)")


def expand(word: str) -> str:
    """A word without powers: '(ab)^2' is 'abab'."""
    return _POWER.sub(lambda m: (m[1] or m[2]) * int(m[3]), word)


def image(word: str, images: Mapping[str, ColourElement]) -> ColourElement:
    """The colour element that a word maps to, given the images of the generators."""
    out = IDENTITY
    for letter in expand(word):
        step = images[letter] if letter.islower() else inverse(images[letter.lower()])
        out = compose(out, step)
    return out


def homomorphisms(letters: str, relators: tuple[str, ...]) -> Iterator[Images]:
    """Every homomorphism into B₃, one representative of each conjugacy class.

    Yields the images of ``letters`` in order, the trivial one first; a representative comes first
    in its class in the order of :data:`B3`. Two rules are conjugate if a fixed signed permutation
    of the colours turns one into the other. Backtracking: a relator is tested as soon as all of its
    letters have an image, and of images that a conjugation fixing the earlier ones turns into each
    other only the first is tried.
    """
    product, inverses = _tables()
    identity = B3.index(IDENTITY)
    ready: list[list[list[tuple[int, bool]]]] = [[] for _ in letters]
    for relator in relators:
        word = [(letters.index(x.lower()), x.isupper()) for x in expand(relator)]
        ready[max(k for k, _ in word)].append(word)

    def holds(word: list[tuple[int, bool]], images: list[int]) -> bool:
        out = identity
        for k, inverted in word:
            out = product[out][inverses[images[k]] if inverted else images[k]]
        return out == identity

    def extend(images: list[int], stabiliser: list[int]) -> Iterator[Images]:
        k = len(images)
        if k == len(letters):
            yield tuple(B3[i] for i in images)
            return
        seen: set[int] = set()
        for element in range(len(B3)):
            if element in seen:
                continue
            moved = [product[product[x][element]][inverses[x]] for x in stabiliser]
            seen.update(moved)
            candidate = [*images, element]
            if all(holds(word, candidate) for word in ready[k]):
                fixing = [x for x, c in zip(stabiliser, moved, strict=True) if c == element]
                yield from extend(candidate, fixing)

    return extend([], list(range(len(B3))))


@functools.cache
def _tables() -> tuple[list[list[int]], list[int]]:
    """B₃ by numbers in :data:`B3`: the products a·b (48 × 48) and the inverses (48)."""
    number = {c: k for k, c in enumerate(B3)}
    products = [[number[compose(a, b)] for b in B3] for a in B3]
    return products, [number[inverse(a)] for a in B3]


def check_images(
    relators: tuple[str, ...], images: Mapping[str, ColourElement], titles: Mapping[str, str]
) -> None:
    """Refuse a colour rule that is no homomorphism.

    ``titles`` names the generators in words ("a half turn about the origin"). Raises
    InputError("impossible-colouring") that names the first relator that fails and says why.
    """
    for relator in relators:
        got = image(relator, images)
        if got == IDENTITY:
            continue
        match = _POWER.fullmatch(relator)
        if match:
            word, times = match[1] or match[2], int(match[3])
            what = titles.get(word, f"'{word}'")
            one = image(word, images)
            reason = (
                f"{what} {_often(times)} is the identity, "
                f"but {spell(one)} {_often(times)} is {spell(power(one, times))}"
            )
        else:
            reason = f"the word is the identity, but its colour is {spell(got)}"
        raise InputError(
            "impossible-colouring",
            "colouring",
            f"The rule breaks the relator {relator} = 1: {reason}.",
            "'service colourings GROUP' lists the rules that exist.",
        )


def _often(times: int) -> str:
    return "twice" if times == 2 else f"{times} times"
