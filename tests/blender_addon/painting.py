"""Helpers of the tests that paint: start a job, pump, look at pixels."""

from __future__ import annotations

import time
from typing import Any

import bpy
import numpy as np
from fake_service import FakeService
from patience import PATIENCE

from blender_addon.jobs import jobs, pump
from blender_addon.link.messages import Submission
from blender_addon.operators import paint
from blender_addon.scene.submission import make_submission
from blender_addon.settings import preferences
from blender_addon.settings.table import choices_of


def pixels_of(image: Any) -> np.ndarray:
    """|u1 (H, W, 3), top row first."""
    width, height = image.size
    pixels = np.empty(width * height * 4, np.float32)
    image.pixels.foreach_get(pixels)
    rows = pixels.reshape(height, width, 4)[::-1]
    assert (rows[..., 3] == 1).all()
    return np.rint(rows[..., :3] * 255).astype(np.uint8)


def start(obj: Any, service: FakeService, **overrides: Any) -> jobs.Job:
    overrides = {"size": 128} | overrides
    return paint.begin_paint(bpy.context, obj, overrides, service.address, autostart=False)


def service_at(address: str) -> preferences.ServicePreferences:
    return preferences.ServicePreferences(address, autostart=False)


def order_for(obj: Any, address: str) -> Submission:
    """What Paint would send to the service at ``address``."""
    return make_submission(obj, bpy.context, choices_of(obj.orbitex), service_at(address))


def pump_until(condition: Any, step: Any = pump.pump) -> None:
    """``step()`` until ``condition()``."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "nothing happened"
        step()
        time.sleep(0.005)
