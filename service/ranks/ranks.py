"""What ranks do at a step: each looks at its share of the views; statistics, which are sums, are
added up over all of them, and so are gradients. All of them then know the same of all views, and
take the same step of Adam (data parallelism, but of sums that a loss is made of, not of losses).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import torch
from torch import Tensor, distributed

from service.ranks.devices import RankLostError

T = TypeVar("T")


class Ranks:
    """One process alone. devices: the names of all that paint, with commas between them; empty: of
    the one that does."""

    devices = ""

    def share(self, views: Sequence[T]) -> Sequence[T]:
        """Those of a step's views that this rank looks at, one at least."""
        return views

    def total(self, sums: T, views: int) -> T:
        """Sums over the share, summed over all ranks; differentiable. sums: tensors and whole
        numbers in mappings, sequences and dataclasses, alike on all ranks. views: of the step."""
        return sums

    def once(self, paint: Tensor) -> Tensor:
        """The paint, for what is worked out on every rank and must move it but once."""
        return paint

    def sum_gradients(self, leaves: Sequence[Tensor]) -> None:
        """Give the leaves of the step's graph the sum of their gradients over all ranks."""

    def agree(self, words: list[Any] | Sequence[Any]) -> None:
        """Wait for the others before a step. The first rank's words, a list that only grows, are
        added to what the others have of it."""


ALONE = Ranks()


class Group(Ranks):
    """One rank of several. number: 0 is the first; device: its own; quick: a process group that
    sums tensors of the device, None: the default one, which sums those of the CPU.

    Its methods raise RankLostError where another rank is gone."""

    def __init__(
        self,
        devices: Sequence[str],
        number: int,
        quick: distributed.ProcessGroup | None = None,
        known: int = 0,
    ) -> None:
        self.devices = ",".join(devices)
        self._count, self._number, self._device = len(devices), number, devices[number]
        self._quick, self._known = quick, known

    def share(self, views: Sequence[T]) -> Sequence[T]:
        """See Ranks. A rank for which there is none looks at the first, like another one does, so
        that it knows what sums there are; :meth:`total` forgets what it saw."""
        return views[self._number :: self._count] or views[:1]

    def total(self, sums: T, views: int) -> T:
        """See Ranks."""
        counts = self._number < views
        leaves = list(_leaves(sums))
        tensors = [x for x in leaves if isinstance(x, Tensor)]
        flat = torch.cat([x.float().reshape(-1) for x in tensors])
        numbers = torch.tensor([int(x) for x in leaves if not isinstance(x, Tensor)])
        whole: Tensor = _Total.apply(self, flat if counts else 0 * flat)
        self._sum(numbers if counts else numbers.zero_(), None)
        found = iter(whole.split([x.numel() for x in tensors]))
        rebuilt: T = _rebuilt(sums, found, iter(numbers.tolist()))
        return rebuilt

    def once(self, paint: Tensor) -> Tensor:
        """See Ranks."""
        return paint if self._number == 0 else paint.detach()

    def sum_gradients(self, leaves: Sequence[Tensor]) -> None:
        """See Ranks."""
        for leaf in leaves:
            assert leaf.grad is not None, "every rank has looked at a view"
            self._sum(leaf.grad, self._quick)

    def agree(self, words: list[Any] | Sequence[Any]) -> None:
        """See Ranks."""
        new = [list(words[self._known :])]
        with _others():
            distributed.broadcast_object_list(new, src=0)
        if self._number:
            assert isinstance(words, list)
            words += new[0]
        self._known += len(new[0])

    def _sum(self, x: Tensor, group: distributed.ProcessGroup | None) -> None:
        with _others():
            distributed.all_reduce(x, group=group)


class _Total(torch.autograd.Function):
    """The sum over ranks. All of them make the same loss of it, whose slope along each rank's part
    is the slope along the sum."""

    @staticmethod
    def forward(ctx: Any, group: Group, x: Tensor) -> Tensor:
        total = x.clone()
        group._sum(total, group._quick)
        return total

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[None, Tensor]:
        return None, gradients[0]


@contextmanager
def _others() -> Iterator[None]:
    """Around all that waits for other ranks."""
    try:
        yield
    except RuntimeError as error:
        raise RankLostError(str(error).partition("\n")[0]) from error


def _leaves(value: Any) -> Iterator[Tensor | int]:
    if isinstance(value, (Tensor, int)):
        yield value
    else:
        for part in _parts(value):
            yield from _leaves(part)


def _parts(value: Any) -> Iterator[Any]:
    if dataclasses.is_dataclass(value):
        return (getattr(value, field.name) for field in dataclasses.fields(value))
    return iter(value.values() if isinstance(value, Mapping) else value)


def _rebuilt(value: Any, tensors: Iterator[Tensor], numbers: Iterator[int]) -> Any:
    """The same with other leaves."""
    if isinstance(value, Tensor):
        return next(tensors).view(value.shape).to(value.dtype)
    if isinstance(value, int):
        return next(numbers)
    parts = [_rebuilt(part, tensors, numbers) for part in _parts(value)]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return type(value)(*parts)
    return dict(zip(value, parts, strict=True)) if isinstance(value, Mapping) else parts
