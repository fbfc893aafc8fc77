"""What requests to the studio bring, and its answers as HTTP."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from geometry.errors import InputError
from service.studio.watching import error_row

MAX_JSON = 1 << 20  # bytes of a recipe
KEPT = {"cache-control": "private, max-age=86400"}  # by the browser


async def read_json(request: Request) -> dict[str, Any]:
    """The JSON object that was sent. Raises InputError."""
    body = await read_body(request, MAX_JSON, "request")
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        raise InputError("bad-value", "request", "Not a JSON object.")
    return data


async def read_body(request: Request, most: int, field: str) -> bytes:
    """What was sent, read no further than it may be long. Raises InputError("too-large")."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise InputError("too-large", field, f"Over {most >> 20} MiB.", "Send a smaller one.")
    return bytes(body)


def words_of(request: Request, *names: str) -> list[str]:
    """What the address says of these names; nothing where it is silent."""
    return [request.query_params.get(name, "") for name in names]


def number_of(request: Request, name: str, default: int) -> int:
    """A whole number in the address."""
    given = request.query_params.get(name, "")
    return int(given) if given.isdecimal() and len(given) < 6 else default


def picture_reply(kind: str, data: bytes) -> Response:
    """A picture that stays as it is."""
    return Response(data, media_type=kind, headers=KEPT)


def file_reply(request: Request, data: bytes, kind: str, ending: str) -> Response:
    """A file of a job, to be kept."""
    # The service has made the name, and there is a job of it: it is of digits, letters and a dash.
    words = {"content-disposition": f'attachment; filename="orbitex-{request.path_params["job"]}'}
    words["content-disposition"] += f'{ending}"'
    return Response(data, media_type=kind, headers=words)


async def told(request: Request, error: Exception) -> Response:
    """What was wrong with a request, or that the service does not answer."""
    assert isinstance(error, InputError)
    lost = error.code in ("service-unreachable", "service-stopped")
    return JSONResponse({"error": error_row(error)}, 503 if lost else 422)


async def failed(request: Request, error: Exception) -> Response:
    """The answer after a fault."""
    fault = {"code": "internal", "field": "request", "message": "A fault of the studio."}
    return JSONResponse({"error": fault | {"hint": "The terminal says more."}}, 500)


def nothing_there() -> Mapping[str, str]:
    """The error of a request that there is none of."""
    return {"code": "unknown-kind", "field": "request", "message": "No such request.", "hint": ""}
