"""Colour frames: where in colour the axes lie that a colour rule permutes and inverts.

Let x be the logits of colours, m their mean and C their covariance in a style, and C = A·Aᵀ with
the scaled principal axes, the columns of A, longest first. In the frame z, x = m + A·z, a signed
permutation P (:mod:`geometry.symmetry.colour`) acts as on red, green and blue, so that

    x ↦ m + Q·(x − m),   Q = A·P·A⁻¹.

P is orthogonal: Q·C·Qᵀ = A·P·Pᵀ·Aᵀ = C. A style's mean and covariance are the same under every
rule, and what is painted under it stays in the style's colours. The first axis inverted makes light
and dark change places. With m = 0 and A = 1, the frame RGB, the rule acts on red, green and blue.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray
from scipy import special

from geometry.spaces import Array
from geometry.symmetry import colour
from geometry.symmetry.colour import ColourElement, matrix, white

CLAMP = 0.02  # colours are this far from 0 and 1 at least, where their logits are measured
FLAT = 0.05  # logits: a style whose longest axis is shorter has no colours to tell apart
FLOOR = 0.05  # of the longest axis: shorter axes are as long as that

EDGE = 1e-6  # nearer to 0 and 1 colours do not differ
_BLACK = 1 / 1024  # where what is made darker ends: a quarter of a byte's step
_POINTING = np.array([[1, 1, 1], [1, 0, -1], [1, 0, -1]])  # where axes point: light, warm, warm

Row = tuple[float, float, float]
Pixels = NDArray[Any]  # uint8, or uint16 where 16 bits a channel are wanted


@dataclass(frozen=True)
class ColourFrame:
    """mean: m, three logits; axes: the rows of A; floored: how many axes the floor made longer;
    inks: the colours, '#rrggbb', that it was made for (:mod:`geometry.symmetry.colour_inks`)."""

    mean: Row
    axes: tuple[Row, Row, Row]
    floored: int = 0
    inks: tuple[str, ...] = ()

    @classmethod
    def from_array(cls, columns: Array, floored: int = 0) -> ColourFrame:
        """Of (3, 4): the axes and the mean, columns."""
        rows = [[float(value) for value in row] for row in columns]
        r, g, b = ((row[0], row[1], row[2]) for row in rows)
        return cls((rows[0][3], rows[1][3], rows[2][3]), (r, g, b), floored)

    def as_array(self) -> Array:
        """(3, 4): the axes and the mean, columns."""
        return np.column_stack([self.axes, self.mean])

    @property
    def is_rgb(self) -> bool:
        """Whether rules act on red, green and blue themselves."""
        return self == RGB

    def action(self, element: ColourElement) -> tuple[Array, Array]:
        """Q (3, 3) and t (3,): what ``element`` makes of logits x is Q·x + t."""
        if self.is_rgb:
            return matrix(element), np.zeros(3)
        mean, axes = np.array(self.mean), np.array(self.axes)
        moved = axes @ matrix(element) @ np.linalg.inv(axes)
        return moved, mean - moved @ mean

    def on_logits(self, element: ColourElement, logits: NDArray) -> NDArray:
        """What ``element`` makes of logits (..., 3): in the frame RGB, of numbers that differ in
        their signs and places only."""
        moved, shift = self.action(element)
        return logits @ moved.T.astype(logits.dtype) + shift.astype(logits.dtype)

    def act(self, element: ColourElement, colours: NDArray) -> NDArray:
        """``element`` on colours (..., 3): floats in 0..1; in the frame RGB also whole numbers."""
        if self.is_rgb:
            return colour.act(element, colours)
        moved, shift = self.action(element)
        return special.expit(_logits(colours) @ moved.T + shift)

    def as_pixels(
        self, element: ColourElement, colours: Array, dtype: DTypeLike = np.uint8
    ) -> Pixels:
        """What ``element`` makes of colours (..., 3) in 0..1, see :func:`rounded`. In the frame RGB
        they are rounded first and changed in whole numbers: the images under all elements agree to
        the bit. In others each is rounded once, at the end."""
        if self.is_rgb:
            return colour.act(element, rounded(colours, dtype))
        return rounded(self.act(element, colours), dtype)

    def bounds(
        self, element: ColourElement, pixels: NDArray, half: float = 0.5 / 255
    ) -> tuple[Array, Array]:
        """The least and the largest colour (..., 3), in 0..1, that ``element`` makes of anything
        that is at most ``half`` away from ``pixels`` (..., 3) in 0..1: what their rounding leaves
        open. (On logits the action is linear: what it makes of a box has its extremes in corners.)
        """
        if self.is_rgb:
            image = colour.act(element, pixels)
            return image - half, image + half
        moved, shift = self.action(element)
        low, high = (_logits(pixels + side) for side in (-half, half))
        up, down = np.maximum(moved, 0).T, np.minimum(moved, 0).T
        return (
            special.expit(low @ up + high @ down + shift),
            special.expit(high @ up + low @ down + shift),
        )

    def mixed(self, colours: NDArray, mix: Callable[[Array], Array]) -> Array:
        """Colours in 0..1 that are mixed by a linear map whose weights have the sum 1. Rules of the
        frame RGB are affine on colours, which are what is mixed there; all others are only on
        logits. So what is mixed has the symmetry that its parts have."""
        return self.unmixable(mix(self.mixable(colours)))

    def mixable(self, colours: NDArray) -> Array:
        """What of colours in 0..1 is mixed, see :meth:`mixed`."""
        return colours if self.is_rgb else _logits(colours)

    def unmixable(self, values: Array) -> Array:
        """The colours of what was mixed."""
        found: Array = values if self.is_rgb else special.expit(values)
        return found

    @classmethod
    def of_light(cls, middle: float, elements: Iterable[ColourElement]) -> ColourFrame | None:
        """A frame in which ``elements`` change light alone: the axis that they invert is grey's,
        about ``middle``, a logit, and the others are hues. None where they do more than to invert
        one axis."""
        changed = {k for e in elements for k in range(3) if e[k] != k + 1}
        if len(changed) > 1:
            return None
        axes = np.array([[1, 1, 1], [1, 0, -1], [-1, 2, -1]]) / np.sqrt([[3], [2], [6]])
        axes = np.roll(axes, max(changed, default=0), axis=0)
        return cls.from_array(np.column_stack([axes.T, [middle] * 3]))


RGB = ColourFrame((0.0, 0.0, 0.0), ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)))


_GREY = np.array([[1, 1, 1], [1, 0, -1], [-1, 2, -1]]).T / np.sqrt([3, 2, 6])


def on_hues(frame: ColourFrame, change: Array) -> Callable[[Array], Array]:
    """What becomes of logits (..., 3) under a linear ``change`` (3, 3) of light and two hues. In
    the frame RGB these are axes of red, green and blue, the first one grey's; in others the frame's
    own, the first one the nearest to grey's."""
    if frame.is_rgb:
        linear = _GREY @ change @ _GREY.T
        return lambda logits: _logits(special.expit(logits) @ linear.T, _BLACK)
    axes, mean = np.array(frame.axes), np.array(frame.mean)
    light = int(np.argmax(np.abs(axes.sum(axis=0)) / np.linalg.norm(axes, axis=0)))
    axes = np.roll(axes, -light, axis=1)
    turned = axes @ change @ np.linalg.inv(axes)
    return lambda logits: mean + (logits - mean) @ turned.T


@dataclass(frozen=True)
class ColourMoments:
    """Of logits of colours: their mean (3,) and their second moment (3, 3)."""

    mean: Array
    second: Array

    @classmethod
    def of(cls, colours: NDArray, least: float = CLAMP) -> ColourMoments:
        """Of colours (n, 3) in 0..1, clamped to be ``least`` away from black and white."""
        logits = special.logit(np.clip(colours.astype(float), least, 1 - least))
        return cls(logits.mean(axis=0), logits.T @ logits / len(logits))

    @classmethod
    def pooled(cls, parts: Sequence[tuple[ColourMoments, float]]) -> ColourMoments:
        """Of several, each with its share."""
        total = sum(share for _, share in parts)
        return cls(
            functools.reduce(np.add, (share * part.mean for part, share in parts)) / total,
            functools.reduce(np.add, (share * part.second for part, share in parts)) / total,
        )

    @property
    def covariance(self) -> Array:
        """(3, 3)."""
        return self.second - np.outer(self.mean, self.mean)

    def frame(self) -> ColourFrame | None:
        """Their frame; None where all colours are one. The first axis points to light, the others
        to warm colours (red rather than blue); an axis shorter than FLOOR times the first, where
        colours lie on a line or in a plane, is made as long as that."""
        variances, axes = np.linalg.eigh(self.covariance)
        lengths = np.sqrt(np.maximum(variances, 0))[::-1]
        axes = axes[:, ::-1]
        if lengths[0] < FLAT:
            return None
        signs = np.where(np.einsum("ki,ik->k", _POINTING, axes) < 0, -1.0, 1.0)
        floor = FLOOR * lengths[0]
        scaled = axes * signs * np.maximum(lengths, floor)
        columns = np.column_stack([scaled, self.mean])
        return ColourFrame.from_array(columns, int((lengths < floor).sum()))


def rounded(colours: NDArray, dtype: DTypeLike = np.uint8) -> Pixels:
    """Colours in 0..1 as whole numbers: uint8, 0 to 255, or uint16, 0 to 65535."""
    return np.rint(np.clip(colours, 0, 1) * white(dtype)).astype(dtype)


def _logits(colours: NDArray, least: float = EDGE) -> Array:
    """Of colours in 0..1; black and white are as far away as paint gets."""
    return special.logit(np.clip(colours.astype(float), least, 1 - least))
