"""The translations under which a picture agrees with itself: its lattice, to a part of a pixel.

For every shift d the mean-square difference of f(p + d) and f(p) over the pixels that both have is
a sum of correlations, all worked out at once by FFT (as Padfield, Masked object registration in the
Fourier domain, IEEE Trans. Image Processing 21, 2012). 1 − this / what unrelated places differ by
is a normalised correlation, with peaks at the translations.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft, ndimage

from geometry.errors import InputError
from geometry.spaces import Array
from geometry.symmetry.groups import short_basis
from service.measuring.sight import Sight

_OVERLAP = 0.15  # of the picture, that a shift leaves in common at least
_SHORTEST = 6.0  # pixels
_CORRELATED = 0.75  # of a peak, that it may be a translation
_DEEP = 0.3  # how far, of its height, one has to go down from a peak to get to the middle
_SLACK, _TIMES = 0.05, 2.5  # how much less other peaks may correlate
_ANGLE = 0.25  # sine of that between two translations
_MOST = 24  # peaks among which a lattice is looked for
_FITS = 0.12  # of the basis, that a peak may be off a lattice point


@dataclass(frozen=True, eq=False)
class Correlation:
    """values: (rows, columns), of shifts by whole pixels; shift 0 is at ``middle`` (row, column);
    NaN where a shift leaves too little in common."""

    values: Array
    middle: tuple[int, int]

    def near(self, shift: Array, reach: int) -> tuple[Array, float] | None:
        """The highest place within ``reach`` pixels of a shift (x, y), to a part of a pixel, and
        its height; None where none is inside."""
        column, row = np.rint(shift[:2] + self.middle[::-1]).astype(int)
        if min(row, column) <= reach or row + reach + 1 >= len(self.values):
            return None
        if column + reach + 1 >= self.values.shape[1]:
            return None
        window = self.values[row - reach : row + reach + 1, column - reach : column + reach + 1]
        if np.isnan(window).any():
            return None
        i, j = np.unravel_index(window.argmax(), window.shape)
        return self.peak(row - reach + int(i), column - reach + int(j))

    def peak(self, row: int, column: int) -> tuple[Array, float] | None:
        """The top of the parabolas through a pixel and its neighbours: the shift (x, y), and its
        height."""
        if not (0 < row < len(self.values) - 1 and 0 < column < self.values.shape[1] - 1):
            return None
        here = self.values[row, column]
        x, up = _top(self.values[row, column - 1 : column + 2])
        y, more = _top(self.values[row - 1 : row + 2, column])
        if np.isnan(up + more):
            return None
        place = np.array([column + x - self.middle[1], row + y - self.middle[0]])
        return place, float(min(1.0, up + more - here))


def _top(three: Array) -> tuple[float, float]:
    left, here, right = three
    bend = 2 * here - left - right
    if not bend > 1e-12:
        return 0.0, float(here)
    at = float(np.clip((right - left) / (2 * bend), -0.5, 0.5))
    return at, float(here + at * (right - left) / 4)


def correlation(sight: Sight) -> Correlation:
    """Of a picture with itself, for all shifts that leave enough in common."""
    seen = sight.seen.astype(float)
    pixels = sight.smooth * seen[..., None]
    shape = [fft.next_fast_len(2 * n - 1, True) for n in seen.shape]

    def spectrum(values: Array) -> NDArray[np.complex128]:
        found: NDArray[np.complex128] = fft.rfft2(values, shape)
        return found

    def product(a: NDArray[np.complex128], b: NDArray[np.complex128]) -> Array:
        """Σ a(p + d) b(p)."""
        found: Array = fft.fftshift(fft.irfft2(a * b.conj(), shape))
        return found

    mask, energy = spectrum(seen), spectrum((pixels**2).sum(axis=2))
    common = product(mask, mask)
    squares = product(energy, mask) + product(mask, energy)
    for channel in range(3):
        values = spectrum(pixels[..., channel])
        squares -= 2 * product(values, values)
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = squares / (3 * common)
    heights: Array = np.where(common > _OVERLAP * seen.sum(), 1 - apart / sight.spread, np.nan)
    return Correlation(heights, (shape[0] // 2, shape[1] // 2))


def find_lattice(sight: Sight) -> Array:
    """(2, 2): two short translations of a picture as columns, in its pixels. Raises
    InputError("no-symmetry"), which tells what is nearest."""
    surface = correlation(sight)
    peaks = _peaks(surface)
    if peaks is None:
        raise InputError(
            "no-symmetry",
            "picture",
            "This picture hardly changes in one direction: stripes, or a gradient.",
            "Give one with something in it that repeats in two directions.",
        )
    best = max((height for _, height in peaks), default=0.0)
    if best < _CORRELATED:
        raise _nothing(peaks, sight)
    alike = [(d, h) for d, h in peaks if 1 - h <= _TIMES * (1 - best) + _SLACK]
    chosen = sorted(alike, key=lambda peak: float(np.linalg.norm(peak[0])))[:_MOST]
    first = chosen[0][0]
    for second, _ in chosen[1:]:
        sine = abs(first[0] * second[1] - first[1] * second[0])
        if sine > _ANGLE * np.linalg.norm(first) * np.linalg.norm(second):
            return _refined(np.stack([first, second], axis=1), surface)
    x, y = first * sight.block
    raise InputError(
        "no-symmetry",
        "picture",
        f"This picture repeats in one direction only, by ({round(x)}, {round(y)}) pixels: a "
        "frieze, or stripes.",
        "Give one with two periods each way, or name its translations with --lattice.",
    )


def _peaks(surface: Correlation) -> list[tuple[Array, float]] | None:
    """Shifts to one side, and their heights, of the peaks that stand apart from the middle. None if
    the middle is a ridge from border to border."""
    values = np.where(np.isnan(surface.values), -1.0, surface.values)
    highest = ndimage.maximum_filter(values, 5)
    rows, columns = np.nonzero((values == highest) & (values > 0))
    found = []
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        x, y = column - surface.middle[1], row - surface.middle[0]
        if (y, x) > (0, 0) and np.hypot(x, y) >= _SHORTEST:
            peak = surface.peak(row, column)
            if peak is not None:
                found.append(peak)
    if not found:
        return []
    level = (1 - _DEEP) * max(height for _, height in found)
    islands, _ = ndimage.label(values > level)
    middle = islands[surface.middle]
    if np.isnan(surface.values[ndimage.binary_dilation(islands == middle)]).any():
        return None
    near = [np.rint(d[::-1] + surface.middle).astype(int) for d, _ in found]
    return [peak for peak, at in zip(found, near, strict=True) if islands[tuple(at)] != middle]


def _refined(basis: Array, surface: Correlation) -> Array:
    """The basis that fits the peaks at its combinations, short ones first, best."""
    basis = shortened(basis)
    for reach in (1, 2, 3, 5, 8, 13, 21):
        pairs = [
            (m, n)
            for m in range(-reach, reach + 1)
            for n in range(-reach, reach + 1)
            if (n, m) > (0, 0)
        ]
        radius = max(1, min(3, int(0.2 * np.linalg.norm(basis, axis=0).min())))
        steps, places, weights = [], [], []
        for pair in pairs:
            found = surface.near(basis @ np.array(pair, float), radius)
            if found is not None and found[1] > 0.3:
                steps.append(pair)
                places.append(found[0])
                weights.append(found[1])
        if len(steps) < 2 or np.linalg.matrix_rank(np.array(steps)) < 2:
            continue
        weight = np.array(weights)[:, None]
        fitted = np.linalg.lstsq(np.array(steps) * weight, np.array(places) * weight, rcond=None)
        basis = fitted[0].T
    return basis


def shortened(basis: Array) -> Array:
    """The conventional short basis of the same lattice, (2, 2), with an obtuse angle."""
    one, two = np.eye(2, dtype=np.int64)
    u, v = short_basis(one, two, basis)
    return basis @ np.stack([u, v], axis=1)


def _nothing(peaks: list[tuple[Array, float]], sight: Sight) -> InputError:
    nearest = max(peaks, key=lambda peak: peak[1], default=None)
    what = ""
    if nearest is not None:
        (x, y), height = nearest
        x, y = x * sight.block, y * sight.block
        what = f" The nearest is a shift by ({x:.0f}, {y:.0f}) pixels, correlated by {height:.2f}."
    return InputError(
        "no-symmetry",
        "picture",
        f"This picture does not repeat.{what}",
        "It must show two periods each way. If it is a single one, a seamless tile, say "
        "--lattice period.",
    )
