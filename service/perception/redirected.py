"""Gradients for channels that do not respond at all: a ReLU passes none, and nothing would ever
wake them."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from service.perception.network import Network


def redirect_gradients(network: Network) -> None:
    """From now on, where no gradient at all would come through a ReLU for one of a batch's
    pictures, it passes what would raise its input (redirected ReLU: tensorflow/lucid,
    redirected_relu_grad). What the network puts out, and all other gradients, are the same."""
    for module in (*network.modules(), *network.periodic.modules()):
        if isinstance(module, nn.ReLU) and not module._forward_hooks:
            module.register_forward_hook(_redirected)


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
