"""The objective of a step: what the terms of the table make of the views that it looks at."""

from __future__ import annotations

import dataclasses
import functools
import operator
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from service.colours import LUMA
from service.painting.stage import Painted, Sight, Stage
from service.perception.looks import Look
from service.recipe.fields import LIGHT
from service.recipe.recipe import Recipe
from service.tables.network_info import per_channel
from service.tables.term import LOOK, PAINT, RGB, Term
from service.terms import counted

Observations = dict[str, dict[str, Any]]  # {term: {layer: what can be added}}


@dataclass(frozen=True)
class Seen:
    """What counts of one view, or of several together, and how many pixels there are."""

    observed: Observations
    pixels: int


class StageTerms:
    """The terms of the objective at a stage, with what they have prepared for it."""

    def __init__(self, stage: Stage, surface: Painted) -> None:
        self._stage, self._surface = stage, surface
        self._prepared: dict[str, tuple[frozenset[str], Any]] = {}  # layers, state
        self._weights: dict[str, float] = {}
        self._step = 0
        self._terms: list[Term] = []

    def weigh(self, recipe: Recipe, step: int = 0) -> None:
        """Go on to a step of the painting with the weights of a recipe, which may make other terms
        count. To be called first."""
        self._step = step
        self._weights = recipe.objective.weights
        self._terms = counted(recipe)
        with torch.no_grad():
            for term in self._terms:
                if term.name not in self._prepared:
                    layers = frozenset(term.layers(self._stage))
                    self._prepared[term.name] = layers, term.prepare(self._stage)

    @property
    def alike(self) -> bool:
        """Whether every step of the stage does the same, see Term.by_step."""
        return not any(term.by_step for term in self._terms)

    def see(self, look: Look, frugal: bool = False) -> Seen:
        """What the terms observe of a look. ``frugal``: see :meth:`Network.layers`."""
        found: Observations = {term.name: {} for term in self._terms}

        network = self._stage.network.periodic if look.periodic else self._stage.network
        if self._stage.recipe.style_colours == LIGHT:
            look = _in_grey(look)

        def observe(layer: str, features: Tensor) -> None:
            sight = Sight(layer, features, self._surface, network, look, self._step)
            for term in self._looking_at(layer):
                found[term.name][layer] = self._observed(term, sight)

        wanted = {layer for term in self._terms for layer in self._prepared[term.name][0]}
        observe(LOOK, look.pixels)
        for layer, features in network.layers(look.pixels, wanted, frugal):
            observe(layer, features)
        observe(RGB, look.pixels)
        return Seen(found, look.pixels[:, 0].numel())

    def pooled(self, seen: Sequence[Seen]) -> Seen:
        """What is seen in several views."""
        sums = {
            term.name: {
                layer: functools.reduce(operator.add, (v.observed[term.name][layer] for v in seen))
                for layer in seen[0].observed[term.name]
            }
            for term in self._terms
        }
        return Seen(sums, sum(view.pixels for view in seen))

    def losses(self, seen: Seen, logits: Tensor) -> dict[str, Tensor]:
        """The terms of one step, before their weights, from its views together and its paint."""
        sums = seen.observed
        paint = Sight(PAINT, logits, self._surface, self._stage.network)
        for term in self._looking_at(PAINT):
            sums[term.name][PAINT] = self._observed(term, paint)
        return {t.name: t.loss(sums[t.name], self._prepared[t.name][1]) for t in self._terms}

    def total(self, losses: dict[str, Tensor]) -> Tensor:
        """The objective: every term times its weight."""
        return torch.stack([self._weights[name] * loss for name, loss in losses.items()]).sum()

    def _looking_at(self, layer: str) -> list[Term]:
        return [term for term in self._terms if layer in self._prepared[term.name][0]]

    def _observed(self, term: Term, sight: Sight) -> Any:
        return term.observe(sight, self._prepared[term.name][1])


class Losses(Mapping[str, float]):
    """The value of each term. They stay on the device until somebody looks: a look waits for all
    steps that a GPU still has before it, and stops it until the next one comes."""

    def __init__(self, names: tuple[str, ...], values: Tensor) -> None:
        self._names, self._tensor = names, values

    @classmethod
    def of(cls, losses: Mapping[str, Tensor]) -> Losses:
        """Of scalars."""
        return cls(tuple(losses), torch.stack([loss.detach() for loss in losses.values()]))

    def copy(self) -> Losses:
        """The same in memory of its own, for a step whose tensors are filled anew."""
        return Losses(self._names, self._tensor.clone())

    @functools.cached_property
    def read(self) -> Mapping[str, float]:
        """The values, once the step is done."""
        return dict(zip(self._names, self._tensor.tolist(), strict=True))

    def __getitem__(self, name: str) -> float:
        return self.read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def _in_grey(look: Look) -> Look:
    """A look as a photograph without colours shows it."""

    def grey(pixels: Tensor) -> Tensor:
        return (per_channel(pixels, LUMA) * pixels).sum(1, keepdim=True).expand_as(pixels)

    base = None if look.base is None else grey(look.base)
    return dataclasses.replace(look, pixels=grey(look.pixels), base=base)
