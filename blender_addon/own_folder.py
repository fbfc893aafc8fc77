"""Folders of the add-on's own, in the user's profile."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import bpy

from .setup.place import Place, place_in

# What Blender calls the add-on: the name of its package.
ADDON = __package__ or ""


def own_folder(name: str, kind: Literal["DATAFILES", "SCRIPTS"], path: str) -> Path:
    """The extension's folder ``name``; where there are no extensions (before Blender 4.2), or the
    add-on is none, ``path`` in the user's folder of this ``kind``. It need not exist."""
    try:
        return Path(bpy.utils.extension_path_user(ADDON, path=name))
    except (AttributeError, ValueError):
        return Path(bpy.utils.user_resource(kind, path=path))


def service_place() -> Place | None:
    """Where Install Service puts the service; None where the add-on brings none."""
    return place_in(own_folder("service", "DATAFILES", "orbitex/service"))
