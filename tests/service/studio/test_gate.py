"""Who is let in: the studio's own page with the token, and nobody else."""

import pytest
from own_address import HOST, TOKEN

OWN = f"http://{HOST}"
OTHERS = {
    "another name for this machine": {"host": "evil.example:4321"},
    "another port": {"host": "127.0.0.1:80"},
    "no host": {"host": None},
    "a page of another site": {"origin": "https://evil.example"},
    "a page of another port": {"origin": "http://127.0.0.1:9999"},
    "a page without an origin": {"origin": "null"},
    "what a browser says is cross-site": {"sec_fetch_site": "cross-site"},
    "what a browser says is same-site": {"sec_fetch_site": "same-site"},
    "no token": {"cookie": None},
    "a wrong token": {"cookie": "orbitex-studio-4321=the-tokem"},
    "the token of another studio": {"cookie": f"orbitex-studio-9999={TOKEN}"},
    "a cookie that is none": {"cookie": "orbitex-studio-4321=\x01;;=,"},
}


@pytest.mark.parametrize("headers", OTHERS.values(), ids=OTHERS)
@pytest.mark.parametrize(("path", "body"), [("/", None), ("/api/jobs", None), ("/api/jobs", {})])
def test_others_are_refused(lonely_browser, path, body, headers):
    answer = lonely_browser.ask(path, body, **headers)
    assert answer.status == 403
    assert answer.content["error"]["code"] == "not-allowed"


def test_what_changes_something_must_say_where_it_comes_from(lonely_browser):
    assert lonely_browser.ask("/api/preview", {}, origin=None).status == 403


def test_the_page_is_let_in(lonely_browser):
    answer = lonely_browser.ask("/", sec_fetch_site="none")
    assert answer.status == 200
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["cache-control"] == "no-store"
    assert b"<script>" not in answer.content and b' style="' not in answer.content


def test_the_way_in(lonely_browser):
    # A link from anywhere, and before there is a cookie.
    door = lonely_browser.ask("/enter", cookie=None, sec_fetch_site="cross-site")
    assert door.status == 200 and TOKEN.encode() not in door.content
    for wrong in ("", "the-tokem", None, 7, ["the-token"], "ü"):
        refused = lonely_browser.ask("/enter", {"token": wrong}, cookie=None)
        assert refused.status == 403 and "set-cookie" not in refused.headers
    entered = lonely_browser.ask("/enter", {"token": TOKEN}, cookie=None)
    cookie = entered.headers["set-cookie"].lower()
    assert entered.status == 200
    assert "httponly" in cookie and "samesite=strict" in cookie and "domain" not in cookie


def test_other_sites_cannot_try_tokens(lonely_browser):
    body = {"token": TOKEN}
    assert lonely_browser.ask("/enter", body, origin="https://evil.example").status == 403
    assert lonely_browser.ask("/enter", body, sec_fetch_site="cross-site").status == 403


def test_files_are_those_of_one_folder(lonely_browser):
    assert lonely_browser.ask("/static/studio.js", cookie=None).status == 200
    assert lonely_browser.ask("/static/studio.js", sec_fetch_site="cross-site").status == 403
    for path in ("/static/../gate.py", "/static/%2e%2e/gate.py", "/static//etc/passwd"):
        assert lonely_browser.ask(path).status == 404
