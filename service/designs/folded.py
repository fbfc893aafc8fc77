"""Designs that fold: every point of a space is brought to the charts around a few seeds, where the
paint lies (:mod:`geometry.sphere`, :mod:`geometry.hyperbolic`)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from geometry.colour import act, generated, inverse, power
from geometry.sampling import SamplingMap, average_groups, superposed
from geometry.spaces import Array, apply
from service.designs.resolution import OVERSAMPLING, looks_needed
from service.scene import Scene


@dataclass(frozen=True, eq=False)
class Samples:
    """The places that a picture's pixels are made of: ``per_pixel`` sub-samples each, together.

    shape: (H, W); points: (H·W·per_pixel, 3); weight: (H·W·per_pixel,) in 0..1, how much a
    sub-sample counts to the network; inside: (H·W·per_pixel,) whether it is on the surface;
    detail: (H·W,) in 0..1 or None for 1. Where it is below 1, domains are so small that the pixel
    takes that much less of the pattern and so much more of its mean."""

    shape: tuple[int, int]
    per_pixel: int
    points: Array
    weight: Array
    inside: NDArray[np.bool_]
    detail: Array | None = None

    def pixel_mean(self, values: NDArray) -> Array:
        """(H·W, ...) from (H·W·per_pixel, ...)."""
        return values.reshape(-1, self.per_pixel, *values.shape[1:]).mean(axis=1)


class FoldedDesign(ABC):
    """What the curved spaces share. shape: (H, W) of the picture; chart_shape: (charts, rows,
    columns) of the texels that carry paint; canvas_shape: of the coarser canvas of the painter;
    looks: how many views a step takes."""

    wrap = False

    def __init__(
        self, scene: Scene, shape: tuple[int, int], chart_shape: tuple[int, int, int]
    ) -> None:
        self.shape, self._scene, self.chart_shape = shape, scene, chart_shape
        charts, *sides = chart_shape
        rows, columns = (max(8, round(side / OVERSAMPLING)) for side in sides)
        self.canvas_shape = (charts, rows, columns)
        self.looks = looks_needed(scene.group.order)

    @abstractmethod
    def _fold_exactly(self, points: Array) -> SamplingMap:
        """Chart texels → logits at points (n, 3), by the exact part of the symmetry."""

    @abstractmethod
    def picture_samples(self) -> Samples:
        """Of the delivered picture."""

    @abstractmethod
    def view_samples(self, count: int, seed: int) -> list[Samples]:
        """Of ``count`` views for the network."""

    @property
    @abstractmethod
    def unit(self) -> int:
        """Pixels of a view that a style picture of scale 1 spans."""

    def fold(self, points: Array) -> SamplingMap:
        """Chart texels → logits at ``points`` (n, 3)."""
        scene = self._scene
        if scene.mirrored:
            points = points * (1, -1, 1)
        if scene.folds is None:
            return self._fold_exactly(points)
        turn = scene.group.generators[0]
        colour = inverse(scene.colouring.images[turn.letter])
        used = [(k, w) for k, w in enumerate(scene.folds.weights) if w]
        turns = (np.linalg.matrix_power(turn.matrix, k) for k, _ in used)
        return superposed(
            [self._fold_exactly(apply(turn, points)) for turn in turns],
            [w for _, w in used],
            [power(colour, k) for k, _ in used],
        )

    def pixel_map(self, samples: Samples) -> SamplingMap:
        """Chart texels → every pixel's mean logits, where sub-samples that are outside are 0."""
        folded = spread(self.fold(samples.points[samples.inside]), samples.inside)
        return average_groups(folded, samples.per_pixel)

    def bake(self, paint: Array) -> NDArray[np.uint8]:
        """The picture (H, W, 3) of paint (chart texels, 3), logits."""
        samples = self.picture_samples()
        return self.developed(samples, self.sample_map(samples).apply(paint), paint)

    def delivered(self, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The picture, with an alpha channel (H, W, 4) where it does not cover its rectangle."""
        samples = self.picture_samples()
        if samples.inside.all():
            return picture
        alpha = np.rint(255 * samples.pixel_mean(samples.inside)).astype(np.uint8)
        return np.dstack([picture, alpha.reshape(self.shape)])

    def sample_map(self, samples: Samples) -> SamplingMap:
        """Chart texels → logits of the sub-samples that are inside."""
        return self.fold(samples.points[samples.inside])

    def developed(self, samples: Samples, logits: Array, paint: Array) -> NDArray[np.uint8]:
        """The picture (H, W, 3) from the ``logits`` of its sub-samples that are inside. Pixels are
        means of colours; what is outside has the mean colour of all ``paint``."""
        fine = np.zeros((len(samples.points), 3))
        fine[samples.inside] = special.expit(logits)
        coverage = samples.pixel_mean(samples.inside)[:, None]
        share = 1.0 if samples.detail is None else samples.detail[:, None]
        pixels = samples.pixel_mean(fine) / np.maximum(coverage, 1e-9)
        share = np.where(coverage > 0, share, 0)
        mixed = share * pixels + (1 - share) * self._mean_colour(paint)
        return np.rint(mixed * 255).astype(np.uint8).reshape(*self.shape, 3)

    def _mean_colour(self, paint: Array) -> Array:
        """(3,): of all copies of the paint, whose colours the symmetry changes."""
        mean = special.expit(paint).mean(axis=0)
        images = generated(tuple(self._scene.colouring.images.values()))
        return np.mean([act(image, mean) for image in images], axis=0)


def spread(sampling: SamplingMap, chosen: NDArray[np.bool_]) -> SamplingMap:
    """A map with a row for every entry of ``chosen`` (n,): those not chosen get an empty one."""
    counts = np.zeros(len(chosen), np.int64)
    counts[chosen] = np.diff(sampling.indptr)
    return SamplingMap(
        sampling.columns,
        np.concatenate([[0], counts.cumsum()]),
        sampling.indices,
        sampling.weights,
        sampling.colours,
        sampling.palette,
    )
