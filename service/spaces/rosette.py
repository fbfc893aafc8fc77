"""Rosettes: a round badge or plate, clear around it, with turns and mirrors about its centre."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import special

from geometry.catalogue import find_group
from geometry.cells import Paper
from geometry.maps.sampling import SamplingMap
from geometry.rosette.chart import one_of_each, rosette_chart
from geometry.rosette.diagram import rosette_diagram
from geometry.spaces import PLANE, Array, affine
from geometry.sphere.fold import fold
from geometry.symmetry.colour_frame import rounded
from geometry.symmetry.diagram import action
from geometry.symmetry.groups import TRIVIAL, Elements, Generator
from service.figures.figures import Figure, Sheet, figure_of
from service.inputs.body import Body
from service.spaces import resolution
from service.spaces.folded import FoldedDesign, View, picture_generators, seen_elements, turned_over
from service.spaces.frame import Frame, Layout, Picture, PictureGenerator
from service.spaces.handedness import ring_grid
from service.spaces.resolution import FINENESS, MANY, OVERSAMPLING, spread_place
from service.spaces.space import LARGEST, MOTIF, Scene, Space, resolved

if TYPE_CHECKING:
    from service.recipe.recipe import Recipe

RIM = 1  # pixels that are kept free around the disc, for its smooth edge
PAINTED = 1.1  # radius of what is painted: the rim cuts through a pattern that goes on beyond it
WINDOW = 0.55  # side of a view, relative to the picture's
_WANDERING = 0.75  # how far from the disc's centre a view's middle may be
_SUBSAMPLES = 2  # along a side of a pixel
_ACROSS_RIM = 8  # along a side of a pixel that the rim crosses
_ON_RIM = 1e-9  # rounding


@dataclass(frozen=True, eq=False, kw_only=True)
class RosetteScene(Scene):
    """A rosette."""

    @classmethod
    def of(cls, recipe: Recipe, body: Body | None = None) -> RosetteScene:
        """See Space."""
        return cls(**resolved(recipe, find_group(recipe.group, SPACE.groups)))

    def design(self, width: int) -> RosetteDesign:
        """See Scene."""
        return RosetteDesign(self, width)


class RosetteDesign(FoldedDesign):
    """A disc. Its points are (x, y, 1), x right and y up from the centre, its radius being 1."""

    def __init__(self, scene: RosetteScene, width: int) -> None:
        side = width - width % 2  # of an odd picture one pixel would lie on the centre
        self._radius = side / 2 - RIM
        self._exact = scene.elements if scene.folds is None else TRIVIAL
        texel = 1 / self._radius / FINENESS / OVERSAMPLING
        self._chart = rosette_chart(self._exact, texel, PAINTED)
        area = math.pi * (PAINTED * self._radius) ** 2 / len(self._exact)
        super().__init__(scene, (side, side), self._chart.shape, area)

    def _fold_exactly(self, points: Array) -> SamplingMap:
        return fold(points, self._chart)

    def laid_out(self, paper: Paper) -> Array:
        """See Design. Up is outward; in the half of a disc that one mirror leaves, it is up."""
        _, rows, columns = self.chart_shape
        if len(self._exact) == 2 and np.linalg.det(self._exact.matrices[1]) < 0:
            sheet = paper((columns, rows), 0).swapaxes(0, 1)[::-1]
        else:
            sheet = paper((rows, columns), 0)[::-1, ::-1]
        return np.ascontiguousarray(sheet).reshape(-1, 3)

    @property
    def picture_elements(self) -> Elements:
        """See FoldedDesign."""
        to_pixels = self._to_pixels
        found = seen_elements(self._scene, self._exact)
        return Elements(to_pixels @ found.matrices @ np.linalg.inv(to_pixels), found.colours)

    def picture_view(
        self, rows: range | None = None, wanted: NDArray[np.bool_] | None = None
    ) -> View:
        """See FoldedDesign. Pixels of the rim show the pattern as all others do: how much of them
        is to be seen, their alpha says."""
        side = self.shape[0]
        middles = _middles(side, rows) / self._radius
        if wanted is not None:
            middles = middles[wanted]
            side = len(middles)
        return _view(middles, side, 1 / self._radius, 1 + 2 / self._radius)

    def views(self, count: int, seed: int) -> Iterator[View]:
        """See FoldedDesign. The first is all of the disc, small, the others are cut out of it
        anywhere, at the picture's own magnification; all are turned."""
        random = np.random.default_rng(seed)
        side = self.unit
        for number in range(count):
            turn = _turn(random.uniform(0, 2 * math.pi))
            pixel, middle = 2 * PAINTED / side, np.zeros(2)
            if number:
                pixel = 1 / self._radius
                far = _WANDERING * math.sqrt(random.uniform())
                middle = far * _turn(random.uniform(0, 2 * math.pi))[0]
            middles = _middles(side) * pixel @ turn.T + middle
            yield _view(middles, side, pixel, PAINTED, turn)

    def window(self, number: int, count: int, seed: int) -> View:
        """See FoldedDesign. Windows are turned. They lie as a sunflower's seeds do (Vogel 1979) or,
        if a step sees half of them, as spread_place has it, and beyond the rim, so that what is
        near it is seen about as often."""
        if self.needed <= MANY:
            area, reach = (number + 0.5) / count, 1.0
            away = np.random.default_rng(seed).uniform(0, 2 * math.pi)
            away += number * math.pi * (3 - math.sqrt(5))
        else:
            (area, share), reach = spread_place(seed, number), PAINTED
            away = 2 * math.pi * share
        far = reach * math.sqrt(area)
        middle = far * _turn(away)[0]
        turn = _turn(np.random.default_rng([seed, number]).uniform(0, 2 * math.pi))
        pixel = 1 / self._radius
        middles = _middles(resolution.WINDOW) * pixel @ turn.T + middle
        return _view(middles, resolution.WINDOW, pixel, PAINTED, turn)

    @property
    def domain_area(self) -> float:
        """See FoldedDesign."""
        assert self._scene.group.order is not None
        return math.pi / self._scene.group.order

    @property
    def unit(self) -> int:
        """See Design."""
        return min(max(round(self.shape[1] * WINDOW / 8) * 8, 64), 512)

    def rings(self, turn: Generator, order: int, paint: Array) -> Array:
        """See Design."""
        radii, angles = ring_grid(order, self.domain_area)
        circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
        places = radii[:, None, None] * circle
        points = np.dstack([places, np.ones(places.shape[:2])]).reshape(-1, 3)
        logits = self.fold(points).apply(paint, self.frame)
        return special.expit(logits).reshape(*places.shape[:2], 3)

    def joined(self, bands: Sequence[Picture]) -> Picture:
        """See FoldedDesign. In red, green and blue pixels that go to pixels agree to the bit."""
        picture = super().joined(bands)
        if not self.frame.is_rgb:
            return picture
        return one_of_each(picture, seen_elements(self._scene, self._exact))

    @property
    def _to_pixels(self) -> Array:
        """(3, 3): from the disc to the places of its layout."""
        middle = self.shape[0] / 2
        return affine(np.diag([self._radius, -self._radius]), (middle, middle))

    def picture_frame(self) -> Frame:
        """See Design."""
        side, to_pixels = self.shape[0], self._to_pixels
        from_pixels = np.linalg.inv(to_pixels)
        generators = tuple(
            PictureGenerator(g.name, g.title, to_pixels @ g.matrix @ from_pixels, g.colour)
            for g in picture_generators(self._scene)
        )
        fields = {"center": [side / 2, side / 2], "radius": self._radius}
        layout = DiscLayout(side, self._radius)
        return Frame("rosette", generators, layout, fields, self.frame)

    def figure(self) -> Figure:
        """See Design. Drawn in the disc only."""
        over = turned_over(self._scene)
        side, radius = self.shape[0], self._radius

        def pixels(points: Array) -> Array:
            places = (points @ over)[:, :2] * (radius, -radius) + side / 2
            seen = np.hypot(points[:, 0], points[:, 1]) <= 1
            return np.where(seen[:, None], places, np.nan)

        def points(numbers: NDArray[np.int64]) -> Array:
            places = _middles(side)[numbers] / radius
            places[np.hypot(*places.T) > 1] = 0  # on the border of every domain
            return np.column_stack([places, np.ones(len(places))]) @ over

        generators = self._scene.group.generators if self._scene.folds is None else ()
        actions = [(g.letter, action(PLANE, g.matrix)) for g in generators]
        return figure_of(rosette_diagram(self._exact), Sheet(self.shape, pixels, points), actions)

    def trimmed(self, picture: Picture) -> tuple[Picture, tuple[int, int]]:
        """See Design: clear outside of the disc."""
        alpha = [
            rounded(_disc(self.shape[0], self._radius, rows), picture.dtype) for rows in self.bands
        ]
        return np.dstack([picture, np.concatenate(alpha)]), (0, 0)


def _middles(side: int, rows: range | None = None) -> Array:
    """(side², 2): the middles of a square's pixels, or of some of its rows', row-major, (x, y), y
    up, from its middle."""
    rows = range(side) if rows is None else rows
    row, column = np.divmod(np.arange(rows.start * side, rows.stop * side), side)
    return np.column_stack([column, side - 1 - row]) - (side - 1) / 2


def _turn(angle: float) -> Array:
    c, s = math.cos(angle), math.sin(angle)
    return np.array([[c, -s], [s, c]])


def _view(
    middles: Array, width: int, pixel: float, reach: float, turn: Array | None = None
) -> View:
    """Pixels with these ``middles`` (n, 2), in rows of a ``width``, as far as these are nearer to
    the centre than ``reach``. pixel: length of a side; turn: (2, 2), of the sides."""
    inside = np.hypot(*middles.T) < reach
    steps = (np.arange(_SUBSAMPLES) + 0.5) / _SUBSAMPLES - 0.5
    offsets = pixel * np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
    if turn is not None:
        offsets = offsets @ turn.T
    places = (middles[inside][:, None] + offsets).reshape(-1, 2)
    points = np.column_stack([places, np.ones(len(places))])
    starts = np.concatenate([[0], (inside * _SUBSAMPLES**2).cumsum()])
    shown = inside.astype(float)
    return View((len(middles) // width, width), points, starts, shown, shown)


def _disc(side: int, radius: float, rows: range) -> Array:
    """(n, side): how much of every pixel of n rows of a square is inside of the disc in its
    middle."""
    fine = (np.arange(_ACROSS_RIM) + 0.5) / _ACROSS_RIM - 0.5
    middles = _middles(side, rows)
    distance = np.hypot(*middles.T)
    share = (distance < radius).astype(float)
    near = np.flatnonzero(np.abs(distance - radius) < 1)
    x, y = (middles[near, k, None, None] for k in (0, 1))
    share[near] = (np.hypot(x + fine, y + fine[:, None]) < radius).mean(axis=(1, 2))
    return share.reshape(len(rows), side)


class DiscLayout(Layout):
    """A disc in the middle of a square; places are (x, y, 1) in pixels, x right, y down, centres at
    +½. Only pixels that lie inside as a whole are compared."""

    on_grid = True

    def __init__(self, side: int, radius: float) -> None:
        self.shape, self._radius = (side, side), radius

    def points(self, pixels: NDArray[np.integer]) -> tuple[Array, Array]:
        """See Layout."""
        row, column = np.divmod(pixels, self.shape[1])
        points = np.column_stack([column + 0.5, row + 0.5, np.ones(len(pixels))])
        return points, self._inside(points).astype(float)

    def positions(self, points: Array) -> tuple[Array, NDArray[np.bool_]]:
        """See Layout."""
        return points[:, 1::-1] - 0.5, self._inside(points)

    def _inside(self, points: Array) -> NDArray[np.bool_]:
        x, y = (points[:, :2] - self.shape[0] / 2).T
        inside: NDArray[np.bool_] = np.hypot(x, y) < self._radius - 1 + _ON_RIM
        return inside


SPACE = Space(
    target="rosette",
    groups="rosette",
    title="Discs: the rosettes Cn and Dn",
    summary="Paint a round badge or plate with a transparent outside.",
    fields=("folds", "chirality", *MOTIF),
    scene=RosetteScene.of,
    arguments=lambda group: f"--group {group.aliases[1]}",
    largest=2 * LARGEST,
)
