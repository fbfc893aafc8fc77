"""Hooks of mkdocs for the site of the documentation (mkdocs.yml, `make site`).

The pages are docs/*.md as a repository's browser shows them. Here their links to files outside of
docs/ get a place on the site, README.md becomes the home page, and a painting of docs/paintings/
becomes a page of `service view` where it is shown.
"""

from __future__ import annotations

import html
import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

from service.viewers.page import viewer_page
from service.viewers.reading import read_painting

ROOT = Path(__file__).resolve().parents[1]
_PAGES = {"README.md": "index.md"}  # of the root; others keep their names
_LINK = re.compile(r"""(\]\(|(?:src|href)=")(?![a-z]+:|#|/)([^)"#\s]+)""")
_PAINTING = re.compile(r"^!\[(.+)\]\(paintings/(\w+)\.png\)$", re.MULTILINE)


def on_files(files: Files, config: Any, **_: Any) -> Files:
    """Add what lies outside of docs/: the pages of the root, linked files, and viewers."""
    for name in ("README.md", "SECURITY.md"):
        text = _relinked((ROOT / name).read_text("utf-8"), "")
        files.append(File.generated(config, _PAGES.get(name, name), content=text))
    linked = {path for file in (ROOT / "docs").glob("*.md") for path in _linked(file)}
    for path in sorted(linked | _linked(ROOT / "README.md")):
        if not path.startswith("docs/") and path not in ("README.md", "SECURITY.md"):
            files.append(File.generated(config, path, abs_src_path=str(ROOT / path)))
    for receipt in sorted((ROOT / "docs" / "paintings").glob("*.json")):
        page = viewer_page(read_painting(receipt))
        files.append(File.generated(config, f"viewers/{receipt.stem}.html", content=page))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Lead links to their places on the site, and embed viewers."""
    if page.file.abs_src_path is not None:  # not one of the root, whose links lead there already
        markdown = _relinked(markdown, "docs")
    if page.file.src_uri == "index.md":
        page.meta["hide"] = ["navigation", "toc"]
    # In code a bar ends no cell here, and the backslash that others need would show.
    markdown = re.sub(r"`[^`\n]+`", lambda code: code[0].replace("\\|", "|"), markdown)
    return _PAINTING.sub(_viewer, markdown)


def on_page_content(content: str, **_: Any) -> str:
    """Keep short options on one line: a browser would break them behind their hyphens."""
    return re.sub(r"<code>(--[^<]{1,24})</code>", r'<code class="option">\1</code>', content)


def _linked(file: Path) -> set[str]:
    """The files that a page links to, relative to the repository's root."""
    folder = file.parent.relative_to(ROOT).as_posix()
    links = {link for _, link in _LINK.findall(file.read_text("utf-8"))}
    paths = {posixpath.normpath(posixpath.join(folder, link)) for link in links}
    return {path for path in paths if (ROOT / path).is_file()}


def _relinked(text: str, folder: str) -> str:
    """A page of ``folder`` as a page of the site, where docs/ and the root are one."""

    def lead(match: re.Match[str]) -> str:
        path = posixpath.normpath(posixpath.join(folder, match[2]))
        return match[1] + _PAGES.get(path, path.removeprefix("docs/"))

    return _LINK.sub(lead, text)


def _viewer(match: re.Match[str]) -> str:
    alt, page, painting = html.escape(match[1]), f"viewers/{match[2]}.html", f"paintings/{match[2]}"
    return (
        f'<iframe class="viewer" src="{page}" title="{alt}" loading="lazy"></iframe>\n'
        f'<p class="viewer-links">{alt}. <a href="{page}">On a page of its own</a>, '
        f'<a href="{painting}.png">picture</a>, <a href="{painting}.json">receipt</a></p>'
    )
