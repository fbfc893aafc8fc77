"""Prepared styles for the panel that shows one: asked for while it is drawn, which forbids reading
files, and brought by a timer. Main thread only; nothing here waits."""

from __future__ import annotations

import json
import time
from collections import OrderedDict
from typing import Any

import bpy
import numpy as np

from ..offer import catalogue
from ..picture import live_image
from ..problems import ProblemError
from ..scene import styles
from ..settings import preferences, preparing
from .asking import Answer, Preparing, Wish

SENT_SIDE = 1024  # pixels of a picture file whose prepared look is asked for (a test compares it)
_TICK = 0.02  # seconds between looks for an answer
_REST = 20.0  # seconds until the thread ends that nobody asks
_KEPT = 32  # answers
SETTLES = 1.0  # seconds

Key = tuple[str, str, int]  # a style's source, its steps as JSON, when the file was changed

_answers: OrderedDict[Key, Answer] = OrderedDict()
_wanted: Key | None = None  # by the panel
_asked: Key | None = None  # of the service, which has not answered yet
_asking: Preparing | None = None
_offer: Any = None  # what the service offered when it was last asked
_rests = False


def key_of(style: Any) -> Key | None:
    """What is asked about a style of the list; None where nothing is done to it."""
    source, steps = style.source, preparing.read(style)
    if not steps or not source:
        return None
    return source, json.dumps(steps, sort_keys=True), styles.changed_at(source)


def want(key: Key) -> None:
    """Have the service show it, for a panel that is being drawn. Only one that has answered before
    is asked."""
    global _wanted, _offer
    if (offer := catalogue.known()) is not _offer:  # what was refused may be had now
        _offer = offer
        for refused in [known for known, found in _answers.items() if found.problem is not None]:
            del _answers[refused]
    if key in _answers or key == _asked or not offer.service:
        return
    _wanted = key
    if not bpy.app.background:
        _start_timer()


def answer(key: Key) -> Answer | None:
    """The picture of a prepared style, or why there is none; None while it is not known."""
    return _answers.get(key)


def settled(key: Key) -> np.ndarray | None:
    """The picture of a prepared style whose sliders have come to rest, so it seems."""
    found = _answers.get(key)
    if found is None or time.monotonic() - found.at < SETTLES:
        return None
    return found.pixels


def latest(source: str) -> Answer | None:
    """The last picture of this style, whatever its steps: to be shown until another one comes."""
    shown = (a for key, a in reversed(_answers.items()) if key[0] == source and a.problem is None)
    return next(shown, None)


def is_pending() -> bool:
    """Whether something is to be asked, or to come."""
    return _wanted is not None or _asked is not None


def collect() -> None:
    """Ask for what is wanted, and take what has come."""
    global _wanted, _asked, _asking
    if _wanted is not None:
        key, _wanted = _wanted, None
        try:
            _asked = key
            _send(_wish(key))
        except ProblemError as error:
            _keep(Answer(key, None, error.problem))
    if _asking is None:
        return
    if (found := _asking.take()) is not None:
        _keep(found)
    report = _asking.report()
    if report.problem is not None:
        if _asked is not None:
            _keep(Answer(_asked, None, report.problem))
        _asking = None


def stop() -> None:
    """End the thread and forget all."""
    global _wanted, _asked
    if bpy.app.timers.is_registered(_look):
        bpy.app.timers.unregister(_look)
    _leave(wait=True)
    _answers.clear()
    _wanted = _asked = None


def _wish(key: Key) -> Wish:
    source, steps = key[0], json.loads(key[1])
    styles.check_source(source)
    told, pictures = styles.gather_steps(steps, "style")
    named = styles.sent(source, "style", SENT_SIDE, pictures)
    return Wish(key, named, told, pictures)


def _send(wish: Wish) -> None:
    global _asking
    if _asking is None or not _asking.is_alive:
        service = preferences.read(bpy.context)
        preferences.check_address(service.address)
        _asking = Preparing(service.address, None, service.key_file)
        _asking.start()
    _asking.want(wish)


def _keep(found: Answer) -> None:
    global _asked
    _answers[found.key] = found
    if len(_answers) > _KEPT:
        _answers.popitem(last=False)
    if found.key == _asked:
        _asked = None
    live_image.redraw()


def _leave(wait: bool = False) -> None:
    global _asking
    asking, _asking = _asking, None
    if asking is not None:
        asking.leave()
        if wait:
            asking.join()


def _start_timer() -> None:
    global _rests
    if _rests and bpy.app.timers.is_registered(_look):
        bpy.app.timers.unregister(_look)
    _rests = False
    if not bpy.app.timers.is_registered(_look):
        bpy.app.timers.register(_look, first_interval=_TICK)


def _look() -> float | None:
    global _rests
    if _rests:
        _rests = False
        _leave()
        return None
    collect()
    if is_pending():
        return _TICK
    _rests = True
    return _REST
