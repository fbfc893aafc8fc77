"""Gradients for channels that do not respond at all: a ReLU passes none, and nothing would ever
wake them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from service.perception.network import Network


@contextlib.contextmanager
def unblocked(network: Network) -> Iterator[None]:
    """In what the network looks at meanwhile, where no gradient at all would come through a ReLU
    for one of a batch's pictures, it passes what would raise its input (redirected ReLU:
    tensorflow/lucid, redirected_relu_grad). What the network puts out, and all other gradients, are
    the same. To be entered for the forward pass."""
    rectifiers = [module for module in network.modules() if isinstance(module, nn.ReLU)]
    hooks = [module.register_forward_hook(_redirected) for module in rectifiers]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def _redirected(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> Tensor:
    found: Tensor = _Redirected.apply(*inputs, output)
    return found


class _Redirected(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, output: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return output.detach()

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        (x,), (gradient,) = ctx.saved_tensors, gradients
        passed = torch.ops.aten.threshold_backward(gradient, x, 0)
        asleep = [k for k, own in enumerate(passed) if not own.any()]
        for k in asleep:
            passed[k] = gradient[k].clamp(max=0)  # descent makes x larger there
        return passed, None
