"""What the table of networks says of each: a row of :mod:`service.networks`. No torch in here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

HEAD = "head"  # the layer after the trunk: scores of classes before softmax, (B, classes)


def per_channel(pictures: Tensor, values: Sequence[float]) -> Tensor:
    """A number for every channel of pictures (B, C, H, W): (C, 1, 1). Made where the pictures are:
    a step that a GPU records can copy nothing to it."""
    import torch

    return torch.stack([pictures.new_full((1, 1), value) for value in values])


def as_torchvision(pictures: Tensor) -> Tensor:
    """Pictures (B, 3, H, W), RGB in 0..1, as torchvision's weights want them."""
    mean = per_channel(pictures, (0.485, 0.456, 0.406))
    return (pictures - mean) / per_channel(pictures, (0.229, 0.224, 0.225))


def as_caffe(pictures: Tensor) -> Tensor:
    """Pictures (B, 3, H, W), RGB in 0..1, as weights from Caffe want them: BGR, 0..255, the mean
    subtracted."""
    return pictures.flip(1) * 255 - per_channel(pictures, (103.939, 116.779, 123.68))


def imagenet_classes() -> Sequence[str]:
    """The names of ImageNet's 1000 classes: 'goldfinch', 'tabby', 'daisy' ..."""
    from torchvision.models import SqueezeNet1_1_Weights

    names: Sequence[str] = SqueezeNet1_1_Weights.IMAGENET1K_V1.meta["categories"]
    return names


@dataclass(frozen=True)
class Download:
    """Weights that no package brings. megabytes: of the download; file(): where they lie, None if
    they are not at hand; get(): downloads them, and says where they lie now."""

    megabytes: int
    file: Callable[[], Path | None]
    get: Callable[[], Path]


@dataclass(frozen=True)
class Weights:
    """Where a network's own weights come from.

    load(): a state dict with torchvision's names, those of the trunk at least; raises InputError:
    "weights-missing", "bad-weights". prepared(pictures): what the network sees of pictures
    (B, 3, H, W), RGB in 0..1. package: of pip, to install anew if they do not load; without a
    ``download`` it holds the weights itself.
    """

    load: Callable[[], Mapping[str, Tensor]]
    prepared: Callable[[Tensor], Tensor]
    package: str
    download: Download | None = None

    @property
    def at_hand(self) -> bool:
        """Whether they load without a download."""
        return self.download is None or self.download.file() is not None


@dataclass(frozen=True)
class NetworkInfo:
    """One row of the table of networks.

    title: for menus. architecture: the function of torchvision.models that builds it. layers: all
    named layers, in order, and the index of the module in torchvision's trunk whose output each is.
    style: what the layers that the style is measured on weigh in its term, fine ones first.
    content: the layer that the content term compares. head(model, trunk's output): the scores of
    classes, (B, classes); None if the weights know no classes. classes(): their names, in the order
    of the scores; imports torch. rank: of those that ``auto`` chooses from the best has the
    highest; 0: it is taken by its name only. light: whether it is quick on a CPU. residual: whether
    blocks add what they make to what they were given: a few activations then tower above all.
    """

    name: str
    title: str
    architecture: str
    weights: Weights
    layers: Mapping[str, int]
    style: Mapping[str, float]
    content: str
    head: Callable[[Any, Tensor], Tensor] | None
    classes: Callable[[], Sequence[str]] = imagenet_classes
    rank: int = 0
    light: bool = False
    residual: bool = False
