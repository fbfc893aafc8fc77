"""The easel: what lives while a picture is painted, and what one step does to it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

from geometry.symmetry.colour import generated
from service.finisher import Finisher
from service.inputs.styles import StylePicture
from service.memory import give_back, return_freed
from service.painting.blending import Blend
from service.painting.canvas import LIGHT_AXES, START_NOISE, Canvas, canvas_depth, colour_axes
from service.painting.checkpoint import Checkpoint, Levels, Tally
from service.painting.iterate import Iterate
from service.painting.kept import Backdrop, Before, Kept, Paint
from service.painting.ladder import rates
from service.painting.looking import see, views_of_step
from service.painting.objective import Losses, StageTerms
from service.painting.replay import Replay, recorders_of
from service.painting.stage import Stage, style_side
from service.painting.steering import changes_views, readjusted
from service.perception.network import Network
from service.pictures.depth import in_depth
from service.ranks.ranks import ALONE, Ranks
from service.recipe.parts import DRAFT_SUBSAMPLES, QUALITIES
from service.recipe.recipe import Recipe
from service.recipe.seeds import GRIDS, NOISE, VIEWS, seed_of
from service.spaces import SPACES
from service.spaces.frame import Picture
from service.spaces.handedness import must_be_mirrored
from service.spaces.space import Scene
from service.surfaces.glances import Glances, at_most
from service.surfaces.grids import ALIGNED, random_phases
from service.surfaces.host import to_host
from service.surfaces.surface import Surface, enlarged_paint, make_surface

_MUCH = 1 << 20  # texels of a canvas whose maps leave much memory free when they are forgotten
_AHEAD = 8  # steps by which Python may be ahead of a GPU


class Easel:
    """Iterate and surface of the stage: begun or restored first. frugal, before, ranks: see
    paint."""

    def __init__(
        self,
        recipe: Recipe,
        scene: Scene,
        styles: Sequence[StylePicture],
        network: Network,
        device: torch.device,
        frugal: bool = False,
        before: Before | None = None,
        ranks: Ranks = ALONE,
    ) -> None:
        self._frugal, self._ranks = frugal, ranks
        self._larger_than = before if isinstance(before, Paint) else None
        self._blend = Blend(before, device) if isinstance(before, Kept) else None
        self._hand_is_free, self._first_width = before is None, recipe.size
        if before is not None:
            scene = dataclasses.replace(scene, mirrored=before.paint.mirrored)
            self._first_width = before.paint.first_width or recipe.size
        self.recipe, self._scene, self._styles = recipe, scene, styles
        self._network, self._device = network, device
        # they stay, also where the rule is adjusted
        self._axes = (LIGHT_AXES if scene.light else colour_axes(scene.frame)).to(device)
        # Views that are seen twice, and sums over other processes, are not recorded.
        alone = ranks is ALONE and not frugal
        self._replay: Replay[tuple[Losses, int]] = Replay(recorders_of(device) if alone else None)
        self._full: Surface | None = None
        self._glances = Glances(scene, recipe.size, device)
        self._surface: Surface
        self._views: Sequence[int]  # of the surface's, those to choose from
        self._iterate: Iterate
        self._terms: StageTerms
        self._width = 0

    def adjust(self, recipe: Recipe) -> bool:
        """Go on by another recipe; whether views and terms then have to be made anew, see
        :meth:`renew`."""
        before, self.recipe = self.recipe, recipe
        self._replay.forget()
        if not changes_views(before, recipe):
            return False
        self._styles, self._scene = readjusted(self._styles, self._scene, before, recipe)
        self._change_scene(self._scene)
        return True

    def begin(self, width: int) -> None:
        """Be at the first stage, with noise on the canvas, or the paint that is made larger. Raises
        InputError if no view sees anything."""
        surface = self._prepare(0, width)
        shape, wrap = surface.canvas_shape, surface.wrap
        if self._larger_than is not None:
            paint = torch.tensor(self._larger_than.logits).permute(0, 3, 1, 2)
            canvas = Canvas.showing(paint, shape, self._depth, wrap, surface.phases, self._axes)
        else:
            generator = torch.Generator().manual_seed(seed_of(self.recipe.seed, NOISE))
            is_begun = self.recipe.start == "base" or self.recipe.motif is not None
            noise = START_NOISE["base" if is_begun else "noise"]
            canvas = Canvas.noise(shape, self._depth, wrap, noise, generator)
        levels = [level.detach().to(self._device) for level in canvas.levels]
        canvas = Canvas(levels, wrap, surface.coarser, surface.phases, self._axes)
        self._iterate = Iterate(canvas)

    def enter(self, number: int, width: int) -> None:
        """Go on to a stage: its surface of a width, views and terms; the canvas enlarged to it.
        Raises InputError if no view sees anything."""
        self._iterate = self._iterate.enlarged(self._prepare(number, width))

    def renew(self, number: int) -> None:
        """Be at a stage of the same width, whose views and terms are others; paint and optimiser
        stay. Raises InputError if no view sees anything."""
        self._iterate.move_to(self._prepare(number, self._width))

    def restore(self, checkpoint: Checkpoint, width: int) -> None:
        """Be as after the step of a checkpoint, whose stage has this width. Raises InputError
        "bad-checkpoint" if its canvas is another."""
        tally = checkpoint.tally
        self._change_scene(dataclasses.replace(self._scene, mirrored=checkpoint.mirrored))
        surface = self._prepare(tally.stage, width)
        sizes = Canvas.level_sizes(surface.canvas_shape, self._depth)
        checkpoint.check_shape([(surface.canvas_shape[0], 3, *size) for size in sizes])
        self._iterate = Iterate.restored(checkpoint, surface, self._device, self._axes)

    def checkpoint(self, recipe: str, tally: Tally) -> Checkpoint:
        """All of this, copied. recipe: its digest; tally: how far the painting is."""
        levels = {name: _arrays(levels) for name, levels in self._iterate.levels().items()}
        tally = dataclasses.replace(tally, loss=dict(tally.loss))
        return Checkpoint(recipe, tally, self.mirrored, **levels)

    def _prepare(self, number: int, width: int) -> Surface:
        """The surface of a stage with its views; terms to suit."""
        self._replay.forget()
        surface = self._surface_at(width)
        surface.prepare_views(seed_of(self.recipe.seed, VIEWS, number))
        self._views = range(surface.views) if self._blend is None else self._blend.views(surface)
        self._surface, self._width = surface, width
        colours = generated(tuple(self._scene.colouring.images.values()))
        side = style_side(surface.unit, self._scene, width, self._first_width)
        stage = Stage(self.recipe, self._network, self._styles, colours, side, self._scene.frame)
        self._terms = StageTerms(stage, surface)
        if math.prod(surface.canvas_shape) > _MUCH:  # of less it takes longer than it is worth
            give_back()
        return surface

    @property
    def _depth(self) -> int:
        return canvas_depth(self.recipe, self._network)

    def step(self, number: int) -> tuple[Mapping[str, float], int]:
        """One step of Adam on views whose turn it is: the loss terms, and the pixels looked at."""
        chosen = self._chosen(number)
        self._terms.weigh(self.recipe, number)
        self._iterate.turn_to(self._rates(number))
        if self._terms.alike:
            losses, pixels = self._replay(tuple(chosen), lambda: self._move(chosen))
            losses = losses.copy()
        else:
            losses, pixels = self._move(chosen)
        if number % _AHEAD == 0:
            return losses.read, pixels
        return losses, pixels

    def _move(self, chosen: Sequence[int]) -> tuple[Losses, int]:
        """A step that looks at these views; what there is to be recorded."""
        terms, ranks = self._terms, self._ranks
        logits = self._logits(self._iterate.canvas)
        views = see(self._surface, terms, logits, ranks.share(chosen), self._frugal)
        seen = ranks.total(terms.pooled(views), len(chosen))
        losses = terms.losses(seen, ranks.once(logits))
        self._iterate.step(terms.total(losses), ranks)
        return Losses.of(losses), seen.pixels

    def looked_at(self, number: int) -> list[Tensor]:
        """The pixels that a step looks at, differentiable: (1, 3, H, W) in 0..1 for every view."""
        logits = self._logits(self._iterate.canvas)
        return [look.pixels for look in self._surface.look(logits, self._chosen(number))]

    def _chosen(self, number: int) -> list[int]:
        """The views that a step looks at."""
        return views_of_step(self._surface, self._views, self.recipe.seed, number)

    def _rates(self, number: int) -> list[float]:
        """How far a step goes, of each level of the canvas."""
        sizes = [x.shape[-2] for x in self._iterate.canvas.levels]
        paces = self._surface.paces(len(sizes))
        before = self._larger_than
        there = None if before is None else before.logits.shape[1]
        return rates(self.recipe, number, sizes, paces, there)

    @property
    def mirrored(self) -> bool:
        """Whether the picture was turned over."""
        return self._scene.mirrored

    @torch.no_grad()
    def choose_hand(self) -> None:
        """Turn the picture over if its pinwheels turn the other way than the recipe wants. Asked at
        the end of every stage: early, so that the picture is seldom turned when it is nearly done,
        and at the very end, so that it is right."""
        wanted = self.recipe.chirality
        if wanted == "any" or not self._hand_is_free:  # what was painted before stays as it is
            return
        plain = dataclasses.replace(self._scene, mirrored=False)
        design = plain.design(self._width)
        _, rows, columns = design.chart_shape
        logits = self._iterate.mean.logits()
        size, phase = (rows, columns), self._iterate.mean.phases[0]
        paint = enlarged_paint(logits, design.canvas_shape, size, design.wrap, phase)
        mirrored = must_be_mirrored(design, plain.group, to_host(paint), wanted)
        if mirrored != self._scene.mirrored:
            self._change_scene(dataclasses.replace(self._scene, mirrored=mirrored))
            self._surface = self._surface_at(self._width)
            self._replay.forget()

    @torch.no_grad()
    def surface(self, full: bool) -> tuple[Surface, Tensor]:
        """See Progress.surface."""
        surface = self._surface_at(self.recipe.size) if full else self._surface
        return surface, self._paint_on(surface)

    @torch.no_grad()
    def texture(self, max_size: int) -> Picture:
        """The picture as it is now; see Progress.texture."""
        if max_size:
            looked_at = self._glances.surface(self._surface, self._width, max_size)
            shown, shape = self._iterate.mean, looked_at.canvas_shape
            if shape[1] > self._surface.canvas_shape[1]:
                shown = shown.enlarged(shape, (ALIGNED,) * self._depth)
            elif looked_at is not self._surface:
                shown = shown.shrunk(shape)
            return at_most(max_size, looked_at.picture(self._logits(shown)))
        return_freed()
        full, logits = self.surface(full=True)
        picture = full.delivered(logits, self._finisher(), self.recipe.dtype)
        if self._blend is None or SPACES[self._scene.target].needs_body:  # joined when it is whole
            return picture
        backdrop = self.kept()
        return backdrop.behind(picture, backdrop.kept)

    @torch.no_grad()
    def kept(self) -> Backdrop:
        """See Progress.kept."""
        assert self._blend is not None
        full = self._surface_at(self.recipe.size)
        logits = self._blend.kept(full.canvas_shape, full.wrap)
        kept = full.delivered(logits, self._finisher(), self.recipe.dtype)
        before = self._blend.before
        if before is not None:
            before = in_depth(before, kept.dtype)
        return Backdrop(kept, before, self._blend.changed)

    @torch.no_grad()
    def paint(self) -> Paint:
        """See Progress.paint."""
        full, logits = self.surface(full=True)
        logits = logits.reshape(*full.canvas_shape, 3)
        frame, width = self._scene.style_frame, self.recipe.size
        return Paint(to_host(logits), self.mirrored, None, frame, width, self._first_width)

    def _change_scene(self, scene: Scene) -> None:
        """Go on with another scene: surfaces of the last one are let go."""
        self._scene, self._full = scene, None
        self._glances = Glances(scene, self.recipe.size, self._device)

    def _finisher(self) -> Finisher | None:
        return Finisher.of(self.recipe, self._scene)

    def _paint_on(self, surface: Surface) -> Tensor:
        """The paint for a surface of any width: (charts · h · w, 3)."""
        return self._logits(self._iterate.mean.enlarged(surface.canvas_shape, surface.phases))

    def _logits(self, canvas: Canvas) -> Tensor:
        """What a canvas shows: (charts · h · w, 3)."""
        return canvas.logits() if self._blend is None else self._blend.logits(canvas)

    def _surface_at(self, width: int) -> Surface:
        """The surface of a width; that of the full size is kept: frames, the last stage and the
        result all want it."""
        if width == self.recipe.size and self._full is not None:
            return self._full
        full = width == self.recipe.size
        subsamples = QUALITIES[self.recipe.quality].subsamples if full else DRAFT_SUBSAMPLES
        views, device = self.recipe.views, self._device
        phases = random_phases(self._depth, seed_of(self.recipe.seed, GRIDS, width), aligned=full)
        about = subsamples, self._frugal, phases
        surface = make_surface(self._scene, width, views, device, *about, rough=not full)
        if full:
            self._full = surface
        return surface


def _arrays(levels: Sequence[Tensor]) -> Levels:
    return tuple(np.array(to_host(level.detach()), order="C") for level in levels)
