"""Files with torchvision's state dict of a network."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from geometry.errors import InputError

if TYPE_CHECKING:
    from torch import Tensor


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
    if not isinstance(state, Mapping) or not all(
        isinstance(name, str) and isinstance(x, torch.Tensor) for name, x in state.items()
    ):
        raise InputError("bad-weights", "weights", f"{path} holds no state dict.")
    return dict(state)
