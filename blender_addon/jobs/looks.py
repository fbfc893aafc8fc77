"""What a style picture of one's own looks like, and which colours a rule acts on in it: the service
says so, for the swatches of colour rules. Main thread only."""

from __future__ import annotations

from pathlib import Path

import bpy

from ..link import lookups
from ..problems import ProblemError
from ..scene.styles import looks_like_a_file, read_picture

_SIDE = 512  # pixels of a picture that is sent

_wanted: set[str] = set()
_unreadable: set[str] = set()


def want(source: str) -> bool:
    """Have a style looked at for a panel that is being drawn; whether that is to be waited for."""
    if not looks_like_a_file(source) or lookups.look(source) is not None or source in _unreadable:
        return False
    if source not in _wanted and not Path(bpy.path.abspath(source)).expanduser().is_file():
        return False
    _wanted.add(source)
    return True


def pending() -> bool:
    """Whether a picture is to be read."""
    return bool(_wanted)


def stop() -> None:
    """Forget all."""
    _wanted.clear()
    _unreadable.clear()


def send() -> None:
    """Read the pictures, which no panel may while it is drawn, and ask."""
    while _wanted:
        source = _wanted.pop()
        try:
            pixels = read_picture(source)
        except ProblemError:  # Paint says so
            _unreadable.add(source)
            continue
        step = -(-max(pixels.shape) // _SIDE)
        lookups.ask(lookups.Question("look", style=source, picture=pixels[::step, ::step].copy()))
