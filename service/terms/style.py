"""Style: the features of all views together have the moments of the style pictures'."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.tables.term import Term

if TYPE_CHECKING:
    from torch import Tensor

    from service.painting.stage import Sight, Stage
    from service.perception.moments import LayerMoments, Moments, SeveralMoments
    from service.perception.network import Network


@dataclass(frozen=True)
class Wanted:
    """moments: of the style pictures, per layer: of all together, or in a metamorphosis of each;
    weights: what the layers weigh; stretches: see Stage."""

    moments: Sequence[LayerMoments]
    weights: Mapping[str, float]
    stretches: tuple[float, ...]


def prepare(stage: Stage) -> Wanted:
    """The blend of the style pictures, measured layer by layer: all at once may not fit into
    memory."""
    from service.perception.borders import continued
    from service.perception.moments import blended

    network, weights = stage.network, stage.network.info.style

    def measured(picture: Tensor) -> LayerMoments:
        return {
            name: _measured(network, features)
            for name, features in continued(network, picture, weights)
        }

    found = [
        blended([(measured(picture), share) for picture, share in pictures])
        for pictures in stage.successive_styles()
    ]
    return Wanted(found, weights, stage.stretches)


def observe(sight: Sight, wanted: Wanted) -> SeveralMoments:
    """The moments of a layer's features, but for those at borders that see padding: where each of
    the wanted moments is wanted."""
    from service.perception.moments import SeveralMoments

    return SeveralMoments([_seen(sight, weight) for weight in sight.weights(wanted.stretches)])


def _seen(sight: Sight, weight: Tensor | None) -> Moments:
    """``weight``: how much each place of the layer counts, (1, 1, h, w)."""
    from service.perception.borders import inner

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


def loss(painted: Mapping[str, SeveralMoments], wanted: Wanted) -> Tensor:
    """Weighted mean of the square roots of the layers' distances; of several stretches, their mean.
    Views are pooled: none of them must show all of the style.

    A layer whose target is out of reach, such as forms that are larger than a fundamental domain,
    is far off whatever is painted, and a little less so if all is pale. Squared, it would outweigh
    the layers that can arrive, and wash the picture out."""
    import torch

    from service.perception.moments import root_distance

    found = []
    for number, moments in enumerate(wanted.moments):
        terms = [
            weight * root_distance(painted[name].each[number], moments[name])
            for name, weight in wanted.weights.items()
        ]
        found.append(torch.stack(terms).sum() / sum(wanted.weights.values()))
    return torch.stack(found).mean()


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
