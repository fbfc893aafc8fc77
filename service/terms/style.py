"""Style: the features of all views together have the moments of the style pictures'."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.tables.term import Term

if TYPE_CHECKING:
    from torch import Tensor

    from service.painting.stage import Sight, Stage
    from service.perception.distances import Targets
    from service.perception.moments import LayerMoments, Moments, SeveralMoments
    from service.perception.network import Network


@dataclass(frozen=True)
class Wanted:
    """targets: the moments of the style pictures, of the layers in the order of their ``weights``:
    of all together, or in a metamorphosis of each; stretches: see Stage."""

    targets: Sequence[Targets]
    weights: Mapping[str, float]
    stretches: tuple[float, ...]

    @functools.cached_property
    def shares(self) -> Tensor:
        """The layers' weights, such that they add up to 1: (layers,)."""
        weights = self.targets[0].mean.new_tensor(list(self.weights.values()))
        return weights / weights.sum()


def prepare(stage: Stage) -> Wanted:
    """The blend of the style pictures, measured layer by layer: all at once may not fit into
    memory."""
    from service.perception.borders import continued
    from service.perception.distances import Targets
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
    targets = [Targets([moments[name] for name in weights]) for moments in found]
    return Wanted(targets, weights, stage.stretches)


def observe(sight: Sight, wanted: Wanted) -> SeveralMoments:
    """The moments of a layer's features, but for those at borders that see padding: where each of
    the wanted moments is wanted."""
    from service.perception.moments import SeveralMoments

    return SeveralMoments([_seen(sight, weight) for weight in sight.weights(wanted.stretches)])


def _seen(sight: Sight, weight: Tensor | None) -> Moments:
    """``weight``: how much each place of the layer counts, (B, 1, h, w)."""
    from service.perception.borders import inner

    if sight.look is not None and sight.look.periodic:
        return _measured(sight.network, sight.seen, weight)
    margin = sight.network.reach[sight.layer]
    share = None if weight is None else inner(weight, margin)
    return _measured(sight.network, inner(sight.seen, margin), share)


def _measured(network: Network, features: Tensor, weight: Tensor | None = None) -> Moments:
    """Of features (B, C, h, w), by what each place counts, (B, 1, h, w)."""
    from service.perception.moments import moments, smoothed

    if network.info.residual:
        features = smoothed(features, weight)
    return moments(features, weight)


def loss(painted: Mapping[str, SeveralMoments], wanted: Wanted) -> Tensor:
    """Weighted mean of the square roots of the layers' distances; of several stretches, each counts
    as far as it is seen. Views are pooled: none of them must show all of the style.

    A layer whose target is out of reach, such as forms that are larger than a fundamental domain,
    is far off whatever is painted, and a little less so if all is pale. Squared, it would outweigh
    the layers that can arrive, and wash the picture out."""
    import torch

    from service.perception.moments import SeveralMoments

    found = [
        SeveralMoments([painted[name].each[number] for name in wanted.weights])
        for number in range(len(wanted.targets))
    ]
    pairs = zip(wanted.targets, found, strict=True)
    roots = torch.stack([targets.roots(layers.counted) for targets, layers in pairs])
    counts = torch.stack([layers.counts for layers in found])
    return (roots * (counts / counts.sum(0) * wanted.shares)).sum()


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
