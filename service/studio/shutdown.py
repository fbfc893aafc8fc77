"""The studio's end: whom it still keeps waiting gets an answer, however long the work takes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send


class GracefulShutdown:
    """Answers by ``app``. At :meth:`let_go` all requests whose answer has not begun get 503: an
    ASGI server would cancel them, and print a traceback for each."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._waiting: set[asyncio.Task[Any]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; see ASGI."""
        request = asyncio.current_task()
        assert request is not None

        async def send_at_last(message: Message) -> None:
            self._waiting.discard(request)
            await send(message)

        self._waiting.add(request)
        try:
            await self._app(scope, receive, send_at_last)
        except asyncio.CancelledError:
            if request not in self._waiting:
                raise
            request.uncancel()
            await Response(status_code=503)(scope, receive, send)
        finally:
            self._waiting.discard(request)

    def let_go(self) -> None:
        """Answer those who wait. In the server's loop."""
        for request in self._waiting:
            request.cancel()
