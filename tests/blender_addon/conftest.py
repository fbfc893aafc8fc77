"""An add-on that is registered in an empty Blender, and objects to paint."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import bpy
import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))  # for fake_service and scenes

from fake_service import FakeService
from scenes import image

import blender_addon
from blender_addon.jobs import pump
from blender_addon.settings import preferences


@pytest.fixture
def addon(empty_blender: None, recwarn: pytest.WarningsRecorder) -> Iterator[None]:
    """The add-on, registered; nothing of it is left afterwards, and Blender warned of nothing
    that a later one will lack."""
    blender_addon.register()
    yield
    pump.on_frame.clear()
    blender_addon.unregister()
    warned = [str(warning.message) for warning in recwarn]
    assert not [words for words in warned if "removed in Blender" in words]


@pytest.fixture
def sphere(addon: None) -> Any:
    """An active UV sphere with a UV map and without a material."""
    bpy.ops.mesh.primitive_uv_sphere_add(segments=16, ring_count=8)
    return bpy.context.active_object


@pytest.fixture
def picture_file(empty_blender: None, tmp_path: Path) -> str:
    """The path of a picture in one green, longer than those that are sent."""
    pixels = np.full((4, 1200, 4), (10, 200, 30, 255), np.uint8)
    made = image(pixels, "green.png")
    made.filepath_raw, made.file_format = str(tmp_path / "green.png"), "PNG"
    made.save()
    bpy.data.images.remove(made)
    return str(tmp_path / "green.png")


@pytest.fixture
def service(addon: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeService]:
    """At the preferences' address."""
    with FakeService(steps=1) as service:
        known = replace(preferences.DEFAULTS, address=service.address, autostart=False)
        monkeypatch.setattr(preferences, "read", lambda _: known)
        yield service
