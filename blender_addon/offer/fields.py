"""What the recipe says of its fields: the service's own tables, in a file, as Blender's properties
are made before there is a service. ``python -m service.fields_file`` writes it anew; a test
compares them. No bpy in here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_TARGET = "mesh"  # what Blender paints


@dataclass(frozen=True)
class Field:
    """A field of the recipe. ``default``: None where there is none, or where none is the default;
    ``least`` and ``most``: None where it is not bounded; of a list, how many entries it may have;
    ``adjustable``: whether it may change while it is painted."""

    title: str
    description: str
    default: Any
    least: float | None = None
    most: float | None = None
    adjustable: bool = True
    type: str = "number"

    @property
    def tip(self) -> str:
        """The description as a tooltip, which Blender ends with a full stop."""
        return self.description.rstrip(".")


@dataclass(frozen=True)
class Term(Field):
    """The weight of a term of the objective, ``name``. ``setting``: of the property that holds it;
    ``usual``: where its slider ends; ``needs_base``: whether it needs the colour before."""

    name: str = ""
    setting: str = ""
    usual: float = 1.0
    needs_base: bool = False


@dataclass(frozen=True)
class Step(Field):
    """A step of finishing or of preparing, ``name``. ``usual``: both ends of its slider; ``type``:
    "number", "string", or "picture" for the name of one."""

    name: str = ""
    usual: tuple[float, float] = (0.0, 1.0)


def _for_meshes(row: dict[str, Any]) -> bool:
    targets = row.pop("targets")
    return not targets or _TARGET in targets


_read: Mapping[str, Any] = json.loads(Path(__file__).with_name("fields.json").read_text("utf-8"))
TERMS = tuple(Term(**row) for row in _read["terms"] if _for_meshes(row))
STEPS = tuple(Step(**row, adjustable=False) for row in _read["finishing"] if _for_meshes(row))
PREPARING = tuple(Step(**row, adjustable=False) for row in _read["preparing"])
# By name: "size", "styles.weight", "styles.prepare.crop", "objective.style", "finishing.contrast".
FIELDS: Mapping[str, Field] = {
    **{name: Field(**row) for name, row in _read["fields"].items() if _for_meshes(row)},
    **{f"objective.{term.name}": term for term in TERMS},
    **{f"finishing.{step.name}": step for step in STEPS},
    **{f"styles.prepare.{step.name}": step for step in PREPARING},
}
_SETTINGS = {f"objective.{term.name}": term.setting for term in TERMS}
# By setting: the defaults of dreams that no style comes with, and those of all else.
PURE = {_SETTINGS.get(name, name): float(value) for name, value in _read["pure"].items()}
STYLED = {_SETTINGS.get(name, name): float(FIELDS[name].default) for name in _read["pure"]}


def title_of(name: str) -> str:
    """What a field of the recipe, or an entry of one of its lists, is called in the panel; the name
    itself where it stands for nothing there."""
    whole = FIELDS.get(name) or FIELDS.get(re.sub(r"\.\d+(?=\.|$)", "", name))
    return name if whole is None else whole.title
