"""A finished picture that goes on at a larger size, against a fake service."""

from __future__ import annotations

from typing import Any

import bpy
from fake_service import FakeService
from painting import pump_until, start

from blender_addon.jobs import enlarge, jobs
from blender_addon.link.messages import LONGEST_SIDE


def test_a_picture_grows_in_its_image_twice(sphere: Any) -> None:
    with FakeService(steps=2) as service:
        running = start(sphere, service, size=64, seed=3)
        assert "already" in enlarge.reason_not(sphere)
        pump_until(lambda: not running.active)
        image = sphere.orbitex.image
        assert tuple(image.size) == (64, 64) and bpy.ops.orbitex.enlarge.poll()
        assert bpy.ops.orbitex.enlarge() == {"FINISHED"}
        assert sphere.orbitex.image == image and tuple(image.size) == (128, 128)
        running = enlarge.enlarge(bpy.context, sphere, 160)
        pump_until(lambda: not running.active)
        assert tuple(image.size) == (160, 160)
        sizes = [service.jobs[name]["recipe"]["size"] for name in ("job0", "job1", "job2")]
    assert sizes == [64, 128, 160]


def test_grey_until_a_picture_is_finished_and_where_it_cannot_grow(sphere: Any) -> None:
    assert not bpy.ops.orbitex.enlarge.poll()
    with FakeService(steps=1000) as service:
        running = start(sphere, service, size=64)
        pump_until(lambda: running.frames > 0)
        jobs.cancel(running)
        pump_until(lambda: not running.active)
        assert not bpy.ops.orbitex.enlarge.poll()
    with FakeService(steps=1) as service:
        running = start(sphere, service, size=LONGEST_SIDE)
        pump_until(lambda: not running.active)
        assert "as large as it can be" in enlarge.reason_not(sphere)
