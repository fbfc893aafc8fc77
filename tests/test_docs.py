"""README.md, SECURITY.md and docs/*.md: links lead somewhere, commands exist, pages are current."""

from __future__ import annotations

import functools
import itertools
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from service.cli.app import app
from service.cli.pages import settings
from service.cli.pages.commands import commands_of

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").glob("*.md"))]
LINK = re.compile(r"""(?:\]\(|(?:src|href)=")([^)"\s]+)""")
GUIDES = ["README.md"]
GUIDES += [f"docs/{name}.md" for name in ("howto", "pictures", "concepts", "troubleshooting")]
GUIDES += [f"docs/start-{who}.md" for who in ("artist", "designer", "engineer")]

pages = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def _prose(page: Path) -> str:
    """A page without its code."""
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"^ {4,}(?!\|).*$", "", text, flags=re.MULTILINE)
    return re.sub(r"`[^`\n]+`", "`x`", text)


@functools.cache
def _anchors(page: Path) -> set[str]:
    """Of its headings, as a repository's browser names them."""
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pages
def test_links_lead_to_files_and_headings(page):
    for link in LINK.findall(_prose(page)):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.is_file(), link
        if anchor:
            assert anchor in _anchors(target), link


@pages
def test_pictures_have_words_for_those_who_cannot_see_them(page):
    text = _prose(page)
    assert not re.search(r"!\[\s*\]\(", text)
    for image in re.findall(r"<img[^>]*>", text):
        assert re.search(r'alt="[^"]+"', image), image


@pages
def test_what_follows_in_a_list_item_is_indented_by_four(page):
    """A repository's browser takes less, the site's Markdown ends the list there."""
    lines = page.read_text("utf-8").splitlines()
    for before, line in itertools.pairwise(lines):
        assert before.strip() or not re.match(r" {1,3}\S", line), line


@pages
def test_the_next_list_item_after_a_paragraph_in_one_stands_after_a_blank_line(page):
    """Or the site's Markdown takes it for the paragraph's text."""
    for block in page.read_text("utf-8").split("\n\n"):
        first, *rest = block.splitlines() or [""]
        if first.startswith("    "):
            assert not any(re.match(r"([-*]|\d+\.) ", line) for line in rest), rest


@pytest.mark.parametrize("name", GUIDES)
def test_commands_of_the_guides_exist_with_their_options(name):
    commands = dict(commands_of(typer.main.get_command(app)))
    found = list(_written(ROOT / name))
    assert found
    for words in found:
        key = " ".join(words[:2]) if " ".join(words[:2]) in commands else words[0]
        assert key in commands, words
        options = {opt for parameter in commands[key].params for opt in parameter.opts} | {"--help"}
        for word in words[1:]:
            if re.match(r"--?[a-z]", word):
                assert word.partition("=")[0] in options, words


def _written(page: Path) -> Iterator[list[str]]:
    """The commands in a page's code, as words."""
    text = page.read_text("utf-8")
    blocks = re.findall(r"^ {4,}(?:\$ )?service (.+)$", text, flags=re.MULTILINE)
    for command in [*blocks, *re.findall(r"`service ([^`\n]+)`", text)]:
        words = shlex.split(command, comments=True)
        if not words[0].isupper():  # COMMAND
            yield words


def test_the_page_of_settings_is_current():
    assert (ROOT / "docs" / "settings.md").read_text("utf-8") == settings.page(), (
        "python -m service.cli.pages.settings docs/settings.md"
    )


def test_readme_is_a_screen():
    lines = (ROOT / "README.md").read_text("utf-8").splitlines()
    assert len(lines) <= 80 and sum(map(len, lines)) < 7000
