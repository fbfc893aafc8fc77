"""The easel of what is too large to be held several times over, tiles, friezes and textures of
meshes: a step looks at windows, and reads and moves no paint but what they show.

The whole exists as the canvas, the mean of its iterates and Adam's moments in bfloat16, and
nothing else: no list of texels, no gradient, no texture. That is 12 bytes a texel and channel, a
third more with the coarser levels: at 16384² 12.9 GB. The finest of them lie on the disk
(:mod:`service.blocks.sheets`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

import numpy as np
import torch
from torch import Tensor

from geometry.symmetry.colour import generated
from service.blocks.boxes import Box, Clamped, Held, Level, boxes, whole
from service.blocks.ground import Ground
from service.blocks.iterate import LargeIterate, Touched
from service.blocks.mesh_ground import MeshGround
from service.blocks.pyramid import Pyramid, Resized
from service.blocks.sheets import Sheet
from service.blocks.showing import showing
from service.blocks.torus_ground import TorusGround
from service.inputs.styles import StylePicture
from service.memory import return_freed
from service.painting.canvas import LIGHT_AXES, START_NOISE, Canvas, canvas_depth, colour_axes
from service.painting.checkpoint import LEVELS, Checkpoint, Tally
from service.painting.iterate import BETAS
from service.painting.kept import Paint
from service.painting.ladder import rates
from service.painting.objective import StageTerms
from service.painting.stage import Stage, style_side
from service.painting.steering import changes_views, readjusted
from service.perception.network import Network
from service.recipe.parts import DRAFT_SUBSAMPLES, QUALITIES
from service.recipe.recipe import Recipe
from service.recipe.seeds import GRIDS, NOISE, VIEWS, seed_of
from service.room import check_scratch_to_grow
from service.spaces.frame import Picture
from service.spaces.handedness import must_be_mirrored
from service.spaces.mesh import MeshScene
from service.spaces.space import Scene
from service.spaces.torus import TorusScene
from service.surfaces.glances import GLANCES, at_most
from service.surfaces.grids import Phase, random_phases
from service.surfaces.surface import Surface, make_surface


class LargeEasel:
    """See :class:`service.painting.easel.Easel`, whose methods these are. Paint stays in the
    machine's own memory, wherever the network is."""

    def __init__(
        self,
        recipe: Recipe,
        scene: TorusScene | MeshScene,
        styles: Sequence[StylePicture],
        network: Network,
        frugal: bool = False,
        larger_than: Paint | None = None,
    ) -> None:
        self._frugal, self._larger_than = frugal, larger_than
        if larger_than is not None:
            scene = dataclasses.replace(scene, mirrored=larger_than.mirrored)
        self._first_width = larger_than.first_width if larger_than else recipe.size
        self.recipe, self._scene, self._styles, self._network = recipe, scene, styles, network
        self._axes = LIGHT_AXES if scene.light else colour_axes(scene.frame)
        self._width = 0
        self._iterate: LargeIterate
        self._ground: Ground
        self._small: Surface
        self._small_of: tuple[Scene, int] | None = None
        self._terms: StageTerms

    def adjust(self, recipe: Recipe) -> bool:
        """See Easel."""
        before, self.recipe = self.recipe, recipe
        if not changes_views(before, recipe):
            return False
        self._styles, self._scene = readjusted(self._styles, self._scene, before, recipe)
        return True

    def begin(self, width: int) -> None:
        """See Easel."""
        self._prepare(0, width)
        sizes, phases = self._sizes(width), self._phases(width)
        wrap = self._ground.design.wrap
        levels: Iterable[Level]
        if self._larger_than is not None:
            depth = self._depth
            levels = [
                level
                for k, chart in enumerate(self._larger_than.logits)
                for level in showing(
                    chart, sizes[k * depth :][:depth], phases[:depth], self._axes, wrap
                )
            ]
        else:
            generator = torch.Generator().manual_seed(seed_of(self.recipe.seed, NOISE))
            noise = START_NOISE["base" if self.recipe.start == "base" else "noise"]
            levels = (  # one after the other: each may be gigabytes
                Held(torch.randn(3, *size, generator=generator).mul_(noise)) for size in sizes
            )
        self._iterate = LargeIterate(levels, phases, wrap)

    def enter(self, number: int, width: int) -> None:
        """See Easel. Raises InputError("no-temporary-folder") while all is still as it was."""
        check_scratch_to_grow(self._scene, self._width, width)
        self._prepare(number, width)
        self._iterate.grow(self._sizes(width), self._phases(width))

    def renew(self, number: int) -> None:
        """See Easel."""
        self._prepare(number, self._width)

    def _prepare(self, number: int, width: int) -> None:
        """Design, terms and windows of a stage."""
        self._width = width
        self._set_up(self._scene)
        self._ground.prepare(seed_of(self.recipe.seed, VIEWS, number))
        colours = generated(tuple(self._scene.colouring.images.values()))
        side = style_side(self._ground.design.unit, self._scene, width, self._first_width)
        stage = Stage(self.recipe, self._network, self._styles, colours, side, self._scene.frame)
        self._terms = StageTerms(stage, self._ground)

    def _set_up(self, scene: TorusScene | MeshScene) -> None:
        """A scene's ground at the stage's width, and a small surface to look at."""
        self._scene = scene
        self._ground = self._ground_of(self._width)
        small = scene, min(self._width, GLANCES[-1])
        if small != self._small_of:  # all large stages have the same one
            self._small_of = small
            self._small = self._small_surface()

    def _ground_of(self, width: int) -> Ground:
        scene, recipe = self._scene, self.recipe
        if isinstance(scene, TorusScene):
            return TorusGround(scene, width, self._axes)
        full = width == recipe.size
        subsamples = QUALITIES[recipe.quality].subsamples if full else DRAFT_SUBSAMPLES
        return MeshGround(scene, width, self._axes, self._depth, recipe.views, subsamples)

    @property
    def _depth(self) -> int:
        """Levels of a chart."""
        return canvas_depth(self.recipe, self._network)

    def _sizes(self, width: int) -> list[tuple[int, int]]:
        """Of all levels, of one chart after the other."""
        shape = self._scene.design(width).canvas_shape
        return Canvas.level_sizes(shape, self._depth) * shape[0]

    def _phases(self, width: int) -> tuple[Phase, ...]:
        full = width == self.recipe.size
        seed = seed_of(self.recipe.seed, GRIDS, width)
        charts = self._scene.design(width).canvas_shape[0]
        return random_phases(self._depth, seed, aligned=full) * charts

    def step(self, number: int) -> tuple[dict[str, float], int]:
        """One step, which looks at one window after the other, and moves the canvas after each:
        the mean of the loss terms, and the pixels looked at."""
        self._terms.weigh(self.recipe, number)
        turns = self._ground.turns
        found = [self._turn(number, number * turns + k) for k in range(turns)]
        losses = {name: sum(one[name] for one, _ in found) / turns for name in found[0][0]}
        return losses, sum(pixels for _, pixels in found)

    def _turn(self, number: int, turn: int) -> tuple[dict[str, float], int]:
        ground, levels = self._ground, self._iterate.levels
        pane, paint = ground.pane(turn), self._paint_on(ground, levels, self._iterate.phases)
        with torch.no_grad():
            logits = pane.read(paint)
        logits.requires_grad_()
        look = pane.look(logits).to(next(self._network.parameters()).device)
        seen = self._terms.see(look, self._frugal)
        losses = self._terms.losses(seen, logits)
        self._terms.total(losses).backward()
        assert logits.grad is not None
        with torch.no_grad():
            touched, depth = Touched(levels), self._depth

            def add(chart: int, level: int, box: Box, found: Tensor) -> None:
                touched.add(chart * depth + level, box, found)

            pane.spread(paint, logits.grad, add)
            sizes = [level.size[0] for level in levels[:depth]]
            there = None if self._larger_than is None else self._larger_than.logits.shape[1]
            paces = ground.paces(self._small.paces(depth))
            far = rates(self.recipe, number, sizes, paces, there)
            self._iterate.move(touched, far * (len(levels) // depth), BETAS)
        return {name: float(loss.detach()) for name, loss in losses.items()}, seen.pixels

    def _paint_on(
        self, ground: Ground, levels: Sequence[Level], phases: Sequence[Phase]
    ) -> list[Pyramid]:
        size, phases = ground.design.chart_shape[1:], phases[: self._depth]
        return [Pyramid(chart, phases, size) for chart in ground.shown(levels)]

    def _small_surface(self) -> Surface:
        assert self._small_of is not None
        return make_surface(*self._small_of, self.recipe.views, torch.device("cpu"))

    @property
    def mirrored(self) -> bool:
        """See Easel."""
        return self._scene.mirrored

    @torch.no_grad()
    def choose_hand(self) -> None:
        """See Easel."""
        wanted = self.recipe.chirality
        if wanted == "any" or self._larger_than is not None:
            return
        plain = dataclasses.replace(self._scene, mirrored=False)
        design = plain.design(min(self._width, GLANCES[-1]))
        paint = self._glance(design.canvas_shape).numpy()
        mirrored = must_be_mirrored(design, plain.group, paint, wanted)
        if mirrored != self._scene.mirrored:
            self._set_up(dataclasses.replace(self._scene, mirrored=mirrored))

    @torch.no_grad()
    def texture(self, max_size: int) -> Picture:
        """See Easel; a look at it is at most 1024 pixels wide."""
        if not max_size:
            return_freed()
            ground, paint = self._whole()
            return ground.picture(paint, self.recipe.dtype)
        return at_most(max_size, self._small.picture(self._glance(self._small.canvas_shape)))

    def surface(self, full: bool) -> tuple[Surface, Tensor]:
        """See Easel; a smaller one, whose views tell what the windows have seen."""
        small = self._small_surface()  # whose views are kept no longer than they are asked for
        small.prepare_views(0)
        return small, self._glance(small.canvas_shape)

    @torch.no_grad()
    def paint(self) -> Paint:
        """See Easel; the logits are 16-bit floating-point numbers."""
        ground, paint = self._whole()
        charts, rows, columns = ground.design.canvas_shape
        logits = np.empty((charts, rows, columns, 3), np.float16)
        for chart, pyramid in zip(logits, paint, strict=True):
            canvas = Pyramid(pyramid.levels, pyramid.phases, (rows, columns))
            for top, left, height, width in boxes((rows, columns)):
                shown = torch.einsum(
                    "ij,jhw->hwi", self._axes, canvas.read(Box(top, left, height, width))
                )
                chart[top : top + height, left : left + width] = shown.numpy()
        frame, size = self._scene.style_frame, self.recipe.size
        return Paint(logits, self.mirrored, None, frame, size, self._first_width)

    def _whole(self) -> tuple[Ground, list[Pyramid]]:
        """The ground at full size, and what is shown on it."""
        full, iterate = self.recipe.size, self._iterate
        ground = self._ground if self._width == full else self._ground_of(full)
        sizes, to = self._sizes(full), self._phases(full)
        grids = zip(iterate.shown(), sizes, iterate.phases, to, strict=True)
        return ground, self._paint_on(ground, [self._resized(*grid) for grid in grids], to)

    def _resized(self, level: Level, size: tuple[int, int], before: Phase, after: Phase) -> Level:
        """A level at full size, which it may have already: each by itself, as the disk may have
        been full while some grew."""
        if (level.size, before) == (size, after):
            return level
        edged = level if self._ground.design.wrap else Clamped(level)
        return Resized(edged, size, before, after)

    def _glance(self, shape: tuple[int, int, int]) -> Tensor:
        """The mean on a smaller canvas, (texels, 3): each of its texels is the mean of what it
        covers."""
        charts = self._ground.shown(self._iterate.shown())
        totals = [
            torch.stack([whole(Resized(level, shape[1:])) for level in chart]).sum(0)
            for chart in charts
        ]
        return torch.einsum("ij,cjhw->chwi", self._axes, torch.stack(totals)).reshape(-1, 3)

    def checkpoint(self, recipe: str, tally: Tally) -> Checkpoint:
        """See Easel; not copied."""
        iterate = self._iterate
        tally = dataclasses.replace(tally, stage_moves=iterate.steps, moves=iterate.step)
        return Checkpoint(recipe, tally, self.mirrored, **iterate.arrays())

    def restore(self, checkpoint: Checkpoint, width: int) -> None:
        """See Easel."""
        self._scene = dataclasses.replace(self._scene, mirrored=checkpoint.mirrored)
        tally = checkpoint.tally
        self._prepare(tally.stage, width)
        sizes, phases = self._sizes(width), self._phases(width)
        checkpoint.check_shape([Sheet.shape_of(size) for size in sizes], "uint16")
        arrays = {field: getattr(checkpoint, field) for field in LEVELS}
        wrap, moves = self._ground.design.wrap, (tally.stage_moves, tally.moves)
        self._iterate = LargeIterate.restored(arrays, sizes, phases, wrap, *moves)
