"""Sets of inks that a colour rule permutes, and pictures in them.

All is done in places (:class:`InkSpace`), where a rule acts by signed permutations: these keep
distances, so that an image's nearest ink is the image of the nearest ink. The images of one ink are
its orbit; what keeps an ink in its place is a subgroup, and all inks that it keeps are a plane
through the middle. A set of n inks is made of orbits, and moved by Lloyd's algorithm (k-means), in
which the inks of an orbit move together.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from geometry.errors import InputError
from geometry.spaces import Array
from geometry.symmetry.colour import ColourElement, generated, matrix
from geometry.symmetry.colour_frame import ColourFrame

_GENERIC = np.array([0.37, 0.613, 0.829])  # a place that nothing keeps but what keeps all like it
_EDGE = 1e-6  # nearer to 0 and 1 colours do not differ
_ROUNDS = 24  # of Lloyd's algorithm
_SAMPLE = 1 << 11  # places that inks are found among
_MUCH = 0.5  # of an error: so much nearer inks must be that the group does not move
_STRIP = 1 << 18  # places at a time: bounds the memory


@dataclass(frozen=True, eq=False)
class InkSpace:
    """Coordinates of colours, places, in which the ``elements`` of a rule, a whole group, act by
    the same signed permutations as in the ``frame``, and distances are about those of colours. In
    the frame RGB they are red, green and blue from mid grey on. In others z of the frame, stretched
    by the root of what is left of the logits' metric AᵀA when it is averaged over the rule."""

    frame: ColourFrame
    elements: tuple[ColourElement, ...]

    @functools.cached_property
    def _stretch(self) -> Array:
        """(3, 3), symmetric; it commutes with every element."""
        axes = np.array(self.frame.axes)
        metric = axes.T @ axes
        turned = [matrix(e).T @ metric @ matrix(e) for e in self.elements]
        squares, vectors = np.linalg.eigh(np.mean(turned, axis=0))
        stretch: Array = (vectors * np.sqrt(squares)) @ vectors.T
        return stretch

    def places(self, logits: Array) -> Array:
        """Of logits (..., 3)."""
        if self.frame.is_rgb:
            return special.expit(logits) - 0.5
        back = np.linalg.inv(np.array(self.frame.axes)).T @ self._stretch
        return (logits - np.array(self.frame.mean)) @ back

    def logits_at(self, places: Array) -> Array:
        """The inverse of :meth:`places`; in the frame RGB black and white are not infinite."""
        if self.frame.is_rgb:
            return special.logit(np.clip(places + 0.5, _EDGE, 1 - _EDGE))
        forth = np.linalg.inv(self._stretch) @ np.array(self.frame.axes).T
        return np.array(self.frame.mean) + places @ forth


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
    a ``sample`` (n, 3). Of all ways to put orbits together the one that is nearest to the sample is
    taken; one whose inks the group leaves as they are only where it is much nearer. The same sample
    gives the same inks. Raises InputError("bad-inks") for a number that no orbits add up to."""
    sample = sample[:: max(1, len(sample) // _SAMPLE)]
    second = sample.T @ sample / len(sample)
    best, least = None, np.inf
    for kinds in _partitions(_kinds(elements, second), count):
        inks = _settled(sample, kinds)
        error = float((_squares(sample, inks).min(axis=1) + (sample**2).sum(axis=1)).mean())
        if len(elements) > 1 and all(len(kind.images) == 1 for kind in kinds):
            error /= _MUCH  # the picture would show nothing of the rule
        if error < least:
            best, least = inks, error
    if best is None:
        sizes = ", ".join(str(len(kind.images)) for kind in _kinds(elements, second))
        raise InputError(
            "bad-inks",
            "finishing.palette",
            f"This colour rule takes {sizes} inks around, and these do not add up to {count}.",
            "Choose another number.",
        )
    return best


def _settled(sample: Array, kinds: Sequence[_Kind]) -> Array:
    """The inks of orbits of these kinds after Lloyd's algorithm."""
    random = np.random.default_rng(0)
    representatives: list[Array] = []
    for k, kind in enumerate(kinds):
        inks = _all_inks(representatives, kinds[:k])
        representatives.append(kind.keeps @ _far_place(sample, inks, random))
    for _ in range(_ROUNDS):
        which = nearest_ink(sample, _all_inks(representatives, kinds))
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


def _far_place(sample: Array, inks: Array, random: np.random.Generator) -> Array:
    """One of the sample, the rather the farther it is from the inks so far, if any, else from its
    middle (k-means++, Arthur and Vassilvitskii 2007)."""
    if not len(inks):
        inks = sample.mean(axis=0)[None]
    gaps = np.maximum(_squares(sample, inks).min(axis=1) + (sample**2).sum(axis=1), 0)
    total = gaps.sum()
    chosen: Array = random.choice(sample, p=gaps / total if total > 0 else None)
    return chosen


def _partitions(kinds: Sequence[_Kind], count: int) -> Iterator[tuple[_Kind, ...]]:
    """All ways to have ``count`` inks of these kinds together. Of a kind without room there is one
    at most."""
    if count == 0:
        yield ()
    elif kinds:
        first, *rest = kinds
        most = count // len(first.images)
        for number in range(most if first.room else min(1, most), -1, -1):
            for others in _partitions(rest, count - number * len(first.images)):
                yield (first,) * number + others


def _kinds(elements: Sequence[ColourElement], second: Array) -> list[_Kind]:
    """The kinds of orbits, the largest first: one for every size, and of these the one whose places
    have most of a spread, ``second`` (3, 3). A kind belongs to a subgroup that keeps a place; those
    that two elements generate are all of them."""
    subgroups = {generated(pair) for pair in itertools.product(elements, repeat=2)}
    found: dict[int, tuple[float, _Kind]] = {}
    for subgroup in sorted(subgroups, key=lambda s: (len(s), s)):
        keeps = np.mean([matrix(element) for element in subgroup], axis=0)
        place = keeps @ _GENERIC
        images: dict[tuple[float, ...], Array] = {}
        for element in elements:
            moved = matrix(element)
            images.setdefault(tuple(np.round(moved @ place, 9) + 0.0), moved)
        spread = float(np.trace(keeps @ second @ keeps.T))
        size = len(images)
        if size not in found or spread > found[size][0] + 1e-12:
            found[size] = spread, _Kind(np.stack(list(images.values())), keeps)
    return [found[size][1] for size in sorted(found, reverse=True)]


def thresholds(rows: NDArray[np.int64], columns: NDArray[np.int64]) -> Array:
    """Of pixels, between 0 and 1, spread so evenly that any few neighbours have all: interleaved
    gradient noise (J. Jimenez, "Next generation post processing in Call of Duty", 2014)."""
    found: Array = (52.9829189 * ((0.06711056 * columns + 0.00583715 * rows) % 1)) % 1
    return found
