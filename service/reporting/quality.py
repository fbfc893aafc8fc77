"""How good a delivered picture is, measured on its 8-bit pixels: how well it keeps its symmetry,
and whether its borders show when it is repeated."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from geometry.colour import act
from geometry.spaces import Array
from geometry.sphere import equirectangular
from service.reporting.frame import Frame, PictureGenerator, pixel_centres

Picture = NDArray[np.uint8]  # (H, W, 3) sRGB, top row first

_SAMPLES = 1 << 18  # pixels that are compared where colours must be interpolated: ±0.2 % of the RMS
_MARGIN = 16  # pixels around a picture, for the spline: it forgets at a factor 0.27 each


@dataclass(frozen=True)
class SymmetryError:
    """How far the picture is from f(g·p) = c(g)·f(p) for one generator g, in 1/255.

    rms over pixels and channels (a sphere's pixels count by their area), worst: the largest
    difference; exact: g takes pixels to pixels and every one of them agrees to the bit."""

    name: str
    rms: float
    worst: float
    exact: bool


@dataclass(frozen=True)
class Quality:
    """symmetry: of every generator; empty where there is nothing to measure. seams: the mean
    colour step across the picture's border over the mean step inside, by axis ("horizontal": right
    to left border); None where the picture is flat."""

    symmetry: tuple[SymmetryError, ...]
    seams: dict[str, float | None]

    @property
    def symmetry_rms(self) -> float | None:
        """RMS over all generators in 1/255; None where there is nothing to measure."""
        if not self.symmetry:
            return None
        return math.sqrt(sum(error.rms**2 for error in self.symmetry) / len(self.symmetry))


def measure_quality(picture: Picture, frame: Frame) -> Quality:
    """The quality of a picture. A mesh's texture is not measured: its symmetry is in space."""
    if frame.projection == "uv":
        return Quality((), {})
    seams = {"horizontal": seam_ratio(picture, 1)}
    if frame.lattice is None:  # a sphere's poles are no seam
        return Quality(tuple(_sphere_error(picture, g) for g in frame.generators), seams)
    shift = frame.lattice.shift
    seams["vertical"] = seam_ratio(picture, 0, shift)
    return Quality(tuple(_plane_error(picture, g, shift) for g in frame.generators), seams)


def seam_ratio(picture: Picture, axis: int, shift: int = 0) -> float | None:
    """Mean colour step from the last row (axis 0) or column (1) to the first of the next copy of
    the picture, which lies ``shift`` pixels aside, over the mean step between neighbours inside;
    None for a picture without any step."""
    lines = np.moveaxis(picture, axis, 0)
    steps = [
        float(np.abs(lines[k + 1].astype(np.int16) - lines[k]).mean())
        for k in range(len(lines) - 1)
    ]
    inside = sum(steps) / max(1, len(steps))
    following = np.roll(lines[0], shift, axis=0).astype(np.int16)
    across = float(np.abs(following - lines[-1]).mean())
    return across / inside if inside else None


def _plane_error(picture: Picture, generator: PictureGenerator, shift: int) -> SymmetryError:
    height, width = picture.shape[:2]
    linear = np.rint(generator.matrix[:2, :2])
    start = generator.matrix @ (0.5, 0.5, 1.0)
    corner = np.rint(start[:2] - 0.5)
    drift = np.abs(generator.matrix[:2, :2] - linear) * max(height, width)
    if max(drift.max(), np.abs(start[:2] - 0.5 - corner).max()) < 1e-6:
        whole = np.column_stack([linear, corner]).astype(int)
        return _permuted_error(picture, generator, whole, shift)
    rows = _chosen(height * width)
    column, row = (pixel_centres((height, width))[rows] @ generator.matrix.T)[:, :2].T - 0.5
    turns = np.floor(row / height)
    place = np.column_stack([row - turns * height, (column - turns * shift) % width])
    over = np.roll(picture[-_MARGIN:], -shift, axis=1)
    under = np.roll(picture[:_MARGIN], shift, axis=1)
    seen = _spline(over, picture, under, place)
    return _compared(generator, seen, picture.reshape(-1, 3)[rows], np.ones(len(seen)))


def _permuted_error(
    picture: Picture, generator: PictureGenerator, whole: NDArray[np.int64], shift: int
) -> SymmetryError:
    """A generator that takes pixels (x, y) to pixels whole·(x, y, 1) of the torus."""
    height, width = picture.shape[:2]
    column = np.arange(width)
    squares, worst = 0, 0
    for row in range(height):
        x = whole[0, 0] * column + whole[0, 1] * row + whole[0, 2]
        turns, y = np.divmod(whole[1, 0] * column + whole[1, 1] * row + whole[1, 2], height)
        x = (x - turns * shift) % width
        gap = picture[y, x].astype(int) - act(generator.colour, picture[row])
        squares += int((gap * gap).sum())
        worst = max(worst, int(np.abs(gap).max()))
    return SymmetryError(generator.name, math.sqrt(squares / picture.size), worst, worst == 0)


def _sphere_error(picture: Picture, generator: PictureGenerator) -> SymmetryError:
    height, width = picture.shape[:2]
    rows = _chosen(height * width)
    points = equirectangular(height, width)[rows]
    x, y, z = (points @ generator.matrix.T).T
    column = (np.arctan2(y, x) / np.pi + 1) / 2 * width - 0.5
    row = (0.5 - np.arcsin(np.clip(z, -1, 1)) / np.pi) * height - 0.5
    # Beyond a pole the meridian comes down on the other side.
    over = np.roll(picture[:_MARGIN], width // 2, axis=1)[::-1]
    under = np.roll(picture[-_MARGIN:], width // 2, axis=1)[::-1]
    seen = _spline(over, picture, under, np.column_stack([row, column]))
    area = np.sqrt(1 - points[:, 2] ** 2)
    return _compared(generator, seen, picture.reshape(-1, 3)[rows], area)


def _chosen(count: int) -> NDArray[np.int64] | slice:
    """All of ``count`` pixels, or a fixed random choice of them."""
    if count <= _SAMPLES:
        return slice(None)
    return np.sort(np.random.default_rng(0).choice(count, _SAMPLES, replace=False))


def _spline(over: Picture, picture: Picture, under: Picture, place: Array) -> Array:
    """Cubic-spline interpolation (n, 3) at (row, column) places (n, 2) of a picture that wraps
    around sideways and continues with the rows ``over`` and ``under`` it."""
    tall = np.concatenate([over, picture, under])
    padded = np.concatenate([tall[:, -_MARGIN:], tall, tall[:, :_MARGIN]], axis=1)
    position = place + np.array([len(over), min(_MARGIN, picture.shape[1])])
    channels = (padded[..., k].astype(np.float32) for k in range(3))
    return np.stack(
        [ndimage.map_coordinates(c, position.T, order=3, mode="nearest") for c in channels], axis=1
    )


def _compared(
    generator: PictureGenerator, seen: Array, plain: Picture, weight: Array
) -> SymmetryError:
    gap = seen - act(generator.colour, plain)
    mean = np.average((gap**2).mean(axis=1), weights=weight)
    return SymmetryError(generator.name, math.sqrt(mean), float(np.abs(gap).max()), False)
