"""Weights that Orbitex keeps itself, as safetensors in the user's data."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import platformdirs
import safetensors.numpy
from numpy.typing import NDArray
from safetensors import SafetensorError

from geometry.errors import InputError
from geometry.spare_folder import can_write, spare_folder
from service.whole_files import reason, write_atomically

if TYPE_CHECKING:
    from torch import Tensor

Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Stored:
    """The place of a network's weights. network: its name in the table. sha256: what
    :func:`digest` makes of the weights."""

    network: str
    sha256: str

    def file(self) -> Path | None:
        """The file, if there is one."""
        return next((path for path in self._paths() if path.is_file()), None)

    def write(self, arrays: Arrays) -> Path:
        """Keep weights, in the first folder that can be written; the file. Raises InputError:
        "no-temporary-folder", "not-saved"."""
        path = first_writable(self._paths())
        try:
            write_atomically(path, safetensors.numpy.save(dict(arrays)))
        except OSError as error:
            raise InputError(
                "not-saved",
                "weights",
                f"{path} cannot be written: {reason(error)}.",
                "Make room on that disk, or name another folder: ORBITEX_DATA=/another/folder.",
            ) from None
        return path

    def read(self) -> dict[str, Tensor]:
        """The weights, checked. Raises InputError: "weights-missing", "bad-weights"."""
        import torch

        from service.networks import EMBEDDED  # whose rows import this module

        again = f"service weights get {self.network}"
        path = self.file()
        if path is None:
            raise InputError(
                "weights-missing",
                "network",
                f"The weights of {self.network} are not on this machine.",
                f"'{again}' gets them; --network {EMBEDDED} needs none.",
            )
        try:
            arrays = safetensors.numpy.load_file(path)
            whole = digest(arrays) == self.sha256
        except (OSError, ValueError, SafetensorError):
            whole = False
        if not whole:
            raise InputError(
                "bad-weights",
                "network",
                f"{path} is damaged, or holds other weights.",
                f"'{again}' gets them anew.",
            )
        return {name: torch.from_numpy(array) for name, array in arrays.items()}

    def _paths(self) -> Iterator[Path]:
        for folder in _folders():
            yield folder / "weights" / f"{self.network}.safetensors"


def _folders() -> Iterator[Path]:
    """Where to look, and to write, in this order. What lies in the user's own data serves under
    every ORBITEX_DATA; the spare folder is for those who can write neither."""
    if given := os.environ.get("ORBITEX_DATA"):
        yield Path(given)
    yield Path(platformdirs.user_data_dir("orbitex"))
    yield spare_folder()


def first_writable(paths: Iterator[Path]) -> Path:
    """The first whose folder can be written; if none can, the last: writing then says why."""
    path = Path()
    for path in paths:
        if can_write(path.parent):
            break
    return path


def digest(arrays: Arrays) -> str:
    """SHA-256 of names, types, shapes and numbers, whatever order and format a file has them in."""
    found = hashlib.sha256()
    for name, array in sorted(arrays.items()):
        found.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
        found.update(np.ascontiguousarray(array).data)
    return found.hexdigest()
