"""Dream: the network sees in the picture what the recipe wishes for: classes, layers, channels,
directions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from service.perception.dreams import DreamTarget, check_channel, find_class, find_dream
from service.perception.network_info import HEAD, NetworkInfo
from service.perception.term import LOOK, Term

if TYPE_CHECKING:
    from torch import Tensor

    from service.painting.stage import Sight, Stage
    from service.perception.moments import Mean
    from service.perception.network import Network
    from service.recipe import Recipe

HEAD_SIDE = 227  # pixels of a view as the head sees it: that of the pictures it was trained on
STRENGTH = 0.3  # of a weight of 1; beside a style of weight 1 the style prevails
DIRECTION = 3.0  # times asinh of a direction's value: none of several outgrows the others
OTHERS = 0.5  # how much the scores of all other classes count against one that is wished for


@dataclass(frozen=True)
class Wish:
    """channel: of a layer, None for all of it; of the head, the class. direction: {channel: share}
    of a layer, instead."""

    channel: int | None
    weight: float
    direction: Mapping[int, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Wishes:
    """wishes: per layer. scales: the root mean square of each of these layers for a picture that
    shows nothing, so that weights mean the same everywhere. strengths: the usual one of every
    channel, of layers with directions."""

    wishes: Mapping[str, Sequence[Wish]]
    scales: Mapping[str, float]
    strengths: Mapping[str, Tensor]


def targets(recipe: Recipe, info: NetworkInfo) -> list[DreamTarget]:
    """What the recipe dreams of."""
    return [
        find_dream(dream.target, info, f"dreams.{number}.target")
        for number, dream in enumerate(recipe.dreams)
    ]


def check(recipe: Recipe, network: Network) -> None:
    """Raise InputError for a class or a channel that the network has not."""
    _wishes(recipe, network, _of_nothing(network, targets(recipe, network.info)))


def prepare(stage: Stage) -> Wishes:
    """The wishes by layer, and the scales of these layers. Channels that do not respond yet are
    woken."""
    from service.perception.redirected import redirect_gradients

    redirect_gradients(stage.network)
    found = _of_nothing(stage.network, targets(stage.recipe, stage.network.info))
    wishes = _wishes(stage.recipe, stage.network, found)
    scales = {layer: float(x.square().mean().sqrt().clamp(min=1e-6)) for layer, x in found.items()}
    return Wishes(wishes, scales, _strengths(stage.network, wishes))


def layers(stage: Stage) -> set[str]:
    """The head looks at the view as a whole, so that one view shows one thing; the other layers see
    it as it is."""
    wanted = {target.layer for target in targets(stage.recipe, stage.network.info)}
    return {LOOK if layer == HEAD else layer for layer in wanted}


def observe(sight: Sight, state: Wishes) -> Mean:
    """Of every wish at a layer what it is about: a channel, the square of all of them, or the score
    of a class, compared with the others' if it is wished for. (wishes,)"""
    import torch

    from service.perception.moments import Mean

    if sight.layer == LOOK:
        scores = head_scores(sight.network, sight.features)[0]
        others = OTHERS * torch.logsumexp(scores, 0)
        return Mean(
            torch.stack(
                [
                    scores[wish.channel] - (others if wish.weight > 0 else 0)
                    for wish in state.wishes[HEAD]
                ]
            )
        )
    from service.perception.directions import along

    weight = _share(sight)
    parts = [
        (weight[:, 0] * along(sight.features, wish.direction, state.strengths[sight.layer])).sum()
        if wish.direction
        else (weight * sight.features.square()).sum() / sight.features.shape[1]
        if wish.channel is None
        else (weight[:, 0] * sight.features[:, wish.channel]).sum()
        for wish in state.wishes[sight.layer]
    ]
    return Mean(torch.stack(parts), weight.sum())


def loss(sums: Mapping[str, Mean], state: Wishes) -> Tensor:
    """The less, the more of all wishes has come true: their activations, in units of the layers'
    scales, by weight."""
    import torch

    parts = []
    for place, mean in sums.items():
        layer = HEAD if place == LOOK else place
        for value, wish in zip(mean.value, state.wishes[layer], strict=True):
            if wish.direction:
                parts.append(-wish.weight * DIRECTION * value.asinh())
                continue
            whole = wish.channel is None
            strength = value.clamp(min=1e-12).sqrt() if whole else value
            parts.append(-wish.weight * strength / state.scales[layer])
    return STRENGTH * torch.stack(parts).sum()


def head_scores(network: Network, view: Tensor) -> Tensor:
    """The scores of classes, (1, classes), of a view (1, 3, H, W) in 0..1 of any size."""
    from torch.nn import functional as F

    size = (HEAD_SIDE, HEAD_SIDE)
    small = F.interpolate(view, size, mode="bilinear", antialias=True)
    ((_, scores),) = network.layers(small, (HEAD,))
    return scores


def _share(sight: Sight) -> Tensor:
    """How much each place of a layer counts, (1, 1, h, w)."""
    from torch.nn import functional as F

    size = (sight.features.shape[-2], sight.features.shape[-1])
    if sight.weight is None:
        return sight.features.new_ones(1, 1, *size)
    return F.adaptive_avg_pool2d(sight.weight, size)


def _of_nothing(network: Network, wanted: Sequence[DreamTarget]) -> dict[str, Tensor]:
    """The features {layer: (1, C, h, w)} of grey noise, the same every time."""
    import torch

    like = next(network.parameters())
    noise = torch.randn(1, 3, HEAD_SIDE, HEAD_SIDE, generator=torch.Generator().manual_seed(0))
    picture = torch.sigmoid(0.3 * noise).to(like.device)
    with torch.no_grad():
        return dict(network.layers(picture, {target.layer for target in wanted}))


def _wishes(
    recipe: Recipe, network: Network, features: Mapping[str, Tensor]
) -> dict[str, list[Wish]]:
    """The recipe's dreams by layer, checked against the network's features."""
    found: dict[str, list[Wish]] = {}
    for number, target in enumerate(targets(recipe, network.info)):
        place, channel = f"dreams.{number}.target", target.channel
        direction = dict(target.direction)
        if target.layer == HEAD:
            channel = find_class(target.name, channel, network.info, place)
        for k in (channel,) if channel is not None and target.layer != HEAD else direction:
            check_channel(target.layer, k, features[target.layer].shape[1], place)
        wish = Wish(channel, recipe.dreams[number].weight, direction)
        found.setdefault(target.layer, []).append(wish)
    return found


def _strengths(network: Network, wishes: Mapping[str, Sequence[Wish]]) -> dict[str, Tensor]:
    """How strongly the channels usually respond, (C,), of every layer with a direction."""
    from service.perception.usual import usual

    layers = [layer for layer, own in wishes.items() if any(wish.direction for wish in own)]
    return {layer: known.strength for layer, known in usual(network, layers).items()}


TERM = Term(
    name="dream",
    title="Dream",
    description="How much the dreams count.",
    rank=25,
    default=1.0,
    layers=layers,
    prepare=prepare,
    observe=observe,
    loss=loss,
    setting="dream_weight",
    paints=True,
    of="dreams",
    check=check,
)
