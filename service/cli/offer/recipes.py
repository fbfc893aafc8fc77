"""``service recipes``: the catalogue in the terminal, and as a page with pictures."""

from __future__ import annotations

import base64
import html
import json
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from geometry.errors import InputError
from service.browser import open_page
from service.cli import options
from service.cli.catalogue import DREAMS, Entry, catalogue, chapters, machine
from service.cli.terminal import cell, console
from service.reporting.delivery import bad_output
from service.spaces import SPACES
from service.whole_files import write_atomically


def recipes(
    page: Annotated[
        Path | None,
        typer.Option("--page", metavar="FILE", help="Write them as a page with pictures: a .html."),
    ] = None,
    show: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
    as_json: options.AsJson = False,
) -> None:
    """List the recipes that come with Orbitex, for 'service run NAME'."""
    entries = catalogue()
    if show and page is None:
        raise InputError("bad-value", "--open", "There is no page.", "Name one: --page FILE.")
    if page is not None:
        write_page(entries, page)
        console().out(f"{page}  {len(entries)} recipes", highlight=False)
        if show:
            open_page(page)
    elif as_json:
        print(json.dumps([_row(entry) for entry in entries], indent=1))
    else:
        table = Table("name", "title", "space", "time")
        for entry in entries:
            words = (entry.name, entry.about.title, entry.recipe.target, time_words(entry.seconds))
            table.add_row(*map(cell, words))
        console().print(table)
        console().out(f"Times: {machine()}. Paint one: service run NAME", highlight=False)


def title(chapter: str) -> str:
    """What a chapter of the catalogue is called."""
    return "Dreams" if chapter == DREAMS else SPACES[chapter].title


def time_words(seconds: float | None) -> str:
    """A time, as exact as it is known."""
    if seconds is None:
        return ""
    if seconds < 90:
        return f"{max(5, 5 * round(seconds / 5))} s"
    return f"{round(seconds / 60)} min"


def write_page(entries: list[Entry], file: Path) -> None:
    """Write the page: one file with all its pictures. Raises InputError("bad-output")."""
    if file.suffix.lower() not in (".html", ".htm"):
        raise bad_output(f"{file} is not a page's name.", "End it with .html.")
    parts = [
        _section(chapter, [e for e in entries if e.chapter == chapter])
        for chapter in chapters()
        if any(e.chapter == chapter for e in entries)
    ]
    file.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(file, _PAGE.format(len(entries), _text(machine()), "".join(parts)).encode())


def _section(chapter: str, entries: list[Entry]) -> str:
    return f"<h2>{_text(title(chapter))}</h2><div class=cards>{''.join(map(_card, entries))}</div>"


def _card(entry: Entry) -> str:
    about = entry.about
    lines = [_image(entry), f"<h3>{_text(about.title)}</h3>", f"<p>{_text(about.text)}</p>"]
    lines.append(f"<p class=small>{_text(about.source)}</p>")
    time = time_words(entry.seconds)
    lines.append(f"<p><code>service run {_text(entry.name)}</code> {_text(time)}</p>")
    return f"<article id={_text(entry.name)}>{''.join(lines)}</article>"


def _image(entry: Entry) -> str:
    if entry.picture is None:
        return ""
    data = base64.b64encode(entry.picture.read_bytes()).decode("ascii")
    return f'<img src="data:image/jpeg;base64,{data}" alt="{_text(entry.about.title)}">'


def _text(text: str) -> str:
    return html.escape(text)


def _row(entry: Entry) -> dict[str, object]:
    return {
        "name": entry.name,
        **entry.about.model_dump(),
        "target": entry.recipe.target,
        "group": entry.recipe.group,
        "seconds": entry.seconds,
        "file": str(entry.file),
        "picture": None if entry.picture is None else str(entry.picture),
    }


_PAGE = """<!doctype html>
<html lang=en><head><meta charset=utf-8>
<meta name=viewport content="width=device-width, initial-scale=1">
<title>Orbitex: recipes</title>
<style>
:root {{ color-scheme: light dark }}
body {{ font: 16px/1.45 system-ui, sans-serif; max-width: 80rem; margin: 0 auto; padding: 1rem }}
.cards {{ display: grid; gap: 2rem 1.25rem;
  grid-template-columns: repeat(auto-fill, minmax(16rem, 1fr)) }}
img {{ width: 100%; border-radius: 4px; display: block }}
h3, p {{ margin: .4rem 0 }}
code {{ overflow-wrap: anywhere }}
.small {{ font-size: .85rem; opacity: .75 }}
</style></head><body>
<h1>Recipes</h1>
<p>{} recipes that come with Orbitex. Times: {}.</p>
{}
</body></html>
"""
