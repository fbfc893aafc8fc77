"""Weights that torchvision knows: from the hub's cache, or downloaded into it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import URLError

from geometry.errors import InputError
from geometry.spare_folder import spare_folder
from service.tables.network_info import Download, Weights, as_torchvision
from service.weights.files import read_state_dict
from service.weights.store import first_writable

if TYPE_CHECKING:
    from torch import Tensor


def torchvision_weights(network: str, name: str, megabytes: int) -> Weights:
    """The weights that torchvision calls ``name``, such as VGG19_Weights.IMAGENET1K_V1, of the
    ``network`` of our table."""
    hub = _Hub(network, name)
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
        from torchvision.models import get_weight

        return str(get_weight(self.name).url)

    def _sha256(self) -> str:
        """The beginning of the file's, which torchvision puts into its name."""
        return self._url().rsplit("-", 1)[1].partition(".")[0]

    def _paths(self) -> Iterator[Path]:
        import torch

        name = self._url().rsplit("/", 1)[1]
        yield Path(torch.hub.get_dir()) / "checkpoints" / name
        yield spare_folder() / "torch" / "checkpoints" / name
