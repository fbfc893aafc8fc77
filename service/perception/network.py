"""A pretrained network that looks at the painting, frozen, layer by layer."""

from __future__ import annotations

import functools
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from geometry.errors import InputError
from service.networks import TORCHVISION, find_network
from service.perception import borders
from service.perception.architectures import without_numbers
from service.tables.network_info import HEAD, NetworkInfo, as_torchvision
from service.weights.hub import read_state_dict


class Network(nn.Module, ABC):
    """A frozen network. Call it with pictures (B, 3, H, W), RGB in 0..1; it returns the features
    {layer: (B, C, h, w)} of all named layers of its :class:`NetworkInfo`. prepared: see Weights."""

    def __init__(self, info: NetworkInfo, prepared: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.info, self.prepared = info, prepared

    def forward(self, pictures: Tensor) -> dict[str, Tensor]:
        """Pictures (B, 3, H, W) in 0..1 → {layer: (B, C, h, w)}."""
        return dict(self.layers(pictures, self.info.layers))

    @abstractmethod
    def layers(
        self, pictures: Tensor, wanted: Collection[str], frugal: bool = False
    ) -> Iterator[tuple[str, Tensor]]:
        """The ``wanted`` layers, in the network's order: what is let go of takes no memory. HEAD is
        one of them, if the row has a head: the scores of classes, (B, classes). ``frugal``: what
        lies between the layers is worked out again for the gradient, and not kept for it."""

    def _input(self, pictures: Tensor) -> Tensor:
        return self.prepared(pictures).to(next(self.parameters()).dtype)

    @functools.cached_property
    def periodic(self) -> Network:
        """The same network, with the same numbers, for pictures that are one period of a pattern:
        what lies beyond a border is what the opposite border begins with."""
        return borders.made_periodic(self)

    @functools.cached_property
    def reach(self) -> dict[str, int]:
        """How many places at the borders of each layer's features see padding."""
        return borders.reach(self)


class Trunk(Network):
    """A trunk of layers in a row, and its head when it is asked for. build(): all of the network,
    with its numbers."""

    def __init__(
        self,
        info: NetworkInfo,
        build: Callable[[], nn.Module],
        prepared: Callable[[Tensor], Tensor],
    ) -> None:
        super().__init__(info, prepared)
        self._build = build
        trunk = build().features
        assert isinstance(trunk, nn.Sequential)
        self.trunk = trunk
        self.eval()

    def layers(
        self, pictures: Tensor, wanted: Collection[str], frugal: bool = False
    ) -> Iterator[tuple[str, Tensor]]:
        """See :meth:`Network.layers`."""
        stops = [(name, end + 1) for name, end in self.info.layers.items() if name in wanted]
        if HEAD in wanted:
            stops.append((HEAD, len(self.trunk)))
        x, start = self._input(pictures), 0
        for name, end in stops:
            part = self.trunk[start:end]
            x = checkpoint(part, x, use_reentrant=False) if frugal else part(x)
            yield name, self._scores(x) if name == HEAD else x
            start = end

    def _scores(self, features: Tensor) -> Tensor:
        assert self.info.head is not None, "who wants classes looks whether there is a head"
        return self.info.head(self._whole, features)

    @functools.cached_property
    def _whole(self) -> nn.Module:
        """All of the network, of which the head is used: it may be larger than the trunk, and is
        loaded only for who wants it."""
        like = next(self.parameters())
        whole = self._build()
        whole.features = nn.Identity()
        return whole.to(like)


def load_network(
    name: str,
    device: torch.device | str = "cpu",
    weights: Path | None = None,
    precision: str = "float32",
) -> Network:
    """A network by name, on ``device``, channels last, that works in a ``precision`` as torch names
    it: so are its features.

    ``weights``: a file with torchvision's state dict instead of the network's own weights.
    Raises InputError: "unknown-network", "bad-weights", "weights-missing".
    """
    info = find_network(name)

    def build() -> nn.Module:
        model = without_numbers(info.architecture)
        if weights is None:
            _fill(model, info, info.weights.load())
            return model
        try:
            _fill(model, info, read_state_dict(weights))
        except RuntimeError:  # torch lists hundreds of names that do not fit
            raise InputError(
                "bad-weights",
                "weights",
                f"{weights} holds weights of another network.",
                f"They must be torchvision's for {type(model).__name__}.",
            ) from None
        return model

    prepared = info.weights.prepared if weights is None else as_torchvision
    network: Network
    if name.startswith(TORCHVISION):
        from service.perception.classifiers import Classifier

        network = Classifier(info, build, prepared)
    else:
        network = Trunk(info, build, prepared)
    return network.to(  # type: ignore[call-overload]
        device=device, dtype=getattr(torch, precision), memory_format=torch.channels_last
    )


def _fill(model: nn.Module, info: NetworkInfo, state: Mapping[str, Tensor]) -> None:
    """Give a model, or without a head its trunk, its numbers. Raises RuntimeError if they do not
    fit."""
    part, prefix = model, ""
    if info.head is None:
        part, prefix = model.get_submodule("features"), "features."
    numbers = {
        name.removeprefix(prefix): x.float() if x.is_floating_point() else x
        for name, x in state.items()
        if name.startswith(prefix)
    }
    part.load_state_dict(numbers, assign=True)
