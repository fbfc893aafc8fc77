"""Jobs are found again: after loading, a crash, a service that went and came back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import bpy
import numpy as np
import pytest
from fake_service import FakeService, picture
from painting import order_for, pixels_of, pump_until, service_at, start

from blender_addon.jobs import jobs, originals, reattach, ties
from blender_addon.link.client import RETURNS
from blender_addon.picture import live_image
from blender_addon.settings import preferences


def test_a_job_is_found_again_after_saving_and_loading(sphere: Any, tmp_path: Path) -> None:
    path = str(tmp_path / "sphere.blend")
    with FakeService(steps=1000) as service:
        running = start(sphere, service, size=64)
        pump_until(lambda: running.frames > 1)
        name = sphere.orbitex.image.name
        bpy.ops.wm.save_as_mainfile(filepath=path)
        bpy.ops.wm.read_factory_settings(use_empty=True)
        assert not running.active and not jobs.all_of_file()
        bpy.ops.wm.open_mainfile(filepath=path)
        obj = bpy.context.active_object
        assert reattach.is_waiting(obj)
        (again,) = reattach.reattach(service_at(service.address), asked=False)
        assert jobs.active_of(obj) is again and not reattach.is_waiting(obj)
        assert reattach.reattach(service_at(service.address), asked=False) == []
        pump_until(lambda: again.frames > 1)
        again.client.finish()
        pump_until(lambda: not again.active)
        assert again.report.state == "finished" and service.cancelled == []
        assert len(service.requests) == 1
    image = bpy.data.images[name]
    assert image == obj.orbitex.image and image.packed_file and ties.of_image(image) is None
    np.testing.assert_array_equal(pixels_of(image), picture(1000, 1000, 64))
    assert ties.remembered(path) == []


def test_a_job_is_found_again_after_a_crash(sphere: Any, tmp_path: Path) -> None:
    """The file was saved before Paint was pressed: it knows neither image nor job."""
    path = str(tmp_path / "sphere.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    with FakeService(steps=1000) as service:
        running = start(sphere, service, size=64)
        pump_until(lambda: running.frames > 1)
        (tie,) = ties.remembered(path)
        assert tie.object == sphere.name and tie.address == service.address
        bpy.ops.wm.open_mainfile(filepath=path)
        assert not bpy.data.images
        (again,) = reattach.reattach(service_at(service.address), asked=False)
        pump_until(lambda: again.frames > 0)
        again.client.finish()
        pump_until(lambda: not again.active)
    obj = bpy.context.active_object
    assert tuple(obj.orbitex.image.size) == (64, 64) and originals.shows_painted(obj)
    assert ties.remembered(path) == []


def test_a_file_without_a_name_leaves_no_trace_outside(sphere: Any) -> None:
    with FakeService(steps=1000) as service:
        running = start(sphere, service, size=64)
        pump_until(lambda: running.frames > 0)
        assert ties.of_image(sphere.orbitex.image) and ties._read() == []


def test_a_service_that_is_away_or_has_forgotten(
    sphere: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("blender_addon.link.worker.Timing", session_timing)
    with FakeService(steps=1000) as service:
        address = service.address
        running = start(sphere, service, size=64)
        pump_until(lambda: running.frames > 0)
    pump_until(lambda: not running.active)
    problem = running.report.problem
    assert problem and (problem.code, problem.fix) == ("service-lost", "orbitex.reattach")
    # It stays noted until the service has answered.
    assert reattach.is_waiting(sphere)
    (again,) = reattach.reattach(service_at(address), asked=False)
    pump_until(lambda: not again.active)
    assert again.report.problem and again.report.problem.fix == "orbitex.reattach"
    assert reattach.is_waiting(sphere)
    with FakeService(address=address), pytest.raises(RuntimeError, match="no such job"):
        bpy.ops.orbitex.reattach()
    assert not reattach.is_waiting(sphere)
    # Nor is anything of it in the way: what was painted stays.
    assert sphere.orbitex.image.packed_file and bpy.ops.orbitex.paint.poll()


def test_only_known_services_are_called_unasked(sphere: Any, tmp_path: Path) -> None:
    """A file from elsewhere names whom it likes."""
    image = live_image.create("x", 16)
    sphere.orbitex.image = image
    tie = ties.Tie("1-aa", "tcp://192.0.2.7:5577", sphere.name, image.name, "UVMap")
    ties.tie(image, tie)
    assert reattach.is_waiting(sphere)
    assert reattach.reattach(preferences.DEFAULTS, asked=False) == []
    (asked,) = reattach.reattach(preferences.DEFAULTS, asked=True)
    assert not asked.active and asked.report.problem and asked.report.problem.code == "offline"
    for address in ("nonsense", "tcp://127.0.0.1", "ipc:///tmp/x"):
        ties.tie(image, replace(tie, address=address))
        assert ties.of_image(image) is None
    for text in ("[]", "{}", '{"job": 3}', "\0", "[" * 5000):
        image[ties.JOB_KEY] = text
        assert ties.of_image(image) is None


def test_a_service_that_comes_back_is_gone_on_with(sphere: Any) -> None:
    """Killed in mid-paint, again and again, with autostart: another one has its jobs."""
    with FakeService(steps=10_000) as service:
        address, known = service.address, service.jobs
        started: list[FakeService] = []

        def launch() -> Any:
            started.append(FakeService(steps=10_000, address=address, jobs=known).__enter__())
            return SimpleNamespace(death=lambda: None)

        order = order_for(sphere, address)
        running = jobs.begin(sphere, order, "UVMap", launch, session_timing())
        pump_until(lambda: running.frames > 0)
    for times in range(1, RETURNS + 2):
        frames = running.frames
        pump_until(lambda: running.frames > frames + 1)  # noqa: B023
        assert len(started) == times
        if times <= RETURNS:
            started[-1].__exit__()
    assert "submit" not in started[0].kinds and "attach" in started[0].kinds
    running.client.finish()
    pump_until(lambda: not running.active)
    assert running.report.state == "finished"
    started[-1].__exit__()


def test_a_service_that_is_lost_before_the_first_frame(sphere: Any) -> None:
    """The image stays, for the job to be found again."""
    with FakeService(deaf_to=("frame",)) as service:
        order = order_for(sphere, service.address)
        running = jobs.begin(sphere, order, "UVMap", timing=session_timing())
        pump_until(lambda: "frame" in service.kinds)
    pump_until(lambda: not running.active)
    assert running.frames == 0 and sphere.orbitex.image and reattach.is_waiting(sphere)


def session_timing() -> Any:
    from blender_addon.link.connection import Timing

    return Timing(doubt=0.2, silence=5)
