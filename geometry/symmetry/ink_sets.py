"""Sets of inks that a colour rule permutes, and pictures in them.

All is done in places (:meth:`geometry.symmetry.colour_frame.ColourFrame.places`), where a rule acts
by signed permutations: these keep distances, so that an image's nearest ink is the image of the
nearest ink. The images of one ink are its orbit; what keeps an ink in its place is a subgroup, and
all inks that it keeps are a plane through the middle. A set of n inks is made of orbits, large ones
first, and moved by Lloyd's algorithm (k-means), in which the inks of an orbit move together.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.errors import InputError
from geometry.spaces import Array
from geometry.symmetry.colour import ColourElement, generated, matrix

_GENERIC = np.array([0.37, 0.613, 0.829])  # a place that nothing keeps but what keeps all like it
_ROUNDS = 24  # of Lloyd's algorithm
_STRIP = 1 << 18  # places at a time: bounds the memory


@dataclass(frozen=True, eq=False)
class _Kind:
    """A kind of orbit. images: (n, 3, 3), one element for each of its inks; keeps: (3, 3), the
    projection onto the places of which it is the orbit."""

    images: Array
    keeps: Array

    @property
    def room(self) -> int:
        """Of how many dimensions its places are: with none there is only one such ink."""
        return round(float(np.trace(self.keeps)))


def permuted_inks(sample: Array, count: int, elements: Sequence[ColourElement]) -> Array:
    """``count`` places (count, 3) that ``elements``, a whole group, permute, near to the places of
    a ``sample`` (n, 3). The same sample gives the same inks. Raises InputError("bad-inks") for a
    number that no orbits add up to."""
    random = np.random.default_rng(0)
    representatives: list[Array] = []
    kinds: list[_Kind] = []
    for kind in _chosen(sample, count, elements):
        start = _far_place(sample, representatives, kinds, random)
        representatives.append(kind.keeps @ start)
        kinds.append(kind)
    for _ in range(_ROUNDS):
        inks = _all_inks(representatives, kinds)
        which = nearest_ink(sample, inks)
        first = 0
        for k, kind in enumerate(kinds):
            sums, number = np.zeros(3), 0
            for image in kind.images:
                own = sample[which == first]
                sums, number = sums + image.T @ own.sum(axis=0), number + len(own)
                first += 1
            if number:
                representatives[k] = kind.keeps @ (sums / number)
    return _all_inks(representatives, kinds)


def check_permuted(
    inks: Array, elements: Sequence[ColourElement], apart: float, what: str, field: str
) -> None:
    """Raise InputError("bad-inks") unless every image of an ink, places (n, 3), is one of them, up
    to a distance. what: the rule, for the message."""
    for element in elements:
        images = inks @ matrix(element).T
        gaps = np.linalg.norm(images[:, None] - inks, axis=2).min(axis=1)
        if gaps.max() > apart:
            raise InputError(
                "bad-inks",
                field,
                f"The colour rule '{what}' does not permute these inks: it makes others of them.",
                "Give a number, such as 4: inks that it permutes are then found in the picture.",
            )


def nearest_ink(places: Array, inks: Array) -> NDArray[np.int64]:
    """Which of the inks (k, 3) is nearest to each of the places (n, 3)."""
    found = np.empty(len(places), np.int64)
    for first in range(0, len(places), _STRIP):
        strip = places[first : first + _STRIP]
        found[first : first + _STRIP] = _squares(strip, inks).argmin(axis=1)
    return found


def dithered_ink(places: Array, inks: Array, thresholds: Array, amount: float) -> NDArray[np.int64]:
    """One of two inks (k, 3) for each of the places (n, 3): the nearest one, a, or the b for which
    the place is nearest to what lies between the two; b where the part of the way from a to b is
    beyond the threshold (n,), 0..1. ``amount``: 0 for the nearest ink, 1 for the shares that mix to
    the colour."""
    found = np.empty(len(places), np.int64)
    for first in range(0, len(places), _STRIP):
        part = slice(first, first + _STRIP)
        found[part] = _dithered(places[part], inks, 0.5 + (thresholds[part] - 0.5) * amount)
    return found


def _dithered(places: Array, inks: Array, thresholds: Array) -> NDArray[np.int64]:
    nearest = _squares(places, inks).argmin(axis=1)
    way = inks[None] - inks[nearest][:, None]  # (n, k, 3)
    offset = (places - inks[nearest])[:, None]
    length = (way**2).sum(axis=2)
    along = (offset * way).sum(axis=2) / np.where(length > 0, length, 1)
    along = np.clip(along, 0, 1)
    gap = ((offset - along[..., None] * way) ** 2).sum(axis=2)
    gap[length == 0] = np.inf
    other = gap.argmin(axis=1)
    rows = np.arange(len(places))
    chosen: NDArray[np.int64] = np.where(along[rows, other] > thresholds, other, nearest)
    return chosen


def _squares(places: Array, inks: Array) -> Array:
    squares: Array = (inks**2).sum(axis=1) - 2 * places @ inks.T
    return squares


def _all_inks(representatives: Sequence[Array], kinds: Sequence[_Kind]) -> Array:
    parts = [kind.images @ place for place, kind in zip(representatives, kinds, strict=True)]
    return np.concatenate(parts) if parts else np.zeros((0, 3))


def _far_place(
    sample: Array, representatives: list[Array], kinds: list[_Kind], random: np.random.Generator
) -> Array:
    """One of the sample, the rather the farther it is from the inks so far (k-means++, Arthur and
    Vassilvitskii 2007)."""
    inks = _all_inks(representatives, kinds)
    if not len(inks):
        inks = sample.mean(axis=0)[None]
    gaps = np.maximum(_squares(sample, inks).min(axis=1) + (sample**2).sum(axis=1), 0)
    total = gaps.sum()
    chosen: Array = random.choice(sample, p=gaps / total if total > 0 else None)
    return chosen


def _chosen(sample: Array, count: int, elements: Sequence[ColourElement]) -> list[_Kind]:
    """Kinds of orbits that have ``count`` inks together, the largest first; of those of one size
    the one whose places have most of the sample's spread."""
    second = sample.T @ sample / len(sample)
    kinds: dict[int, _Kind] = {}
    for kind in _kinds(elements):
        size, known = len(kind.images), kinds.get(len(kind.images))
        if known is None or _spread(kind, second) > _spread(known, second) + 1e-12:
            kinds[size] = kind
    found: list[_Kind] = []
    left = count
    for size in sorted(kinds, reverse=True):
        kind = kinds[size]
        most = left // size if kind.room else min(1, left // size)
        found += [kind] * most
        left -= most * size
    if left:
        sizes = ", ".join(map(str, sorted(kinds)))
        raise InputError(
            "bad-inks",
            "finishing.palette",
            f"This colour rule takes inks around in {sizes}: {count} cannot be permuted.",
            f"Choose {count - left} or {count + max(kinds) - left}.",
        )
    return found


def _spread(kind: _Kind, second: Array) -> float:
    return float(np.trace(kind.keeps @ second @ kind.keeps.T))


def _kinds(elements: Sequence[ColourElement]) -> list[_Kind]:
    """A kind for every subgroup that keeps a place: those of two generators are all of them."""
    subgroups = {generated(pair) for pair in itertools.product(elements, repeat=2)}
    found = []
    for subgroup in sorted(subgroups, key=lambda s: (len(s), s)):
        keeps = np.mean([matrix(element) for element in subgroup], axis=0)
        place = keeps @ _GENERIC
        images: dict[tuple[float, ...], Array] = {}
        for element in elements:
            moved = matrix(element)
            images.setdefault(tuple(np.round(moved @ place, 9) + 0.0), moved)
        found.append(_Kind(np.stack(list(images.values())), keeps))
    return found


def thresholds(rows: NDArray[np.int64], columns: NDArray[np.int64]) -> Array:
    """Of pixels, between 0 and 1, spread so evenly that any few neighbours have all: interleaved
    gradient noise (J. Jimenez, "Next generation post processing in Call of Duty", 2014)."""
    found: Array = (52.9829189 * ((0.06711056 * columns + 0.00583715 * rows) % 1)) % 1
    return found
