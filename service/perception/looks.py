"""What a network looks at: the pictures of views, and how much their pixels count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F


class Weight:
    """How much the pixels of views count, (B, 1, H, W) in 0..1, and places of features that see
    them. It is a view's for all steps of a stage, so that it is averaged down once. each: of the
    views, if they are several."""

    def __init__(self, pixels: Tensor, each: Sequence[Weight] = ()) -> None:
        self.pixels, self._each = pixels, each
        self._at = {(pixels.shape[-2], pixels.shape[-1]): pixels}

    @classmethod
    def together(cls, each: Sequence[Weight]) -> Weight:
        """Of views of one size, side by side."""
        return cls(torch.cat([weight.pixels for weight in each]), each)

    def at(self, features: Tensor) -> Tensor:
        """The mean over the pixels under each place of features (B, C, h, w): (B, 1, h, w)."""
        size = features.shape[-2], features.shape[-1]
        if size not in self._at:
            parts = [weight.at(features) for weight in self._each]
            own = torch.cat(parts) if parts else F.adaptive_avg_pool2d(self.pixels, size)
            self._at[size] = own
        return self._at[size]


@dataclass(frozen=True, eq=False)
class Look:
    """The picture of a view, or of B views of one size. pixels: (B, 3, H, W) in 0..1; weight: how
    much they count, or None where all do fully. base: (B, 3, H, W), what was to be seen before
    anything was painted, or None. periodic: whether it is one period of a pattern. along:
    (B, 1, H, W) in 0..1, how far from the first style to the last a pixel is, or None where all
    styles are everywhere."""

    pixels: Tensor
    weight: Weight | None
    base: Tensor | None = None
    periodic: bool = False
    along: Tensor | None = None

    def to(self, device: torch.device) -> Look:
        """The same on a device, channels last in memory."""

        def moved(x: Tensor | None) -> Tensor | None:
            return None if x is None else x.to(device)

        pixels = self.pixels.contiguous(memory_format=torch.channels_last).to(device)
        weight = None if self.weight is None else Weight(self.weight.pixels.to(device))
        return Look(pixels, weight, moved(self.base), self.periodic, moved(self.along))


def side_by_side(looks: Sequence[Look]) -> list[Look]:
    """Views of one surface, those of a size as one look: a network sees two small views a fifth
    quicker together than one after the other."""
    sizes: dict[torch.Size, list[Look]] = {}
    for look in looks:
        sizes.setdefault(look.pixels.shape, []).append(look)
    return [same[0] if len(same) == 1 else _together(same) for same in sizes.values()]


def _together(looks: Sequence[Look]) -> Look:
    def joined(parts: Sequence[Tensor | None]) -> Tensor | None:
        there = [part for part in parts if part is not None]
        return torch.cat(there) if there else None  # what one view has, all have

    weights = [look.weight for look in looks if look.weight is not None]
    return Look(
        torch.cat([look.pixels for look in looks]),
        Weight.together(weights) if weights else None,
        joined([look.base for look in looks]),
        looks[0].periodic,
        joined([look.along for look in looks]),
    )
