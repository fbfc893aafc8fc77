"""Tensors as NumPy arrays."""

from __future__ import annotations

import torch
from numpy.typing import NDArray
from torch import Tensor


def to_host(x: Tensor) -> NDArray:
    """The values of a tensor without gradient. From a GPU they come through page-locked memory: a
    copy into other memory is staged, piece by piece. Only this thread's stream is waited for."""
    if x.device.type != "cuda":
        return x.cpu().numpy()
    host = torch.empty(x.shape, dtype=x.dtype, pin_memory=True)
    host.copy_(x, non_blocking=True)
    torch.cuda.current_stream(x.device).synchronize()
    return host.numpy()
