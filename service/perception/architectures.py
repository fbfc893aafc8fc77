"""The networks of the table, built as torchvision builds them, with the same names of parts.

torchvision itself is loaded only for others and for names of classes: it brings the machinery of
``torch.compile`` along, nearly half of the time that a command needs to start.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

_CLASSES = 1000  # ImageNet's
# Of each of SqueezeNet's fire modules: channels between, and of each half of what it returns. In
# between, and after the first convolution, a pooling (None) halves the sides.
_FIRES = (None, (16, 64), (16, 64), None, (32, 128), (32, 128), None)
_LAST_FIRES = ((48, 192), (48, 192), (64, 256), (64, 256))
_VGG_CHANNELS = (64, 128, 256, 512, 512)


class Fire(nn.Module):
    """Few channels, then many: half of them look at a place alone, half at its neighbours, too
    (Iandola et al. 2016, SqueezeNet, §3.2)."""

    def __init__(self, given: int, between: int, half: int) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(given, between, 1)
        self.squeeze_activation = nn.ReLU()
        self.expand1x1 = nn.Conv2d(between, half, 1)
        self.expand1x1_activation = nn.ReLU()
        self.expand3x3 = nn.Conv2d(between, half, 3, padding=1)
        self.expand3x3_activation = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        """(B, given, h, w) → (B, 2 · half, h, w)."""
        x = self.squeeze_activation(self.squeeze(x))
        near, around = self.expand1x1(x), self.expand3x3(x)
        return torch.cat([self.expand1x1_activation(near), self.expand3x3_activation(around)], 1)


class SqueezeNet(nn.Module):
    """SqueezeNet 1.1."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.Conv2d(3, 64, 3, stride=2), nn.ReLU()]
        given = 64
        for fire in (*_FIRES, *_LAST_FIRES):
            if fire is None:
                layers.append(nn.MaxPool2d(3, stride=2, ceil_mode=True))
                continue
            layers.append(Fire(given, *fire))
            given = 2 * fire[1]
        self.features = nn.Sequential(*layers)
        last = nn.Conv2d(given, _CLASSES, 1)
        self.classifier = nn.Sequential(nn.Dropout(), last, nn.ReLU(), nn.AdaptiveAvgPool2d((1, 1)))

    def forward(self, x: Tensor) -> Tensor:
        """(B, 3, h, w) → (B, classes)."""
        scores: Tensor = self.classifier(self.features(x)).flatten(1)
        return scores


class Vgg(nn.Module):
    """A VGG with so many convolutions in each of its blocks (Simonyan and Zisserman 2014)."""

    def __init__(self, depths: Sequence[int]) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        given = 3
        for channels, depth in zip(_VGG_CHANNELS, depths, strict=True):
            for _ in range(depth):
                layers += [nn.Conv2d(given, channels, 3, padding=1), nn.ReLU()]
                given = channels
            layers.append(nn.MaxPool2d(2, stride=2))
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d((7, 7))
        parts = [nn.Linear(given * 7 * 7, 4096), nn.ReLU(), nn.Dropout()]
        parts += [nn.Linear(4096, 4096), nn.ReLU(), nn.Dropout()]
        self.classifier = nn.Sequential(*parts, nn.Linear(4096, _CLASSES))

    def forward(self, x: Tensor) -> Tensor:
        """(B, 3, h, w) → (B, classes)."""
        scores: Tensor = self.classifier(self.avgpool(self.features(x)).flatten(1))
        return scores


# By the names of torchvision's functions.
_OURS: dict[str, Callable[[], nn.Module]] = {
    "squeezenet1_1": SqueezeNet,
    "vgg16": lambda: Vgg((2, 2, 3, 3, 3)),
    "vgg19": lambda: Vgg((2, 2, 4, 4, 4)),
}
_STARTED_SLOWLY = ("googlenet", "inception_v3")


def without_numbers(architecture: str) -> nn.Module:
    """A network by the name of torchvision's function, as its weights want it, before it has them:
    none are made up that would only be replaced."""
    if architecture in _OURS:
        with torch.device("meta"):
            model = _OURS[architecture]()
    else:
        model = _from_torchvision(architecture)
    return model.requires_grad_(False).eval()


def _from_torchvision(architecture: str) -> nn.Module:
    from torchvision import models

    plain = {"init_weights": False} if architecture in _STARTED_SLOWLY else {}
    try:
        with torch.device("meta"):
            model: nn.Module = models.get_model(architecture, weights=None, **plain)
    except NotImplementedError:  # RegNets work out their widths with tensors
        model = models.get_model(architecture, weights=None).to("meta")
    module: Any
    for module in model.modules():
        if hasattr(module, "inplace"):
            module.inplace = False  # the layer before it may be wanted too
        if hasattr(module, "transform_input"):
            module.transform_input = True  # its weights have learnt from another kind of input
    return model
