"""The terms of the objective that have a slider: the service's own table, in a file, as Blender's
properties are made before there is a service. ``python -m service.terms_file`` writes it anew; a
test compares them. No bpy in here.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

_FILE = Path(__file__).with_name("terms.json")
_TARGET = "mesh"  # what Blender paints


@dataclass(frozen=True)
class Term:
    """A term. ``name``: in the recipe's objective; ``setting``: of the property that holds its
    weight, from ``least`` to ``most``; ``usual``: where its slider ends; ``needs_base``: whether it
    needs the colour before."""

    name: str
    setting: str
    title: str
    description: str
    default: float
    least: float
    most: float
    usual: float
    needs_base: bool

    @property
    def tip(self) -> str:
        """The description as a tooltip, which Blender ends with a full stop."""
        return self.description.rstrip(".")


def _read() -> tuple[Term, ...]:
    rows = json.loads(_FILE.read_text(encoding="utf-8"))
    targets = [row.pop("targets") for row in rows]
    return tuple(
        Term(**row)
        for row, those in zip(rows, targets, strict=True)
        if not those or _TARGET in those
    )


TERMS = _read()
