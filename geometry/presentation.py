"""Presentations of groups and their homomorphisms into the colour group B₃.

Words are strings over one-letter generators: a small letter is a generator, the capital its
inverse, and ``(ab)^2`` repeats. A word acts like a product of matrices: the last letter first.

A colour rule, an image in B₃ for every generator, extends to a homomorphism of the group iff every
relator maps to the identity (von Dyck's theorem).
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator, Mapping

from geometry.colour import B3, IDENTITY, ColourElement, compose, inverse, power, spell
from geometry.errors import InputError

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

    Yields the images of ``letters`` in order, the trivial one first. Two rules are conjugate if a
    fixed signed permutation of the colours turns one into the other. Backtracking: a relator is
    tested as soon as all of its letters have an image.
    """
    ready = [
        [r for r in relators if max(letters.index(x) for x in expand(r).lower()) == k]
        for k in range(len(letters))
    ]

    def extend(images: dict[str, ColourElement], k: int) -> Iterator[Images]:
        if k == len(letters):
            yield tuple(images.values())
            return
        for element in B3:
            candidate = {**images, letters[k]: element}
            if all(image(r, candidate) == IDENTITY for r in ready[k]):
                yield from extend(candidate, k + 1)

    seen: set[Images] = set()
    for images in extend({}, 0):
        if images not in seen:
            seen.update(_conjugates(images))
            yield images


def _conjugates(images: Images) -> set[Images]:
    return {tuple(_conjugate(x, c) for c in images) for x in B3}


@functools.cache
def _conjugate(x: ColourElement, c: ColourElement) -> ColourElement:
    return compose(compose(x, c), inverse(x))


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


def all_images(count: int) -> Iterator[Images]:
    """Every way to choose images for ``count`` generators: the slow reference for tests."""
    return itertools.product(B3, repeat=count)
