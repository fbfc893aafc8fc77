"""The question what the service offers: asked in the background, answered into the menus.

Main thread only; one question at a time, whoever asks.
"""

from __future__ import annotations

from dataclasses import replace

from ..offer import catalogue
from ..problems import Problem
from .messages import RUNNING, Report
from .worker import Inquiry, Launch

_pending: Inquiry | None = None
_last = Report("finished")


def inquire(address: str, launch: Launch = None, key_file: str = "") -> None:
    """Ask the service for its menus; :func:`collect` brings the answer."""
    global _pending, _last
    if _pending is None:
        _pending, _last = Inquiry(address, launch, key_file=key_file), Report("connecting")
        _pending.start()


def pending() -> Inquiry | None:
    """The question that is still open."""
    return _pending


def problem() -> Problem | None:
    """Why the last question failed."""
    return _last.problem


def forget_problem() -> None:
    """Why the last question failed is no news any more: a job has found the service, or it is to be
    looked for elsewhere."""
    global _last
    _last = replace(_last, problem=None)


def line() -> str:
    """What the service said of itself, and how fast."""
    known = catalogue.known()
    speed = f", {_last.milliseconds:.1f} ms" if _last.milliseconds else ""
    return f"Version {known.service} on {known.device}{speed}"


def collect() -> bool:
    """Take the answer, if there is one; whether the service has just been found."""
    global _pending, _last
    if _pending is None:
        return False
    _last = _pending.report()
    if _last.offers is not None:
        catalogue.remember(_last.offers)
    if _last.state in RUNNING:
        return False
    _pending = None
    return _last.problem is None


def stop() -> None:
    """End the thread and forget the answer."""
    global _pending, _last
    if _pending is not None:
        _pending.leave()
        _pending.join()
    _pending, _last = None, Report("finished")
    catalogue.forget()
