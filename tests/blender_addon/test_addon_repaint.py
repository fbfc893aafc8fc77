"""A part of a finished picture painted anew, against a fake service; a real one: end_to_end."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import bpy
import numpy as np
import pytest
from fake_layout import drawn
from fake_service import FakeService
from painting import pixels_of, pump_until, service_at, start
from scenes import image as make_image

from blender_addon.jobs import events, jobs, reattach, repaint, ties
from blender_addon.link import worker
from blender_addon.link.connection import Timing
from blender_addon.offer import catalogue
from blender_addon.panels import main
from blender_addon.picture.backup import BACKUP_KEY
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


def test_it_says_how_much_the_symmetry_repaints(sphere: Any) -> None:
    with FakeService(steps=2) as service:
        painted(sphere, service)
        catalogue.forget()
        assert repaint.label(sphere) == "" and "orbitex.repaint" in drawn([main.ORBITEX_PT_main])
        row = {"name": "332", "space": "sphere", "order": 12}
        catalogue.remember(catalogue.parse({"groups": [row]}, {}))
        receipt = {"recipe": {"group": "332", "seed": 1}}
        sphere.orbitex.image["orbitex_receipt"] = json.dumps(receipt)
        assert repaint.label(sphere) == "Repaint Mask + 11 Copies"
        region = np.zeros((10, 10), np.uint8)
        region[0, :5] = 255
        said = repaint.extent(sphere.orbitex.image, region)
        assert said == "Repainting 5 % of the texture, and up to 55 % more: its 11 copies"


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
        again = start(sphere, service, size=64)  # and is cancelled: the picture comes back
        pump_until(lambda: again.frames > 0)
        assert "already" in repaint.reason_not(sphere)
        jobs.cancel(again)
        pump_until(lambda: not again.active)
    assert "mask" in repaint.reason_not(sphere)


@pytest.mark.parametrize("how", ["cancel", "end", "failure", "death", "paint"])
def test_the_finished_picture_comes_back_unless_another_is_finished(
    sphere: Any, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repaint.preferences, "launcher", lambda *_: None)
    monkeypatch.setattr(worker, "Timing", partial(Timing, doubt=0.3))
    with FakeService(steps=2) as service:
        painted(sphere, service)
    image, finished = sphere.orbitex.image, pixels_of(sphere.orbitex.image)
    receipt, file = image["orbitex_receipt"], bytes(image.packed_file.data)
    choose_mask(sphere)
    with FakeService(
        steps=300, jobs=service.jobs, fail_after=40 if how == "failure" else None
    ) as again:
        tie = json.loads(image[ties.PAINTER_KEY]) | {"address": again.address}
        image[ties.PAINTER_KEY] = json.dumps(tie)
        if how == "paint":
            running = start(sphere, again, size=32)
        else:
            running = repaint.repaint(bpy.context, sphere, 9)
        pump_until(lambda: running.frames > 0)
        assert (pixels_of(image)[-1, -1] != finished[-1, -1]).any()
        if how == "end":
            jobs.end(running, "Cancelled")
        elif how in ("cancel", "paint"):
            jobs.cancel(running)
        if how != "death":
            pump_until(lambda: not running.active)
    pump_until(lambda: not running.active)
    assert running.report.state == ("failed" if how in ("failure", "death") else "cancelled")
    np.testing.assert_array_equal(pixels_of(image), finished)
    assert bytes(image.packed_file.data) == file and image["orbitex_receipt"] == receipt
    assert BACKUP_KEY not in image and repaint.reason_not(sphere) == ""


def test_the_finished_picture_comes_back_after_a_save_and_an_undo(
    sphere: Any, tmp_path: Path
) -> None:
    with FakeService(steps=2) as service:
        painted(sphere, service)
    finished = pixels_of(sphere.orbitex.image)
    with FakeService(steps=1000) as service:
        running = start(sphere, service, size=32)
        pump_until(lambda: running.frames > 0)
        bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "half.blend"))
        bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "half.blend"))
        obj = bpy.data.objects["Sphere"]
        image = obj.orbitex.image
        assert tuple(image.size) == (32, 32)  # the preview, saved
        (again,) = reattach.reattach(service_at(service.address), asked=True)
        pump_until(lambda: again.frames > 0)
        jobs.cancel(again)
        pump_until(lambda: not again.active)
    np.testing.assert_array_equal(pixels_of(image), finished)
    events._after_undo()
    np.testing.assert_array_equal(pixels_of(image), finished)


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
    with pytest.raises(ProblemError, match="not known"):
        repaint.repaint(bpy.context, sphere)
    image[ties.PAINTER_KEY] = "nonsense"
    with pytest.raises(ProblemError, match="finished"):
        repaint.repaint(bpy.context, sphere)
