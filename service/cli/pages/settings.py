"""docs/settings.md: all keys of a recipe.

python -m service.cli.pages.settings docs/settings.md
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from service.cli.offer.settings import rows

_OPENING = """\
# Settings

<!-- Written by python -m service.cli.pages.settings: change service/recipe instead. -->

A recipe is a JSON file with these keys. `--set KEY=VALUE` changes one in [`run`](cli.md#run) and
[`adjust`](cli.md#adjust); `service settings` prints the same table. A dot leads into an object, N
is a number in a list: `--set styles.0.weight=0.5`. The JSON Schema is in the wire's
[`describe`](protocol.md#describe)."""


def page() -> str:
    """The page, in Markdown."""
    table = ["| key | default | may be | what it is |", "|---|---|---|---|"]
    for row in rows():
        code = [_code(row[column]) for column in ("key", "default", "values")]
        table.append(f"| {' | '.join([*code, _escaped(row['help'] or '')])} |")
    return "\n\n".join([_OPENING, "\n".join(table)]) + "\n"


def _code(value: Any) -> str:
    text = "" if value is None else str(value)
    # two alternatives in one cell: a bar would end it
    return ", ".join(f"`{part}`" for part in text.split("|")) if text else ""


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def main() -> None:
    """Write the page to the file given, or to standard output."""
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(page(), encoding="utf-8")
    else:
        sys.stdout.write(page())


if __name__ == "__main__":
    main()
