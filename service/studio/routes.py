"""What the studio answers: its page, previews and swatches, pictures that are dropped on it, jobs.

Errors are JSON, {"error": {code, field, message, hint}}: 422 for what was given, 503 while the
service does not answer, 500 for a fault of the studio.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from weakref import WeakSet

import anyio
from anyio import to_thread
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from geometry.errors import InputError
from service.gallery.pages import THEME, asset
from service.reporting.delivery import receipt_bytes
from service.reporting.formats import picture_bytes
from service.serving.client import Client
from service.studio import looks, page
from service.studio.gate import Gate, refused
from service.studio.live_gallery import LiveGallery
from service.studio.messages import (
    KEPT,
    failed,
    file_reply,
    nothing_there,
    number_of,
    picture_reply,
    read_body,
    read_json,
    told,
    words_of,
)
from service.studio.orders import portable, read_order
from service.studio.shutdown import GracefulShutdown
from service.studio.uploads import MAX_BYTES, Uploads
from service.studio.watching import MAX_WATCHERS, Connect, events, side_for, until

_STEERED: dict[str, Callable[[Client, str], None]] = {
    "pause": Client.pause,
    "resume": Client.resume,
    "finish": Client.finish,
    "cancel": Client.cancel,
    "forget": Client.forget,
}
GRACE = 1.0  # seconds for what is nearly done, such as a job that is submitted
T = TypeVar("T")


class Studio:
    """The studio at ``host`` ("127.0.0.1:PORT") for those who have ``token``; ``connect`` makes a
    client of the service."""

    def __init__(self, connect: Connect, host: str, token: str, gallery: LiveGallery) -> None:
        self._connect, self._uploads, self._site = connect, Uploads(), gallery
        self._endings: WeakSet[asyncio.Event] = WeakSet()  # of pages that watch a job
        # Pictures of a kind take turns: a painting needs the cores.
        self._previews, self._swatches = anyio.CapacityLimiter(1), anyio.CapacityLimiter(1)
        self._watchers = anyio.CapacityLimiter(MAX_WATCHERS)
        self._sites = anyio.CapacityLimiter(1)
        self._gate = Gate(self._routes(), host, token)
        self._answers = GracefulShutdown(self._gate)

    @property
    def app(self) -> GracefulShutdown:
        """For an ASGI server."""
        return self._answers

    def end(self) -> None:
        """Let pages go that watch a job, and after ``GRACE`` seconds all who wait for an answer.
        In the server's loop."""
        for ending in list(self._endings):
            ending.set()
        asyncio.get_running_loop().call_later(GRACE, self._answers.let_go)

    def _routes(self) -> Starlette:
        job = "/api/jobs/{job}"
        return Starlette(
            routes=[
                Route("/", self._page),
                Route("/enter", self._door),
                Route("/enter", self._enter, methods=["POST"]),
                Route("/static/theme.css", self._theme),
                Mount("/static", StaticFiles(directory=Path(__file__).parent / "static")),
                Route("/gallery/{path:path}", self._gallery),
                Route("/api/presets/{name}", self._preset),
                Route("/api/colourings", self._colourings),
                Route("/api/swatch/group", self._group_swatch),
                Route("/api/swatch/colouring", self._colouring_swatch),
                Route("/api/exemplars/{name}", self._exemplar),
                Route("/api/preview", self._preview, methods=["POST"]),
                Route("/api/pictures", self._add_picture, methods=["POST"]),
                Route("/api/jobs", self._jobs),
                Route("/api/jobs", self._submit, methods=["POST"]),
                Route(job, self._sheet),
                Route(f"{job}/watch", self._watch),
                Route(f"{job}/picture.png", self._picture),
                Route(f"{job}/receipt.json", self._receipt),
                Route(f"{job}/recipe.json", self._recipe),
                Route(f"{job}/small", self._small),
                Route(f"{job}/adjust", self._adjust, methods=["POST"]),
                Route(f"{job}/enlarge", self._enlarge, methods=["POST"]),
                Route(f"{job}/{{action}}", self._steer, methods=["POST"]),
            ],
            exception_handlers={InputError: told, Exception: failed},
        )

    async def _page(self, request: Request) -> Response:
        return HTMLResponse(await to_thread.run_sync(page.page))

    async def _theme(self, request: Request) -> Response:
        return Response(asset(THEME), media_type="text/css")

    async def _gallery(self, request: Request) -> Response:
        file = self._site.file
        found = await to_thread.run_sync(file, request.path_params["path"], limiter=self._sites)
        return FileResponse(found) if found else PlainTextResponse("No such page.", 404)

    async def _preset(self, request: Request) -> Response:
        return FileResponse(page.preset_picture(request.path_params["name"]), headers=KEPT)

    async def _door(self, request: Request) -> Response:
        return HTMLResponse(page.door())

    async def _enter(self, request: Request) -> Response:
        given = await read_json(request)
        if not self._gate.opens(given.get("token")):
            return refused("That is not the token of this studio.")
        response = JSONResponse({})
        self._gate.admit(response)
        return response

    async def _colourings(self, request: Request) -> Response:
        target, group = words_of(request, "target", "group")
        rows = await to_thread.run_sync(page.colouring_rows, target, group)
        return JSONResponse({"colourings": rows}, headers=KEPT)

    async def _group_swatch(self, request: Request) -> Response:
        target, group = words_of(request, "target", "group")
        return picture_reply(*await self._drawn(looks.group_swatch, target, group))

    async def _colouring_swatch(self, request: Request) -> Response:
        names = ("target", "group", "colouring", "style")
        target, group, colouring, style = words_of(request, *names)
        given = {"target": target, "group": group, "colouring": colouring, "size": 64}
        given["styles"] = [{"source": style}]
        order = read_order(given, self._uploads)
        return picture_reply(*await self._drawn(looks.colouring_swatch, order))

    async def _exemplar(self, request: Request) -> Response:
        return picture_reply(*await self._drawn(looks.exemplar_look, request.path_params["name"]))

    async def _preview(self, request: Request) -> Response:
        given = await read_json(request)
        width = given.get("width")
        if type(width) is not int:
            raise InputError("bad-value", "width", "Not a whole number.")

        def drawn() -> tuple[str, bytes]:
            return looks.shown(
                looks.preview_of(read_order(given.get("recipe"), self._uploads), width)
            )

        kind, data = await to_thread.run_sync(drawn, limiter=self._previews)
        return Response(data, media_type=kind)

    async def _add_picture(self, request: Request) -> Response:
        data = await read_body(request, MAX_BYTES, "styles")
        name = request.query_params.get("name", "")[:200]
        add = self._uploads.add
        source = await to_thread.run_sync(add, data, name, limiter=self._previews)
        return JSONResponse({"source": source})

    async def _jobs(self, request: Request) -> Response:
        return JSONResponse({"jobs": await self._ask(Client.jobs)})

    async def _submit(self, request: Request) -> Response:
        given = await read_json(request)

        def submit(client: Client) -> str:
            order = read_order(given.get("recipe"), self._uploads)
            return client.submit(order.recipe, order.buffers)

        return JSONResponse({"job": await self._ask(submit)})

    async def _sheet(self, request: Request) -> Response:
        sheet = await self._ask(lambda client: client.attach(request.path_params["job"]))
        kept = ("job", "state", "progress", "error", "recipe", "warning")
        return JSONResponse({key: sheet.get(key) for key in kept})

    async def _watch(self, request: Request) -> Response:
        after = request.headers.get("last-event-id", "")
        step = int(after) if after.isdecimal() and len(after) < 10 else -1
        side = side_for(number_of(request, "side", 512))
        job = request.path_params["job"]
        stream = events(self._connect, job, step, side, self._watchers)
        self._endings.add(ending := asyncio.Event())
        stream = until(ending, stream)
        return StreamingResponse(stream, media_type="text/event-stream")

    async def _picture(self, request: Request) -> Response:
        pixels, _ = await self._result(request)
        data = await to_thread.run_sync(picture_bytes, pixels)
        return file_reply(request, data, "image/png", ".png")

    async def _receipt(self, request: Request) -> Response:
        _, receipt = await self._result(request)
        return file_reply(request, receipt_bytes(receipt), "application/json", "-receipt.json")

    async def _recipe(self, request: Request) -> Response:
        sheet = await self._ask(lambda client: client.attach(request.path_params["job"]))
        data = json.dumps(portable(sheet["recipe"]), indent=1) + "\n"
        return file_reply(request, data.encode(), "application/json", ".json")

    async def _small(self, request: Request) -> Response:
        def last(client: Client) -> tuple[str, bytes]:
            frame = client.frame(request.path_params["job"], -1, looks.SMALL)
            if frame.pixels is None:
                raise InputError("not-finished", "job", "The job has no picture.")
            return looks.shown(frame.pixels)

        def if_ended(client: Client) -> tuple[str, bytes]:
            if client.attach(request.path_params["job"])["state"] != "finished":
                raise InputError("not-finished", "job", "The job has no result yet.")
            return last(client)

        return picture_reply(*await self._ask(if_ended))

    async def _adjust(self, request: Request) -> Response:
        changes = (await read_json(request)).get("changes")
        if not isinstance(changes, dict):
            raise InputError("bad-value", "changes", "Not an object of changes.")
        job = request.path_params["job"]
        return JSONResponse({"recipe": await self._ask(lambda client: client.adjust(job, changes))})

    async def _enlarge(self, request: Request) -> Response:
        size = (await read_json(request)).get("size")
        if type(size) is not int or not 0 < size <= 65536:
            raise InputError("bad-value", "enlarge", "Not a width in pixels.")
        job = request.path_params["job"]
        return JSONResponse({"job": await self._ask(lambda client: client.enlarge(job, size))})

    async def _steer(self, request: Request) -> Response:
        action = _STEERED.get(request.path_params["action"])
        if action is None:
            return JSONResponse({"error": nothing_there()}, 404)
        await self._ask(lambda client: action(client, request.path_params["job"]))
        return JSONResponse({})

    async def _result(self, request: Request) -> tuple[Any, dict[str, Any]]:
        return await self._ask(lambda client: client.result(request.path_params["job"]))

    async def _ask(self, question: Callable[[Client], T]) -> T:
        def asked() -> T:
            with self._connect() as client:
                return question(client)

        return await to_thread.run_sync(asked)

    async def _drawn(self, draw: Callable[..., T], *given: Any) -> T:
        return await to_thread.run_sync(draw, *given, limiter=self._swatches)
