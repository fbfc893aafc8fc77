"""The hyperbolic plane: pictures in a model, views cut out of it after random motions."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from geometry.catalogue import find_group
from geometry.hyperbolic.diagram import hyperbolic_diagram, within_sides
from geometry.hyperbolic.fold import fold, hyperbolic_chart
from geometry.hyperbolic.groups import hyperbolic_group
from geometry.hyperbolic.mirrors import about_middle
from geometry.hyperbolic.models import Model as HyperbolicModel
from geometry.hyperbolic.models import find_model
from geometry.hyperbolic.sides import fold_into_tile, side_mirrors, tile_chart
from geometry.hyperbolic.views import (
    Samples,
    coverage,
    crop_samples,
    domain_area,
    picture_samples,
    picture_shape,
    pixel_length,
    placement,
    random_motion,
)
from geometry.maps.sampling import SamplingMap
from geometry.maps.smoothing import charts_smoothed
from geometry.spaces import HYPERBOLIC, Array
from geometry.symmetry.colour import white
from geometry.symmetry.colour_frame import rounded
from geometry.symmetry.diagram import action
from geometry.symmetry.groups import TRIVIAL, Elements, Group
from service.figures.figures import Figure, Sheet, figure_of
from service.inputs.body import Body
from service.spaces import resolution
from service.spaces.folded import FoldedDesign, View, picture_generators, seen_elements, turned_over
from service.spaces.frame import Frame, Layout, Picture
from service.spaces.resolution import FINENESS, OVERSAMPLING
from service.spaces.space import LARGEST, MOTIF, Scene, Space, by_name, resolved

if TYPE_CHECKING:
    from service.recipe.recipe import Recipe

WINDOW = 0.45  # side of a view, relative to the picture's width
_PROBES = 64  # pixels along a side of the picture that may be a view's middle
_COARSER = 2.0  # pixels of a large picture where it is looked at, relative to those in the middle
_ROUND = 0.1  # of the picture, around it, where what is seen in it may hang together
_SMALLEST = 0.03  # a domain that is drawn, relative to the picture
_LARGEST = 1.25  # a pixel that is compared, relative to those in the middle


@dataclass(frozen=True, eq=False, kw_only=True)
class HyperbolicScene(Scene):
    """A tiling of the hyperbolic plane, drawn in a model."""

    model: str = "poincare"

    @classmethod
    def of(cls, recipe: Recipe, body: Body | None = None) -> HyperbolicScene:
        """See Space."""
        group = find_group(recipe.group, SPACE.groups)
        return cls(**resolved(recipe, group), model=recipe.model)

    def design(self, width: int) -> HyperbolicDesign:
        """See Scene."""
        return HyperbolicDesign(self, width)


class HyperbolicDesign(FoldedDesign):
    """A hyperbolic tiling in one of its models."""

    def __init__(self, scene: HyperbolicScene, width: int) -> None:
        self._model = find_model(scene.model)
        shape = picture_shape(self._model, width)
        # in the middle of the picture, where tiles are largest
        texel = pixel_length(self._model, shape) / FINENESS / OVERSAMPLING
        self._chart = hyperbolic_chart(scene.group, scene.colouring, texel)
        self._tile = tile_chart(scene.group, scene.colouring, texel) if scene.folds else None
        chart_shape = self._tile.shape if self._tile else (1, *self._chart.shape)
        area = domain_area(self._chart.mirrors) / pixel_length(self._model, shape) ** 2
        if scene.folds is not None:  # all of a tile is painted
            area *= len(scene.folds.weights)
        super().__init__(scene, shape, chart_shape, area)

    def _fold_exactly(self, points: Array) -> SamplingMap:
        return fold_into_tile(points, self._tile) if self._tile else fold(points, self._chart)

    @property
    def picture_elements(self) -> Elements:
        """See FoldedDesign."""
        found = TRIVIAL if self._tile else about_middle(self._chart.mirrors)
        return seen_elements(self._scene, found)

    def picture_view(
        self, rows: range | None = None, wanted: NDArray[np.bool_] | None = None
    ) -> View:
        """See FoldedDesign."""
        samples = picture_samples(self._model, self.shape, self._chart, rows, wanted)
        if wanted is not None:
            return _view(samples, (1, len(samples.coverage)))
        return _view(samples, (len(samples.coverage) // self.shape[1], self.shape[1]))

    def smoothed(self, paint: Array, deviation: float) -> Array:
        """See FoldedDesign. The band is conformal: its texels are 1/cos(across) times as long as on
        its axis. The chart of a tile that is folded partly is true to area."""
        length = deviation * self.shape[1] * pixel_length(self._model, self.shape)
        if self._tile is not None:
            return charts_smoothed(paint, length / (self._tile.texel * OVERSAMPLING))
        rows, chart = paint.shape[1], self._chart
        step = chart.texel * chart.shape[0] / rows  # of the canvas
        across = chart.origin[0] - chart.texel / 2 + step * (np.arange(rows) + 0.5)
        wide = length / step * np.cos(np.clip(across, -1.5, 1.5))
        return charts_smoothed(paint, np.broadcast_to(wide[None, :, None], paint.shape[:3]))

    def views(self, count: int, seed: int) -> Iterator[View]:
        """See FoldedDesign. The first is the whole picture, small. The others are cut out of it at
        its own magnification, anywhere where tiles can be told apart, after a random motion of the
        plane: every place of the domain is as likely to be seen."""
        random = np.random.default_rng(seed)
        side = min(self.unit, self.shape[0])
        whole = picture_shape(self._model, side)
        yield _view(picture_samples(self._model, whole, self._chart), whole)
        clear = picture_samples(self._model, (_PROBES, _PROBES), self._chart).detail > 0
        places = np.argwhere(clear.reshape(_PROBES, _PROBES)) / _PROBES
        for _ in range(count - 1):
            yield self._crop(random, places, side)

    def window(self, number: int, count: int, seed: int) -> View:
        """See FoldedDesign. Likewise, where the picture's pixels are at most twice as large as in
        its middle: others would show details that are finer than they are."""
        random = np.random.default_rng([seed, number])
        return self._crop(random, self._finely_seen, min(resolution.WINDOW, self.shape[0]))

    def _crop(self, random: np.random.Generator, places: Array, side: int) -> View:
        """A view of a ``side`` around one of the ``places``."""
        height, width = self.shape
        middle = random.choice(places) * (height, width)
        corner = np.clip(np.rint(middle - side / 2), 0, (height - side, width - side))
        row, column = (int(x) for x in corner)
        motion = random_motion(random, self._chart.mirrors)
        crop = crop_samples(self._model, self.shape, (row, column), side, motion, self._chart)
        return _view(crop, (side, side))

    @functools.cached_property
    def _finely_seen(self) -> Array:
        """Places (n, 2) of the picture, down and across, 0 to 1."""
        places = (np.argwhere(np.ones((_PROBES, _PROBES))) + 0.5) / _PROBES
        scale, centre = placement(self._model, self.shape)
        xy = ((places * self.shape)[:, ::-1] - centre) * (1, -1) / scale
        inside = self._model.to_space(xy)[1]
        places, xy = places[inside], xy[inside]
        size = self._model.footprint(xy) / scale
        return places[size <= _COARSER * pixel_length(self._model, self.shape)]

    @property
    def domain_area(self) -> float:
        """See FoldedDesign."""
        return domain_area(self._chart.mirrors)

    @property
    def unit(self) -> int:
        """See Design."""
        return min(max(round(self.shape[1] * WINDOW / 8) * 8, 64), 512)

    def picture_frame(self) -> Frame:
        """See Design."""
        scale, centre = placement(self._model, self.shape)
        fields = {"model": {"name": self._model.name, "radius": scale, "center": list(centre)}}
        layout = HyperbolicLayout(self._model, self.shape)
        generators = picture_generators(self._scene)
        return Frame("hyperbolic", generators, layout, fields, self.frame)

    def figure(self) -> Figure:
        """See Design."""
        over = turned_over(self._scene)
        scale, centre = placement(self._model, self.shape)
        layout = HyperbolicLayout(self._model, self.shape)

        def pixels(points: Array) -> Array:
            return self._model.from_space(points @ over) * (1, -1) * scale + centre

        def wanted(points: Array) -> NDArray[np.bool_]:
            xy = self._model.from_space(points @ over)
            place = xy * (1, -1) * scale + centre
            margin = np.array(self.shape[::-1]) * _ROUND
            near = ((place > -margin) & (place < np.array(self.shape[::-1]) + margin)).all(axis=1)
            size = domain_size / self._model.footprint(xy) * scale
            return near & (size > _SMALLEST * math.sqrt(math.prod(self.shape)))

        domain_size = math.sqrt(domain_area(self._chart.mirrors))
        group, colouring = self._scene.group, self._scene.colouring
        diagram = hyperbolic_diagram(group, colouring, wanted)
        generators = group.generators
        if self._scene.folds is not None:
            diagram = within_sides(diagram, group, colouring)
            generators = tuple(g for g, _ in side_mirrors(group, colouring))
        sheet = Sheet(self.shape, pixels, lambda numbers: layout.points(numbers)[0] @ over)
        actions = [(g.letter, action(HYPERBOLIC, g.matrix)) for g in generators]
        return figure_of(diagram, sheet, actions)

    def trimmed(self, picture: Picture) -> tuple[Picture, tuple[int, int]]:
        """See Design: clear where there is no point of the plane."""
        alpha = np.concatenate(
            [rounded(coverage(self._model, self.shape, rows), picture.dtype) for rows in self.bands]
        )
        if alpha.min() == white(picture.dtype):
            return picture, (0, 0)
        return np.dstack([picture, alpha]), (0, 0)


def _view(samples: Samples, shape: tuple[int, int]) -> View:
    """Pixels show the pattern as far as they are inside and details can be told apart."""
    shown = samples.coverage * samples.detail
    return View(shape, samples.points, samples.starts, shown, samples.weight)


class HyperbolicLayout(Layout):
    """A model of the hyperbolic plane; places are on the hyperboloid. Only pixels not much larger
    than those in the middle are compared, and by their size: there the grid resolves the paint."""

    def __init__(self, model: HyperbolicModel, shape: tuple[int, int]) -> None:
        self.shape, self._model = shape, model
        self._scale, self._centre = placement(model, shape)
        self._largest = _LARGEST * pixel_length(model, shape)

    def points(self, pixels: NDArray[np.integer]) -> tuple[Array, Array]:
        """See Layout."""
        row, column = np.divmod(pixels, self.shape[1])
        place = np.column_stack([column, row]) + 0.5 - self._centre
        xy = place * (1, -1) / self._scale
        points, inside = self._model.to_space(xy)
        size = np.full(len(xy), np.inf)
        size[inside] = self._model.footprint(xy[inside]) / self._scale
        return points, np.where(size < self._largest, size**2, 0.0)

    def positions(self, points: Array) -> tuple[Array, NDArray[np.bool_]]:
        """See Layout."""
        xy = self._model.from_space(points)
        place = xy * (1, -1) * self._scale + self._centre - 0.5
        clear = self._model.footprint(xy) / self._scale < self._largest
        return place[:, ::-1], clear & self.within(place[:, ::-1])


def _arguments(group: Group) -> str:
    tiling = group.tiling
    if tiling is not None and hyperbolic_group(group.name) is group:
        return f"{tiling.p} {tiling.q} --group {tiling.kind}"
    return by_name(group)


SPACE = Space(
    target="hyperbolic",
    groups="hyperbolic",
    title="The hyperbolic plane: tilings {p,q}",
    summary="Paint the tiling {P,Q} of the hyperbolic plane, with a transparent rim.",
    fields=("folds", "model", "chirality", *MOTIF),
    scene=HyperbolicScene.of,
    arguments=_arguments,
    largest=2 * LARGEST,
)
