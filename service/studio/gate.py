"""The gate: what a page of another site, a name that was bent to this machine, and another program
without the token get is 403."""

from __future__ import annotations

import secrets
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, Response

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

OPEN = ("/enter", "/static/")  # the way in, and what anybody can read in the project's sources
SAFE = ("GET", "HEAD")
GALLERY = "/gallery/"
STYLES, OWN_STYLES = "style-src 'self'", "style-src 'self' 'unsafe-inline'"  # sizes of pictures
POLICY = (
    f"default-src 'none'; script-src 'self'; {STYLES}; img-src 'self' data: blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


class Gate:
    """Lets requests through to ``app`` that are meant for ``host`` ("127.0.0.1:PORT"), come from
    its own pages, and have the token in their cookie."""

    def __init__(self, app: ASGIApp, host: str, token: str) -> None:
        self._app, self._host, self._token = app, host, token
        self.cookie = f"orbitex-studio-{host.rpartition(':')[2]}"  # cookies know no ports

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; see ASGI."""
        if scope["type"] != "http":
            return
        headers = Headers(scope=scope)
        refusal = self._refusal(scope["method"], scope["path"], headers)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    given[name] = value
                if scope["path"].startswith(GALLERY):
                    given["content-security-policy"] = POLICY.replace(STYLES, OWN_STYLES)
                given.setdefault("cache-control", "no-store")
            await send(message)

        answer = self._app if refusal is None else refused(refusal)
        await answer(scope, receive, send_with_headers)

    def opens(self, token: object) -> bool:
        """Whether this is the token."""
        given = token if isinstance(token, str) else ""
        return secrets.compare_digest(given.encode(), self._token.encode())

    def admit(self, response: Response) -> None:
        """Give the token to a browser, as a cookie that no script can read and no other site's
        request brings along."""
        response.set_cookie(self.cookie, self._token, httponly=True, samesite="strict")

    def _refusal(self, method: str, path: str, headers: Headers) -> str | None:
        own = f"http://{self._host}"
        if headers.getlist("host") != [self._host]:
            return f"This is the studio of {own} only."
        origin = headers.get("origin")
        if origin != own and (origin is not None or method not in SAFE):
            return "Only the studio's own pages may ask for that."
        # The way in is opened by a link from anywhere, such as the file that opens the browser.
        came = headers.get("sec-fetch-site", "none")
        if came not in ("same-origin", "none") and not (path == "/enter" and method in SAFE):
            return "Only the studio's own pages may ask for that."
        if not path.startswith(OPEN) and not self.opens(self._given(headers)):
            return "Open the address that 'service studio' has printed."
        return None

    def _given(self, headers: Headers) -> str | None:
        try:
            given = SimpleCookie(headers.get("cookie", "")).get(self.cookie)
        except CookieError:
            return None
        return None if given is None else given.value


def refused(message: str) -> Response:
    """What is answered to a request that is not let through."""
    error = {"code": "not-allowed", "field": "request", "message": message, "hint": ""}
    return JSONResponse({"error": error}, 403)
