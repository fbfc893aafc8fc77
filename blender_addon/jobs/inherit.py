"""New objects take the settings of the object that was painted last: all that a preset holds, but
for the symmetry, which is each object's own. In the interface only; scripts say what they want."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import bpy

from ..picture import live_image
from ..settings.list_setting import ListSetting
from ..settings.properties import settings_of
from ..settings.row import Setting
from ..settings.table import SETTINGS

_ROWS = tuple(row for row in SETTINGS if row.preset and not row.section.startswith("symmetry"))
_last: dict[str, Any] = {}
_heirs: list[Any] = []  # objects that wait for it


def note(obj: Any) -> None:
    """``obj`` is the object that is painted last."""
    settings = settings_of(obj)
    _last.clear()
    _last.update({row.name: row.read(settings) for row in _chosen(settings)})


def want(obj: Any) -> bool:
    """Have an object take the settings, if nobody has set it up; whether it will."""
    settings = settings_of(obj)
    if bpy.app.background or not _last or settings.image or next(_chosen(settings), None):
        return False
    _heirs.append(live_image.uid_of(obj))
    return True


def hand_down() -> None:
    """Give those that wait what they want. Not while drawing: Blender forbids it there."""
    while _heirs:
        obj = live_image.by_uid(bpy.data.objects, _heirs.pop())
        if obj is not None:
            take(obj)


def take(obj: Any) -> None:
    """Put the last settings into those of ``obj``."""
    settings = settings_of(obj)
    for row in _ROWS:
        if row.name in _last:
            row.put(settings, _last[row.name])


def forget() -> None:
    """Another file is opened."""
    _last.clear()
    _heirs.clear()


def _chosen(settings: Any) -> Iterator[Setting]:
    """What somebody has chosen."""
    for row in _ROWS:
        if isinstance(row, ListSetting):
            if len(getattr(settings, row.name)):
                yield row
        elif settings.is_property_set(row.name):
            yield row
