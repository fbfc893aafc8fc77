"""A job as it grows, as server-sent events: one frame is asked for when the last one has been
sent, so that a page that does not read, or is not looked at, costs the painting nothing."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import anyio
from anyio import to_thread

from geometry.errors import InputError
from service.serving.client import ENDED, Client, Frame
from service.studio.looks import shown

SIDES = (256, 512, 1024)  # of frames, pixels: few, so that several pages can have the same one
PAUSE = 1.0  # seconds at least between two frames, each of which costs some 15 ms
POLL = 0.5  # seconds, of a job that waits or rests
AGAIN = 1.0  # seconds until a service that does not answer is asked again
MAX_WATCHERS = 24  # at a time

Connect = Callable[[], Client]


async def events(
    connect: Connect, job: str, after: int, side: int, room: anyio.CapacityLimiter
) -> AsyncIterator[str]:
    """The events of a job from its step ``after`` on: "frame" when there is something new, the last
    one when it ends; "trouble" while the service does not answer; "refused" if it knows of none."""
    told: tuple[Any, ...] | None = None
    while True:
        try:
            frame = await to_thread.run_sync(
                _next, connect, job, after, side, abandon_on_cancel=True, limiter=room
            )
        except InputError as error:
            lost = error.code in ("service-unreachable", "service-stopped")
            yield event("trouble" if lost else "refused", {"error": error_row(error)})
            if not lost:
                return
            told = None
            await asyncio.sleep(AGAIN)
            continue
        step = -1 if frame.progress is None else frame.progress["step"]
        news = (frame.state, step, frame.pixels is not None)
        if news != told:
            yield event("frame", _row(frame), None if frame.pixels is None else step)
        told, after = (*news[:2], False), step if frame.pixels is not None else after
        if frame.ended:
            return
        await asyncio.sleep(PAUSE if frame.state == "running" else POLL)


async def until(ending: asyncio.Event, stream: AsyncIterator[str]) -> AsyncIterator[str]:
    """The events of ``stream`` until ``ending``, whatever it waits for then."""
    end = asyncio.ensure_future(ending.wait())
    try:
        while True:
            step = asyncio.ensure_future(anext(stream, None))
            try:
                await asyncio.wait({step, end}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                if not step.done():
                    step.cancel()
            if not step.done() or (text := step.result()) is None:
                return
            yield text
    finally:
        end.cancel()


def side_for(wanted: int) -> int:
    """The side of frames for a page that has so many pixels for them."""
    return next((side for side in SIDES if side >= wanted), SIDES[-1])


def event(kind: str, data: Any, number: int | None = None) -> str:
    """One event, as the browser's EventSource reads it."""
    label = "" if number is None else f"id: {number}\n"
    return f"event: {kind}\n{label}data: {json.dumps(data)}\n\n"


def error_row(error: InputError) -> dict[str, str]:
    """An error for the page."""
    return {
        "code": error.code,
        "field": error.field,
        "message": error.message,
        "hint": error.hint,
    }


def _next(connect: Connect, job: str, after: int, side: int) -> Frame:
    # Who asks for a frame of a job that waits or rests hears nothing until it goes on.
    with connect() as client:
        sheet = client.attach(job)
        if sheet["state"] != "running" and sheet["state"] not in ENDED:
            return Frame(job, sheet["state"], sheet["progress"], sheet["error"], None)
        return client.frame(job, after, side)


def _row(frame: Frame) -> dict[str, Any]:
    row = {"state": frame.state, "progress": frame.progress, "error": frame.error, "picture": None}
    if frame.pixels is not None:
        kind, data = shown(frame.pixels)
        row["picture"] = f"data:{kind};base64,{base64.b64encode(data).decode('ascii')}"
    return row
