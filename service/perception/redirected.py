"""Gradients for channels that do not respond at all: a ReLU passes none, and nothing would ever
wake them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn


@contextlib.contextmanager
def redirected_gradients(network: nn.Module) -> Iterator[None]:
    """Within, where no gradient at all would come through a ReLU for one of a batch's pictures, it
    passes what would raise its input (redirected ReLU: tensorflow/lucid, redirected_relu_grad).
    What it puts out is the same."""
    hooks = [
        module.register_forward_hook(lambda module, inputs, output: _Redirected.apply(*inputs))
        for module in network.modules()
        if isinstance(module, nn.ReLU)
    ]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


class _Redirected(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x.clamp(min=0)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        (x,), (gradient,) = ctx.saved_tensors, gradients
        passed = gradient * (x > 0)
        asleep = passed.flatten(1).abs().amax(1) == 0
        if not asleep.any():
            return passed
        raising = gradient.clamp(max=0)  # descent makes x larger there
        return torch.where(asleep.reshape(-1, *[1] * (x.ndim - 1)), raising, passed)
