"""A studio in front of a service with the fake painter, and a browser of a few lines."""

import asyncio
import functools
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from own_address import HOST, TOKEN
from patience import PATIENCE

sys.path.insert(0, str(Path(__file__).parents[1] / "serving"))  # for service_process

from service_process import running

from service.serving.client import Client
from service.studio.live_gallery import LiveGallery
from service.studio.routes import Studio


class Browser:
    """Asks a studio as its own page does; ``headers``: in the place of those, None for none."""

    def __init__(self, connect, folder):
        self.runs = folder / "runs"
        site = LiveGallery([self.runs], "Gallery", folder)
        self.app = Studio(connect, HOST, TOKEN, site).app

    def ask(self, path, body=None, method=None, **headers):
        """Status, headers, and content: of JSON the data, else bytes."""
        method = method or ("GET" if body is None else "POST")
        own = {"host": HOST, "cookie": f"orbitex-studio-4321={TOKEN}"}
        own |= {"origin": f"http://{HOST}"} if method == "POST" else {}
        own |= {name.replace("_", "-"): value for name, value in headers.items()}
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        plain, _, query = path.partition("?")
        scope = {
            **{"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1"},
            **{"method": method, "path": plain, "raw_path": plain.encode(), "root_path": ""},
            **{"query_string": query.encode(), "scheme": "http", "server": ("127.0.0.1", 4321)},
            "headers": [
                (name.encode(), value.encode()) for name, value in own.items() if value is not None
            ],
        }
        return asyncio.run(self._answer(scope, data))

    async def _answer(self, scope, data):
        sent, given = [], [{"type": "http.request", "body": data, "more_body": False}]

        async def receive():
            if given:
                return given.pop()
            await asyncio.sleep(3600)

        async def send(message):
            sent.append(message)

        await self.app(scope, receive, send)
        headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        content = b"".join(message.get("body", b"") for message in sent[1:])
        if headers.get("content-type") == "application/json":
            content = json.loads(content)
        return SimpleNamespace(status=sent[0]["status"], headers=headers, content=content)


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with running(tmp_path_factory.mktemp("service") / "log.txt") as process:
        yield process


@pytest.fixture
def browser(service, tmp_path):
    return Browser(functools.partial(Client, service.address, timeout=PATIENCE), tmp_path)


@pytest.fixture
def lonely_browser(tmp_path):
    """Of a studio whose service has gone."""
    return Browser(functools.partial(Client, "tcp://127.0.0.1:9", timeout=0.2), tmp_path)
