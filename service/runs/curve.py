"""The curves of a run while they grow: never more than a page can show, thinned evenly."""

from __future__ import annotations

import math
from collections.abc import Mapping

from service.runs.record import MAX_POINTS, Points


class Curve:
    """What becomes :class:`service.runs.record.Points`. Of a long run every second, fourth, eighth
    … step is kept, and always the last."""

    def __init__(self, points: Points | None = None, step: int = 0) -> None:
        """``points``: of a run that goes on after ``step``."""
        points = points or Points()
        kept = [k for k, at in enumerate(points.steps) if at <= step]
        self._steps = [points.steps[k] for k in kept]
        self._losses = [points.loss[k] for k in kept]
        self._terms = {n: [values[k] for k in kept] for n, values in points.terms.items()}
        self._stride = 1
        if len(self._steps) > 1:
            self._stride = max(1, self._steps[1] - self._steps[0])
        self._last_is_extra = False

    def add(self, step: int, loss: float, terms: Mapping[str, float]) -> None:
        """The numbers of a step, after those of all before it."""
        if self._last_is_extra:
            self._pop()
        self._last_is_extra = (step - 1) % self._stride != 0
        count = len(self._steps)
        self._steps.append(step)
        self._losses.append(finite(loss))
        for name in self._terms.keys() | terms.keys():
            values = self._terms.setdefault(name, [None] * count)
            values.append(finite(terms.get(name, math.nan)))
        if len(self._steps) == MAX_POINTS:
            self._thin()

    def points(self) -> Points:
        """A copy as it is now."""
        terms = {name: list(values) for name, values in sorted(self._terms.items())}
        return Points(steps=list(self._steps), loss=list(self._losses), terms=terms)

    def _columns(self) -> list[list]:
        return [self._steps, self._losses, *self._terms.values()]

    def _pop(self) -> None:
        for column in self._columns():
            column.pop()

    def _thin(self) -> None:
        if self._last_is_extra:
            self._pop()
            self._last_is_extra = False
        self._stride *= 2
        for column in self._columns():
            del column[1::2]


def finite(value: float) -> float | None:
    """A number as JSON can carry it, six digits."""
    return float(f"{value:.6g}") if math.isfinite(value) else None
