"""Weights of networks: from files, and from torchvision's hub. No torch until they are read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import URLError

from geometry.errors import InputError
from service.perception.network_info import Weights, as_torchvision

if TYPE_CHECKING:
    from torch import Tensor


def torchvision_weights(network: str, name: str) -> Weights:
    """The weights that torchvision calls ``name``, such as VGG19_Weights.IMAGENET1K_V1: from the
    hub's cache, or downloaded once. ``network``: its name in our table."""

    def cached() -> Path:
        import torch
        from torchvision.models import get_weight

        url = get_weight(name).url
        return Path(torch.hub.get_dir()) / "checkpoints" / url.rsplit("/", 1)[1]

    def load() -> Mapping[str, Tensor]:
        from torchvision.models import get_weight

        if cached().exists():
            return read_state_dict(cached())
        try:  # torchvision shows the download's progress; the hub checks the file's hash
            return get_weight(name).get_state_dict(progress=True, check_hash=True)
        except (URLError, OSError, RuntimeError) as error:
            raise InputError(
                "weights-missing",
                "network",
                f"The weights of {network} are not in {cached()} and cannot be downloaded "
                f"({getattr(error, 'reason', error)}).",
                "Use --network squeezenet, which is embedded, or --weights FILE.",
            ) from None

    return Weights(
        load,
        at_hand=lambda: cached().exists(),
        prepared=as_torchvision,
        package="torchvision",
        advice=f"service tile --network {network} downloads them, or give it --weights FILE",
    )


def read_state_dict(path: Path) -> Mapping[str, Tensor]:
    """A file with torchvision's state dict of a network, read without trusting it. Raises
    InputError("bad-weights")."""
    import torch

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
