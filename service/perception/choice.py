"""Which network ``auto`` is: the best at hand for a device. Nothing is downloaded."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from geometry.errors import InputError
from service.networks import AUTO, automatic
from service.tables.dreams import dreamers

if TYPE_CHECKING:
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


def settled(recipe: Recipe, device: str) -> Recipe:
    """A recipe with the name of its network in place of AUTO, for a device of this machine. Raises
    InputError as :func:`best_network`."""
    if recipe.network != AUTO:
        return recipe
    dreams = [dream.target for dream in recipe.dreams]
    return recipe.model_copy(update={"network": best_at_hand(dreams, device)})
