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
from geometry.sphere_pictures import EQUIRECTANGULAR
from service.reporting.frame import Frame, PictureGenerator, pixel_centres

Picture = NDArray[np.uint8]  # (H, W, 3) sRGB, top row first

_SAMPLES = 1 << 18  # pixels that are compared where colours must be interpolated: ±0.2 % of the RMS
_MARGIN = 16  # pixels around a sphere's texture, for the spline: it forgets at a factor 0.27 each


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
    check = _plane_error if frame.projection == "tiling" else _sphere_error
    axes = {"horizontal": 1, "vertical": 0}
    if frame.projection == "equirectangular":
        del axes["vertical"]  # the poles are no seam
    return Quality(
        tuple(check(picture, generator) for generator in frame.generators),
        {name: seam_ratio(picture, axis) for name, axis in axes.items()},
    )


def seam_ratio(picture: Picture, axis: int) -> float | None:
    """Mean colour step from the last row (axis 0) or column (1) to the first, over the mean step
    between neighbours inside; None for a picture without any step."""
    lines = np.moveaxis(picture, axis, 0)
    steps = [
        float(np.abs(lines[k + 1].astype(np.int16) - lines[k]).mean())
        for k in range(len(lines) - 1)
    ]
    inside = sum(steps) / max(1, len(steps))
    across = float(np.abs(lines[0].astype(np.int16) - lines[-1]).mean())
    return across / inside if inside else None


def _plane_error(picture: Picture, generator: PictureGenerator) -> SymmetryError:
    height, width = picture.shape[:2]
    linear = np.rint(generator.matrix[:2, :2])
    start = generator.matrix @ (0.5, 0.5, 1.0)
    corner = np.rint(start[:2] - 0.5)
    drift = np.abs(generator.matrix[:2, :2] - linear) * max(height, width)
    if max(drift.max(), np.abs(start[:2] - 0.5 - corner).max()) < 1e-6:
        return _permuted_error(picture, generator, linear.astype(int), corner.astype(int))
    rows = _chosen(height * width)
    target = (pixel_centres((height, width))[rows] @ generator.matrix.T)[:, 1::-1] - 0.5
    seen = _spline(picture, target, "grid-wrap")
    return _compared(generator, seen, picture.reshape(-1, 3)[rows], np.ones(len(seen)))


def _permuted_error(
    picture: Picture, generator: PictureGenerator, linear: Array, corner: Array
) -> SymmetryError:
    """A generator that takes pixels (x, y) to pixels linear·(x, y) + corner of the torus."""
    height, width = picture.shape[:2]
    column = np.arange(width)
    squares, worst = 0, 0
    for row in range(height):
        x = (linear[0, 0] * column + linear[0, 1] * row + corner[0]) % width
        y = (linear[1, 0] * column + linear[1, 1] * row + corner[1]) % height
        gap = picture[y, x].astype(int) - act(generator.colour, picture[row])
        squares += int((gap * gap).sum())
        worst = max(worst, int(np.abs(gap).max()))
    return SymmetryError(generator.name, math.sqrt(squares / picture.size), worst, worst == 0)


def _sphere_error(picture: Picture, generator: PictureGenerator) -> SymmetryError:
    height, width = picture.shape[:2]
    rows = _chosen(height * width)
    points = EQUIRECTANGULAR.points((height, width))[rows]
    row, column = EQUIRECTANGULAR.positions(points @ generator.matrix.T, (height, width))
    # Beyond a pole the meridian comes down on the other side.
    over = np.roll(picture[:_MARGIN], width // 2, axis=1)[::-1]
    under = np.roll(picture[-_MARGIN:], width // 2, axis=1)[::-1]
    padded = np.concatenate([over, picture, under])
    padded = np.concatenate([padded[:, -_MARGIN:], padded, padded[:, :_MARGIN]], axis=1)
    margin = np.array([len(over), min(_MARGIN, width)])
    seen = _spline(padded, np.column_stack([row, column]) - 0.5 + margin, "nearest")
    area = EQUIRECTANGULAR.area((height, width))[rows]
    return _compared(generator, seen, picture.reshape(-1, 3)[rows], area)


def _chosen(count: int) -> NDArray[np.int64] | slice:
    """All of ``count`` pixels, or a fixed random choice of them."""
    if count <= _SAMPLES:
        return slice(None)
    return np.sort(np.random.default_rng(0).choice(count, _SAMPLES, replace=False))


def _spline(picture: Picture, position: Array, mode: str) -> Array:
    """Cubic-spline interpolation (n, 3) at (row, column) positions (n, 2)."""
    channels = (picture[..., k].astype(np.float32) for k in range(3))
    return np.stack(
        [ndimage.map_coordinates(c, position.T, order=3, mode=mode) for c in channels], axis=1
    )


def _compared(
    generator: PictureGenerator, seen: Array, plain: Picture, weight: Array
) -> SymmetryError:
    gap = seen - act(generator.colour, plain)
    mean = np.average((gap**2).mean(axis=1), weights=weight)
    return SymmetryError(generator.name, math.sqrt(mean), float(np.abs(gap).max()), False)
