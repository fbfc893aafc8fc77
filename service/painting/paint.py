"""The heart: one generator that everyone uses, from a recipe and a scene to a growing texture.

    recipe + scene → surface → canvas −S→ texture −P→ views → network → objective
                                  ▲                                         │
                                  └────────────── Adam ◀──── gradient ──────┘

Coarse to fine: a ladder of resolutions √2 apart. At each the views and the style's statistics are
made anew, the canvas is enlarged, and Adam's moments are carried over, so that a stage starts
without a burst of noise (crowsonkb/style-transfer-pytorch). What is shown and kept is a mean of the
iterates.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from geometry.errors import InputError
from service.colours import framed, in_wanted_colours
from service.finisher import Finisher
from service.inputs.styles import StylePicture
from service.memory import keep_freed
from service.painting.checkpoint import Checkpoint, Tally, painting_digest
from service.painting.easel import Easel
from service.painting.kept import Before, Kept, Paint
from service.painting.ladder import Place, places
from service.painting.large import LargeEasel
from service.painting.progress import Progress
from service.painting.steering import Steering, steered
from service.perception.choice import settled
from service.perception.network import Network, load_network
from service.ranks.ranks import ALONE, Ranks
from service.recipe.recipe import Recipe
from service.room import check_memory, check_scratch, in_windows
from service.spaces import SPACES
from service.spaces.space import Scene
from service.terms import TERMS

# What a step costs beside the pixels of its texture, in as many of these: on two CPU cores
# 200² (tiles) to 400² (spheres).
STEP_PIXELS = 300**2


def pick_device() -> torch.device:
    """CUDA if there is one, else the CPU."""
    return torch.device("cuda:0" if torch.cuda.is_available() else "cpu")


def devices_for(recipe: Recipe, scene: Scene, devices: Sequence[str]) -> Sequence[str]:
    """Those of several devices that have something to do: what is painted window by window
    (:func:`service.room.in_windows`) is painted by the first one."""
    return devices[:1] if in_windows(scene, recipe) else devices


def paint(
    recipe: Recipe,
    scene: Scene,
    styles: Sequence[StylePicture],
    device: torch.device | None = None,
    weights: Path | None = None,
    resume: Checkpoint | None = None,
    frugal: bool = False,
    steering: Steering = (),
    before: Before | None = None,
    ranks: Ranks = ALONE,
) -> Iterator[Progress]:
    """Paint a scene, one Progress per step. To finish early, stop iterating and take the texture
    of the last Progress.

    ``weights``: a file for the network instead of the embedded or cached weights. The same recipe
    and scene on the same device give the same picture. A recipe whose network or precision is
    ``auto`` is painted as one that names what is best at hand, which every Progress says: to go on
    from a checkpoint, name it.

    ``resume``: a checkpoint to go on from. The first Progress is then once more that of its own
    step, so that there is something to look at, or, after the last step, to deliver. On the CPU
    the rest is what it would have been without a stop, to the bit. Raises InputError from the
    network, and "bad-checkpoint" for a checkpoint of another painting.

    ``frugal``: take less memory and up to twice as long. Views are looked at one by one, twice, and
    layer by layer; transposes of sparse maps are made when they are needed. The picture is the same
    up to rounding, and either goes on from the other's checkpoints.

    ``steering``: how the recipe changes on the way, in order of steps. The list may grow while the
    painting runs: an adjustment after the step of the last Progress takes effect at the next one.
    A painting that is given all of it before it starts is the same to the bit.

    ``before``: another painting to go on from. ``Kept``: its paint stays where it is not free. The
    network looks at what changes; what does not is the same to the bit in the pictures at full
    size. ``Paint``, of the same recipe at a smaller size: its forms, its hand and the size of its
    strokes relative to the picture stay, and detail is added. Raises InputError("bad-value") where
    the recipe's size is no larger.

    ``ranks``: others that paint along, see :func:`service.ranks.together.together`, which is what
    calls this with any.

    On a CPU raises InputError("too-large"), before anything is painted, where there is too little
    memory, and "no-temporary-folder" where a large tile or frieze has too little room on the disk.
    """
    device = device or pick_device()
    if device.type == "cpu" or in_windows(scene, recipe):
        check_memory(recipe, scene)
        check_scratch(recipe, scene)
    recipe = settled(recipe, str(device))
    styles = in_wanted_colours(recipe, scene, styles)
    scene = framed(scene, recipe, styles)
    kept = before if isinstance(before, Kept) else None
    larger_than = before if isinstance(before, Paint) else None
    if before is not None:
        scene = dataclasses.replace(scene, style_frame=before.paint.frame)
    finish = Finisher.of(recipe, scene)  # which raises what would be wrong with it in the end
    if finish is not None and kept is not None and finish.is_fitted:
        raise InputError(
            "bad-region",
            "region",
            "A picture in inks, or in another one's colours, cannot be painted anew in part.",
            "Paint it without, and finish it then.",
        )
    if larger_than is not None:
        larger_than.check_grows(recipe.size, SPACES[recipe.target].largest)
    order = scene.group.order
    above = None if larger_than is None else larger_than.width
    way = _Way.of(recipe, steering, order, above)
    before_sha256 = None if before is None else before.sha256

    def digest(step: int) -> str:
        return painting_digest(recipe, styles, steering, step, before_sha256)

    if resume is not None:
        resume.check(digest(resume.tally.step), way.places)
    network = load_network(recipe.network, device, weights, recipe.precision)
    for term in TERMS.values():
        if term.has_wishes(recipe):
            term.check(recipe, network)
    easel = easel_for(recipe, scene, styles, network, device, frugal, before, ranks)

    def changes(first: int, last: int) -> list[Mapping[str, Any]]:
        return [a.changes for a in steering if first <= a.step <= last]

    def checkpoint(tally: Tally) -> Checkpoint:
        return easel.checkpoint(digest(tally.step), tally)

    def report(tally: Tally) -> Progress:
        place = way.places[tally.step - 1]
        return Progress(
            stage=tally.stage,
            stages=place.stages,
            step=tally.step,
            steps=len(way.places),
            loss=tally.loss,
            seconds=tally.seconds,
            seconds_left=way.seconds_left(tally, first or tally),
            megapixels=tally.megapixels,
            texture=easel.texture,
            checkpoint=functools.partial(checkpoint, tally),
            mirrored=easel.mirrored,
            frame=scene.style_frame,
            steering=tuple(a for a in steering if a.step < tally.step),
            paint=easel.paint,
            surface=easel.surface,
            kept=easel.kept if kept is not None and isinstance(easel, Easel) else None,
            kept_sha256=None if kept is None else before_sha256,
            larger_than=None if larger_than is None else larger_than.origin,
            device=ranks.devices or str(device),
            network=recipe.network,
            precision=recipe.precision,
            width=place.width,
            stage_ends=place.last,
        )

    first = None if resume is None else resume.tally
    start, done, megapixels = time.perf_counter(), 0, 0.0
    if resume is not None:
        done, megapixels = resume.tally.step, resume.tally.megapixels
        start -= resume.tally.seconds
        easel.adjust(steered(recipe, changes(0, done - 1)))
        easel.restore(resume, way.places[done - 1].width)
        yield report(resume.tally)
    while done < len(way.places):
        ranks.agree(steering)
        if len(steering) > way.adjustments:
            way = _Way.of(recipe, steering, order, above)
        place, renewed = way.places[done], False
        if due := changes(done, done):
            renewed = easel.adjust(steered(easel.recipe, due))
        if done == 0:
            easel.begin(place.width)
        elif place.stage_step == 1:
            easel.enter(place.stage, place.width)
        elif renewed or place.stage != way.places[done - 1].stage:
            easel.renew(place.stage)
        keep_freed()
        loss, pixels = easel.step(done)
        if place.last:
            easel.choose_hand()
        done += 1
        megapixels += pixels / 1e6
        seconds = time.perf_counter() - start
        tally = Tally(place.stage, place.stage_step, done, seconds, megapixels, loss)
        yield report(tally)
        first = first or tally


def easel_for(
    recipe: Recipe,
    scene: Scene,
    styles: Sequence[StylePicture],
    network: Network,
    device: torch.device,
    frugal: bool = False,
    before: Before | None = None,
    ranks: Ranks = ALONE,
) -> Easel | LargeEasel:
    """What paints a recipe that is settled; see :func:`paint`."""
    if in_windows(scene, recipe):
        larger_than = before if isinstance(before, Paint) else None
        return LargeEasel(recipe, scene, styles, network, frugal, larger_than)
    return Easel(recipe, scene, styles, network, device, frugal, before, ranks)


@dataclass(frozen=True)
class _Way:
    """The steps of a painting, with so many adjustments as are known. places: where each of them
    is; efforts: what it and all before it cost, in pixels of textures."""

    places: Sequence[Place]
    efforts: Sequence[int]
    adjustments: int

    @classmethod
    def of(cls, recipe: Recipe, steering: Steering, order: int | None, above: int | None) -> _Way:
        """The arguments: see :func:`service.painting.ladder.places`."""
        found = places(recipe, steering, order, above)
        costs = (place.width**2 + STEP_PIXELS for place in found)
        return cls(found, list(itertools.accumulate(costs)), len(steering))

    def seconds_left(self, now: Tally, first: Tally) -> float:
        """Estimated from what has been done since the ``first`` step, which says nothing of the
        others: it compiles and measures the styles, too. Infinite at that step."""
        if now.step == len(self.efforts):
            return 0.0
        if now.step == first.step:
            return math.inf
        done, before = self.efforts[now.step - 1], self.efforts[first.step - 1]
        return (now.seconds - first.seconds) / (done - before) * (self.efforts[-1] - done)
