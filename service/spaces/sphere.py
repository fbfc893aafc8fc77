"""The sphere: pictures in a projection, views by cameras."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import special

from geometry.catalogue import find_group
from geometry.cells import Paper
from geometry.maps.sampling import SamplingMap
from geometry.seeing.cameras import COSINE_CUT, Camera, middle_of, pixel_rays
from geometry.seeing.surrounding import (
    VIEW_FILL,
    cameras_from,
    surrounding_cameras,
    unit_vectors,
)
from geometry.spaces import SPHERE, Array
from geometry.sphere.diagram import sphere_diagram
from geometry.sphere.fold import fold, sphere_chart
from geometry.sphere.pictures import CUBE, EQUIRECTANGULAR, OCTAHEDRAL, PROJECTIONS, Projection
from geometry.sphere.seed_charts import spiral
from geometry.symmetry.diagram import action
from geometry.symmetry.groups import TRIVIAL, Elements, elements
from service.figures.figures import Figure, Sheet, figure_of
from service.inputs.body import Body
from service.spaces import resolution
from service.spaces.folded import FoldedDesign, View, picture_generators, seen_elements, turned_over
from service.spaces.frame import MARGIN, Frame, Layout, Picture
from service.spaces.resolution import (
    BALL,
    FINENESS,
    MANY,
    OVERSAMPLING,
    spread_place,
    view_side,
)
from service.spaces.space import LARGEST, MOTIF, Scene, Space, resolved

if TYPE_CHECKING:
    from service.recipe.recipe import Recipe

# Texels around the equator, relative to the picture's width, where texels are as large as on
# average (cube: four faces of a third).
_AROUND = {"equirectangular": 1.0, "cube": 4 / 3, "octahedral": math.sqrt(math.pi)}
_PATIENCE = 2.0  # its views are small, and its domains smaller
_SUBSAMPLES = 2  # along a side: texels are means over their area, point samples would alias


@dataclass(frozen=True, eq=False, kw_only=True)
class SphereScene(Scene):
    """A sphere, laid out in a projection."""

    projection: str = "equirectangular"

    @classmethod
    def of(cls, recipe: Recipe, body: Body | None = None) -> SphereScene:
        """See Space."""
        group = find_group(recipe.group, SPACE.groups)
        return cls(**resolved(recipe, group), projection=recipe.projection)

    def design(self, width: int) -> SphereDesign:
        """See Scene."""
        return SphereDesign(self, width, self.projection)

    def portrait(self, width: int, paper: Paper, seed: int) -> Picture:
        """See Scene: as a camera sees it, before white."""
        design = self.design(2 * width)
        (view,) = design.balls(1, seed)
        logits = design.pixel_map(view).apply(design.laid_out(paper), design.frame)
        coverage = view.coverage[:, None]
        pixels = coverage * special.expit(logits) + 1 - coverage
        return np.rint(pixels * 255).astype(np.uint8).reshape(*view.shape, 3)


class SphereDesign(FoldedDesign):
    """The unit sphere."""

    def __init__(self, scene: Scene, width: int, projection: str = "equirectangular") -> None:
        self._projection = PROJECTIONS[projection]
        self._equator = round(_AROUND[projection] * width)
        texel = 2 * math.pi / self._equator / FINENESS
        self._chart = sphere_chart(_exact(scene), texel / OVERSAMPLING)
        shape = self._projection.shape(width)
        area = 4 * math.pi * (VIEW_FILL * _ball(self._equator) / 2) ** 2 / len(_exact(scene))
        super().__init__(scene, shape, self._chart.shape, area, _PATIENCE)

    def _fold_exactly(self, points: Array) -> SamplingMap:
        return fold(points, self._chart)

    def laid_out(self, paper: Paper) -> Array:
        """See Design. The charts' rows go up."""
        charts, rows, columns = self.chart_shape
        sheets = [paper((rows, columns), k)[::-1] for k in range(charts)]
        return np.concatenate([sheet.reshape(-1, 3) for sheet in sheets])

    @property
    def picture_elements(self) -> Elements:
        """See FoldedDesign."""
        return seen_elements(self._scene, _exact(self._scene))

    def picture_view(
        self, rows: range | None = None, wanted: NDArray[np.bool_] | None = None
    ) -> View:
        """See FoldedDesign."""
        points = self._projection.points(self.shape, _SUBSAMPLES, rows)
        shape = (len(points) // _SUBSAMPLES**2 // self.shape[1], self.shape[1])
        if wanted is not None:
            points = points.reshape(-1, _SUBSAMPLES**2, 3)[wanted].reshape(-1, 3)
            shape = (1, len(points) // _SUBSAMPLES**2)
        pixels = math.prod(shape)
        everywhere, starts = np.ones(pixels), np.arange(pixels + 1) * _SUBSAMPLES**2
        return View(shape, points, starts, everywhere, everywhere)

    def mean_colour(self, paint: Array) -> Array:
        """See FoldedDesign. Nowhere on a sphere it is shown: the paint of all of one is large."""
        return np.zeros(3)

    def views(self, count: int, seed: int) -> Iterator[View]:
        """See FoldedDesign."""
        return self.balls(count, seed)

    def window(self, number: int, count: int, seed: int) -> View:
        """See FoldedDesign. The middle of what one of many cameras all around sees."""
        if self.needed <= MANY:
            camera = surrounding_cameras(spiral(256), count, self.unit, seed)[number]
        else:
            up, around = spread_place(seed, number)[:, None]
            away = unit_vectors(2 * up - 1, 2 * math.pi * around)
            (camera,) = cameras_from(away, spiral(256), self.unit)
        return _seen(middle_of(camera, resolution.WINDOW))

    def balls(self, count: int, seed: int) -> Iterator[View]:
        """``count`` views of the whole sphere."""
        return map(_seen, surrounding_cameras(spiral(256), count, view_side(self._equator), seed))

    @property
    def domain_area(self) -> float:
        """See FoldedDesign."""
        assert self._scene.group.order is not None
        return 4 * math.pi / self._scene.group.order

    @property
    def unit(self) -> int:
        """See Design."""
        return view_side(self._equator) if self.is_seen_whole else _ball(self._equator)

    def picture_frame(self) -> Frame:
        """See Design."""
        generators = picture_generators(self._scene)
        layout = SphereLayout(self._projection, self.shape)
        return Frame(self._projection.name, generators, layout, colours=self.frame)

    def figure(self) -> Figure:
        """See Design."""
        over = turned_over(self._scene)
        layout = SphereLayout(self._projection, self.shape)

        def pixels(points: Array) -> Array:
            row, column = self._projection.positions(points @ over, self.shape)
            return np.stack([column, row], axis=1)

        sheet = Sheet(self.shape, pixels, lambda numbers: layout.points(numbers)[0] @ over)
        generators = self._scene.group.generators if self._scene.folds is None else ()
        actions = [(g.letter, action(SPHERE, g.matrix)) for g in generators]
        return figure_of(sphere_diagram(_exact(self._scene)), sheet, actions)


def _exact(scene: Scene) -> Elements:
    """What is left of the symmetry where it is folded partly."""
    return elements(scene.group, scene.colouring) if scene.folds is None else TRIVIAL


def _ball(equator: int) -> int:
    """Side of a view of the whole sphere, in pixels as fine as its texels."""
    return round(equator * BALL / 8) * 8


def _seen(camera: Camera) -> View:
    """Where the sub-pixels' rays meet the unit sphere, weighted by the cosine between ray and
    normal."""
    offsets = (np.arange(_SUBSAMPLES) + 0.5) / _SUBSAMPLES
    y, x, b, a = np.meshgrid(
        np.arange(camera.height), np.arange(camera.width), offsets, offsets, indexing="ij"
    )
    origin, ray = pixel_rays(camera, np.stack([(x + a).ravel(), (y + b).ravel()], axis=1))
    along = np.einsum("nk,nk->n", origin, ray)
    inside = along**2 - np.einsum("nk,nk->n", origin, origin) + 1
    depth = -along - np.sqrt(np.maximum(inside, 0))
    points = origin + depth[:, None] * ray
    cosine = np.where(inside > 0, -np.einsum("nk,nk->n", points, ray), 0)
    hit = cosine > COSINE_CUT
    points = points[hit] / np.linalg.norm(points[hit], axis=1, keepdims=True)
    hits = hit.reshape(-1, _SUBSAMPLES**2)
    weight = np.where(hit, cosine, 0).reshape(hits.shape).mean(axis=1)
    starts = np.concatenate([[0], hits.sum(axis=1).cumsum()])
    return View((camera.height, camera.width), points, starts, hits.mean(axis=1), weight)


class SphereLayout(Layout):
    """A projection of the sphere; places are unit vectors, z up."""

    def __init__(self, projection: Projection, shape: tuple[int, int]) -> None:
        self.shape, self._projection = shape, projection
        self.joins = {1: 0} if projection is EQUIRECTANGULAR else {}  # poles are no seam

    def points(self, pixels: NDArray[np.integer]) -> tuple[Array, Array]:
        """See Layout."""
        row, column = np.divmod(pixels, self.shape[1])
        points = self._projection.to_sphere(row + 0.5, column + 0.5, self.shape)
        return points, self._projection.solid_angles(row, column, self.shape)

    def positions(self, points: Array) -> tuple[Array, NDArray[np.bool_]]:
        """See Layout. Cube and octahedral pictures are compared away from the edges at which their
        neighbours in the picture are none on the sphere."""
        place = np.stack(self._projection.positions(points, self.shape), axis=1) - 0.5
        if self._projection is CUBE:
            side = self.shape[0] // 2
            return place, self.within(place % side, (side, side))
        if self._projection is OCTAHEDRAL:
            return place, self.within(place)
        return place, np.ones(len(place), bool)

    def framed(self, picture: Picture) -> Picture:
        """See Layout. Beyond a pole of an equirectangular picture the meridian comes down on the
        other side."""
        if self._projection is not EQUIRECTANGULAR:
            return super().framed(picture)
        half = picture.shape[1] // 2
        over = np.roll(picture[:MARGIN], half, axis=1)[::-1]
        under = np.roll(picture[-MARGIN:], half, axis=1)[::-1]
        tall = np.concatenate([over, picture, under])
        return np.pad(tall, ((0, 0), (MARGIN, MARGIN), (0, 0)), mode="wrap")


SPACE = Space(
    target="sphere",
    groups="sphere",
    title="The sphere: 7 polyhedral groups and 7 families",
    summary="Paint a sphere's texture: equirectangular, a cube map or octahedral.",
    fields=("folds", "projection", "chirality", *MOTIF),
    scene=SphereScene.of,
    patience=lambda order: _PATIENCE,
    largest=2 * LARGEST,
)
