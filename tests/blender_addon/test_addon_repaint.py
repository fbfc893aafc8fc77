"""A part of a finished picture painted anew, against a fake service; a real one: end_to_end."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np
import pytest
from fake_service import FakeService
from painting import pump_until, start
from scenes import image as make_image

from blender_addon import jobs, repaint, ties
from blender_addon.problems import ProblemError


def painted(sphere: Any, service: FakeService) -> None:
    running = start(sphere, service, size=64, seed=3)
    pump_until(lambda: not running.active)


def choose_mask(sphere: Any) -> np.ndarray:
    """The left half; what is sent of it."""
    half = np.zeros((64, 64, 4), np.uint8)
    half[:, :32], half[..., 3] = 255, 255
    sphere.orbitex.mask_kind, sphere.orbitex.mask = "IMAGE", make_image(half, "Half").name
    return half[..., 0]


def test_the_operator_sends_what_the_function_sends(sphere: Any) -> None:
    with FakeService(steps=2) as service:
        painted(sphere, service)
        half = choose_mask(sphere)
        running = repaint.repaint(bpy.context, sphere, 9)
        assert running.label.endswith("seed 9")
        pump_until(lambda: not running.active)
        assert bpy.ops.orbitex.repaint(seed=9) == {"FINISHED"}
        assert bpy.ops.orbitex.repaint() == {"FINISHED"}  # the seed after the picture's
    assert [header["seed"] for header, _ in service.repainted] == [9, 9, 10]
    # each goes on from the one before
    assert [header["job"] for header, _ in service.repainted] == ["job0", "job1", "job2"]
    for _, buffers in service.repainted:
        np.testing.assert_array_equal(buffers["region"], half)


def test_grey_until_there_is_something_to_repaint(sphere: Any) -> None:
    poll = bpy.ops.orbitex.repaint.poll
    choose_mask(sphere)
    assert not poll()
    with FakeService(steps=1000) as service:
        painted_fully = start(sphere, service, size=64)
        pump_until(lambda: painted_fully.frames > 0)
        assert "already" in repaint.reason_not(sphere) and not poll()
        painted_fully.client.finish()
        pump_until(lambda: not painted_fully.active)
        assert poll()
        sphere.orbitex.mask_kind = "NONE"
        assert "mask" in repaint.reason_not(sphere) and not poll()
        again = start(sphere, service, size=64)  # and is cancelled: a preview is left
        pump_until(lambda: again.frames > 0)
        jobs.cancel(again)
        pump_until(lambda: not again.active)
    assert "finished" in repaint.reason_not(sphere)


def test_a_service_that_forgot_the_job_says_so(sphere: Any) -> None:
    with FakeService(steps=1) as service:
        painted(sphere, service)
        choose_mask(sphere)
        before = sphere.orbitex.image
        service.jobs["other"] = service.jobs.pop("job0")
        with pytest.raises(RuntimeError, match="no such job"):
            bpy.ops.orbitex.repaint()
    assert sphere.orbitex.image == before and before.packed_file is not None
    assert repaint.reason_not(sphere) == ""  # the picture is what it was


def test_properties_of_a_strange_file_are_refused(sphere: Any) -> None:
    with FakeService(steps=1) as service:
        painted(sphere, service)
    choose_mask(sphere)
    image = sphere.orbitex.image
    image["orbitex_receipt"] = "[]"
    with pytest.raises(ProblemError, match="does not say"):
        repaint.repaint(bpy.context, sphere)
    image[ties.PAINTER_KEY] = "nonsense"
    with pytest.raises(ProblemError, match="finished"):
        repaint.repaint(bpy.context, sphere)
