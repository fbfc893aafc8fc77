"""Designs that fold: every point of a space is brought to the charts that carry the paint
(:mod:`geometry.sphere.fold`, :mod:`geometry.hyperbolic.fold`)."""

from __future__ import annotations

import dataclasses
import functools
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import DTypeLike, NDArray
from scipy import sparse, special

from geometry.cells import Paper
from geometry.hyperbolic.sides import side_mirrors
from geometry.maps.pixel_moves import PixelMove, pixel_moves
from geometry.maps.reach import Linked, Reach, Resized
from geometry.maps.sampling import SamplingMap, average_runs, mean_of_rows, superposed
from geometry.maps.smoothing import charts_smoothed
from geometry.spaces import Array, apply, circle
from geometry.symmetry.colour import ColourElement, generated, inverse, power
from geometry.symmetry.colour_frame import rounded
from geometry.symmetry.groups import TRIVIAL, Elements, Generator
from service.spaces.frame import Picture, PictureGenerator
from service.spaces.handedness import ring_grid
from service.spaces.resolution import (
    COARSER_PACE,
    FINENESS,
    OVERSAMPLING,
    views_needed,
    windows_a_step,
    windows_needed,
)
from service.spaces.space import Design, Scene

_THINNED = 4
_MIRROR = np.diag([1.0, -1.0, 1.0])  # what a mirrored scene's points go through


@dataclass(frozen=True, eq=False)
class View:
    """What a camera or a window sees of a surface.

    shape: (H, W); points: (n, 3), the sub-samples that are on the surface, of one pixel together;
    starts: (H·W + 1,), where each pixel's begin; coverage: (H·W,) in 0..1, how much of a pixel
    shows the pattern; weight: (H·W,) in 0..1, how much it counts to the network."""

    shape: tuple[int, int]
    points: Array
    starts: NDArray[np.int64]
    coverage: Array
    weight: Array

    @functools.cached_property
    def means(self) -> sparse.csr_matrix:
        """Takes values of sub-samples to their means over each pixel."""
        return mean_of_rows(self.starts)

    @property
    def thinned(self) -> View:
        """The same with every fourth of a pixel's sub-samples: one of four, and of nine, where
        texels are finest, the three on a diagonal."""
        counts = np.diff(self.starts)
        number = np.arange(len(self.points)) - np.repeat(self.starts[:-1], counts)
        starts = np.concatenate([[0], (-(-counts // _THINNED)).cumsum()])
        return dataclasses.replace(self, points=self.points[number % _THINNED == 0], starts=starts)


class FoldedDesign(Design):
    """What the curved spaces share."""

    surface = "service.surfaces.folded:FoldedSurface"
    wrap = False

    def __init__(
        self,
        scene: Scene,
        shape: tuple[int, int],
        chart_shape: tuple[int, int, int],
        area: float,
        patience: float = 1.0,
    ) -> None:
        """area: pixels of all that differs by the symmetry, at the magnification of views;
        patience: see Space."""
        self.shape, self._scene, self.chart_shape = shape, scene, chart_shape
        self.frame = scene.frame
        charts, *sides = chart_shape
        rows, columns = (max(8, round(side / OVERSAMPLING)) for side in sides)
        self.canvas_shape = (charts, rows, columns)
        self.needed = windows_needed(shape[1], area)
        windows = windows_a_step(self.needed, patience)
        self.views_a_step = max(views_needed(scene.group.order), windows)

    @abstractmethod
    def _fold_exactly(self, points: Array) -> SamplingMap:
        """Chart texels → logits at points (n, 3), by the exact part of the symmetry."""

    @property
    def picture_elements(self) -> Elements:
        """Elements of the picture's symmetry, on the places of its layout: all of a finite group,
        of others those that leave the picture's middle where it is. The more there are, the sooner
        a large picture is made."""
        return TRIVIAL

    @abstractmethod
    def picture_view(
        self, rows: range | None = None, wanted: NDArray[np.bool_] | None = None
    ) -> View:
        """The delivered picture, or some of its rows, or, as one row, the ``wanted`` (n,) of their
        pixels. Coverage is 0 where there is nothing but its mean to show."""

    @abstractmethod
    def views(self, count: int, seed: int) -> Iterator[View]:
        """``count`` views for the network, of a picture that is seen whole."""

    @abstractmethod
    def window(self, number: int, count: int, seed: int) -> View:
        """One of ``count`` windows on a larger picture, spread over all that differs, at its own
        magnification."""

    @property
    def is_seen_whole(self) -> bool:
        """Whether it is so small that views may show all of it."""
        return not self.needed

    @property
    @abstractmethod
    def domain_area(self) -> float:
        """Of a fundamental domain."""

    def paces(self, levels: int) -> list[float]:
        """See Design. Where only windows are seen, broad forms that are there when a stage begins
        would go on to black and to white, as fast as details."""
        return [1.0 if self.is_seen_whole else COARSER_PACE**k for k in range(levels)]

    @functools.cached_property
    def moves(self) -> list[PixelMove]:
        """How the symmetry takes pixels of the picture to pixels."""
        layout = self.picture_frame().layout
        assert layout is not None
        return pixel_moves(layout, self.picture_elements)

    def fold(self, points: Array) -> SamplingMap:
        """Chart texels → logits at ``points`` (n, 3)."""
        scene = self._scene
        if scene.mirrored:
            points = points @ turned_over(scene)
        if scene.folds is None:
            return self._fold_exactly(points)
        turn = scene.group.generators[0]
        undo = inverse(scene.colouring.images[turn.letter])
        used = [(k, weight) for k, weight in enumerate(scene.folds.weights) if weight]
        return superposed(
            [
                self._fold_exactly(apply(np.linalg.matrix_power(turn.matrix, k), points))
                for k, _ in used
            ],
            [weight for _, weight in used],
            [power(undo, k) for k, _ in used],
        )

    def smoothed(self, paint: Array, deviation: float) -> Array:
        """Gaussian means on the surface of ``paint`` (charts, rows, columns, 3) of the canvas, of a
        deviation in widths of the picture, where its pixels are as large as on average: there the
        canvas has FINENESS texels for one. Charts whose texels are not nearly alike say how."""
        return charts_smoothed(paint, deviation * self.shape[1] * FINENESS)

    def pixel_map(self, view: View) -> SamplingMap:
        """Chart texels → the mean logits of every pixel's sub-samples."""
        return average_runs(self.fold(view.points), view.starts)

    def reach(self) -> Reach:
        """See Design."""
        view = self.picture_view()
        resized = Resized(self.canvas_shape, self.chart_shape, self.wrap)
        links = (resized, Linked.by(self.fold(view.points)), Linked(view.means))
        return Reach(self.canvas_shape, view.shape, links, self.wrap)

    def laid_out(self, paper: Paper) -> Array:
        """See Design."""
        charts, rows, columns = self.chart_shape
        return np.concatenate([paper((rows, columns), k).reshape(-1, 3) for k in range(charts)])

    def rings(self, turn: Generator, order: int, paint: Array) -> Array:
        """See Design."""
        space = self._scene.group.space
        values, vectors = np.linalg.eig(turn.matrix)
        axis = np.real(vectors[:, np.argmin(np.abs(values - 1))])
        axis = axis / np.sqrt(abs(space.inner(axis, axis)))
        if space.curvature < 0 and axis[2] < 0:
            axis = -axis
        radii, angles = ring_grid(order, self.domain_area)
        points = circle(space, axis, radii, angles)
        logits = self.fold(points.reshape(-1, 3)).apply(paint, self.frame)
        return special.expit(logits).reshape(*points.shape)

    def bake(self, paint: Array) -> Picture:
        """See Design."""
        mean = self.mean_colour(paint)

        def band(rows: range) -> Picture:
            view = self.picture_view(rows)
            return self.developed(view, self.fold(view.points).apply(paint, self.frame), mean)

        with ThreadPoolExecutor(2) as pool:  # NumPy lets go of the interpreter's lock
            return self.joined(list(pool.map(band, self.bands)))

    def developed(
        self, view: View, logits: Array, mean: Array, dtype: DTypeLike = np.uint8
    ) -> Picture:
        """The pixels (H, W, 3) of a ``view`` from the ``logits`` of its sub-samples. A pixel is the
        mean of their colours; what is not covered has the ``mean`` colour, see mean_colour."""
        mixed, covered = self.frame.mixed, view.coverage[:, None]
        pixels = mixed(special.expit(logits), lambda x: view.means @ x)
        both = np.stack([pixels, np.broadcast_to(mean, pixels.shape)])
        shown = mixed(both, lambda x: covered * x[0] + (1 - covered) * x[1])
        return rounded(shown, dtype).reshape(*view.shape, 3)

    def joined(self, bands: Sequence[Picture]) -> Picture:
        """The picture (H, W, 3) of all its bands."""
        return np.concatenate(bands)

    def mean_colour(self, paint: Array) -> Array:
        """(3,): of all copies of the ``paint`` (chart texels, 3), logits, whose colours the
        symmetry changes."""
        mixed = self.frame.mixed
        mean = mixed(special.expit(paint), lambda x: x.mean(axis=0))
        images = generated(tuple(self._scene.colouring.images.values()))
        return mixed(
            np.array([self.frame.act(image, mean) for image in images]), lambda x: x.mean(axis=0)
        )


def picture_generators(scene: Scene) -> tuple[PictureGenerator, ...]:
    """The generators of a scene's exact symmetry on the sphere or the hyperbolic plane, with their
    colours: of the whole group or, where it is folded partly, of what remains."""
    found: list[tuple[Generator, ColourElement]] = []
    if scene.folds is None:
        found = [(g, scene.colouring.images[g.letter]) for g in scene.group.generators]
    elif scene.group.tiling is not None:
        found = side_mirrors(scene.group, scene.colouring)

    over = turned_over(scene)
    return tuple(
        PictureGenerator(g.letter, g.title, over @ g.matrix @ over, colour) for g, colour in found
    )


def seen_elements(scene: Scene, found: Elements) -> Elements:
    """Elements of a scene's symmetry where they are seen."""
    over = turned_over(scene)
    return Elements(over @ found.matrices @ over, found.colours)


def turned_over(scene: Scene) -> Array:
    """(3, 3): between places of a scene's group and where they are seen, the same both ways."""
    return _MIRROR if scene.mirrored else np.eye(3)


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
