"""How strongly the channels of a network usually respond, measured on the reference pictures: the
exemplars that the project ships. Without it the channels that always fire would seem to describe
every picture."""

from __future__ import annotations

import functools
import weakref
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from service.perception.network import Network

SIDES = (96, 160, 256)  # pixels of a picture's shorter side: from its forms to its details
_RARE = 0.3  # of a layer's strength: what counts at least, for channels that hardly ever respond


@dataclass(frozen=True, eq=False)
class Usual:
    """Of the channels of a layer, over all places of the reference pictures at all scales, (C,):
    mean; spread, the standard deviation; strength, the root mean square. The latter two are never
    nearly 0, and may be divided by."""

    mean: Tensor
    spread: Tensor
    strength: Tensor


_KNOWN: weakref.WeakKeyDictionary[Network, dict[str, Usual]] = weakref.WeakKeyDictionary()


def usual(network: Network, layers: Collection[str]) -> dict[str, Usual]:
    """What is usual in some of a network's layers; measured once for every network in memory."""
    known = _KNOWN.setdefault(network, {})
    if missing := [layer for layer in layers if layer not in known]:
        known |= _measured(network, missing)
    return {layer: known[layer] for layer in layers}


def at_scales(pixels: NDArray[np.uint8], device: torch.device) -> Iterator[Tensor]:
    """A picture (H, W, 3) at every scale, (1, 3, h, w) in 0..1."""
    image = Image.fromarray(pixels)
    for side in SIDES:
        factor = side / min(image.size)
        size = (round(image.width * factor), round(image.height * factor))
        small = np.array(image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0))
        yield torch.from_numpy(small).permute(2, 0, 1)[None].float().to(device) / 255


@torch.no_grad()
def _measured(network: Network, layers: Collection[str]) -> dict[str, Usual]:
    device = next(network.parameters()).device
    first: dict[str, list[Tensor]] = {layer: [] for layer in layers}
    second: dict[str, list[Tensor]] = {layer: [] for layer in layers}
    for pixels in _references():
        for picture in at_scales(pixels, device):
            for layer, x in network.layers(picture, layers):
                first[layer].append(x.mean((0, 2, 3)))
                second[layer].append(x.square().mean((0, 2, 3)))
    found = {}
    for layer in layers:
        mean, square = torch.stack(first[layer]).mean(0), torch.stack(second[layer]).mean(0)
        least = (_RARE**2 * square.mean()).clamp(min=1e-12)
        found[layer] = Usual(
            mean, ((square - mean.square()).clamp(min=0) + least).sqrt(), (square + least).sqrt()
        )
    return found


@functools.cache
def _references() -> tuple[NDArray[np.uint8], ...]:
    from service.inputs.styles import exemplar_file, exemplars
    from service.pictures.files import over_white, read_picture

    # No larger than the largest scale needs.
    side = 2 * max(SIDES)
    pictures = []
    for name in exemplars():
        pixels = over_white(read_picture(exemplar_file(name).read_bytes(), "style", name))
        image = Image.fromarray(pixels)
        image.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=2.0)
        pictures.append(np.array(image))
    return tuple(pictures)
