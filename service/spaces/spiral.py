"""Spirals and tunnels: a texture on the log-polar torus, read through its mip pyramid."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import DTypeLike, NDArray
from scipy import special

from geometry import cells
from geometry.catalogue import find_group
from geometry.maps.pyramid import build_pyramid
from geometry.maps.reach import Linked, Reach, Resized, pyramid_link
from geometry.maps.sampling import SamplingMap
from geometry.spaces import Array, affine
from geometry.spiral.chart import SpiralChart, SpiralShape, kaleidoscope, spiral_chart
from geometry.spiral.views import picture_colours, picture_map, window_map
from geometry.symmetry.colour_frame import rounded
from service.inputs.body import Body
from service.spaces import resolution
from service.spaces.frame import Frame, Layout, Picture, PictureGenerator
from service.spaces.resolution import (
    COARSER_PACE,
    FINENESS,
    spread_place,
    windows_a_step,
    windows_needed,
)
from service.spaces.space import LARGEST, MOTIF, Design, Scene, Space, resolved

if TYPE_CHECKING:
    from service.recipe.recipe import Recipe

# Of the canvas, relative to other designs: a texel that is a pixel wide at the picture's edge is
# half a pixel wide halfway to the middle, where the paint should be resolved too.
_COARSER = 0.75
WINDOW = 0.5  # side of a view, relative to the picture's width


@dataclass(frozen=True, eq=False, kw_only=True)
class SpiralScene(Scene):
    """A spiral or tunnel. form: what one repetition does."""

    form: SpiralShape

    @classmethod
    def of(cls, recipe: Recipe, body: Body | None = None) -> SpiralScene:
        """See Space."""
        usual = {"zoom": 2.0, "tunnel": 1.2}[recipe.radius]
        form = SpiralShape(recipe.zoom or usual, recipe.twist, recipe.radius)
        return cls(**resolved(recipe, find_group(recipe.group, SPACE.groups)), form=form)

    def design(self, width: int) -> SpiralDesign:
        """See Scene."""
        return SpiralDesign(self, width)

    def same_canvas(self, other: SpiralScene, width: int) -> bool:
        """See Scene. The canvas is a period of the colours, too."""
        return self.colouring.supercell == other.colouring.supercell


class SpiralDesign(Design):
    """A spiral or tunnel. Its picture is a square around the middle."""

    surface = "service.surfaces.spiral:SpiralSurface"
    wrap = True

    def __init__(self, scene: SpiralScene, width: int) -> None:
        self._scene = scene
        self.chart = spiral_chart(scene.group, scene.colouring, scene.form, width)
        self.shape, self.frame = (width, width), scene.frame
        self.texture_shape = self.chart.rows, self.chart.columns
        self.chart_shape = (1, self.chart.rows, self.chart.columns)
        rows, columns = (max(8, round(n * FINENESS * _COARSER)) for n in self.texture_shape)
        self.canvas_shape = (1, rows, columns)
        self.window = min(max(round(width * WINDOW / 8) * 8, 64), resolution.WINDOW)
        area = self.chart.rows * self.chart.columns / len(self.chart.elements)
        self.needed = windows_needed(width, area)
        self.views_a_step = max(2, windows_a_step(self.needed))

    @property
    def kaleidoscope(self) -> tuple[SamplingMap, SamplingMap]:
        """Chart texels → one logit per orbit of texels → chart texels. They are not kept: of a
        large spiral they take a GiB."""
        return kaleidoscope(self.chart)

    @property
    def is_plain(self) -> bool:
        """Whether each texel of the torus is an orbit of its own: without colours the torus is one
        repetition, and the kaleidoscope changes nothing."""
        return len(self.chart.elements) == 1

    def paces(self, levels: int) -> list[float]:
        """See Design. Copies of a texel add up, divided by the root of their number. Broad forms of
        a large picture: see FoldedDesign."""
        slower = COARSER_PACE if self.needed > 1 else 1.0
        return [slower**k / math.sqrt(len(self.chart.elements)) for k in range(levels)]

    def picture_map(self, phase: float = 0.0, rows: range | None = None) -> SamplingMap:
        """The texture's packed pyramid → pixels of the picture, or of some of its rows; see
        geometry.spiral.views."""
        return picture_map(self.chart, self.shape, phase, rows=rows)

    def picture_maps(self, phase: float = 0.0) -> Iterator[SamplingMap]:
        """The same of all of its bands, one after the other."""
        return (self.picture_map(phase, rows) for rows in self.bands)

    def reach(self) -> Reach:
        """See Design."""
        resized = Resized(self.canvas_shape, self.chart_shape, self.wrap)
        texture = map(Linked.by, self.kaleidoscope)
        pixels = (pyramid_link(self.texture_shape), Linked.by(self.picture_map()))
        return Reach(self.canvas_shape, self.shape, (resized, *texture, *pixels), self.wrap)

    def windows(self, count: int, seed: int) -> list[tuple[SamplingMap, Array]]:
        """``count`` square views of ``window`` pixels a side: the pyramid → their pixels, and how
        much each pixel counts."""
        random = np.random.default_rng(seed)
        return [window_map(self.chart, self.window, random) for _ in range(count)]

    def window_on_large(self, number: int, count: int, seed: int) -> tuple[SamplingMap, Array]:
        """One of ``count`` such views, spread evenly over what turns and zooms show."""
        turn, phase = spread_place(seed, number)
        random = np.random.default_rng([seed, number])
        return window_map(self.chart, self.window, random, moved=(turn, phase))

    def laid_out(self, paper: cells.Paper) -> Array:
        """See Design."""
        torus, orbit = cells.spiral_torus(self.chart), self.kaleidoscope[1].indices
        return cells.in_one_cell(torus, orbit, paper, self.frame)

    def bake(self, paint: Array) -> Picture:
        """See Design."""
        for step in self.kaleidoscope:
            paint = step.apply(paint, self.frame)
        return self.developed(special.expit(paint), self.picture_maps())

    def developed(
        self, texture: Array, pixels: Iterable[SamplingMap], dtype: DTypeLike = np.uint8
    ) -> Picture:
        """The picture (H, W, 3) of a texture (texels, 3) in 0..1. pixels: the maps of all bands."""
        texels = self.frame.mixable(texture).reshape(*self.texture_shape, 3)
        pyramid = build_pyramid(texels)
        seen = (self.frame.unmixable(band.apply(pyramid)) for band in pixels)
        bands = [rounded(band, dtype) for band in seen]
        return np.concatenate(bands).reshape(*self.shape, 3)

    def drawn(self, pyramid: NDArray[np.floating], dtype: DTypeLike = np.uint8) -> Picture:
        """The same of a packed pyramid (texels, 3) of what is mixed, see ColourFrame.mixable, in
        its precision and without maps: of a large picture, which is wanted once."""
        picture = np.empty((*self.shape, 3), dtype)

        def band(rows: range) -> None:
            seen = picture_colours(pyramid, self.chart, self.shape, rows)
            made = rounded(self.frame.unmixable(seen), dtype)
            picture[rows.start : rows.stop] = made.reshape(len(rows), -1, 3)

        with ThreadPoolExecutor(2) as pool:  # NumPy lets go of the interpreter's lock
            list(pool.map(band, self.bands))
        return picture

    def loop(self, texture: Array, frames: int) -> Iterator[Picture]:
        """An endless zoom: ``frames`` pictures for each repetition, until the colours are the first
        ones again."""
        for k in range(frames * self.chart.loop):
            yield self.developed(texture, self.picture_maps(k / frames))

    def picture_frame(self) -> Frame:
        """See Design."""
        scene, (height, width) = self._scene, self.shape
        generators = tuple(
            PictureGenerator(
                g.letter,
                g.title,
                affine(np.eye(2), self.chart.basis @ g.matrix[:2, 2]),
                scene.colouring.images[g.letter],
            )
            for g in scene.group.generators
        )
        kind = {"zoom": "spiral", "tunnel": "tunnel"}[scene.form.kind]
        fields = {"center": [width / 2, height / 2], "radius": width / 2}
        return Frame(kind, generators, SpiralLayout(self.chart, self.shape), fields, self.frame)


class SpiralLayout(Layout):
    """A spiral around the picture's middle; places are (log |z|, arg z, 1), of a tunnel
    (|z|, arg z, 1)."""

    def __init__(self, chart: SpiralChart, shape: tuple[int, int]) -> None:
        self.shape, self._chart = shape, chart

    def points(self, pixels: NDArray[np.integer]) -> tuple[Array, Array]:
        """See Layout."""
        height, width = self.shape
        row, column = np.divmod(pixels, width)
        z = np.column_stack([column + 0.5 - width / 2, height / 2 - row - 0.5]) * (2 / width)
        polar = self._chart.shape.polar(z)
        return np.column_stack([polar, np.ones(len(z))]), self._resolved(np.hypot(*z.T))

    def positions(self, points: Array) -> tuple[Array, NDArray[np.bool_]]:
        """See Layout."""
        height, width = self.shape
        x, y = self._chart.shape.points(points[:, :2]).T * (width / 2)
        place = np.column_stack([height / 2 - y, x + width / 2]) - 0.5
        seen = self._resolved(np.hypot(x, y) * (2 / width)) > 0
        return np.nan_to_num(place), seen & self.within(place)

    def _resolved(self, radius: Array) -> Array:
        """Towards the middle texels are smaller than pixels. Only the outer half is compared, and
        as much more as a generous zoom needs for two places to compare."""
        return (radius > np.clip(0.97 / self._chart.shape.zoom, 0.35, 0.5)).astype(float)


SPACE = Space(
    target="spiral",
    groups="spiral",
    title="Spirals: any number of arms",
    summary="Paint a picture that repeats itself as it is zoomed and turned, or a tunnel.",
    fields=("radius", "zoom", "twist", *MOTIF),
    scene=SpiralScene.of,
    arguments=lambda group: f"--arms {group.order}",
    largest=2 * LARGEST,
)
