"""What is in a network: the names that a recipe's dreams can use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from service.networks import TORCHVISION, find_network
from service.perception.architectures import without_numbers
from service.perception.network import Network, Trunk

_SIDE = 299  # pixels of a picture that every network can see


def contents(name: str) -> dict[str, Any]:
    """Of a network {"layers": [{"name", "channels"}], "classes": [name]}, ready for JSON; no
    classes without a head. Its weights need not be there. Raises InputError("unknown-network")."""
    info = find_network(name)
    kind: Callable[..., Network] = Trunk
    if name.startswith(TORCHVISION):
        from service.perception.classifiers import Classifier  # torchvision: seconds

        kind = Classifier
    network = kind(info, lambda: without_numbers(info.architecture), lambda pictures: pictures)
    seen = network.layers(torch.empty(1, 3, _SIDE, _SIDE, device="meta"), tuple(info.layers))
    return {
        "layers": [{"name": layer, "channels": x.shape[1]} for layer, x in seen],
        "classes": list(info.classes()) if info.head is not None else [],
    }
