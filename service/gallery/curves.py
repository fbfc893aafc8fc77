"""Curves as places on a picture, which templates draw as SVG."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from service.runs.record import Record

WIDTH, HEIGHT = 300, 110  # of the plot, in the SVG's units
_SPARSE = 40  # points, up to which each has a dot
_SPANS_DECADES = 8.0  # largest over smallest value, from which a curve is drawn by its logarithm
_TITLES = {
    "contrast": "Contrast of the picture",
    "colourfulness": "Colourfulness of the picture",
    "change": "Change between two pictures",
}


@dataclass(frozen=True)
class CurvePlot:
    """One curve. path: of an SVG ``path``; dots: (x, y); first, last, low, high: values; end: x, y
    of the last; logarithmic: y is; steps: the first and the last; marks: x of where stages begin.
    """

    title: str
    path: str
    dots: list[tuple[float, float]]
    first: float
    last: float
    low: float
    high: float
    end: tuple[float, float]
    logarithmic: bool
    steps: tuple[int, int]
    marks: list[float]


def curves(record: Record) -> list[CurvePlot]:
    """The curves of a run: the loss, each of its terms, what was measured of its pictures."""
    points, first = record.points, [stage.first for stage in record.stages[1:]]
    found = [curve("Loss, all terms", points.steps, points.loss, first)]
    if len(points.terms) > 1:
        terms = points.terms.items()
        found += [curve(_title(name), points.steps, values, first) for name, values in terms]
    for name in dict.fromkeys(name for shot in record.shots for name in shot.measures):
        shots = [shot for shot in record.shots if name in shot.measures]
        values = [shot.measures[name] for shot in shots]
        title = _TITLES.get(name, _title(name))
        found.append(curve(title, [shot.step for shot in shots], values, first))
    return [plot for plot in found if plot is not None]


def curve(
    title: str, steps: Sequence[int], values: Sequence[float | None], stages: Sequence[int] = ()
) -> CurvePlot | None:
    """A curve of values at steps; None without two of them. ``stages``: steps at which stages
    begin."""
    pairs = [(s, v) for s, v in zip(steps, values, strict=False) if v is not None]
    if len(pairs) < 2 or pairs[0][0] >= pairs[-1][0]:
        return None
    known = [value for _, value in pairs]
    low, high = min(known), max(known)
    logarithmic = low > 0 and high / low >= _SPANS_DECADES
    scale = math.log if logarithmic else float
    left, right = pairs[0][0], pairs[-1][0]
    bottom, top = scale(low), scale(high)

    def x(step: int) -> float:
        return round(WIDTH * (step - left) / (right - left), 1)

    def y(value: float) -> float:
        share = (scale(value) - bottom) / (top - bottom) if top > bottom else 0.5
        return round(HEIGHT * (1 - share), 1)

    dots = [(x(step), y(value)) for step, value in pairs]
    return CurvePlot(
        title=title,
        path="M" + "L".join(f"{across:g} {down:g}" for across, down in dots),
        dots=dots if len(dots) <= _SPARSE else [],
        first=known[0],
        last=known[-1],
        low=low,
        high=high,
        end=dots[-1],
        logarithmic=logarithmic,
        steps=(left, right),
        marks=[x(step) for step in _within(stages, left, right)],
    )


def _within(steps: Sequence[int], left: int, right: int) -> Iterator[int]:
    return (step for step in steps if left < step < right)


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()
