"""How good a delivered picture is, measured on its pixels as they are, of 8 or 16 bits: how well it
keeps its symmetry, and whether its borders show when it is repeated."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from geometry.spaces import Array
from geometry.symmetry.colour import act, white
from geometry.symmetry.colour_frame import ColourFrame
from service.spaces.frame import MARGIN, Frame, Layout, Picture, PictureGenerator

_ACROSS = {1: "horizontal", 0: "vertical"}  # what an axis of a picture is called
_CHUNK = 1 << 20  # pixels that are compared at a time
_SAMPLES = 1 << 18  # pixels that are compared where colours must be interpolated: ±0.2 % of the RMS


@dataclass(frozen=True)
class SymmetryError:
    """How far the picture is from f(g·p) = c(g)·f(p) for one generator g, in 1/255 of white, also
    where it has 16 bits. Where colours act in a frame that is not RGB: beyond what the rounding of
    f(p) leaves open, which dark and bright colours magnify.

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
    exact = [layout.on_grid and _takes_pixels_to_pixels(layout, g) for g in frame.generators]
    others = [g for g, on_grid in zip(frame.generators, exact, strict=True) if not on_grid]
    between = iter(_errors_between_pixels(picture, layout, others, frame.colours) if others else ())
    errors = [
        _exact_error(picture, layout, g, frame.colours) if on_grid else next(between)
        for g, on_grid in zip(frame.generators, exact, strict=True)
    ]
    seams = {_ACROSS[axis]: seam_ratio(picture, axis, skew) for axis, skew in layout.joins.items()}
    return Quality(tuple(error for error in errors if error is not None), seams)


def seam_ratio(picture: Picture, axis: int, skew: int = 0) -> float | None:
    """Mean colour step from the last row (axis 0) or column (1) to the first one, ``skew`` pixels
    further on, over the mean step between neighbours inside; None for a picture without any step.
    """
    height, width = picture.shape[:2]
    total = count = 0
    tall = max(1, _CHUNK // width)
    signed = np.promote_types(picture.dtype, np.int16)
    for top in range(0, height, tall):
        rows = picture[top : top + tall + (axis == 0)].astype(signed)
        steps = np.abs(np.diff(rows, axis=axis))
        total, count = total + int(steps.sum(dtype=np.int64)), count + steps.size
    first, last = (np.take(picture, k, axis).astype(signed) for k in (0, -1))
    across = float(np.abs(np.roll(first, skew, axis=0) - last).mean())
    return across * count / total if total else None


@dataclass
class _Gaps:
    """Of pixels and their images: total of the squares, each by the area that its pixel shows; of
    these areas; and the largest."""

    squares: float = 0.0
    area: float = 0.0
    worst: float = 0.0

    def add(self, gap: Array, weight: Array) -> None:
        """Those of some pixels (n, 3), which count so much (n,)."""
        self.squares += float(((gap**2).mean(axis=1) * weight).sum())
        self.area += float(weight.sum())
        self.worst = max(self.worst, float(np.abs(gap).max()))

    def error(self, name: str, exact: bool) -> SymmetryError | None:
        """None where the picture shows nothing together with its image under the generator."""
        if not self.area:
            return None
        mean, worst = self.squares / self.area, self.worst
        return SymmetryError(name, math.sqrt(mean), worst, exact and worst == 0)


@dataclass(frozen=True, eq=False)
class _Pairs:
    """Pixels, row-major numbers (n,), that are seen well, and so are their images under a
    generator: where these lie (n, 2), and how much the pixels count (n,)."""

    generator: PictureGenerator
    pixels: NDArray[np.integer]
    place: Array
    weight: Array

    @classmethod
    def among(
        cls, pixels: NDArray[np.integer], layout: Layout, generator: PictureGenerator
    ) -> _Pairs:
        """Those of these pixels."""
        points, weight = layout.points(pixels)
        seen_at_all = weight > 0
        pixels, points, weight = pixels[seen_at_all], points[seen_at_all], weight[seen_at_all]
        place, usable = layout.positions(points @ generator.matrix.T)
        return cls(generator, pixels[usable], place[usable], weight[usable])

    def gap(self, picture: Picture, seen: Array, colours: ColourFrame) -> Array:
        """(n, 3), in 1/255: of what is ``seen`` at the images (n, 3)."""
        here, top = picture.reshape(-1, 3)[self.pixels], white(picture.dtype)
        if colours.is_rgb:
            return (seen - act(self.generator.colour, here)) * (255 / top)
        low, high = colours.bounds(self.generator.colour, here / top, 0.5 / top)
        gap: Array = (seen - np.clip(seen, top * low, top * high)) * (255 / top)
        return gap


def _exact_error(
    picture: Picture, layout: Layout, generator: PictureGenerator, colours: ColourFrame
) -> SymmetryError | None:
    """Of a generator that takes pixels to pixels: all are compared."""
    gaps, count = _Gaps(), picture.shape[0] * picture.shape[1]
    for start in range(0, count, _CHUNK):
        numbers = np.arange(start, min(start + _CHUNK, count))
        pairs = _Pairs.among(numbers, layout, generator)
        if len(pairs.pixels):
            row, column = (np.rint(pairs.place).astype(int) % picture.shape[:2]).T
            gaps.add(pairs.gap(picture, picture[row, column].astype(float), colours), pairs.weight)
    return gaps.error(generator.name, exact=True)


def _errors_between_pixels(
    picture: Picture,
    layout: Layout,
    generators: Sequence[PictureGenerator],
    colours: ColourFrame,
) -> list[SymmetryError | None]:
    """Of generators that take pixels between pixels: of some of them, or all of a small picture."""
    count = picture.shape[0] * picture.shape[1]
    numbers = np.arange(count)
    if count > _SAMPLES:
        numbers = np.sort(np.random.default_rng(0).choice(count, _SAMPLES, replace=False))
    found = [_Pairs.among(numbers, layout, generator) for generator in generators]
    seen = [np.empty((len(pairs.pixels), 3)) for pairs in found]
    framed = layout.framed(picture)
    for k in range(3):  # one after the other: a spline is many times as large as its channel
        spline = ndimage.spline_filter(framed[..., k].astype(np.float32), order=3)
        for pairs, colour in zip(found, seen, strict=True):
            colour[:, k] = ndimage.map_coordinates(
                spline, (pairs.place + MARGIN).T, order=3, prefilter=False
            )
    errors: list[SymmetryError | None] = []
    for pairs, colour in zip(found, seen, strict=True):
        gaps = _Gaps()
        if len(pairs.pixels):
            gaps.add(pairs.gap(picture, colour, colours), pairs.weight)
        errors.append(gaps.error(pairs.generator.name, exact=False))
    return errors


def _takes_pixels_to_pixels(layout: Layout, generator: PictureGenerator) -> bool:
    linear = generator.matrix[:2, :2]
    start = generator.matrix @ (0.5, 0.5, 1.0) - 0.5
    drift = np.abs(linear - np.rint(linear)) * max(layout.shape)
    return bool(max(drift.max(), np.abs(start - np.rint(start))[:2].max()) < 1e-6)
