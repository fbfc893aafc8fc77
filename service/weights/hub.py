"""Weights as torchvision has them: from the hub's cache, downloaded into it, or from a file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import URLError

from geometry.errors import InputError
from geometry.spare_folder import spare_folder
from service.tables.network_info import Download, Weights, as_torchvision
from service.weights.store import first_writable

if TYPE_CHECKING:
    from torch import Tensor

_WANTED = "Give a file that torchvision's weights of the network come in: a .pth."


def torchvision_weights(network: str, file: str, megabytes: int) -> Weights:
    """torchvision's first ImageNet weights of the ``network`` of our table. file: what the hub
    calls them, with the beginning of their SHA-256; it is known here so that one can look for them
    without torchvision."""
    hub = _Hub(network, file)
    return Weights(
        hub.load,
        as_torchvision,
        package="torchvision",
        download=Download(megabytes, hub.file, hub.get),
    )


@dataclass(frozen=True)
class _Hub:
    network: str
    name: str

    def file(self) -> Path | None:
        """The file, if there is one."""
        return next((path for path in self._paths() if path.is_file()), None)

    def load(self) -> Mapping[str, Tensor]:
        """The weights, checked; downloaded if need be. Raises InputError: "weights-missing",
        "bad-weights", "no-temporary-folder"."""
        path = self.file() or self.get()
        with path.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
        if not found.startswith(self._sha256()):
            raise InputError(
                "bad-weights",
                "network",
                f"{path} is damaged, or holds other weights.",
                f"'service weights get {self.network}' gets them anew.",
            )
        return read_state_dict(path)

    def get(self) -> Path:
        """Download the weights: the file, which is whole and checked. Raises InputError:
        "weights-missing", "no-temporary-folder"."""
        import torch

        path = first_writable(self._paths())
        try:  # shows its progress
            torch.hub.download_url_to_file(self._url(), str(path), hash_prefix=self._sha256())
        except (URLError, OSError, RuntimeError) as error:
            from service.networks import EMBEDDED  # whose rows import this module

            raise InputError(
                "weights-missing",
                "network",
                f"The weights of {self.network} are not in {path} and cannot be downloaded "
                f"({getattr(error, 'reason', error)}).",
                f"Use --network {EMBEDDED}, which is embedded, or --weights FILE.",
            ) from None
        return path

    def _url(self) -> str:
        from torchvision.models import get_model_weights

        weights: Any = get_model_weights(self.network)
        return str(weights.IMAGENET1K_V1.url)

    def _sha256(self) -> str:
        """The beginning of the file's, which torchvision puts into its name."""
        return self.name.rsplit("-", 1)[1].partition(".")[0]

    def _paths(self) -> Iterator[Path]:
        import torch

        yield Path(torch.hub.get_dir()) / "checkpoints" / self.name
        yield spare_folder() / "torch" / "checkpoints" / self.name


def read_state_dict(path: Path) -> Mapping[str, Tensor]:
    """A file with torchvision's state dict of a network, read without trusting it. Raises
    InputError("bad-weights")."""
    import torch

    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise InputError("bad-weights", "weights", f"There is no file {path}.") from None
    except Exception as error:
        message = f"{path} holds no torch weights ({type(error).__name__})."
        raise InputError("bad-weights", "weights", message, _WANTED) from None
    if not isinstance(state, Mapping) or not all(
        isinstance(name, str) and isinstance(x, torch.Tensor) for name, x in state.items()
    ):
        raise InputError("bad-weights", "weights", f"{path} holds no state dict.", _WANTED)
    return dict(state)
