"""Views that are made when they are looked at, and of which the last ones are kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

from service.memory import give_back
from service.spaces.resolution import views_kept

V = TypeVar("V")


class KeptViews(Generic[V]):
    """make: the view of a number. count: how many there are; a_step: how many are asked for at a
    time."""

    def __init__(self, make: Callable[[int], V], count: int, a_step: int) -> None:
        self._make, self._views = make, OrderedDict[int, V]()
        self._most = views_kept(count, a_step)

    def clear(self) -> None:
        """Forget all."""
        if self._views:
            self._views.clear()
            give_back()

    def fill(self, views: Iterable[V]) -> None:
        """Keep these, however many, from number 0 on."""
        self._views = OrderedDict(enumerate(views))
        self._most = max(self._most, len(self._views))

    def get(self, which: Sequence[int]) -> list[V]:
        """The views of some numbers."""
        missing = [number for number in which if number not in self._views]
        if missing:
            spare = [number for number in self._views if number not in which]  # the oldest first
            for number in spare[: max(0, len(self._views) + len(missing) - self._most)]:
                del self._views[number]
            with ThreadPoolExecutor(2) as pool:  # NumPy and SciPy let go of the interpreter's lock
                self._views.update(zip(missing, pool.map(self._make, missing), strict=True))
            give_back()
        for number in which:
            self._views.move_to_end(number)
        return [self._views[number] for number in which]
