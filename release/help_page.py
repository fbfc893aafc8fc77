"""docs/blender.md as the HTML page that the add-on's zip brings: help without a network."""

from __future__ import annotations

import html
import itertools
import re
import shutil
from pathlib import Path

from markdown_it import MarkdownIt

STYLE = (
    "body { max-width: 50em; margin: 2em auto; padding: 0 1em; font: 1em/1.5 sans-serif }"
    " img { max-width: 100% } table { border-collapse: collapse }"
    " td, th { border: 1px solid #999; padding: .2em .5em; vertical-align: top; text-align: left }"
    " :target { background: #fe8 }"
)


def anchor_of(heading: str) -> str:
    """As GitHub makes them: "Paint, finish, cancel" → "paint-finish-cancel"."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def page(text: str) -> str:
    """The page of this Markdown. Headings and the codes that begin a row of Troubleshooting are
    anchors; links to other pages, which do not come along, are plain text."""
    text = re.sub(r"(?<!!)\[([^\]]+)\]\((?!https?:)[^)#]*\.md[^)]*\)", r"\1", text)
    reader = MarkdownIt("commonmark").enable("table")
    tokens = reader.parse(text)
    for opening, words in itertools.pairwise(tokens):
        if opening.type == "heading_open":
            opening.attrSet("id", anchor_of(words.content))
    body = reader.renderer.render(tokens, reader.options, {})
    before, heading, codes = body.partition('id="troubleshooting"')
    codes = re.sub(r"<td>(?:<code>[a-z-]+</code>(?:, )?)+</td>", _codes_as_anchors, codes)
    body = before + heading + codes
    title = html.escape(text.splitlines()[0].lstrip("# "))
    return (
        f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>{title}</title>\n'
        f"<style>{STYLE}</style>\n{body}</html>\n"
    )


def _codes_as_anchors(cell: re.Match[str]) -> str:
    return re.sub(r"<code>([a-z-]+)</code>", r'<code id="\1">\1</code>', cell[0])


def write(source: Path, folder: Path) -> None:
    """The page of the file ``source``, and the pictures that it shows, into ``folder``."""
    text = source.read_text(encoding="utf-8")
    folder.mkdir(parents=True)
    (folder / source.with_suffix(".html").name).write_text(page(text), encoding="utf-8")
    for picture in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", text):
        (folder / picture).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source.parent / picture, folder / picture)
