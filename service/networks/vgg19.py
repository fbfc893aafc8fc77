"""VGG-19, with torchvision's ImageNet weights."""

from __future__ import annotations

from service.networks.vgg16 import head
from service.tables.network_info import NetworkInfo
from service.weights.hub import torchvision_weights

_RELUS = {
    **{"relu1_1": 1, "relu1_2": 3},
    **{"relu2_1": 6, "relu2_2": 8},
    **{"relu3_1": 11, "relu3_2": 13, "relu3_3": 15, "relu3_4": 17},
    **{"relu4_1": 20, "relu4_2": 22, "relu4_3": 24, "relu4_4": 26},
    **{"relu5_1": 29, "relu5_2": 31, "relu5_3": 33, "relu5_4": 35},
}

NETWORK = NetworkInfo(
    name="vgg19",
    title="VGG-19: slower and finer; 575 MB download once",
    architecture="vgg19",
    weights=torchvision_weights("vgg19", "vgg19-dcbb9e9d.pth", megabytes=575),
    layers=_RELUS,
    style=dict.fromkeys(("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"), 1.0),
    content="relu4_1",
    head=head,
    rank=4,
)
