"""Colour: all views together have the style pictures' colours, their spread and correlations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.tables.term import RGB, Term

if TYPE_CHECKING:
    from torch import Tensor

    from service.painting.stage import Sight, Stage
    from service.perception.distances import Targets
    from service.perception.moments import SeveralMoments


@dataclass(frozen=True)
class Wanted:
    """targets: the moments of the colours of all style pictures together, or in a metamorphosis of
    each; stretches: see Stage."""

    targets: Targets
    stretches: tuple[float, ...]


def prepare(stage: Stage) -> Wanted:
    """The colours of the style pictures, blended where they are wanted together."""
    from service.perception.distances import Targets
    from service.perception.moments import blended, moments

    found = [
        blended([({RGB: moments(picture)}, share) for picture, share in pictures])[RGB]
        for pictures in stage.successive_styles()
    ]
    return Wanted(Targets(found), stage.stretches)


def observe(sight: Sight, wanted: Wanted) -> SeveralMoments:
    """The moments of the views' colours, where each of the wanted moments is wanted."""
    from service.perception.moments import SeveralMoments, moments

    weights = sight.weights(wanted.stretches)
    return SeveralMoments([moments(sight.features, weight) for weight in weights])


def loss(painted: Mapping[str, SeveralMoments], wanted: Wanted) -> Tensor:
    """Their distance, of every stretch as far as it is seen."""
    found = painted[RGB]
    shares = found.counts / found.counts.sum()
    return (wanted.targets.distances(found.counted) * shares).sum()


TERM = Term(
    name="colour",
    title="Colours",
    description="How closely the colours follow the style.",
    rank=20,
    default=1.0,
    layers=lambda stage: (RGB,),
    prepare=prepare,
    observe=observe,
    loss=loss,
    setting="colour_weight",
    paints=True,
    of="styles",
)
