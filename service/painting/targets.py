"""What a step wants: the styles' statistics at one resolution, and how far views are from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from geometry.colour import ColourElement
from service.painting.views import Look
from service.perception.moments import (
    LayerMoments,
    Moments,
    blended,
    colour_images,
    measure,
    pooled,
)
from service.perception.network import Network
from service.perception.objectives import (
    Targets,
    content_term,
    moment_distance,
    smoothness_term,
    style_term,
)
from service.recipe import Objective
from service.scene import StylePicture

STYLE_SIDE_LEAST = 64.0  # in less the deeper layers are one pixel, whose deviation is nothing
STYLE_SIDE_LIMIT = 1024  # pixels of a style's shorter side: more teaches little and costs much


def style_targets(
    network: Network,
    styles: Sequence[StylePicture],
    unit: int,
    scale: float,
    colours: tuple[ColourElement, ...],
) -> Targets:
    """What the styles say at one resolution: each brought to ``unit · scale`` pixels on its shorter
    side, measured under every colour element that the symmetry makes equally likely (so that the
    target can be reached), and blended by weight."""
    device = next(network.parameters()).device
    layers: list[tuple[LayerMoments, float]] = []
    plain: list[tuple[LayerMoments, float]] = []
    for style in styles:
        picture = _scaled(style.pixels, unit * scale).to(device)
        for image in colour_images(picture, colours):
            image = image.contiguous(memory_format=torch.channels_last)
            with torch.no_grad():
                layers.append((_measured(network, image), style.weight))
                plain.append((measure({"rgb": image}), style.weight))
    return Targets(blended(layers), blended(plain)["rgb"])


def _measured(network: Network, picture: Tensor) -> LayerMoments:
    """Moments of a picture's features, layer by layer: all at once may not fit into memory."""
    moments: LayerMoments = {}
    for name, features in network.layers(picture, network.info.style):
        moments |= measure({name: features})
    return moments


def _scaled(pixels: NDArray[np.uint8], side: float) -> Tensor:
    """A style (H, W, 3) as (1, 3, h, w) in 0..1 whose shorter side is ``side`` pixels, at most the
    limit."""
    factor = max(STYLE_SIDE_LEAST, min(side, STYLE_SIDE_LIMIT)) / min(pixels.shape[:2])
    size = (round(pixels.shape[1] * factor), round(pixels.shape[0] * factor))
    image = Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS)
    return torch.from_numpy(np.array(image)).permute(2, 0, 1)[None].float() / 255


@dataclass(frozen=True)
class Seen:
    """What counts of one view: moments of the features and of the colours, terms of its own, and
    how many pixels it has."""

    layers: LayerMoments
    colour: Moments
    terms: dict[str, Tensor]
    pixels: int


def see(network: Network, look: Look, objective: Objective, frugal: bool = False) -> Seen:
    """What the network sees of a view. ``frugal``: see :meth:`Network.layers`."""
    content = network.info.content if objective.content else None
    style = network.info.style
    layers: LayerMoments = {}
    terms = {"smoothness": smoothness_term(look.pixels, look.weight)}
    for name, features in network.layers(look.pixels, [*style, content or ""], frugal):
        if name in style:
            layers |= measure({name: features}, look.weight)
        if name == content:
            assert look.base is not None, "a scene with a content term has a base colour"
            with torch.no_grad():
                ((_, wanted),) = network.layers(look.base, (name,))
            terms["content"] = content_term(features, wanted, look.weight)
    colour = measure({"rgb": look.pixels}, look.weight)["rgb"]
    return Seen(layers, colour, terms, look.pixels.shape[-1] * look.pixels.shape[-2])


def objective_terms(network: Network, seen: Sequence[Seen], targets: Targets) -> dict[str, Tensor]:
    """The terms of the objective on one step's views, before their weights. Statistics of all
    views are pooled: no single view must show all of the style."""
    layers = pooled([view.layers for view in seen])
    colour = pooled([{"rgb": view.colour} for view in seen])["rgb"]
    return {
        "style": style_term(layers, targets.style, network.info.style),
        "colour": moment_distance(colour, targets.colour),
        **{name: torch.stack([view.terms[name] for view in seen]).mean() for name in seen[0].terms},
    }


def weighted(terms: dict[str, Tensor], objective: Objective) -> Tensor:
    """The objective: every term times its weight in the recipe."""
    return torch.stack([getattr(objective, name) * term for name, term in terms.items()]).sum()
