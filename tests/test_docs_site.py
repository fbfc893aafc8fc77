"""The site of `make site`, opened from a disk in headless Chromium."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

ROOT = Path(__file__).parents[1]
NAMES = [*(page.stem for page in sorted((ROOT / "docs").glob("*.md"))), "index", "SECURITY"]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Built as strictly as `make site` does: links and anchors resolve."""
    pytest.importorskip("material", reason="needs orbitex[docs]")
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr[-2000:]
    return folder


@pytest.fixture
def opened(chromium, site):
    """Opens a page 400 pixels wide; what it complains of, or asks of a network, fails."""
    wrong = []
    page = chromium.new_page(viewport={"width": 400, "height": 800}, reduced_motion="reduce")
    page.set_default_timeout(120_000)
    page.on("console", lambda message: wrong.append(message.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("requestfailed", lambda request: wrong.append(request.url))
    inside = (f"{site.as_uri()}/", "data:", "blob:", "about:")
    page.on("request", lambda r: None if r.url.startswith(inside) else wrong.append(r.url))

    def open_(name: str):
        page.goto(f"{site.as_uri()}/{name}.html")
        return page

    yield open_
    page.close()
    assert not wrong


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_readable_on_a_phone_and_asks_for_nothing(opened, name):
    page = opened(name)
    assert page.locator("h1").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    images = page.locator("article img")
    shown = images.evaluate_all(
        "all => Promise.all(all.map(async i => { i.loading = 'eager'; await i.decode();"
        " return [i.alt, i.naturalWidth] }))"
    )
    assert all(alt and width > 0 for alt, width in shown)
    for frame in page.locator("iframe.viewer").all():
        assert frame.get_attribute("title")


def test_viewers_are_embedded_where_the_concepts_are(opened):
    page = opened("concepts")
    viewers = page.locator("iframe.viewer")
    assert viewers.count() == len(list((ROOT / "docs" / "paintings").glob("*.json"))) >= 5
    viewers.first.scroll_into_view_if_needed()
    inside = viewers.first.content_frame
    inside.locator("canvas").first.wait_for()
    assert inside.get_by_text("Mirrors").count()


def test_the_search_works_from_a_disk(opened):
    page = opened("index")
    page.locator("label.md-header__button[for=__search]").click()
    page.get_by_text("Type to start searching").wait_for()
    page.locator("input.md-search__input").press_sequentially("goldfinch")
    page.locator(".md-search-result__link", has_text="goldfinch").first.wait_for()
