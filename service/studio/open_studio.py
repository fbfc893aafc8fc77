"""Opens the studio: on a port of this machine, in front of a service that runs already or of a
private one."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import os
import secrets
import socket
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

import uvicorn

from geometry.errors import InputError
from service.browser import open_page
from service.serving.client import Client
from service.serving.protocol.wire import DEFAULT_ADDRESS
from service.serving.serve import private_service
from service.serving.settings import Settings
from service.studio.live_gallery import live_gallery
from service.studio.routes import Studio
from service.studio.watching import Connect

HOST = "127.0.0.1"
_PROBE_SECONDS = 2.0  # until it is clear that no service runs
_MAX_CONNECTIONS = 64
_LAST_SECONDS = 5  # for those that do not take their answer; the studio's own end comes before


@dataclass(frozen=True)
class Shown:
    """What the studio shows besides itself: the gallery of the runs below some folders, and whether
    one enters there."""

    runs: Sequence[Path]
    title: str = "Gallery"
    first: bool = False


def open_studio(
    connect: Connect, gallery: Shown, port: int, announce: Callable[[str], None], browser: bool
) -> None:
    """Serve the studio until Ctrl-C. ``port``: 0 for any free one; ``announce`` is told the address
    with the token; ``browser``: open it there. Raises InputError("address-in-use")."""
    with contextlib.ExitStack() as closing:
        listener = closing.enter_context(_listening(port))
        host = f"{HOST}:{listener.getsockname()[1]}"
        token = secrets.token_urlsafe(32)
        address = f"http://{host}/enter{'?gallery' * gallery.first}#{token}"
        site = closing.enter_context(live_gallery(gallery.runs, gallery.title))
        studio = Studio(connect, host, token, site)
        config = uvicorn.Config(
            studio.app,
            log_level="warning",
            access_log=False,
            ws="none",
            lifespan="off",
            proxy_headers=False,
            server_header=False,
            limit_concurrency=_MAX_CONNECTIONS,
            timeout_graceful_shutdown=_LAST_SECONDS,
        )
        announce(address)
        if browser:
            closing.enter_context(_opened(address))
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(_Server(config, studio.end).serve(sockets=[listener]))


class _Server(uvicorn.Server):
    """Lets the studio send away who waits in it before it waits for all that is going on."""

    def __init__(self, config: uvicorn.Config, end: Callable[[], None]) -> None:
        super().__init__(config)
        self._end = end

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """See uvicorn."""
        self._end()
        await super().shutdown(sockets)


@contextlib.contextmanager
def service_at(address: str | None, key: Path | None, data: Path) -> Iterator[Connect]:
    """Makes clients of the service at ``address``; of None: of the one that runs on this machine,
    else of a private one with its jobs in ``data``. Raises InputError as
    :class:`service.serving.client.Client` and :func:`service.serving.serve.private_service`."""
    if address is not None or key is not None:
        connect = functools.partial(Client, address or DEFAULT_ADDRESS, key=key)
        with connect() as client:
            client.hello()
        yield connect
    elif _answers(DEFAULT_ADDRESS):
        yield functools.partial(Client, DEFAULT_ADDRESS)
    else:
        with private_service(Settings(data)) as private:
            yield functools.partial(Client, private)


def _answers(address: str) -> bool:
    try:
        with Client(address, timeout=_PROBE_SECONDS) as client:
            client.hello()
    except InputError as error:
        if error.code != "service-unreachable":
            raise
        return False
    return True


def _listening(port: int) -> socket.socket:
    listener = socket.socket()
    if os.name == "posix":  # elsewhere it would let another program have the port, too
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen()  # who comes before the server is there waits for it
    except OSError:
        listener.close()
        raise InputError(
            "address-in-use", "port", f"Port {port} is taken.", "Leave --port out for a free one."
        ) from None
    return listener


@contextlib.contextmanager
def _opened(address: str) -> Iterator[None]:
    """Opens a browser there, by a file that only this user can read: what stands in the command
    line of a program can be read by all users of the machine."""
    with tempfile.TemporaryDirectory(prefix="orbitex-studio-") as folder:
        file = Path(folder) / "open.html"
        file.write_text(f'<meta http-equiv="refresh" content="0; url={escape(address)}">')
        open_page(file)
        yield
