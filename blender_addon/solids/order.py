"""What is asked of a solid, and what is refused of it, in the words of Blender's settings. No
bpy."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..problems import Problem, refuse

FORMATS = ("3mf", "stl", "ply", "obj")  # a test compares them with the service's
TITLES = {
    **{"mm": "Height", "depth": "Depth", "raised": "Raised", "invert": "Dark Is High"},
    **{"wall": "Wall", "drain": "Drain", "base": "Base", "detail": "Detail"},
    **{"colours": "Filaments", "mesh": "Mesh", "heights": "Heights", "solid": "Solid"},
}
_SIZES = ("mm", "depth", "wall", "drain", "base", "detail")


@dataclass(frozen=True)
class Order:
    """mm, depth, detail, wall, drain, base: as the service's; wall 0: a solid body; colours: how
    many filaments, 0 as the file has them; file: that is written, too, or None."""

    mm: float
    depth: float
    raised: bool
    invert: bool
    wall: float
    drain: float
    base: float
    detail: float
    colours: int
    file: Path | None

    def fields(self) -> dict[str, Any]:
        """Of the wire's question. Raises ProblemError "bad-file"."""
        return {
            **{"mm": self.mm, "depth": self.depth, "raised": self.raised, "invert": self.invert},
            **{"wall": self.wall or None, "drain": self.drain, "base": self.base},
            **{"detail": self.detail, "colours": self.colours or None, "format": self._format()},
        }

    def _format(self) -> str | None:
        if self.file is None:
            return None
        if not self.file.parent.is_dir():
            refuse("bad-file", f"There is no folder {self.file.parent}.", "Choose another one.")
        ending = self.file.suffix.lower()[1:]
        if ending not in FORMATS:
            known = ", ".join(f".{name}" for name in FORMATS)
            refuse("bad-file", f"'{self.file.name}' is no solid's name.", f"End it with {known}.")
        return ending


def in_panel_words(problem: Problem, order: Order) -> Problem:
    """What the service refuses of an order: options of the command line under the names of
    Blender's settings, and the fix that mends it."""
    message = re.sub(r"^(\w+)(?=: )", lambda found: _title(found[1]), problem.message)
    message, hint = (
        re.sub(r"--(\w+)", lambda found: _title(found[1]), text) for text in (message, problem.hint)
    )
    fix = _fix(problem.code, order)
    return replace(problem, message=message, hint=hint, fix=fix[0], fix_label=fix[1])


def in_millimetres(name: str) -> str:
    """A setting's title with its unit, if it is a size."""
    return f"{TITLES[name]} (mm)" if name in _SIZES else TITLES[name]


def _title(name: str) -> str:
    return TITLES.get(name, name)


def _fix(code: str, order: Order) -> tuple[str, str]:
    if code == "relief-crosses-itself" and not order.raised:
        return "orbitex.export_raised", "Raise Relief"
    if code in ("relief-crosses-itself", "relief-too-deep"):
        return "orbitex.export_shallower", "Halve Depth"
    if code == "thin-wall":
        return "orbitex.export_thicker", "Thicken Wall"
    if code == "no-cavity":
        return "orbitex.export_solid", "Make Solid"
    return "", ""
