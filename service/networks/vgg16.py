"""VGG-16, with torchvision's ImageNet weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from service.tables.network_info import NetworkInfo
from service.weights.hub import torchvision_weights

if TYPE_CHECKING:
    from torch import Tensor

RELUS = {
    **{"relu1_1": 1, "relu1_2": 3},
    **{"relu2_1": 6, "relu2_2": 8},
    **{"relu3_1": 11, "relu3_2": 13, "relu3_3": 15},
    **{"relu4_1": 18, "relu4_2": 20, "relu4_3": 22},
    **{"relu5_1": 25, "relu5_2": 27, "relu5_3": 29},
}
# As in a prototype that painted well with them; not yet compared with others.
STYLE = {"relu1_1": 16.0, "relu2_1": 8.0, "relu3_1": 4.0, "relu4_1": 2.0, "relu5_1": 1.0}


def head(model: Any, features: Tensor) -> Tensor:
    """The scores of classes, (B, classes), that a whole VGG makes of its trunk's output."""
    scores: Tensor = model.classifier(model.avgpool(features).flatten(1))
    return scores


NETWORK = NetworkInfo(
    name="vgg16",
    title="VGG-16: slower and finer; 553 MB download once",
    architecture="vgg16",
    weights=torchvision_weights("vgg16", "vgg16-397923af.pth", megabytes=553),
    layers=RELUS,
    style=STYLE,
    content="relu4_1",
    head=head,
    rank=3,
)
