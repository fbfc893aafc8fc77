"""Colour frames in which a rule permutes given colours, the inks, and no others.

The images of a place z of the frame under a rule are its orbit. Where an orbit has as many places
as there are inks, and they are the corners of a segment, triangle or tetrahedron, one affine map
x = m + A·z takes them to any inks: the rule then permutes these. Across what they span, A is free.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from scipy import special

from geometry.errors import InputError
from geometry.spaces import Array
from geometry.symmetry.colour import ColourElement, matrix
from geometry.symmetry.colour_frame import CLAMP, FLOOR, ColourFrame, ColourMoments

# The places that are tried, the simplest first: corners of all orbits of up to four places.
_PLACES = sorted(
    itertools.product((1, 0, -1), repeat=3), key=lambda z: (sum(map(abs, z)), [-x for x in z])
)[1:]


def ink_counts(elements: Sequence[ColourElement]) -> tuple[int, ...]:
    """How many inks the colours of a rule (a whole group of them) can permute, of 2, 3 and 4."""
    return tuple(k for k in (2, 3, 4) if _orbit(elements, k) is not None)


def inks_frame(
    inks: Sequence[str], elements: Sequence[ColourElement], moments: ColourMoments
) -> ColourFrame:
    """The frame in which ``elements``, a whole group, permute the ``inks``, '#rrggbb'. ``moments``:
    of the styles, whose spread is taken across the inks.

    Raises InputError("bad-inks") for inks that no rule tells apart, or too few or many for this.
    """
    orbit = _orbit(elements, len(inks))
    if orbit is None:
        can = ink_counts(elements)
        raise InputError(
            "bad-inks",
            "inks",
            f"This colour rule cannot permute {len(inks)} inks.",
            f"It can permute {' or '.join(map(str, can))}."
            if can
            else "Use --colours style, or another rule.",
        )
    places = _logits(inks)
    centre, middle = places.mean(axis=0), orbit.mean(axis=0)
    corners, steps = (orbit - middle)[1:].T, (places - centre)[1:].T
    if np.linalg.matrix_rank(steps, tol=0.1) < len(inks) - 1:
        raise InputError(
            "bad-inks",
            "inks",
            "Two of the inks are nearly the same, or one lies between others.",
            "Choose inks that differ more.",
        )
    along, beside = _complement(corners), _complement(steps)
    lengths, across = np.linalg.eigh(beside.T @ moments.covariance @ beside)
    longest = np.linalg.norm(steps, axis=0).max()
    scale = np.maximum(np.sqrt(np.maximum(lengths, 0)), FLOOR * longest)
    free = (beside @ across * scale)[:, ::-1]
    axes = np.hstack([steps, free]) @ np.linalg.inv(np.hstack([corners, along]))
    frame = ColourFrame.from_array(np.column_stack([axes, centre - axes @ middle]))
    return ColourFrame(frame.mean, frame.axes, 0, tuple(inks))


def _orbit(elements: Sequence[ColourElement], size: int) -> Array | None:
    """Places (size, 3), the images of one, that are affinely independent; None if there are none.
    In the order in which an element that moves the first takes it around."""
    for place in _PLACES:
        images = [tuple(int(x) for x in matrix(element) @ place) for element in elements]
        orbit = np.array(list(dict.fromkeys(images)), float)
        if len(orbit) == size and np.linalg.matrix_rank(orbit[1:] - orbit[0]) == size - 1:
            return orbit
    return None


def _complement(columns: Array) -> Array:
    """An orthonormal basis (3, 3 − k), columns, of what is perpendicular to k columns (3, k)."""
    return np.linalg.svd(columns)[0][:, columns.shape[1] :]


def _logits(inks: Sequence[str]) -> Array:
    colours = np.array([list(bytes.fromhex(ink[1:])) for ink in inks]) / 255
    return special.logit(np.clip(colours, CLAMP, 1 - CLAMP))
