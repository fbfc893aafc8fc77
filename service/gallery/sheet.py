"""The contact sheet: runs in tables, a symmetry a row, a style a column, seeds side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from service.gallery import words
from service.runs.record import Record

_FULL = 0.4  # of its cells


class Pictured(Protocol):
    """What the sheet needs of a run."""

    @property
    def record(self) -> Record:
        """The run."""
        ...

    @property
    def thumbnail(self) -> str | None:
        """Its picture."""
        ...


@dataclass(frozen=True)
class Sheet:
    """The table of one kind of canvas. rows: a label and, for each of ``styles``, the runs by
    their seeds; runs: all of them, in this order."""

    target: str
    styles: Sequence[str]
    rows: Sequence[tuple[str, Sequence[Sequence[Any]]]]

    @property
    def runs(self) -> list[Any]:
        """See above."""
        return [run for _, cells in self.rows for cell in cells for run in cell]

    @property
    def full(self) -> bool:
        """Whether it is a table to look at, and not mostly gaps."""
        filled = sum(bool(cell) for _, cells in self.rows for cell in cells)
        return filled >= _FULL * len(self.rows) * len(self.styles)


def sheets(entries: Sequence[Pictured]) -> list[Sheet]:
    """A table for each kind of canvas of which there are pictures, the largest first."""
    by_target: dict[str, list[Pictured]] = {}
    for entry in entries:
        if entry.thumbnail is not None:
            target = words.text(entry.record.recipe.get("target")) or "other"
            by_target.setdefault(target, []).append(entry)
    tables = [_sheet(target, runs) for target, runs in by_target.items()]
    return sorted(tables, key=lambda sheet: -len(sheet.runs))


def _sheet(target: str, entries: Sequence[Pictured]) -> Sheet:
    styles = sorted({_style(entry) for entry in entries}, key=str.casefold)
    cells: dict[str, dict[str, list[Pictured]]] = {}
    for entry in sorted(entries, key=_seed):
        row = cells.setdefault(_symmetry(entry.record.recipe), {})
        row.setdefault(_style(entry), []).append(entry)
    rows = sorted(cells.items(), key=lambda row: row[0].casefold())
    return Sheet(
        target, styles, [(label, [row.get(style, []) for style in styles]) for label, row in rows]
    )


def _symmetry(recipe: Mapping[str, Any]) -> str:
    rule = words.text(recipe.get("colouring"))
    name = words.text(recipe.get("group")) or "none"
    return name if rule in ("", "none") else f"{name} · {rule}"


def _style(entry: Pictured) -> str:
    recipe = entry.record.recipe
    return " + ".join(words.styles(recipe) or words.dreams(recipe)) or "none"


def _seed(entry: Pictured) -> float:
    seed = entry.record.recipe.get("seed")
    return seed if isinstance(seed, int | float) else 0
