"""Style: the features of all views together have the moments of the style pictures'."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.tables.term import Term

if TYPE_CHECKING:
    from torch import Tensor

    from service.painting.stage import Sight, Stage
    from service.perception.moments import LayerMoments, Moments
    from service.perception.network import Network


@dataclass(frozen=True)
class Wanted:
    """moments: of the style pictures, per layer; weights: what the layers weigh."""

    moments: LayerMoments
    weights: Mapping[str, float]


def prepare(stage: Stage) -> Wanted:
    """The blend of the style pictures, measured layer by layer: all at once may not fit into
    memory."""
    from service.perception.borders import continued
    from service.perception.moments import blended

    network, weights = stage.network, stage.network.info.style
    parts = [
        (
            {
                name: _measured(network, features)
                for name, features in continued(network, picture, weights)
            },
            share,
        )
        for picture, share in stage.style_pictures()
    ]
    return Wanted(blended(parts), weights)


def observe(sight: Sight, wanted: Wanted) -> Moments:
    """The moments of a layer's features, but for those at borders that see padding."""
    from service.perception.borders import inner

    weight = sight.weight
    if sight.look is not None and sight.look.periodic:
        return _measured(sight.network, sight.seen, weight)
    margin = sight.network.reach[sight.layer]
    share = None if weight is None else inner(weight, margin)
    return _measured(sight.network, inner(sight.seen, margin), share)


def _measured(network: Network, features: Tensor, weight: Tensor | None = None) -> Moments:
    """Of one picture's features (1, C, h, w), by what each place counts, (1, 1, h, w)."""
    from service.perception.moments import moments, smoothed

    if network.info.residual:
        features = smoothed(features, weight)
    return moments(features, weight)


def loss(painted: LayerMoments, wanted: Wanted) -> Tensor:
    """Weighted mean of the square roots of the layers' distances. Views are pooled: none of them
    must show all of the style.

    A layer whose target is out of reach, such as forms that are larger than a fundamental domain,
    is far off whatever is painted, and a little less so if all is pale. Squared, it would outweigh
    the layers that can arrive, and wash the picture out."""
    import torch

    from service.perception.moments import root_distance

    terms = [
        weight * root_distance(painted[name], wanted.moments[name])
        for name, weight in wanted.weights.items()
    ]
    return torch.stack(terms).sum() / sum(wanted.weights.values())


TERM = Term(
    name="style",
    title="Style",
    description="How closely strokes and shapes follow the style.",
    rank=10,
    default=1.0,
    layers=lambda stage: stage.network.info.style,
    prepare=prepare,
    observe=observe,
    loss=loss,
    setting="style_weight",
    paints=True,
    of="styles",
)
