"""Which channels of a network describe a picture: those that respond to it far more strongly than
they usually do."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from geometry.errors import InputError
from service.tables.dreams import find_layer

if TYPE_CHECKING:
    from service.perception.network import Network

FLAT = 2.0  # of 255: the least standard deviation of pixels in a picture that shows something
LEAST = 0.5  # the least strength of a channel that describes a picture


@dataclass(frozen=True)
class Described:
    """A channel that describes a picture. strength: by how many of the channel's own standard
    deviations its mean over the picture is above the usual mean, at the scale where that is most.
    """

    layer: str
    channel: int
    strength: float

    @property
    def target(self) -> str:
        """As what is dreamt of: LAYER:CHANNEL."""
        return f"{self.layer}:{self.channel}"


def survey(
    pixels: NDArray[np.uint8],
    network: Network,
    layers: Collection[str] = (),
    field: str = "picture",
) -> list[Described]:
    """The channels that describe a picture (H, W, 3) uint8 sRGB, strongest first.

    layers: those to look at; all if none are given. field: what the picture is for. Raises
    InputError: "unknown-layer"; "bad-image" for a tiny or very long picture; "nothing-described"
    for one that no channel describes. Imports torch.
    """
    import torch

    from service.inputs.styles import checked_form
    from service.perception.usual import at_scales, usual

    checked_form(pixels, "The picture", field)
    for layer in layers:
        find_layer(layer, network.info, "layer")
    if np.asarray(pixels, float).std((0, 1)).max() < FLAT:
        raise _nothing(field, "The picture is all of one colour")
    wanted = [layer for layer in network.info.layers if not layers or layer in layers]
    known = usual(network, wanted)
    device = next(network.parameters()).device
    found: dict[str, list[torch.Tensor]] = {layer: [] for layer in wanted}
    with torch.no_grad():
        for picture in at_scales(pixels, device):
            for layer, x in network.layers(picture, wanted):
                above = (x.mean((0, 2, 3)) - known[layer].mean) / known[layer].spread
                found[layer].append(above)
    rows = [
        Described(layer, channel, float(strength))
        for layer in wanted
        for channel, strength in enumerate(torch.stack(found[layer]).amax(0).tolist())
        if strength >= LEAST
    ]
    if not rows:
        raise _nothing(field, f"No channel of {network.info.name} responds to it unusually")
    return sorted(rows, key=lambda row: -row.strength)


def _nothing(field: str, reason: str) -> InputError:
    return InputError(
        "nothing-described",
        field,
        f"{reason}: no channel describes it.",
        "Take a picture with more to see.",
    )
