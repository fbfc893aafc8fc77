"""A wallpaper pattern at one resolution: its chart, its windows, and the delivered tile."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import DTypeLike, NDArray
from scipy import ndimage

from geometry import cells
from geometry.cell_copies import in_all_copies, repeats
from geometry.maps.reach import RIM, Linked, Reach, Resized
from geometry.maps.sampling import SamplingMap
from geometry.plane import chart as plane_chart
from geometry.plane import tiles
from geometry.plane.kaleidoscope import on_canvas, window_map
from geometry.plane.resample import resample
from geometry.spaces import Array, affine
from geometry.symmetry.colour import white
from geometry.symmetry.colour_frame import rounded
from geometry.symmetry.groups import Generator
from service.figures.figures import Figure
from service.figures.plane_figure import plane_figure
from service.pictures.base_colour import fitted
from service.spaces.frame import MARGIN, Frame, Layout, Picture, PictureGenerator
from service.spaces.handedness import ANGLES, RINGS, ring_grid
from service.spaces.resolution import RESAMPLED_FINENESS, Windows
from service.spaces.torus import TorusDesign

if TYPE_CHECKING:
    from service.spaces.plane import PlaneScene

CELLS: dict[str, tiles.CellShape] = {"cell": "parallelogram", "domain": "dirichlet"}  # of cuts


class PlaneDesign(TorusDesign):
    """A wallpaper group on its lattice chart."""

    surface = "service.surfaces.plane:PlaneSurface"
    scene: PlaneScene

    def __init__(self, scene: PlaneScene, width: int) -> None:
        self.scene, self.shape = scene, scene.period(width)
        self.width, self.chart = width, scene.chart(self.shape[1])
        self.mirrored, self.frame = scene.mirrored, scene.frame
        rows, columns = self.chart.rows, self.chart.columns
        self.chart_shape = (1, rows, columns)
        fineness = 1.0 if plane_chart.on_grid(self.chart, self.shape) else RESAMPLED_FINENESS
        self.canvas_shape = (1, max(8, round(rows * fineness)), max(8, round(columns * fineness)))
        domain = rows * columns / len(self.chart.copies.matrices)
        shift = int(plane_chart.picture_periods(self.chart, self.shape)[0, 1])
        self.windows = Windows.on(self.shape, domain, shift)
        self.views_a_step = self.windows.a_step

    @property
    def texels_are_pixels(self) -> bool:
        """See Design."""
        return plane_chart.on_grid(self.chart, self.shape)

    def base(self) -> Array | None:
        """The scene's base, one colour in 0..1 per orbit of texels: what it shows in one cell, in
        all of the cell's copies. None without."""
        base = self.scene.base
        if base is None:
            return None
        around = repeats(base, self.chart)
        return in_all_copies(fitted(base, self.shape) / 255, self.chart, around, self.frame)

    def pixels(self) -> SamplingMap | None:
        """The texels as the pixels of one period, bilinear; None where they are the same."""
        if plane_chart.on_grid(self.chart, self.shape):
            return None
        return window_map(self.chart, self.shape, self.shape)

    def glance(self) -> tuple[SamplingMap | None, tuple[int, int]]:
        """The texels as pixels, bilinear, and how many (height, width) they are, at most the width
        of the design on a side; None where texels are the pixels. For a look: ``developed`` is
        exact, and takes a hundred times as long on a hexagonal lattice."""
        if plane_chart.on_grid(self.chart, self.shape):
            return None, self.shape
        scale = min(1.0, self.unit / max(self.shape))
        shape = (max(1, round(self.shape[0] * scale)), max(1, round(self.shape[1] * scale)))
        return window_map(self.chart, shape, shape), shape

    def reach(self) -> Reach:
        """See Design; as it is before it is turned over."""
        pixels = window_map(self.chart, self.shape, self.shape)
        resized = Resized(self.canvas_shape, self.chart_shape, self.wrap)
        links = [Linked.by(step) for step in (*self.kaleidoscope, pixels)]
        plain = self.canvas_shape == self.chart_shape and self.chart.skew == 0
        rim = 1 if plain else RIM  # a texel is a pixel, and nothing is interpolated
        return Reach(
            self.canvas_shape, self.shape, (resized, *links), self.wrap, self.mirrored, rim
        )

    def laid_out(self, paper: cells.Paper) -> Array:
        """See Design."""
        torus, orbit = cells.plane_torus(self.chart), self.kaleidoscope[1].indices
        return on_canvas(self.chart, cells.in_one_cell(torus, orbit, paper, self.frame))

    def rings(self, turn: Generator, order: int, paint: Array) -> Array:
        """See Design. The picture of one period is a torus."""
        generators = plane_chart.picture_generators(self.chart, self.shape)
        matrix = next((g.matrix for g, _ in generators if g.letter == turn.letter), None)
        if matrix is None:  # folded partly
            return np.zeros((RINGS, ANGLES, 3))
        a, b, _ = plane_chart.picture_lattice(self.chart, self.shape)
        elements = self.scene.group.order
        assert elements is not None
        radii, angles = ring_grid(order, abs(a[0] * b[1] - a[1] * b[0]) / elements)
        centre = np.linalg.solve(np.eye(2) - matrix[:2, :2], matrix[:2, 2])
        x = centre[0] + radii[:, None] * np.cos(angles) - 0.5
        y = centre[1] - radii[:, None] * np.sin(angles) - 0.5
        picture = self.bake(paint).astype(float)
        channels = (
            ndimage.map_coordinates(picture[..., k], [y, x], order=1, mode="grid-wrap")
            for k in range(3)
        )
        return np.stack(list(channels), axis=-1)

    def developed(self, orbits: Array, dtype: DTypeLike = np.uint8) -> Picture:
        """See TorusDesign. (On a hexagonal chart an inverting rule wants 127.5 of 255 at its
        centres; the resampling to pixels then weighs more than that rounding.)"""
        frame = self.frame
        on_grid = plane_chart.on_grid(self.chart, self.shape)
        image = frame.act
        if on_grid or frame.is_rgb:
            image = functools.partial(frame.as_pixels, dtype=dtype)
        texels = self.unfolded(orbits, image)
        if on_grid:
            picture = texels
        elif frame.is_rgb:
            smooth = resample(texels.astype(float), self.chart, self.shape)
            picture = np.rint(np.clip(smooth, 0, white(dtype))).astype(dtype)
        else:
            mixed = frame.mixed(texels, lambda x: resample(x, self.chart, self.shape))
            picture = rounded(mixed, dtype)
        return picture[:, ::-1] if self.mirrored else picture

    def picture_frame(self) -> Frame:
        """See Design."""
        chart, shape, mirrored = self.chart, self.shape, self.mirrored
        over = self._over
        a, b, origin = plane_chart.picture_lattice(chart, shape)
        a, b, origin = over[:2, :2] @ a, over[:2, :2] @ b, over[:2, :2] @ origin + over[:2, 2]
        generators = tuple(
            PictureGenerator(g.letter, g.title, over @ g.matrix @ over, colour)
            for g, colour in plane_chart.picture_generators(chart, shape)
        )
        skew = int(plane_chart.picture_periods(chart, shape)[0, 1]) * (-1 if mirrored else 1)
        lattice = {"a": a.tolist(), "b": b.tolist(), "origin": origin.tolist()}
        layout = TileLayout(shape, skew)
        return Frame("tiling", generators, layout, {"lattice": lattice}, self.frame)

    def figure(self) -> Figure:
        """See Design."""
        self.check_figure()
        delivered, corner = self.trimmed(np.zeros((*self.shape, 3), np.uint8))
        height, width = delivered.shape[:2]
        from_delivered = self._over @ affine(np.eye(2), corner)
        return plane_figure(self.chart, self.shape, (height, width), from_delivered)

    @property
    def _over(self) -> Array:
        """(3, 3), in pixels: turns a mirrored picture over."""
        width = self.shape[1]
        return affine(np.diag([-1.0, 1.0]), (width, 0.0)) if self.mirrored else np.eye(3)

    def trimmed(self, picture: Picture) -> tuple[Picture, tuple[int, int]]:
        """See Design: periods, or one cell of which the rest is clear."""
        scene = self.scene
        if self.mirrored:  # the chart is that of the other hand
            picture = picture[:, ::-1]
        if scene.cut == "period":
            pixels, (x, y) = tiles.repeated(picture, self.chart, *scene.repeat), (0, 0)
        else:
            cut = tiles.cut_cell(picture, self.chart, CELLS[scene.cut], self.width)
            pixels, (x, y) = np.dstack([cut.rgb, cut.alpha]), cut.corner
        if self.mirrored:
            return pixels[:, ::-1], (picture.shape[1] - x - pixels.shape[1], y)
        return pixels, (x, y)


class TileLayout(Layout):
    """One period of a tiling of the plane; places are (x, y, 1) in pixels, x right, y down, centres
    at +½. Above and below, the picture goes on shifted by ``skew`` pixels, as bricks do."""

    on_grid = True

    def __init__(self, shape: tuple[int, int], skew: int) -> None:
        self.shape, self.skew, self.joins = shape, skew, {1: 0, 0: skew}

    def points(self, pixels: NDArray[np.integer]) -> tuple[Array, Array]:
        """See Layout."""
        row, column = np.divmod(pixels, self.shape[1])
        ones = np.ones(len(pixels))
        return np.column_stack([column + 0.5, row + 0.5, ones]), ones

    def positions(self, points: Array) -> tuple[Array, NDArray[np.bool_]]:
        """See Layout."""
        height, width = self.shape
        x, y = points[:, 0] - 0.5, points[:, 1] - 0.5
        course = np.floor(y / height)
        place = np.column_stack([y - course * height, (x - course * self.skew) % width])
        return place, np.ones(len(points), bool)

    def framed(self, picture: Picture) -> Picture:
        """See Layout."""
        height, width = self.shape
        rows = np.arange(-MARGIN, height + MARGIN)
        columns = np.arange(-MARGIN, width + MARGIN)
        course = rows // height
        return picture[
            (rows % height)[:, None], (columns[None, :] - (course * self.skew)[:, None]) % width
        ]
