"""Colour: all views together have the style pictures' colours, their spread and correlations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.tables.term import RGB, Term

if TYPE_CHECKING:
    from torch import Tensor

    from service.painting.stage import Sight, Stage
    from service.perception.moments import LayerMoments, Moments


def prepare(stage: Stage) -> Moments:
    """The colours of the blend of style pictures."""
    from service.perception.moments import blended, moments

    parts = [({RGB: moments(picture)}, share) for picture, share in stage.style_pictures()]
    return blended(parts)[RGB]


def observe(sight: Sight, wanted: Moments) -> Moments:
    """The moments of a view's colours."""
    from service.perception.moments import moments

    return moments(sight.features, sight.weight)


def loss(painted: LayerMoments, wanted: Moments) -> Tensor:
    """Their distance."""
    from service.perception.moments import moment_distance

    return moment_distance(painted[RGB], wanted)


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
