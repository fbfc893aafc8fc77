"""The ladder: at which widths a painting is painted, with how many steps, where on it every step
is, and how far it goes. No torch in here."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from service.painting.steering import Steering, steered
from service.recipe.parts import QUALITIES
from service.recipe.recipe import Recipe
from service.recipe.table_fields import MAX_SIZE
from service.spaces import SPACES

MIN_WIDTH = 64  # of the first stage's texture
# It is no wider either: a network sees some hundred pixels at a time, and what is composed has to
# be small enough for that. A stage more costs a sixteenth of one four times as wide.
MOST_FIRST_WIDTH = 512
# Of a painting that is made larger: how many of a stage's usual steps are taken. Its forms are
# there already, and only detail is new.
SHARE_OF_LARGER = 0.5
# Of such a painting: steps in which Adam learns how large gradients are. With its first ones at
# full length it would write noise over the paint.
WARM_UP = 8
SETTLED = 0.25  # how far its levels move, relative to others, that were painted before
_LEAST_GROWTH = 2**0.25  # of its first stage: less would be the same picture again


@dataclass(frozen=True)
class StagePlan:
    """width: of the texture at this stage, pixels; steps: how many are taken."""

    width: int
    steps: int


@dataclass(frozen=True)
class Place:
    """Where one step is. stage: 0-based of ``stages``; width: of its texture; stage_step: 1-based;
    last: whether it is the stage's last."""

    stage: int
    stages: int
    width: int
    stage_step: int
    last: bool


def stage_plans(
    recipe: Recipe, order: int | None = None, above: int | None = None
) -> tuple[StagePlan, ...]:
    """The ladder of a recipe: widths √2 apart that end at its size, as many steps at each: some
    spaces take more. ``order``: of the group. ``above``: the width of the painting that is made
    larger, whose ladder begins there and takes fewer steps at each width."""
    quality = QUALITIES[recipe.quality]
    stages = max(quality.stages, 1 + math.ceil(2 * math.log2(recipe.size / MOST_FIRST_WIDTH)))
    ladder = {2 * round(recipe.size / 2 ** (k / 2) / 2) for k in range(1, stages)}
    widths = [*sorted(w for w in ladder if MIN_WIDTH <= w < recipe.size), recipe.size]
    patience = SPACES[recipe.target].patience(order)
    total = recipe.steps or round(patience * quality.steps * stages)
    if above is not None:
        each = max(1, round(SHARE_OF_LARGER * total / len(widths)))
        growth = range(1, 2 * MAX_SIZE.bit_length())
        ladder = {2 * round(recipe.size / 2 ** (k / 2) / 2) for k in growth}
        between = sorted(w for w in ladder if _LEAST_GROWTH * above <= w < recipe.size)
        return tuple(StagePlan(w, each) for w in (*between, recipe.size))
    ends = [round(total * (k + 1) / len(widths)) for k in range(len(widths))]
    steps = [b - a for a, b in zip([0, *ends], ends, strict=False)]
    return tuple(StagePlan(w, n) for w, n in zip(widths, steps, strict=True) if n)


def places(
    recipe: Recipe, steering: Steering, order: int | None = None, above: int | None = None
) -> list[Place]:
    """Where every step of a painting is that is steered like this; the rest: see stage_plans.

    Where the ladder changes, the painting stays at its width until it has taken the new ladder's
    steps there, or goes on to the next wider stage; it takes one more step at least. What would
    come after the last step does nothing.
    """
    before = stage_plans(recipe, order, above)
    found = _climb(before)
    for adjustment in steering:
        recipe = steered(recipe, [adjustment.changes])
        plans = stage_plans(recipe, order, above)
        if plans != before and adjustment.step < len(found):
            done = found[: adjustment.step]
            found = [*done, *_climb(plans, done[-1] if done else None)]
        before = plans
    return found


def rates(
    recipe: Recipe,
    number: int,
    sizes: Sequence[int],
    paces: Sequence[float],
    there: int | None,
) -> list[float]:
    """How far a step goes, of each level of a canvas, so that the texture moves as far as the
    recipe says whatever the group is. sizes: the levels' rows; paces: see Design; there: the rows
    of the paint that is made larger."""
    found = [recipe.learning_rate * pace for pace in paces]
    if there is None:
        return found
    warmth = min(1.0, (number + 1) / WARM_UP)
    settled = [1.0 if size > there else SETTLED for size in sizes]
    return [warmth * share * rate for share, rate in zip(settled, found, strict=True)]


def _climb(plans: Sequence[StagePlan], here: Place | None = None) -> list[Place]:
    """The steps of a ladder: all, or those after a place on another one."""
    found = []
    for stage, plan in enumerate(plans):
        first = 1
        if here is not None and plan.width <= here.width:
            first = here.stage_step + 1 if plan.width == here.width else plan.steps + 1
        found += [
            Place(stage, len(plans), plan.width, k, k == plan.steps)
            for k in range(first, plan.steps + 1)
        ]
    if not found:
        assert here is not None, "a ladder has steps"
        found = [Place(len(plans) - 1, len(plans), here.width, here.stage_step + 1, True)]
    return found
