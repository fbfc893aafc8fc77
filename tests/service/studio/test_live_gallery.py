"""The gallery under the studio's roof."""

import asyncio

import pytest
from recorded_runs import run_record, write_run

from service.studio.watching import until

FIRST = "/gallery/run/glass-20260301-120000.html"


def test_it_shows_what_has_been_painted_meanwhile(lonely_browser, monkeypatch):
    monkeypatch.setattr("service.studio.live_gallery._REST", 0)
    monkeypatch.setattr("service.studio.live_gallery._SHARE", 0)
    empty = lonely_browser.ask("/gallery/")
    assert empty.status == 200 and b"Nothing is painted yet" in empty.content
    for page in ("runs", "sheet", "compare"):
        assert lonely_browser.ask(f"/gallery/{page}.html").status == 200
    assert lonely_browser.ask(FIRST).status == 404
    write_run(lonely_browser.runs / "0", run_record(0, title="Glass"))
    page = lonely_browser.ask(FIRST)
    assert page.status == 200 and b'href="/"' in page.content
    link = b'href="/#gallery/files/glass-20260301-120000/glass.json"'
    assert link in page.content
    recipe = lonely_browser.ask("/gallery/files/glass-20260301-120000/glass.json")
    assert recipe.status == 200 and recipe.content["target"] == "tile"


@pytest.mark.parametrize(
    "path", ["../../secret", "%2e%2e/secret", "files/../../secret", "/etc/passwd", "index.html/x"]
)
def test_nothing_but_the_site_is_given(lonely_browser, path):
    (lonely_browser.runs.parent / "secret").write_text("secret")
    lonely_browser.ask("/gallery/")
    assert lonely_browser.ask(f"/gallery/{path}").status == 404


def test_strangers_do_not_see_it(lonely_browser):
    assert lonely_browser.ask("/gallery/", cookie=None).status == 403
    policy = lonely_browser.ask("/gallery/").headers["content-security-policy"]
    assert "script-src 'self';" in policy


def test_who_watches_is_let_go():
    async def forever():
        yield "first"
        await asyncio.sleep(3600)
        yield "never"

    async def watched():
        ending, seen = asyncio.Event(), []
        async for text in until(ending, forever()):
            seen.append(text)
            asyncio.get_running_loop().call_later(0.01, ending.set)
        return seen

    assert asyncio.run(watched()) == ["first"]
