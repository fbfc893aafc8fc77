"""Which views a step looks at, and how many of them at a time."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from service.painting.objective import Seen, StageTerms
from service.perception.looks import side_by_side
from service.recipe.seeds import STEP, seed_of
from service.spaces.resolution import TOGETHER
from service.surfaces.surface import Surface


def views_of_step(surface: Surface, views: Sequence[int], seed: int, number: int) -> list[int]:
    """Those of the ``views`` of a surface that a step looks at, in order, so that the same views
    are the same step. seed: the recipe's; number: of the step."""
    count = min(surface.views_a_step, len(views))
    if surface.in_turn:
        first = number * min(count, surface.new_a_step)
        return sorted(views[(first + k) % len(views)] for k in range(count))
    random = np.random.default_rng(seed_of(seed, STEP, number))
    return sorted(int(k) for k in random.choice(views, count, replace=False))


def see(
    surface: Surface, terms: StageTerms, logits: Tensor, which: Sequence[int], frugal: bool
) -> list[Seen]:
    """What the terms observe of the views ``which`` of paint (canvas texels, 3). Where they are
    many, or where memory is scarce, nothing is kept of them but that: they are looked at again for
    the gradient."""
    again = functools.partial(checkpoint, use_reentrant=False, preserve_rng_state=False)

    def alone(logits: Tensor, number: int) -> Seen:
        (look,) = surface.look(logits, [number])
        return terms.see(look, frugal=True)

    if frugal:
        return [again(alone, logits, number) for number in which]
    looks = surface.look(logits, which)
    if len(looks) <= TOGETHER:
        return [terms.see(look) for look in side_by_side(looks)]
    groups = [looks[k : k + TOGETHER] for k in range(0, len(looks), TOGETHER)]
    return [again(terms.see, look) for group in groups for look in side_by_side(group)]
