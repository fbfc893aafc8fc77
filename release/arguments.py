"""Writes the table of Paint's arguments into docs/blender.md, from the add-on's table of settings:

python -m release.arguments
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from blender_addon import panels
from blender_addon.settings.table import PAINTED

PAGE = Path(__file__).resolve().parents[1] / "docs" / "blender.md"
HEAD = "| `paint(…)` | in the panel | |\n|---|---|---|\n"


def table() -> str:
    """The table."""
    known: tuple[Any, ...] = panels.CLASSES
    sections = {cls.bl_idname: getattr(cls, "bl_label", "") for cls in known}
    lines = [
        f"| `{name}` | {sections[f'ORBITEX_PT_{row.section}']}: {row.title} | {row.argument_tip} |"
        for row in PAINTED
        for name in row.arguments()
    ]
    return HEAD + "\n".join(lines) + "\n"


def with_table(page: str) -> str:
    """``page`` with the table as it is now."""
    start = page.index(HEAD)
    end = page.index("\n\n", start) + 1
    return page[:start] + table() + page[end:]


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
