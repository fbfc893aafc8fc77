"""Pixels that a picture's symmetry takes to pixels: one of each orbit is made, the others are its
images. A disc of {4,6} is made in a quarter of the time, one with mirrors in an eighth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from geometry.spaces import Array
from geometry.symmetry.colour import ColourElement
from geometry.symmetry.groups import Elements

_PROBES = 64  # pixels that must all go to pixels
_LOOKED_AT = 4096  # pixels, of which some lie outside of a disc, or are not seen clearly
_NEAR = 1e-4  # pixels: rounding


class Layout(Protocol):
    """Where in a picture of ``shape`` (H, W) every pixel lies. joins: the axes across which its
    borders meet."""

    shape: tuple[int, int]
    joins: Mapping[int, int]

    def points(self, pixels: NDArray[np.integer]) -> tuple[Array, Array]:
        """The places (n, 3) of pixels (n,), numbered row-major, and how well each is seen (n,)."""

    def positions(self, points: Array) -> tuple[Array, NDArray[np.bool_]]:
        """Where places are seen: (row, column) (n, 2), pixel centres at whole numbers; and whether
        they are."""


@dataclass(frozen=True, eq=False)
class PixelMove:
    """What an element of the group does to the pixels of a picture of ``shape`` (H, W): pixel
    (row, column) goes to ``turn`` (2, 2) @ (row, column) + ``shift`` (2,), whole numbers, which
    are cut to the picture's sides where its borders meet. colour: what it does to colours."""

    shape: tuple[int, int]
    turn: NDArray[np.int64]
    shift: NDArray[np.int64]
    colour: ColourElement

    def numbers(self, pixels: NDArray[np.int64]) -> NDArray[np.int64]:
        """Where pixels go; they are numbered row-major."""
        place = self.turn @ np.stack(np.divmod(pixels, self.shape[1])) + self.shift[:, None]
        row, column = place % np.array(self.shape)[:, None]
        image: NDArray[np.int64] = row * self.shape[1] + column
        return image


def pixel_moves(layout: Layout, elements: Elements) -> list[PixelMove]:
    """Those of the ``elements``, on a layout's places, that take all pixels to pixels. The first
    one, the identity, is always there."""
    everything = layout.shape[0] * layout.shape[1]
    some = np.random.default_rng(0).integers(0, everything, _LOOKED_AT)
    probes = some[layout.points(some)[1] > 0][:_PROBES]
    found = [
        _move(layout, probes, matrix, colour)
        for matrix, colour in zip(elements.matrices, elements.colours, strict=True)
    ]
    return [move for move in found if move is not None]


def first_of_each(
    moves: Sequence[PixelMove], rows: range, shape: tuple[int, int]
) -> NDArray[np.bool_]:
    """Of the pixels (n,) of some rows, which come first of all that they are taken to."""
    own = np.arange(rows.start * shape[1], rows.stop * shape[1])
    first = np.ones(len(own), bool)
    for move in moves:
        first &= move.numbers(own) >= own
    return first


def _move(
    layout: Layout, probes: NDArray[np.int64], matrix: Array, colour: ColourElement
) -> PixelMove | None:
    sides = np.array(layout.shape)

    def seen(pixels: NDArray[np.int64]) -> Array:
        return layout.positions(layout.points(pixels)[0] @ matrix.T)[0].T

    def apart(places: Array) -> Array:
        """The shortest way around, where borders meet."""
        short = places.copy()
        for axis in layout.joins:
            short[axis] -= sides[axis] * np.rint(short[axis] / sides[axis])
        return short

    here = np.stack(np.divmod(probes, sides[1]))
    there = seen(probes)
    turn = np.zeros((2, 2), np.int64)
    for axis, step in enumerate((sides[1], 1)):  # to the pixel below, and to the right
        neighbour = probes + step if here[axis, 0] + 1 < sides[axis] else probes - step
        way = apart(seen(neighbour[:1]) - there[:, :1])[:, 0] * (neighbour[0] - probes[0]) / step
        turn[:, axis] = np.rint(np.nan_to_num(way))
    if not np.array_equal(np.abs(turn @ turn.T), np.eye(2)) or (
        turn[0, 0] == 0 and sides[0] != sides[1]
    ):
        return None
    shift = np.rint(np.nan_to_num(there[:, :1] - turn @ here[:, :1])).astype(np.int64)
    off = apart(turn @ here + shift - there)
    corners = turn @ np.array([[0, sides[0] - 1], [0, sides[1] - 1]]) + shift
    open_axes = [axis for axis in (0, 1) if axis not in layout.joins]
    inside = (corners >= 0) & (corners < sides[:, None])
    if not (np.abs(off) < _NEAR).all() or not inside[open_axes].all():
        return None
    return PixelMove(layout.shape, turn, shift[:, 0], colour)
