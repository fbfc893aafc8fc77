"""What the terms of a step came to."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping

import torch
from torch import Tensor


class Losses(Mapping[str, float]):
    """The value of each term. They stay on the device until somebody looks: a look waits for all
    steps that a GPU still has before it, and stops it until the next one comes."""

    def __init__(self, names: tuple[str, ...], values: Tensor) -> None:
        self._names, self._tensor = names, values

    @classmethod
    def of(cls, losses: Mapping[str, Tensor]) -> Losses:
        """Of scalars."""
        return cls(tuple(losses), torch.stack([loss.detach() for loss in losses.values()]))

    def copy(self) -> Losses:
        """The same in memory of its own, for a step whose tensors are filled anew."""
        return Losses(self._names, self._tensor.clone())

    @functools.cached_property
    def read(self) -> Mapping[str, float]:
        """The values, once the step is done."""
        return dict(zip(self._names, self._tensor.tolist(), strict=True))

    def __getitem__(self, name: str) -> float:
        return self.read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
