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

import functools
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from service.painting.checkpoint import Checkpoint, Tally, recipe_digest
from service.painting.progress import Progress
from service.painting.studio import Studio
from service.perception.networks import load_network
from service.recipe import QUALITIES, Recipe
from service.scene import Scene, StylePicture

MIN_WIDTH = 64  # of the first stage's texture
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
    resume: Checkpoint | None = None,
    frugal: bool = False,
) -> Iterator[Progress]:
    """Paint a scene, one Progress per step. To finish early, stop iterating and take the texture
    of the last Progress.

    ``weights``: a file for the network instead of the embedded or cached weights. The same recipe
    and scene on the same device give the same picture.

    ``resume``: a checkpoint to go on from. The first Progress is then once more that of its own
    step, so that there is something to look at, or, after the last step, to deliver. On the CPU
    the rest is what it would have been without a stop, to the bit. Raises InputError from the
    network, and "bad-checkpoint" for a checkpoint of another recipe.

    ``frugal``: take less memory and up to twice as long. Views are looked at one by one, twice, and
    layer by layer; transposes of sparse maps are made when they are needed. The picture is the same
    up to rounding, and either goes on from the other's checkpoints.
    """
    device = device or pick_device()
    plans = stage_plans(recipe, scene.group.order)
    places = [(number, step + 1) for number, plan in enumerate(plans) for step in range(plan.steps)]
    digest = recipe_digest(recipe, styles)
    if resume is not None:
        resume.check(digest, places)
    network = load_network(recipe.network, device, weights)
    studio = Studio(recipe, scene, styles, network, device, frugal)
    work = sum(plan.steps * plan.width**2 for plan in plans)

    def report(tally: Tally) -> Progress:
        before = sum(plan.steps * plan.width**2 for plan in plans[: tally.stage])
        done = before + tally.stage_step * plans[tally.stage].width ** 2
        return Progress(
            stage=tally.stage,
            stages=len(plans),
            step=tally.step,
            steps=len(places),
            loss=tally.loss,
            seconds=tally.seconds,
            seconds_left=tally.seconds * (work - done) / done,
            megapixels=tally.megapixels,
            texture=studio.texture,
            checkpoint=functools.partial(studio.checkpoint, digest, tally),
            loop=studio.loop if scene.target == "spiral" else None,
            seen=studio.seen if scene.target == "mesh" else None,
            mirrored=studio.mirrored,
        )

    start, done, megapixels = time.perf_counter(), 0, 0.0
    if resume is not None:
        done, megapixels = resume.tally.step, resume.tally.megapixels
        start -= resume.tally.seconds
        studio.restore(resume, plans[resume.tally.stage].width)
        yield report(resume.tally)
    for number, stage_step in places[done:]:
        if stage_step == 1:
            studio.enter(number, plans[number].width)
        loss, pixels = studio.step(done)
        if stage_step == plans[number].steps:
            studio.choose_hand()
        done += 1
        megapixels += pixels / 1e6
        seconds = time.perf_counter() - start
        yield report(Tally(number, stage_step, done, seconds, megapixels, loss))
