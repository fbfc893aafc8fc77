"""Dream: the network sees in the picture what the recipe wishes for: classes, layers, channels,
directions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from service.perception.parts import SIDE, noisy_parts, scores
from service.tables.dreams import DreamTarget, check_channel, find_class, find_dream
from service.tables.network_info import HEAD, NetworkInfo
from service.tables.term import LOOK, Term

if TYPE_CHECKING:
    from torch import Tensor

    from service.painting.stage import Sight, Stage
    from service.perception.moments import Mean
    from service.perception.network import Network
    from service.recipe.recipe import Recipe

STRENGTH = 0.5  # of a weight of 1: beside a style of weight 1 both are clearly there
DIRECTION = 1.5  # of a direction, relative to one channel
LEAST_COSINE = 0.1  # of a direction, as if no angle were wider: else nothing would lead there
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
    channel, of layers with directions. network: sees parts of views, which are no periods of
    anything, for the head. seed: of the recipe."""

    wishes: Mapping[str, Sequence[Wish]]
    scales: Mapping[str, float]
    strengths: Mapping[str, Tensor]
    network: Network
    seed: int


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
    """The wishes by layer, and the scales of these layers."""
    found = _of_nothing(stage.network, targets(stage.recipe, stage.network.info))
    wishes = _wishes(stage.recipe, stage.network, found)
    scales = {layer: float(x.square().mean().sqrt().clamp(min=1e-6)) for layer, x in found.items()}
    strengths = _strengths(stage.network, wishes)
    return Wishes(wishes, scales, strengths, stage.network, stage.recipe.seed)


def layers(stage: Stage) -> set[str]:
    """The head looks at large parts of the view, so that one view shows one thing; the other layers
    see it as it is."""
    wanted = {target.layer for target in targets(stage.recipe, stage.network.info)}
    return {LOOK if layer == HEAD else layer for layer in wanted}


def observe(sight: Sight, state: Wishes) -> Mean:
    """Of every wish at a layer what it is about: a channel, the square of all of them, or the score
    of a class, compared with the others' if it is wished for. (wishes,)"""
    import torch

    from service.perception.moments import Mean

    if sight.layer == LOOK:
        periodic = sight.look is not None and sight.look.periodic
        views = sight.features.split(1)
        seen = [noisy_parts(view, periodic, state.seed, sight.step) for view in views]
        found = scores(state.network, torch.cat(seen))
        others = OTHERS * torch.logsumexp(found, 1)
        values = [
            len(views) * (found[:, wish.channel] - (others if wish.weight > 0 else 0)).mean()
            for wish in state.wishes[HEAD]
        ]
        return Mean(torch.stack(values), len(views))
    weight = _share(sight)
    parts = [
        (weight[:, 0] * _response(sight, wish, state)).sum() for wish in state.wishes[sight.layer]
    ]
    return Mean(torch.stack(parts), weight.sum())


def loss(sums: Mapping[str, Mean], state: Wishes) -> Tensor:
    """The less, the more of all wishes has come true: their activations, in units of the layers'
    scales, by weight.

    Of these the inverse hyperbolic sine: what is hardly seen is pushed with all strength, what is
    seen many times as clearly as in nothing with little. So a dream neither drowns in a style nor
    drives it out, and alone it stops before it glares. For what is seen clearly the gradient is
    that of a logarithm, the same at all layers (crowsonkb/deep_dream: divided by activations)."""
    import torch

    parts = []
    for place, mean in sums.items():
        layer = HEAD if place == LOOK else place
        for value, wish in zip(mean.value, state.wishes[layer], strict=True):
            if wish.direction:  # in units of usual strengths already
                parts.append(-wish.weight * DIRECTION * torch.asinh(value))
                continue
            whole = wish.channel is None
            strength = value.clamp(min=1e-12).sqrt() if whole else value
            parts.append(-wish.weight * torch.asinh(strength / state.scales[layer]))
    return STRENGTH * torch.stack(parts).sum()


def _response(sight: Sight, wish: Wish, state: Wishes) -> Tensor:
    """What a wish is about at every place of a layer, (B, h, w)."""
    if wish.direction:
        return along(_woken(sight, wish), wish.direction, state.strengths[sight.layer])
    if wish.channel is not None:
        return _woken(sight, wish)[:, wish.channel]
    return sight.features.square().mean(1)


def _woken(sight: Sight, wish: Wish) -> Tensor:
    """The features of a layer. Channels that are sought and that nothing in a view excites would
    get no gradient: they get one through the ReLUs that block it."""
    import torch

    from service.perception.redirected import unblocked

    own = {} if wish.channel is None else {wish.channel: 1.0}
    sought = [k for k, share in (wish.direction or own).items() if share * wish.weight > 0]
    if not sought or sight.look is None:
        return sight.features
    views = list(sight.features.split(1))
    for k, pixels in enumerate(sight.look.pixels.split(1)):
        if not views[k][:, sought].any():
            with unblocked(sight.network):
                ((_, features),) = sight.network.layers(pixels, (sight.layer,))
            views[k] = features.float()
    return torch.cat(views)


def _share(sight: Sight) -> Tensor:
    """How much each place of a layer counts, (B, 1, h, w)."""
    if sight.weight is None:
        return sight.features.new_ones(len(sight.features), 1, *sight.features.shape[-2:])
    return sight.weight


def _of_nothing(network: Network, wanted: Sequence[DreamTarget]) -> dict[str, Tensor]:
    """The features {layer: (1, C, h, w)} of grey noise, the same every time."""
    import torch

    like = next(network.parameters())
    noise = torch.randn(1, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(0))
    picture = torch.sigmoid(0.3 * noise).to(like.device)
    with torch.no_grad():
        layers = network.layers(picture, {target.layer for target in wanted})
        return {layer: features.float() for layer, features in layers}


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


def along(features: Tensor, shares: Mapping[int, float], strength: Tensor) -> Tensor:
    """How far features (B, C, h, w) lie in a direction, at every place, (B, h, w):

        v · x · max(0.1, cos(v, x))²

    with x the features in units of each channel's usual ``strength`` (C,), and v the unit vector of
    the channels' ``shares`` (tensorflow/lucid, objectives.py, direction with cossim_pow=2). The
    cosine asks that other channels be still."""
    import torch

    unit = strength[:, None, None]
    length = sum(share**2 for share in shares.values()) ** 0.5
    parts = [share / length * features[:, k] / unit[k] for k, share in shares.items()]
    dot = torch.stack(parts).sum(0)
    size = (features / unit).square().sum(1).clamp(min=1e-8).sqrt()
    return dot * (dot / size).clamp(min=LEAST_COSINE).square()


TERM = Term(
    name="dream",
    title="Dream",
    description="How strongly the dreams show.",
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
    by_step=True,  # parts and noise of views are other ones every time
)
