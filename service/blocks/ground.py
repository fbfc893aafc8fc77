"""What a large painting is painted on at a stage, and the panes through which it is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import torch
from numpy.typing import DTypeLike
from torch import Tensor

from service.blocks.boxes import Level
from service.blocks.places import Receive
from service.blocks.pyramid import Pyramid
from service.perception.looks import Look
from service.spaces.frame import Picture
from service.spaces.space import Design

Paint = Sequence[Pyramid]  # of each chart

TAPER = 64  # pixels over which a step fades out towards the borders of a pane


class Pane(Protocol):
    """A window on a large painting."""

    def read(self, paint: Paint) -> Tensor:
        """The logits that it shows, by which it is moved: (3, n) or (n, 3)."""
        ...

    def look(self, logits: Tensor) -> Look:
        """What is seen of them."""
        ...

    def spread(self, paint: Paint, gradient: Tensor, receive: Receive) -> None:
        """Hand to ``receive``, of every level of every chart, what :meth:`Pyramid.spread` does,
        from the gradient of what was read."""
        ...


class Ground(Protocol):
    """A design of a large painting. turns: windows that a step looks at, one after the other."""

    @property
    def design(self) -> Design:
        """See above."""
        ...

    @property
    def turns(self) -> int:
        """See above; of prepared windows."""
        ...

    def prepare(self, seed: int) -> None:
        """Place the windows. Raises InputError if there is nothing to be seen."""
        ...

    def paces(self, usual: list[float]) -> list[float]:
        """How far each level moves, of what it does on a smaller design, see Design."""
        ...

    def pane(self, turn: int) -> Pane:
        """The window whose turn it is."""
        ...

    def shown(self, levels: Sequence[Level]) -> list[list[Level]]:
        """The levels of each chart as they show, finest first, of those of all."""
        ...

    def picture(self, paint: Paint, dtype: DTypeLike) -> Picture:
        """All of it, (H, W, 3), in numbers of a type."""
        ...

    def seam_energy(self, logits: Tensor) -> Tensor:
        """See Surface; of what the last pane has read."""
        ...


def tapered(size: tuple[int, int]) -> Tensor:
    """(h, w): 1 inside of a pane of this size, falling to 0 over TAPER towards its borders."""

    def side(count: int) -> Tensor:
        place = torch.arange(count) + 0.5
        near = torch.minimum(place, count - place) / max(1, min(TAPER, count // 2))
        return (1 - torch.cos(torch.pi * near.clamp(max=1))) / 2

    return torch.outer(side(size[0]), side(size[1]))
