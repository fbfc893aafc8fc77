"""Any convolutional classifier of torchvision's by its name, as in ``torchvision:googlenet``: no
row of the table, but one that is made when it is asked for."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.checkpoint import checkpoint
from torchvision import models

from geometry.errors import InputError, unknown_name
from service.networks import TORCHVISION
from service.perception.architectures import without_numbers
from service.perception.network import Network
from service.tables.network_info import HEAD, NetworkInfo
from service.weights.hub import torchvision_weights

aten = torch.ops.aten
_PROBE = (1, 3, 192, 320)  # a picture that tells rows from columns, and both from channels
_TOO_SMALL = ("Kernel size", "Output size")  # torch says these of a picture
_AROUND = 64  # pixels of the next periods that are shown, on each side
_FEWEST = 3  # resolutions that a style is measured on


class Classifier(Network):
    """A whole classifier, whose named layers are modules that it calls one after the other. around:
    pictures are one period of a pattern. What its modules are, and how their outputs fit together,
    is not known here: so it is shown some of the next periods, and their features are left out."""

    def __init__(
        self,
        info: NetworkInfo,
        build: Callable[[], nn.Module],
        prepared: Callable[[Tensor], Tensor],
        around: bool = False,
    ) -> None:
        super().__init__(info, prepared)
        self.model = build()
        self._around = around
        self.eval()

    @functools.cached_property
    def periodic(self) -> Network:
        """See :meth:`Network.periodic`."""
        return Classifier(self.info, lambda: self.model, self.prepared, around=True)

    def layers(
        self, pictures: Tensor, wanted: Collection[str], frugal: bool = False
    ) -> Iterator[tuple[str, Tensor]]:
        """As :meth:`Network.layers`; all of them are kept until the last one is there. Raises
        InputError("bad-value") for pictures that are too small to have all of them."""
        names = [name for name in (*self.info.layers, HEAD) if name in wanted]
        see = functools.partial(_outputs, self.model, names)
        x, margin = self._input(pictures), (0, 0)
        if self._around and HEAD not in names:  # the head's picture is no period any more
            margin = (min(_AROUND, x.shape[2]), min(_AROUND, x.shape[3]))
            x = F.pad(x, (margin[1],) * 2 + (margin[0],) * 2, mode="circular")
        try:
            found = checkpoint(see, x, use_reentrant=False) if frugal else see(x)
        except RuntimeError as error:
            if not any(text in str(error) for text in _TOO_SMALL):
                raise
            height, width = pictures.shape[2:]
            raise InputError(
                "bad-value",
                "network",
                f"{self.info.name} cannot see pictures as small as {width} × {height} pixels.",
                "Paint a larger one, or choose another network.",
            ) from None
        for name, features in found.items():
            yield name, features if name == HEAD else _cropped(features, margin, x)


def _cropped(features: Tensor, margin: tuple[int, int], x: Tensor) -> Tensor:
    """Features (B, C, h, w) of pictures x (B, 3, H, W), without a margin of pixels."""
    down, across = (
        round(pixels * side / whole)
        for pixels, side, whole in zip(margin, features.shape[2:], x.shape[2:], strict=True)
    )
    height, width = features.shape[2:]
    return features[..., down : height - down, across : width - across]


class _Additions(TorchDispatchMode):
    """Within it additions of one tensor of pixels to another are counted."""

    def __init__(self) -> None:
        super().__init__()
        self.number = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        both = args[:2]
        if func.overloadpacket in (aten.add, aten.add_) and all(
            isinstance(x, Tensor) and x.ndim == 4 for x in both
        ):
            self.number += 1
        return func(*args, **(kwargs or {}))


def _adds(model: nn.Module) -> bool:
    """Whether a model without numbers has blocks whose input is added to what they make of it."""
    with _Additions() as additions:
        model(torch.empty(_PROBE, device="meta"))
    return additions.number > 0


class _SeenAll(Exception):  # noqa: N818
    """What lies behind the last layer that is wanted is not worked out."""


def _outputs(model: nn.Module, names: Collection[str], x: Tensor) -> dict[str, Tensor]:
    """What modules of a model, by their names, make of x, in the order in which it calls them. HEAD
    is what the model itself makes."""
    found: dict[str, Tensor] = {}

    def note(name: str, *call: Any) -> None:
        found[name] = call[-1]
        if len(found) == len(names):
            raise _SeenAll

    modules = {name: model.get_submodule(name) for name in names if name != HEAD}
    hooks = [m.register_forward_hook(functools.partial(note, k)) for k, m in modules.items()]
    try:
        scores = model(x)
        if HEAD in names:
            found[HEAD] = scores
    except _SeenAll:
        pass
    finally:
        for hook in hooks:
            hook.remove()
    return found


@functools.cache
def classifier_info(name: str) -> NetworkInfo:
    """The row of a network called torchvision:NAME. The style is measured on the last layer of
    every resolution. Raises InputError("unknown-network"), also if it has no layers of pixels, or
    takes pictures of one size only."""
    architecture = name.removeprefix(TORCHVISION)
    known = models.list_models(module=models)
    if architecture not in known:
        raise unknown_name("unknown-network", "network", name, [TORCHVISION + k for k in known])
    model = without_numbers(architecture)
    shapes = _shapes(model)
    style = {width: layer for layer, (_, width) in shapes.items()}.values()
    if len(style) < _FEWEST:
        raise InputError(
            "unknown-network",
            "network",
            f"'{name}' has no layers of pixels, or takes pictures of one size only.",
            f"Take a convolutional network, such as {TORCHVISION}googlenet.",
        )
    weights = models.get_model_weights(architecture).DEFAULT
    megabytes = round(weights.meta["_file_size"] * 2**20 / 1e6)
    return NetworkInfo(
        name=name,
        title=f"torchvision's {architecture}; {megabytes} MB download once",
        architecture=architecture,
        weights=torchvision_weights(name, str(weights), megabytes),
        layers={layer: place for place, layer in enumerate(shapes)},
        style=dict.fromkeys(style, 1.0),
        content=list(style)[len(style) // 2],
        head=lambda model, scores: scores,
        residual=_adds(model),
    )


def _shapes(model: nn.Module) -> dict[str, tuple[int, int]]:
    """{layer: (rows, columns)} of the modules that a model calls one after the other to make pixels
    of pixels; poolings are none of them."""
    names = [
        name
        for child, module in model.named_children()
        if child != "classifier"
        for name in (
            [f"{child}.{k}" for k, _ in module.named_children()]
            if isinstance(module, nn.Sequential)
            else [child]
        )
        if not isinstance(model.get_submodule(name), nn.MaxPool2d)
    ]
    try:
        found = _outputs(model, [*names, HEAD], torch.empty(_PROBE, device="meta"))
    except (RuntimeError, AssertionError):  # it takes pictures of one size only
        return {}
    shapes = {name: x.shape for name, x in found.items() if name != HEAD and x.ndim == 4}
    return {
        name: (shape[2], shape[3])
        for name, shape in shapes.items()
        if shape[2] > 1 and 0.45 < shape[2] / shape[3] < 0.7  # 0.6, less what has no padding
    }
