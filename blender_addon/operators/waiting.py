"""How operators that paint run: scripts and background Blender wait for their jobs, the interface
does not."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import bpy

from ..jobs import jobs, pump
from ..link.printing import say
from ..picture import live_image, shading, viewports
from ..problems import ProblemError
from ..settings import preferences
from .base import Awaiting, Result


class PaintingOperator(Awaiting):
    """What operators that paint have in common; ``_begin`` starts the jobs."""

    report: Any

    def _await(self, context: Any) -> Result:
        return wait_for(self, self._begin(context))

    def _start(self, context: Any) -> Result:
        begun = self._begin(context)
        if begun and preferences.read(context).show_texture != "NEVER":
            viewports.lend(context.area)
        pump.start_timer()
        return {"FINISHED"}

    def _begin(self, context: Any) -> list[jobs.Job]:
        raise NotImplementedError


def wait_for(operator: Any, begun: list[jobs.Job]) -> Result:
    """Pump until all have ended, printing progress. Raises the ProblemError of the first that
    failed; 'CANCELLED', with a report, where one was cancelled."""
    try:
        for running in begun:
            whose = f"{running.object_name}: " if len(begun) > 1 else ""
            run_to_end(running, partial(_say, whose))
    finally:  # after a second Ctrl-C, say
        for running in begun:
            if running.active:
                jobs.end(running, "Cancelled")
    for ended in begun:
        if ended.report.problem is not None:
            raise ProblemError(ended.report.problem)
    for ended in begun:
        if ended.report.state != "finished":
            operator.report({"ERROR"}, ended.message)
            return {"CANCELLED"}
        operator.report({"INFO"}, ended.message)
        obj = live_image.by_uid(bpy.data.objects, ended.object_uid)
        unseen = shading.not_shown(obj) if obj is not None else None
        for problem in (unseen, ended.warning):
            if problem is not None:
                operator.report({"WARNING"}, problem.line)
    return {"FINISHED"}


def _say(whose: str, line: str) -> None:
    say(f"{whose}{line}")


def run_to_end(running: jobs.Job, tell: Callable[[str], None]) -> None:
    """Pump until the job has ended; ``tell`` gets a line at every change, once a second at most.

    Ctrl-C asks for the best so far; a second one cancels and is passed on.
    """
    said, last, finishing = 0.0, "", False
    try:
        with _interrupts() as pressed:
            while running.active:
                pump.pump()
                if pressed.is_set() and not finishing:
                    finishing = True
                    tell("Finishing with the best so far (once more to cancel)")
                    running.client.finish()
                now = time.monotonic()
                # The reason of a failure is the operator's to report.
                news = running.message != last and running.report.problem is None
                if news and (now - said >= 1.0 or not running.active):
                    said, last = now, running.message
                    tell(running.message)
                if running.active:
                    running.client.wait(pump.TICK_SECONDS)
    except KeyboardInterrupt:
        jobs.end(running, "Cancelled")
        raise
    except Exception as error:  # a listener's, say: the object must be free again
        jobs.end(running, f"{type(error).__name__}: {error}")
        raise


@contextmanager
def _interrupts() -> Iterator[threading.Event]:
    """Within, the first Ctrl-C, SIGTERM or SIGHUP sets the event; a Ctrl-C after it raises
    KeyboardInterrupt. More of the others change nothing: ``timeout`` and a terminal that is closed
    send several by themselves.

    Background Blender has a handler of its own, of which Python never hears and which it cannot
    put back: there, Ctrl-C ends the process afterwards, as its second one always did.
    """
    pressed = threading.Event()

    def handle(number: int, frame: Any) -> None:
        if pressed.is_set() and number == signal.SIGINT:
            raise KeyboardInterrupt
        pressed.set()

    before = {number: signal.signal(number, handle) for number in _signals()}
    try:
        yield pressed
    finally:
        for number, old in before.items():
            signal.signal(number, signal.SIG_DFL if old is None else old)


def _signals() -> list[signal.Signals]:
    """Windows has no SIGHUP, and a process of nohup is to ignore it."""
    hangups = [getattr(signal, name, None) for name in ("SIGTERM", "SIGHUP")]
    heeded = [n for n in hangups if n is not None and signal.getsignal(n) != signal.SIG_IGN]
    return [signal.SIGINT, *heeded]
