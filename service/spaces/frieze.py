"""Friezes: a strip of texels that the group permutes, seamless along its axis and ending above and
below."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import DTypeLike, NDArray

from geometry import cells
from geometry.catalogue import find_group
from geometry.errors import InputError
from geometry.frieze.chart import APART, FriezeChart, frieze_chart, picture_generators
from geometry.maps.reach import Linked, Reach, Resized
from geometry.plane.kaleidoscope import kaleidoscope, window_map
from geometry.plane.lattices import shaped
from geometry.spaces import Array, affine
from service.figures.figures import Figure
from service.figures.plane_figure import plane_figure
from service.inputs.body import Body
from service.spaces.frame import MARGIN, Frame, Layout, Picture, PictureGenerator
from service.spaces.resolution import Windows
from service.spaces.space import MOTIF, Space, resolved
from service.spaces.torus import MOST_SIZE, TorusDesign, TorusScene, check_pixels

if TYPE_CHECKING:
    from service.recipe.recipe import Recipe

ASPECT = 0.5  # of a strip, where the recipe says nothing


@dataclass(frozen=True, eq=False, kw_only=True)
class FriezeScene(TorusScene):
    """A frieze. repeat: periods in what is delivered; metamorphosis: see the recipe's field."""

    repeat: int = 1
    metamorphosis: bool = False

    @classmethod
    def of(cls, recipe: Recipe, body: Body | None = None) -> FriezeScene:
        """See Space. Raises InputError, besides what :func:`resolved` does: "bad-cell",
        "bad-value", "too-large"."""
        across, down = map(int, recipe.repeat.split("x"))
        if down > 1:
            raise InputError(
                "bad-value",
                "repeat",
                "A frieze repeats along its axis only.",
                f"Write --repeat {across}x1.",
            )
        group = shaped(find_group(recipe.group, SPACE.groups), recipe.aspect or ASPECT)
        scene = cls(**resolved(recipe, group), repeat=across, metamorphosis=recipe.metamorphosis)
        rows, columns = scene.strip(recipe.size).shape
        check_pixels(recipe.size, (rows, columns * across), across == 1)
        return scene

    def strip(self, width: int, *height: float) -> FriezeChart:
        """Of a strip ``width`` pixels long; see :func:`geometry.frieze.chart.frieze_chart`."""
        return frieze_chart(self.group, self.colouring, width, *height)

    def design(self, width: int) -> FriezeDesign:
        """See Scene."""
        return FriezeDesign(self, width)

    def same_canvas(self, other: FriezeScene, width: int) -> bool:
        """See Scene. The canvas is a period of the colours, too."""
        one, two = self.strip(width), other.strip(width)
        return (one.shape, one.torus.rows, self.colouring.supercell) == (
            *(two.shape, two.torus.rows),
            other.colouring.supercell,
        )


class FriezeDesign(TorusDesign):
    """A frieze. Its texels are the picture's pixels."""

    surface = "service.surfaces.frieze:FriezeSurface"
    scene: FriezeScene

    def __init__(self, scene: FriezeScene, width: int) -> None:
        self.scene, self.frame, self._strip = scene, scene.frame, scene.strip(width)
        self.mirrored, self.chart = scene.mirrored, self._strip.torus
        self.shape = self._strip.shape
        rows, columns = self.chart.rows, self.chart.columns
        self.chart_shape = (1, rows, columns)
        self.canvas_shape = (1, max(8, rows), max(8, columns))
        self.windows = Windows.on((rows, columns), rows * columns / len(self.chart.copies.matrices))
        self.views_a_step = self.windows.a_step

    @property
    def texels_are_pixels(self) -> bool:
        """See Design."""
        return True

    @property
    def delivered_rows(self) -> range:
        """See TorusDesign."""
        return range(self._strip.top, self._strip.top + self.shape[0])

    @functools.cached_property
    def along(self) -> Array | None:
        """See TorusDesign: from 0 at the start of the strip to 1 and back, as often as the symmetry
        needs: all of it leaves this as it is."""
        if not self.scene.metamorphosis:
            return None
        torus = self.chart
        # Elements move x to ±x + shift, so the shifts make a group: 1/n of the period and so on.
        passes = len(np.unique(np.rint(torus.elements.matrices[:, 0, 2] * 4096) % 4096))
        place = (np.arange(torus.columns) + torus.offset) / torus.columns
        return 1 - np.abs(2 * (place * passes % 1) - 1)

    def reach(self) -> Reach:
        """See Design."""
        torus = self.chart_shape[1:]
        strip = window_map(self.chart, torus, self.shape, (self._strip.top, 0))
        resized = Resized(self.canvas_shape, self.chart_shape, self.wrap)
        links = [Linked.by(step) for step in (*self.kaleidoscope, strip)]
        return Reach(self.canvas_shape, self.shape, (resized, *links), self.wrap)

    def laid_out(self, paper: cells.Paper) -> Array:
        """See Design."""
        apart = self.scene.strip(self.shape[1], APART)
        orbit = kaleidoscope(apart.torus)[1].indices
        torus = cells.frieze_torus(apart)
        laid = cells.in_one_cell(torus, orbit, paper, self.frame)
        paint = np.tile(cells.blank(torus, self.frame), (math.prod(self.chart_shape), 1))
        paint[self._strip.texels] = laid[apart.texels]
        return paint

    def developed(self, orbits: Array, dtype: DTypeLike = np.uint8) -> Picture:
        """See TorusDesign."""
        rows = self.delivered_rows
        image = functools.partial(self.frame.as_pixels, dtype=dtype)
        return self.unfolded(orbits, image)[rows.start : rows.stop]

    def picture_frame(self) -> Frame:
        """See Design."""
        generators = tuple(
            PictureGenerator(g.letter, g.title, g.matrix, colour)
            for g, colour in picture_generators(self._strip)
        )
        rows, columns = self.shape
        fields = {"strip": {"period": columns, "axis": rows / 2}}
        return Frame("frieze", generators, StripLayout(self.shape), fields, self.frame)

    def figure(self) -> Figure:
        """See Design. Drawn in a plane whose other strips, above and below, are out of sight."""
        self.check_figure()
        rows, columns = self.shape
        apart = self.scene.strip(columns, 4 * APART).torus
        from_delivered = affine(np.eye(2), (0.0, -rows / 2))
        delivered = (rows, columns * self.scene.repeat)
        return plane_figure(apart, (apart.rows, columns), delivered, from_delivered)

    def trimmed(self, picture: Picture) -> tuple[Picture, tuple[int, int]]:
        """See Design: periods."""
        repeat = self.scene.repeat
        return picture if repeat == 1 else np.tile(picture, (1, repeat, 1)), (0, 0)


class StripLayout(Layout):
    """One period of a strip; places are (x, y, 1) in pixels, x right, y down, centres at +½."""

    on_grid = True

    def __init__(self, shape: tuple[int, int]) -> None:
        self.shape, self.joins = shape, {1: 0}

    def points(self, pixels: NDArray[np.integer]) -> tuple[Array, Array]:
        """See Layout."""
        row, column = np.divmod(pixels, self.shape[1])
        ones = np.ones(len(pixels))
        return np.column_stack([column + 0.5, row + 0.5, ones]), ones

    def positions(self, points: Array) -> tuple[Array, NDArray[np.bool_]]:
        """See Layout."""
        height, width = self.shape
        place = np.column_stack([points[:, 1] - 0.5, (points[:, 0] - 0.5) % width])
        return place, (place[:, 0] > -0.5) & (place[:, 0] < height - 0.5)

    def framed(self, picture: Picture) -> Picture:
        """See Layout."""
        longer = np.pad(picture, ((0, 0), (MARGIN, MARGIN), (0, 0)), mode="wrap")
        return np.pad(longer, ((MARGIN, MARGIN), (0, 0), (0, 0)), mode="edge")


SPACE = Space(
    target="frieze",
    groups="frieze",
    title="Strips: the 7 frieze groups",
    summary="Paint a border: a strip that repeats along its axis only.",
    fields=("aspect", "repeat", "metamorphosis", *MOTIF),
    scene=FriezeScene.of,
    arguments=lambda group: f"--group {group.aliases[1]}",
    largest=MOST_SIZE,
)
