"""The studio of tiles too large to hold several times over: a step looks at windows, and reads and
moves no paint but what they show.

The whole tile exists as the canvas, the mean of its iterates and Adam's moments in bfloat16, and
nothing else: no list of texels, no gradient, no texture. That is 12 bytes a texel and channel, a
third more with the coarser levels: at 16384² 12.9 GB. The finest of them lie on the disk
(:mod:`service.blocks.sheets`).
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Sequence
from typing import NoReturn

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from geometry.symmetry.colour import generated
from service.blocks.boxes import Box, Held, Level, boxes, whole
from service.blocks.folding import Folding, tapered
from service.blocks.iterate import LargeIterate, Touched
from service.blocks.picture import developed
from service.blocks.pyramid import Pyramid, Resized
from service.blocks.sheets import Sheet
from service.blocks.showing import showing
from service.blocks.sizes import BLOCK, blocks_of
from service.inputs.styles import StylePicture
from service.painting.canvas import Canvas, colour_axes
from service.painting.checkpoint import Checkpoint, Levels, Tally
from service.painting.iterate import BETAS
from service.painting.kept import Paint
from service.painting.ladder import rates
from service.painting.objective import StageTerms
from service.painting.stage import Stage, style_side
from service.painting.steering import recoloured, reweighted
from service.painting.studio import (
    GRIDS,
    NOISE,
    SEEN_IN_VIEWS,
    START_NOISE,
    VIEWS,
    canvas_depth,
    seed_of,
)
from service.perception.network import Network
from service.recipe.recipe import Recipe
from service.room import check_scratch_to_grow
from service.spaces.handedness import winding
from service.spaces.plane import PlaneScene
from service.spaces.plane_design import PlaneDesign
from service.surfaces.glances import GLANCES, at_most
from service.surfaces.grids import Phase, random_phases
from service.surfaces.surface import Look, Surface, make_surface

TAPER = 64  # pixels over which a step fades out towards the borders of what it looks at


class LargeStudio:
    """See :class:`service.painting.studio.Studio`, whose methods these are. Paint stays in the
    machine's own memory, wherever the network is."""

    def __init__(
        self,
        recipe: Recipe,
        scene: PlaneScene,
        styles: Sequence[StylePicture],
        network: Network,
        frugal: bool = False,
        larger_than: Paint | None = None,
    ) -> None:
        self._frugal, self._before = frugal, larger_than
        if larger_than is not None:
            scene = dataclasses.replace(scene, mirrored=larger_than.mirrored)
        self._first_width = larger_than.first_width if larger_than else recipe.size
        self.recipe, self._scene, self._styles, self._network = recipe, scene, styles, network
        self._axes = colour_axes(scene.frame)
        self._width = 0
        self._iterate: LargeIterate
        self._design: PlaneDesign
        self._folding: Folding
        self._small: Surface
        self._terms: StageTerms
        self._turns = 1

    def adjust(self, recipe: Recipe) -> bool:
        """See Studio."""
        before, self.recipe = self.recipe, recipe
        if not any(getattr(recipe, field) != getattr(before, field) for field in SEEN_IN_VIEWS):
            return False
        if recipe.styles != before.styles:
            self._styles = reweighted(self._styles, recipe)
        if recipe.colouring != before.colouring:
            scene = recoloured(self._scene, recipe)
            assert isinstance(scene, PlaneScene)
            self._scene = scene
        return True

    def begin(self, width: int) -> None:
        """See Studio."""
        self._prepare(0, width)
        sizes, phases = self._sizes(width), self._phases(width)
        levels: Iterable[Level]
        if self._before is not None:
            levels = showing(self._before.logits[0], sizes, phases, self._axes)
        else:
            generator = torch.Generator().manual_seed(seed_of(self.recipe.seed, NOISE))
            noise = START_NOISE[self.recipe.start]
            levels = (  # one after the other: of a large tile each is gigabytes
                Held(torch.randn(3, *size, generator=generator).mul_(noise)) for size in sizes
            )
        self._iterate = LargeIterate(levels, phases)

    def enter(self, number: int, width: int) -> None:
        """See Studio. Raises InputError("no-temporary-folder") while all is still as it was."""
        check_scratch_to_grow(self._scene, self._width, width)
        self._prepare(number, width)
        self._iterate.grow(self._sizes(width), self._phases(width))

    def renew(self, number: int) -> None:
        """See Studio."""
        self._prepare(number, self._width)

    def _prepare(self, number: int, width: int) -> None:
        """Design, terms and windows of a stage."""
        self._width = width
        self._see_with(self._scene)
        self._turns = self._design.windows.a_step
        self._start = np.random.default_rng(seed_of(self.recipe.seed, VIEWS, number)).random(2)
        colours = generated(tuple(self._scene.colouring.images.values()))
        side = style_side(self._design.unit, self._scene, width, self._first_width)
        stage = Stage(self.recipe, self._network, self._styles, colours, side, self._scene.frame)
        self._terms = StageTerms(stage, self._small)

    def _see_with(self, scene: PlaneScene) -> None:
        self._scene = scene
        self._design = scene.design(self._width)
        self._folding = Folding(self._design.chart, scene.frame, self._axes)
        small = min(self._width, GLANCES[-1])
        self._small = make_surface(scene, small, 1, torch.device("cpu"))

    def _sizes(self, width: int) -> list[tuple[int, int]]:
        shape = self._scene.design(width).canvas_shape
        return Canvas.level_sizes(shape, canvas_depth(self.recipe, self._network))

    def _phases(self, width: int) -> tuple[Phase, ...]:
        seed, depth = self.recipe.seed, canvas_depth(self.recipe, self._network)
        full = width == self.recipe.size
        return random_phases(depth, seed_of(seed, GRIDS, width), aligned=full)

    def step(self, number: int) -> tuple[dict[str, float], int]:
        """One step, which looks at one window after the other, and moves the canvas after each:
        the mean of the loss terms, and the pixels looked at."""
        self._terms.weigh(self.recipe, number)
        found = [self._turn(number, number * self._turns + k) for k in range(self._turns)]
        losses = {name: sum(one[name] for one in found) / len(found) for name in found[0]}
        return losses, self._turns * math.prod(self._design.windows.view)

    def _turn(self, number: int, turn: int) -> dict[str, float]:
        windows = self._design.windows
        height, width = windows.view
        ((top, left),) = windows.corners(self._start, np.array([turn])).tolist()
        box = Box(top, left, height, width)
        levels = self._iterate.levels
        paint = Pyramid(levels, self._iterate.phases, self._design.chart_shape[1:])
        whole = windows.show_all
        with torch.no_grad():
            logits = self._folding.read(paint, box)
        logits.requires_grad_()
        view = torch.sigmoid(logits).reshape(1, 3, height, width)
        view = view.flip(-1) if self._design.mirrored else view
        view = view.contiguous(memory_format=torch.channels_last)
        view = view.to(next(self._network.parameters()).device)
        seen = self._terms.see(Look(view, None, periodic=whole), self._frugal)
        losses = self._terms.losses(seen, logits)
        self._terms.total(losses).backward()
        assert logits.grad is not None
        with torch.no_grad():
            reach = torch.ones(box[2:]) if whole else tapered(box[2:], TAPER)
            touched = Touched(levels)
            self._folding.spread(paint, box, logits.grad, reach.flatten(), touched.add)
            sizes = [level.size[0] for level in levels]
            paces = self._small.paces(len(sizes))
            there = None if self._before is None else self._before.logits.shape[1]
            far = rates(self.recipe, number, sizes, paces, there)
            self._iterate.move(touched, far, BETAS)
        return {name: float(loss.detach()) for name, loss in losses.items()}

    @property
    def mirrored(self) -> bool:
        """See Studio."""
        return self._scene.mirrored

    @torch.no_grad()
    def choose_hand(self) -> None:
        """See Studio."""
        wanted = {"any": 0, "ccw": 1, "cw": -1}[self.recipe.chirality]
        if not wanted or self._before is not None:
            return
        plain = dataclasses.replace(self._scene, mirrored=False)
        design = plain.design(min(self._width, GLANCES[-1]))
        paint = self._glance(design).numpy()
        mirrored = winding(design, plain.group, paint) * wanted < 0
        if mirrored != self._scene.mirrored:
            self._see_with(dataclasses.replace(self._scene, mirrored=mirrored))

    @torch.no_grad()
    def texture(self, max_size: int) -> NDArray[np.uint8]:
        """See Studio; a look at it is at most 1024 pixels wide."""
        if not max_size:
            pyramid, design = self._whole()
            folding = Folding(design.chart, self._scene.frame, self._axes)
            return developed(design, folding, pyramid)
        design = self._scene.design(min(self._width, GLANCES[-1]))
        return at_most(max_size, self._small.picture(self._glance(design)))

    def surface(self, full: bool) -> NoReturn:
        """Only one space needs it, which is not this one."""
        raise NotImplementedError

    @torch.no_grad()
    def paint(self) -> Paint:
        """See Studio; the logits are 16-bit floating-point numbers."""
        pyramid, design = self._whole()
        rows, columns = design.canvas_shape[1:]
        logits = np.empty((1, rows, columns, 3), np.float16)
        for top, left, height, width in boxes((rows, columns)):
            shown = torch.einsum(
                "ij,jhw->hwi", self._axes, pyramid.read(Box(top, left, height, width))
            )
            logits[0, top : top + height, left : left + width] = shown.numpy()
        frame, size = self._scene.style_frame, self.recipe.size
        return Paint(logits, self.mirrored, None, frame, size, self._first_width)

    def _whole(self) -> tuple[Pyramid, PlaneDesign]:
        """What is shown, at full size, and the design of that."""
        levels: Sequence[Level] = self._iterate.shown()
        phases, full = self._iterate.phases, self.recipe.size
        design = self._scene.design(full)
        if self._width != full:
            sizes, to = self._sizes(full), self._phases(full)
            levels = [Resized(*x) for x in zip(levels, sizes, phases, to, strict=True)]
            phases = to
        return Pyramid(levels, phases, design.chart_shape[1:]), design

    def _glance(self, design: PlaneDesign) -> Tensor:
        """The mean on the canvas of a smaller design, (texels, 3): each of its texels is the mean
        of what it covers."""
        size = design.canvas_shape[1:]
        levels = self._iterate.shown()
        total = torch.stack([whole(Resized(level, size)) for level in levels]).sum(0)
        return torch.einsum("ij,jhw->hwi", self._axes, total).reshape(-1, 3)

    def checkpoint(self, recipe: str, tally: Tally) -> Checkpoint:
        """See Studio; not copied."""
        iterate = self._iterate
        sheets = {
            "canvas": iterate.levels,
            "mean": iterate.mean,
            "moments": iterate.moments,
            "squares": iterate.squares,
        }
        arrays = {name: tuple(x.array() for x in some) for name, some in sheets.items()}
        synced = tuple(x.numpy() for x in iterate.synced)
        tally = dataclasses.replace(tally, stage_moves=iterate.steps, moves=iterate.step)
        return Checkpoint(recipe, tally, self.mirrored, **arrays, synced=synced)

    def restore(self, checkpoint: Checkpoint, width: int) -> None:
        """See Studio."""
        self._scene = dataclasses.replace(self._scene, mirrored=checkpoint.mirrored)
        self._prepare(checkpoint.tally.stage, width)
        sizes, phases = self._sizes(width), self._phases(width)
        shapes = [(*blocks_of(size), 3, BLOCK, BLOCK) for size in sizes]
        checkpoint.check_shape(shapes, "uint16")

        def sheets(levels: Levels, dtype: torch.dtype = torch.float32) -> list[Sheet]:
            found = zip(sizes, levels, strict=True)
            return [Sheet.restored(size, dtype, level) for size, level in found]

        self._iterate = LargeIterate.restored(
            sheets(checkpoint.canvas),
            sheets(checkpoint.mean),
            sheets(checkpoint.moments, torch.bfloat16),
            sheets(checkpoint.squares, torch.bfloat16),
            [torch.tensor(level) for level in checkpoint.synced],
            phases,
            checkpoint.tally.stage_moves,
            checkpoint.tally.moves,
        )
