"""What ``auto`` is for a device: the best network at hand, and the precision that it is fast at.
Nothing is downloaded."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from geometry.errors import InputError
from service.networks import AUTO, TORCHVISION, automatic
from service.tables.dreams import dreamers

if TYPE_CHECKING:
    from service.recipe.fields import PrecisionName
    from service.recipe.recipe import Recipe


def best_network(dreams: Sequence[str], device: str, at_hand: Collection[str]) -> str:
    """The name of the best network that knows all ``dreams``. device: as torch names it; on a CPU
    light networks come first. at_hand: names of those whose weights are there. Raises
    InputError("weights-missing") if none of these can dream so."""
    able = dreamers(dreams, automatic())
    here = [info for info in able if info.name in at_hand]
    if not here:
        raise InputError(
            "weights-missing",
            "network",
            f"Of the networks at hand none knows {', '.join(dreams)}; {able[0].name} does.",
            f"'service weights get {able[0].name}' gets its weights.",
        )
    on_cpu = device.startswith("cpu")
    return max(here, key=lambda info: (info.light or not on_cpu, info.rank)).name


def best_at_hand(dreams: Sequence[str], device: str) -> str:
    """The same for what is at hand on this machine. Imports torch, to know that."""
    at_hand = [info.name for info in automatic() if info.weights.at_hand]
    return best_network(dreams, device, at_hand)


def fast_precision(device: str) -> PrecisionName:
    """bfloat16 where a device of this machine multiplies it in hardware, else float32."""
    import torch

    if device.startswith("cpu"):
        fast = torch.cpu.get_capabilities()
        half = fast.get("avx512_bf16") or fast.get("amx_bf16")
    else:
        half = torch.cuda.is_bf16_supported(including_emulation=False)
    return "bfloat16" if half else "float32"


def settled(recipe: Recipe, device: str) -> Recipe:
    """A recipe with no AUTO left, for a device of this machine. Raises InputError as
    :func:`best_network`."""
    network, precision = recipe.network, recipe.precision
    if network == AUTO:
        network = best_at_hand([dream.target for dream in recipe.dreams], device)
    if precision == AUTO:
        # Other classifiers normalise batches, which rounded numbers do badly.
        ours = not network.startswith(TORCHVISION)
        precision = fast_precision(device) if ours else "float32"
    return recipe.model_copy(update={"network": network, "precision": precision})
