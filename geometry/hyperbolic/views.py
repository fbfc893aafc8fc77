"""Samples of hyperbolic pictures: what a pixel sees, finely enough, and how much of it can be told.

Towards the rim of a model tiles shrink without end. A pixel there takes more sub-samples, up to
3×3; where a domain of the group is not much larger than a pixel, its copies cannot be told apart,
and what is left to show is the picture's mean colour. ``detail`` says how much of the rest shows.

Sub-samples are square grids: they are themselves after a quarter turn and in a mirror, so a picture
keeps those symmetries of its group to the bit.
"""

from __future__ import annotations

import dataclasses
import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.hyperbolic.fold import HyperbolicChart
from geometry.hyperbolic.mirrors import Mirrors, reflect
from geometry.hyperbolic.models import Model
from geometry.spaces import HYPERBOLIC, Array, translation

_COARSEST, _FINEST = 2, 3  # sub-samples along a pixel's side
_SPACING = 2.0  # texels of the chart between sub-samples
_COARSE = 4  # texels along a pixel: from here on it counts less, from twice as many not at all
_LOST, _FADE = 0.75, 1.75  # pixels across a domain: up to 0.75 its mean shows, from 2.5 all of it
_CHUNK = 1 << 12  # pixels at a time: they stay in the processor's cache
_RIM = 6  # points along a side of a pixel that tell how much of it the model covers


@dataclass(frozen=True, eq=False)
class Samples:
    """The sub-samples of a picture's pixels, row-major, top row first.

    points: (n, 3) of the hyperboloid, only those inside the model; starts: (pixels + 1,), where
    each pixel's points begin; coverage: (pixels,), share of its sub-samples that are inside;
    detail: (pixels,) in 0..1, the share of the fold in its colour, the rest is the mean colour;
    weight: (pixels,), coverage, but less where a pixel spans many texels: how much it should count
    in what the picture looks like.
    """

    points: Array
    starts: NDArray[np.int64]
    coverage: Array
    detail: Array
    weight: Array


def placement(model: Model, shape: tuple[int, int]) -> tuple[float, tuple[float, float]]:
    """Pixels per unit of a model's picture in ``shape`` (height, width), and the pixel coordinates
    (x right, y down, centres at +0.5) of its origin."""
    height, width = shape
    left, right, bottom, top = model.extent
    scale = min(
        (width - 2 * model.margin) / (right - left), (height - 2 * model.margin) / (top - bottom)
    )
    return scale, (
        width / 2 - scale * (left + right) / 2,
        height / 2 + scale * (bottom + top) / 2,
    )


def picture_samples(
    model: Model,
    shape: tuple[int, int],
    chart: HyperbolicChart,
    rows: range | None = None,
    wanted: NDArray[np.bool_] | None = None,
) -> Samples:
    """The samples of a picture of ``shape`` (height, width), or of some of its rows, or of the
    ``wanted`` (n,) of their pixels."""
    scale, centre = placement(model, shape)
    y, x = np.meshgrid(range(shape[0]) if rows is None else rows, range(shape[1]), indexing="ij")
    pixels = np.stack([x.ravel(), y.ravel()], axis=1)
    return _samples(model, pixels if wanted is None else pixels[wanted], scale, centre, chart)


def random_motion(rng: np.random.Generator, mirrors: Mirrors) -> Array:
    """A (3, 3) isometry without reflection that brings (0, 0, 1) to a random point of the domain,
    even by area, and turns by a random angle."""
    angle = rng.uniform(0, 2 * math.pi)
    c, s = math.cos(angle), math.sin(angle)
    turn = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    return translation(domain_points(rng, 1, mirrors)[0]) @ turn


def domain_points(rng: np.random.Generator, count: int, mirrors: Mirrors) -> Array:
    """Random points (count, 3) of a fundamental domain, even by area. What is seen there, averaged
    over the colours of the palette, is the mean of the whole picture."""
    farthest = mirrors.corners[:, 2].max()
    found = np.empty((0, 3))
    while len(found) < count:  # of the circular sector around the triangle: area is linear in t
        t = rng.uniform(1, farthest, 4 * count + 64)
        angle = rng.uniform(0, math.pi / mirrors.tiling.p, len(t))
        ring = np.sqrt(t * t - 1)
        points = np.stack([ring * np.cos(angle), ring * np.sin(angle), t], axis=1)
        inside = HYPERBOLIC.inner(points, mirrors.normals[2]) >= 0
        found = np.concatenate([found, points[inside]])
    found = found[:count]
    if mirrors.tiling.cosets == 2:
        other = rng.random(count) < 0.5
        found[other] = reflect(found[other], mirrors.normals[1])
    return found


def domain_area(mirrors: Mirrors) -> float:
    """Hyperbolic area of the fundamental domain: the triangle's is its angular defect."""
    p, q, r = mirrors.orders
    return mirrors.tiling.cosets * math.pi * (1 - 1 / p - 1 / q - 1 / r)


def _samples(
    model: Model,
    pixels: NDArray[np.int64],
    scale: float,
    centre: tuple[float, float],
    chart: HyperbolicChart,
) -> Samples:
    """The samples of pixels (n, 2), (x, y) numbers."""
    chunks = np.array_split(pixels, math.ceil(len(pixels) / _CHUNK))
    with ThreadPoolExecutor(2) as pool:  # NumPy lets go of the interpreter's lock
        parts = list(
            pool.map(lambda chunk: _chunk_samples(model, chunk, scale, centre, chart), chunks)
        )
    return Samples(
        np.concatenate([part.points for part in parts]),
        np.concatenate([[0], *(np.diff(part.starts) for part in parts)]).cumsum(),
        np.concatenate([part.coverage for part in parts]),
        np.concatenate([part.detail for part in parts]),
        np.concatenate([part.weight for part in parts]),
    )


def _chunk_samples(
    model: Model,
    pixels: NDArray[np.int64],
    scale: float,
    centre: tuple[float, float],
    chart: HyperbolicChart,
) -> Samples:
    to_model = np.array([1, -1]) / scale
    corners = (pixels[:, None] + _CORNERS - centre) * to_model
    seen = model.inside(corners.view(complex)[..., 0])
    touched, inside = seen.any(axis=1), seen[:, 0]
    footprint = np.full(len(pixels), np.inf)
    footprint[inside] = model.footprint(corners[inside, 0]) / scale
    detail = _smoothstep((math.sqrt(domain_area(chart.mirrors)) / footprint - _LOST) / _FADE)
    sides = np.clip(np.ceil(footprint / (_SPACING * chart.texel)), _COARSEST, _FINEST)
    counts = np.where(touched, sides**2, 0).astype(np.int64)
    pixel = np.repeat(np.arange(len(pixels)), counts)
    number = np.arange(len(pixel)) - np.repeat(counts.cumsum() - counts, counts)
    side = sides[pixel]
    places = (
        pixels[pixel] + (np.stack([number % side, number // side], axis=1) + 0.5) / side[:, None]
    )
    points, inside = model.to_space((places - centre) * to_model)
    coverage = np.bincount(pixel[inside], minlength=len(pixels)) / np.maximum(counts, 1)
    wanted = inside & (detail[pixel] > 0)
    starts = np.concatenate([[0], np.bincount(pixel[wanted], minlength=len(pixels)).cumsum()])
    weight = coverage * _smoothstep(2 - footprint / (_COARSE * chart.texel))
    return Samples(points[wanted], starts, coverage, detail, weight)


_CORNERS = np.array([[0.5, 0.5], [0, 0], [0, 1], [1, 0], [1, 1]])  # of a pixel, after its middle


def _smoothstep(x: Array) -> Array:
    x = np.clip(x, 0, 1)
    return x * x * (3 - 2 * x)


def picture_shape(model: Model, width: int) -> tuple[int, int]:
    """(height, width) of a model's picture."""
    return max(1, round(width / model.aspect)), width


def pixel_length(model: Model, shape: tuple[int, int]) -> float:
    """Hyperbolic length of a pixel's side at the centre of the middle tile."""
    scale, _ = placement(model, shape)
    return float(model.footprint(model.from_space(np.array([[0.0, 0.0, 1.0]])))[0]) / scale


def crop_samples(
    model: Model,
    shape: tuple[int, int],
    corner: tuple[int, int],
    side: int,
    motion: Array,
    chart: HyperbolicChart,
) -> Samples:
    """The samples of ``side``² pixels of a picture of ``shape`` (height, width) from pixel
    ``corner`` (row, column) on, after an isometry (3, 3) has moved the plane."""
    scale, centre = placement(model, shape)
    y, x = np.meshgrid(np.arange(side), np.arange(side), indexing="ij")
    pixels = np.stack([x.ravel() + corner[1], y.ravel() + corner[0]], axis=1)
    here = _samples(model, pixels, scale, centre, chart)
    return dataclasses.replace(here, points=here.points @ motion.T)


def coverage(model: Model, shape: tuple[int, int], rows: range | None = None) -> Array:
    """(H, W): how much of every pixel of a picture, or of some of its rows, is inside the model,
    which is convex."""
    rows = range(shape[0]) if rows is None else rows
    scale, (x, y) = placement(model, shape)
    down, columns = np.arange(rows.start, rows.stop + 1)[:, None], np.arange(shape[1] + 1)
    corners = model.inside((columns - x + 1j * (y - down)).astype(np.complex128) / scale)
    out = np.ones((len(rows), shape[1]))
    i, j = np.nonzero(~(corners[:-1, :-1] & corners[:-1, 1:] & corners[1:, :-1] & corners[1:, 1:]))
    across = (np.arange(_RIM) + 0.5) / _RIM
    middles = y - (i + rows.start)[:, None, None] - across[:, None]
    fine = (j[:, None, None] + across - x) + 1j * middles
    out[i, j] = model.inside(fine.astype(np.complex128) / scale).mean(axis=(1, 2))
    return out
