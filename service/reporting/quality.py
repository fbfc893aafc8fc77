"""How good a delivered picture is, measured on its 8-bit pixels: how well it keeps its symmetry,
and whether its borders show when it is repeated."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from geometry.spaces import Array
from geometry.symmetry.colour import act
from geometry.symmetry.colour_frame import ColourFrame
from service.spaces.frame import MARGIN, Frame, Layout, Picture, PictureGenerator

_ACROSS = {1: "horizontal", 0: "vertical"}  # what an axis of a picture is called
_CHUNK = 1 << 20  # pixels that are compared at a time
_SAMPLES = 1 << 18  # pixels that are compared where colours must be interpolated: ±0.2 % of the RMS


@dataclass(frozen=True)
class SymmetryError:
    """How far the picture is from f(g·p) = c(g)·f(p) for one generator g, in 1/255. Where colours
    act in a frame that is not RGB: beyond what the rounding of f(p) leaves open, which dark and
    bright colours magnify.

    rms over pixels and channels (pixels count by the area that they show), worst: the largest
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
    """The quality of a picture (H, W, 3), one period of a tiling before it is cut or repeated. A
    mesh's texture is not measured: its symmetry is in space."""
    layout = frame.layout
    if layout is None:
        return Quality((), {})
    splines = functools.cache(functools.partial(_splines, picture, layout))
    errors = (
        _error(picture, splines, layout, generator, frame.colours) for generator in frame.generators
    )
    seams = {_ACROSS[axis]: seam_ratio(picture, axis, skew) for axis, skew in layout.joins.items()}
    return Quality(tuple(error for error in errors if error is not None), seams)


def seam_ratio(picture: Picture, axis: int, skew: int = 0) -> float | None:
    """Mean colour step from the last row (axis 0) or column (1) to the first one, ``skew`` pixels
    further on, over the mean step between neighbours inside; None for a picture without any step.
    """
    lines = np.moveaxis(picture, axis, 0)
    steps = [
        float(np.abs(lines[k + 1].astype(np.int16) - lines[k]).mean())
        for k in range(len(lines) - 1)
    ]
    inside = sum(steps) / max(1, len(steps))
    first = np.roll(lines[0], skew, axis=0)
    across = float(np.abs(first.astype(np.int16) - lines[-1]).mean())
    return across / inside if inside else None


@dataclass
class _Gaps:
    """Of pixels and their images: total of the squares, each by the area that its pixel shows; of
    these areas; and the largest."""

    squares: float = 0.0
    area: float = 0.0
    worst: float = 0.0


def _error(
    picture: Picture,
    splines: Callable[[], list[Array]],
    layout: Layout,
    generator: PictureGenerator,
    colours: ColourFrame,
) -> SymmetryError | None:
    """None where the picture shows nothing together with its image under the generator."""
    count = picture.shape[0] * picture.shape[1]
    exact = layout.on_grid and _takes_pixels_to_pixels(layout, generator)
    gaps, between = _Gaps(), None if exact else splines()
    if exact or count <= _SAMPLES:
        for start in range(0, count, _CHUNK):
            pixels = np.arange(start, min(start + _CHUNK, count))
            _compare(pixels, picture, between, layout, generator, colours, gaps)
    else:
        pixels = np.sort(np.random.default_rng(0).choice(count, _SAMPLES, replace=False))
        _compare(pixels, picture, between, layout, generator, colours, gaps)
    if not gaps.area:
        return None
    mean, worst = gaps.squares / gaps.area, gaps.worst
    return SymmetryError(generator.name, math.sqrt(mean), worst, exact and worst == 0)


def _splines(picture: Picture, layout: Layout) -> list[Array]:
    framed = layout.framed(picture)
    return [ndimage.spline_filter(framed[..., k].astype(np.float32), order=3) for k in range(3)]


def _compare(
    pixels: NDArray[np.integer],
    picture: Picture,
    splines: list[Array] | None,
    layout: Layout,
    generator: PictureGenerator,
    colours: ColourFrame,
    gaps: _Gaps,
) -> None:
    """Add the gaps of ``pixels``, row-major numbers. splines: of the framed picture, where its
    pixels are not taken to pixels."""
    points, weight = layout.points(pixels)
    seen_at_all = weight > 0
    pixels, points, weight = pixels[seen_at_all], points[seen_at_all], weight[seen_at_all]
    place, usable = layout.positions(points @ generator.matrix.T)
    if not usable.any():
        return
    place, weight, pixels = place[usable], weight[usable], pixels[usable]
    here = picture.reshape(-1, 3)[pixels]
    if splines is None:
        row, column = (np.rint(place).astype(int) % picture.shape[:2]).T
        seen = picture[row, column].astype(float)
    else:
        seen = np.stack(
            [
                ndimage.map_coordinates(spline, (place + MARGIN).T, order=3, prefilter=False)
                for spline in splines
            ],
            axis=1,
        )
    if colours.is_rgb:
        gap = seen - act(generator.colour, here)
    else:
        low, high = colours.bounds(generator.colour, here / 255)
        gap = seen - np.clip(seen, 255 * low, 255 * high)
    gaps.squares += float(((gap**2).mean(axis=1) * weight).sum())
    gaps.area += float(weight.sum())
    gaps.worst = max(gaps.worst, float(np.abs(gap).max()))


def _takes_pixels_to_pixels(layout: Layout, generator: PictureGenerator) -> bool:
    linear = generator.matrix[:2, :2]
    start = generator.matrix @ (0.5, 0.5, 1.0) - 0.5
    drift = np.abs(linear - np.rint(linear)) * max(layout.shape)
    return bool(max(drift.max(), np.abs(start - np.rint(start))[:2].max()) < 1e-6)
