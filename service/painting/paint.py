"""The heart: one generator that everyone uses, from a recipe and a scene to a growing texture.

    recipe + scene → surface → canvas −S→ texture −P→ views → network → objective
                                  ▲                                         │
                                  └────────────── Adam ◀──── gradient ──────┘

Coarse to fine: a ladder of resolutions √2 apart. At each the views and the style's statistics are
made anew, the canvas is enlarged, and Adam's moments are carried over, so that a stage starts
without a burst of noise. What is shown and kept is an exponential mean of the iterates (both:
crowsonkb/style-transfer-pytorch).
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch.nn import functional as F

from geometry.colour import generated
from service.designs import make_design
from service.designs.handedness import winding
from service.designs.spiral import SpiralDesign
from service.painting.canvas import Canvas, resize
from service.painting.meshes import MeshSurface
from service.painting.progress import Progress
from service.painting.spirals import SpiralSurface
from service.painting.surfaces import make_surface
from service.painting.targets import objective_terms, style_targets, weighted
from service.painting.views import Surface, enlarged_paint
from service.perception.networks import Network, load_network
from service.perception.objectives import Targets
from service.recipe import DRAFT_SUBSAMPLES, QUALITIES, Recipe
from service.scene import Scene, StylePicture

DEPTH = 5  # levels of the canvas's pyramid
MESH_DEPTH = 7  # of a mesh's: where its texels are densest, fine levels hold what no view sees
EMA = 0.9  # of the iterates
START_NOISE = {"noise": 0.3, "base": 0.05}  # standard deviation on every level, logits
MIN_WIDTH = 64  # of the first stage's texture
_NOISE, _VIEWS, _STEP = range(3)  # what a seed is for
MESH_PATIENCE = 2  # a mesh without symmetry takes this many times more steps
LATER_STAGE = 0.8  # a stage takes so many steps relative to the one before


@dataclass(frozen=True)
class StagePlan:
    """width: of the texture at this stage, pixels; steps: how many are taken."""

    width: int
    steps: int


def pick_device() -> torch.device:
    """CUDA if there is one, else the CPU."""
    return torch.device("cuda:0" if torch.cuda.is_available() else "cpu")


def stage_plans(recipe: Recipe, order: int | None = None) -> tuple[StagePlan, ...]:
    """The ladder of a recipe: widths √2 apart that end at its size, steps that fall from coarse to
    fine (half of the work of equal steps would go into the last stage). A mesh takes more of them,
    the more of it is different: ``order`` is that of its group."""
    quality = QUALITIES[recipe.quality]
    ladder = {2 * round(recipe.size / 2 ** (k / 2) / 2) for k in range(1, quality.stages)}
    widths = [*sorted(w for w in ladder if MIN_WIDTH <= w < recipe.size), recipe.size]
    shares = [LATER_STAGE**k for k in range(len(widths))]
    patience = 1 + MESH_PATIENCE / order if recipe.target == "mesh" and order else 1
    total = recipe.steps or round(
        patience * quality.steps * sum(LATER_STAGE**k for k in range(quality.stages))
    )
    ends = [round(total * sum(shares[: k + 1]) / sum(shares)) for k in range(len(shares))]
    steps = [b - a for a, b in zip([0, *ends], ends, strict=False)]
    return tuple(StagePlan(w, n) for w, n in zip(widths, steps, strict=True) if n)


def paint(
    recipe: Recipe,
    scene: Scene,
    styles: Sequence[StylePicture],
    device: torch.device | None = None,
    weights: Path | None = None,
) -> Iterator[Progress]:
    """Paint a scene, one Progress per step. To finish early, stop iterating and take the texture
    of the last Progress.

    ``weights``: a file for the network instead of the embedded or cached weights. The same recipe
    and scene on the same device give the same picture. Raises InputError from the network.
    """
    device = device or pick_device()
    network = load_network(recipe.network, device, weights)
    studio = _Studio(recipe, scene, styles, network, device)
    plans = stage_plans(recipe, scene.group.order)
    steps = sum(plan.steps for plan in plans)
    start, done = time.perf_counter(), 0
    work_done, work = 0.0, sum(p.steps * p.width**2 for p in plans)
    megapixels = 0.0
    for number, plan in enumerate(plans):
        studio.enter(number, plan)
        for step in range(plan.steps):
            loss, pixels = studio.step(done)
            done += 1
            if step == plan.steps - 1:
                studio.choose_hand()
            work_done += plan.width**2
            megapixels += pixels / 1e6
            seconds = time.perf_counter() - start
            yield Progress(
                stage=number,
                stages=len(plans),
                step=done,
                steps=steps,
                loss=loss,
                seconds=seconds,
                seconds_left=seconds * (work - work_done) / work_done,
                megapixels=megapixels,
                texture=studio.texture,
                loop=studio.loop if scene.target == "spiral" else None,
                seen=studio.seen if scene.target == "mesh" else None,
                mirrored=studio.mirrored,
            )


class _Studio:
    """What lives while a picture is painted: canvas, optimiser, the surface of the stage."""

    def __init__(
        self,
        recipe: Recipe,
        scene: Scene,
        styles: Sequence[StylePicture],
        network: Network,
        device: torch.device,
    ) -> None:
        self._recipe, self._scene, self._styles = recipe, scene, styles
        self._network, self._device = network, device
        self._colours = generated(tuple(scene.colouring.images.values()))
        self._full: Surface | None = None
        self._surface: Surface
        self._canvas: Canvas
        self._mean: Canvas
        self._optimiser: torch.optim.Adam
        self._targets: Targets
        self._width = self._stage_step = 0

    def enter(self, number: int, plan: StagePlan) -> None:
        """Go on to a stage: its surface, views and targets; the canvas enlarged to it."""
        recipe = self._recipe
        surface = self._surface_at(plan.width)
        surface.prepare_views(seed_of(recipe.seed, _VIEWS, number))
        if number == 0:
            generator = torch.Generator().manual_seed(seed_of(recipe.seed, _NOISE))
            noise = START_NOISE[recipe.start]
            depth = MESH_DEPTH if self._scene.target == "mesh" else DEPTH
            canvas = Canvas.noise(surface.canvas_shape, depth, surface.wrap, noise, generator)
            levels = [level.to(self._device) for level in canvas.levels]
            self._canvas = Canvas(levels, surface.wrap, surface.coarser)
            self._optimiser = _adam(self._canvas, recipe.learning_rate)
        else:
            carried = self._optimiser.state
            old = [carried[level] for level in self._canvas.levels]
            # the mean of the iterates is calmer than the last of them
            enlarged = _enlarged(self._mean, surface.canvas_shape)
            self._canvas = Canvas(enlarged.levels, surface.wrap, surface.coarser)
            self._optimiser = _adam(self._canvas, recipe.learning_rate)
            for level, state in zip(self._canvas.levels, old, strict=True):
                size = (level.shape[-2], level.shape[-1])
                mean = resize(state["exp_avg"], size, surface.wrap)
                squares = resize(state["exp_avg_sq"], size, surface.wrap)
                # A cubic interpolation overshoots, even below 0. The mean of squares is never below
                # the square of the mean: without this bound Adam would divide by nothing.
                self._optimiser.state[level] = {
                    "step": state["step"],
                    "exp_avg": mean,
                    "exp_avg_sq": torch.maximum(squares, mean.square()),
                }
        self._mean = _copy(self._canvas)
        self._surface, self._width, self._stage_step = surface, plan.width, 0
        self._targets = style_targets(
            self._network, self._styles, surface.unit, recipe.style_scale, self._colours
        )

    def step(self, number: int) -> tuple[dict[str, float], int]:
        """One step of Adam on randomly chosen views: the loss terms, and the pixels looked at."""
        random = np.random.default_rng(seed_of(self._recipe.seed, _STEP, number))
        surface = self._surface
        count = min(surface.looks, surface.views)
        which = random.choice(surface.views, count, replace=False)
        logits = self._canvas.logits()
        looks = surface.look(logits, [int(k) for k in which])
        terms = objective_terms(self._network, looks, self._targets, self._recipe.objective)
        terms |= surface.terms(logits)
        total = weighted(terms, self._recipe.objective)
        self._optimiser.zero_grad()
        total.backward()
        self._optimiser.step()
        self._stage_step += 1
        # the mean follows closely at first, then calmly: a bias-free start
        keep = min(EMA, 1 - 1 / self._stage_step)
        with torch.no_grad():
            for mean, level in zip(self._mean.levels, self._canvas.levels, strict=True):
                mean.lerp_(level, 1 - keep)
        losses = {name: float(term.detach()) for name, term in terms.items()}
        return losses, sum(x.pixels.shape[-1] * x.pixels.shape[-2] for x in looks)

    @property
    def mirrored(self) -> bool:
        """Whether the picture was turned over."""
        return self._scene.mirrored

    def seen(self) -> NDArray[np.floating]:
        """How often views see a mesh's texels; see Progress.seen."""
        assert isinstance(self._surface, MeshSurface)
        return self._surface.seen

    @torch.no_grad()
    def choose_hand(self) -> None:
        """Turn the picture over if its pinwheels turn the other way than the recipe wants. Asked at
        the end of every stage: early, so that the picture is seldom turned when it is nearly done,
        and at the very end, so that it is right."""
        wanted = {"any": 0, "ccw": 1, "cw": -1}[self._recipe.chirality]
        if not wanted:
            return
        plain = dataclasses.replace(self._scene, mirrored=False)
        design = make_design(plain, self._width)
        assert not isinstance(design, SpiralDesign)
        _, rows, columns = design.chart_shape
        logits = self._mean.logits()
        paint = enlarged_paint(logits, design.canvas_shape, (rows, columns), design.wrap)
        mirrored = winding(design, plain, paint.cpu().numpy()) * wanted < 0
        if mirrored != self._scene.mirrored:
            self._scene = dataclasses.replace(self._scene, mirrored=mirrored)
            self._full = None
            self._surface = self._surface_at(self._width)

    @torch.no_grad()
    def loop(self, frames: int) -> Iterator[NDArray[np.uint8]]:
        """The pictures of an endless zoom; see Progress.loop."""
        full = self._surface_at(self._recipe.size)
        assert isinstance(full, SpiralSurface)
        yield from full.loop(_enlarged(self._mean, full.canvas_shape).logits(), frames)

    @torch.no_grad()
    def texture(self, max_size: int) -> NDArray[np.uint8]:
        """The picture as it is now; see Progress.texture."""
        if max_size:
            picture = self._surface.picture(self._mean.logits())
            scale = max_size / max(picture.shape[:2])
            if scale >= 1:
                return picture
            size = (
                max(1, round(picture.shape[1] * scale)),
                max(1, round(picture.shape[0] * scale)),
            )
            return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BOX))
        full = self._surface_at(self._recipe.size)
        return full.delivered(_enlarged(self._mean, full.canvas_shape).logits())

    def _surface_at(self, width: int) -> Surface:
        """The surface of a width; that of the full size is kept: frames, the last stage and the
        result all want it."""
        if width == self._recipe.size and self._full is not None:
            return self._full
        full = width == self._recipe.size
        subsamples = QUALITIES[self._recipe.quality].subsamples if full else DRAFT_SUBSAMPLES
        surface = make_surface(self._scene, width, self._recipe.views, self._device, subsamples)
        if full:
            self._full = surface
        return surface


def seed_of(*keys: int) -> int:
    """One well-mixed seed from several small numbers."""
    return int(np.random.SeedSequence((len(keys), *keys)).generate_state(1)[0])


def _adam(canvas: Canvas, rate: float) -> torch.optim.Adam:
    return torch.optim.Adam(canvas.levels, lr=rate, betas=(0.9, 0.99), fused=True)


def _copy(canvas: Canvas) -> Canvas:
    levels = [level.detach().clone() for level in canvas.levels]
    return Canvas(levels, canvas.wrap, canvas.coarser)


def _enlarged(canvas: Canvas, shape: tuple[int, int, int]) -> Canvas:
    """The same paint on a canvas of another resolution."""
    if canvas.shape == shape:
        return _copy(canvas)
    sizes = Canvas.level_sizes(shape, len(canvas.levels))
    levels = [
        resize(level.detach(), size, canvas.wrap).contiguous()
        for level, size in zip(canvas.levels, sizes, strict=True)
    ]
    coarser = canvas.coarser
    if coarser is not None:
        coarser = F.interpolate(coarser, sizes[0], mode="bilinear")
    return Canvas(levels, canvas.wrap, coarser)
