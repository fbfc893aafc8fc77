"""The add-on's jobs and a real service: killed in mid-paint, left and found again, with keys."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

import blender_addon  # noqa: E402  (after the check that there is a Blender)
from blender_addon.jobs import jobs, pump, reattach, ties  # noqa: E402
from blender_addon.link import service_process  # noqa: E402
from blender_addon.link.connection import Timing  # noqa: E402
from blender_addon.operators import paint  # noqa: E402
from blender_addon.picture.backup import RECEIPT_KEY  # noqa: E402
from blender_addon.picture.layout import rasterise  # noqa: E402
from blender_addon.scene import gather, mask  # noqa: E402
from blender_addon.settings import preferences  # noqa: E402
from blender_addon.settings.preferences import ServicePreferences  # noqa: E402
from recipes.demo import free_address  # noqa: E402

pytestmark = pytest.mark.slow
SMALL = {"size": 64, "quality": "draft", "views": 2, "style": "night_strokes"}


@pytest.fixture
def sphere(empty_blender: Any, tmp_path: Path, monkeypatch: Any) -> Iterator[Any]:
    monkeypatch.setenv("ORBITEX_DATA", str(tmp_path / "data"))
    blender_addon.register()
    bpy.ops.mesh.primitive_ico_sphere_add(subdivisions=3)
    yield bpy.context.object
    blender_addon.unregister()


def pump_until(condition: Any, seconds: float = 120.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, [s.message for s in jobs.all_of_file()]
        pump.pump()
        time.sleep(0.02)


def finish(running: jobs.Job) -> None:
    running.client.finish()
    pump_until(lambda: not running.active)
    assert running.report.state == "finished", running.message


def texture(obj: Any) -> np.ndarray:
    return np.array(obj.orbitex.image.pixels[:]).reshape(-1, 4)[:, :3]


def test_a_service_killed_in_mid_paint_is_started_again(sphere: Any) -> None:
    address = free_address()
    running = paint.begin_paint(bpy.context, sphere, SMALL, address, autostart=True)
    pump_until(lambda: running.frames > 1)
    job, frames = running.report.job, running.frames
    child = service_process.child_of(address)
    assert child is not None
    os.kill(child._process.pid, signal.SIGKILL)
    pump_until(lambda: running.frames > frames + 1)
    assert running.report.job == job and service_process.child_of(address) is not child
    finish(running)
    assert texture(sphere).std(axis=0).min() > 0.02


def test_a_job_outlives_blenders_own_service_and_the_file(sphere: Any, tmp_path: Path) -> None:
    """Pause, quit, start again, open the file: Re-attach starts the service, Resume goes on."""
    address, path = free_address(), str(tmp_path / "sphere.blend")
    running = paint.begin_paint(bpy.context, sphere, SMALL, address, autostart=True)
    pump_until(lambda: running.frames > 1)
    bpy.ops.orbitex.pause()
    pump_until(lambda: running.report.state == "paused")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    blender_addon.unregister()  # as at the end of Blender
    assert service_process.child_of(address) is None
    bpy.ops.wm.read_factory_settings(use_empty=True)
    blender_addon.register()
    bpy.ops.wm.open_mainfile(filepath=path)
    obj = bpy.context.view_layer.objects.active
    service = ServicePreferences(address)
    (quiet,) = reattach.reattach(service, asked=False)
    pump_until(lambda: not quiet.active)
    assert quiet.report.problem and quiet.report.problem.fix == "orbitex.reattach"
    assert service_process.child_of(address) is None  # nobody asked for one
    (again,) = reattach.reattach(service, asked=True)
    pump_until(lambda: again.report.state == "paused")
    assert again.frames == 0
    bpy.ops.orbitex.resume()
    pump_until(lambda: again.frames > 0)
    assert again.report.job == running.report.job
    finish(again)
    assert ties.of_image(obj.orbitex.image) is None and texture(obj).std(axis=0).min() > 0.02


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[tuple[str, Path, Path]]:
    """A service that demands keys: its address, a key that it allows, and one that it does not."""
    keys, others = tmp_path / "keys", tmp_path / "others"
    for folder in (keys, others):
        command = [sys.executable, "-m", "service", "keys", "new", "me", "--keys", str(folder)]
        subprocess.run(command, check=True, capture_output=True, timeout=60)
    command = [sys.executable, "-m", "service", "serve", "--bind", "tcp://127.0.0.1:0"]
    command += ["--keys", str(keys), "--data", str(tmp_path / "guarded")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    address = process.stdout.readline().split()[1]
    yield address, keys / "clients" / "me.key", others / "clients" / "me.key"
    process.terminate()
    process.wait(30)
    process.stdout.close()


def test_a_service_with_keys(
    sphere: Any, guarded: tuple[str, Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, allowed, unknown = guarded

    def use(key: object) -> None:
        chosen = ServicePreferences(address, key_file=str(key or ""))
        monkeypatch.setattr(preferences, "read", lambda context: chosen)

    use(allowed)
    assert bpy.ops.orbitex.test_connection() == {"FINISHED"}
    assert bpy.ops.orbitex.paint(**SMALL) == {"FINISHED"}
    assert texture(sphere).std(axis=0).min() > 0.02
    monkeypatch.setattr("blender_addon.link.worker.Timing", partial(Timing, hello=1.0))
    for key, words in ((unknown, "met with silence"), (None, "give the preferences a key file")):
        use(key)
        with pytest.raises(RuntimeError, match=words):
            bpy.ops.orbitex.test_connection()
    allowed.chmod(0o644)
    use(allowed)
    with pytest.raises(RuntimeError, match="Others can read the key file"):
        bpy.ops.orbitex.test_connection()
    for text in ("", "[]", '{"server": 3}', allowed.read_text().replace('"secret"', '"secrets"')):
        unknown.write_text(text)
        use(unknown)
        with pytest.raises(RuntimeError, match="is not a key file"):
            bpy.ops.orbitex.test_connection()
    use("/nowhere/me.key")
    with pytest.raises(RuntimeError, match="cannot be read"):
        bpy.ops.orbitex.paint(**SMALL)


def test_a_part_is_painted_anew_after_reopening(sphere: Any, tmp_path: Path) -> None:
    """Where the mask is white; the rest of the surface stays, but for what seams need. Again:
    another picture."""
    path = str(tmp_path / "sphere.blend")
    vertices = sphere.data.vertices
    top = [vertex.index for vertex in vertices if vertex.co.z > 0.2]
    sphere.vertex_groups.new(name="Top").add(top, 1.0, "REPLACE")
    sphere.orbitex.mask_kind, sphere.orbitex.mask = "VERTEX_GROUP", "Top"
    given = SMALL | {"group": "1", "steps": 12, "size": 128, "mask_kind": "NONE"}
    running = paint.begin_paint(bpy.context, sphere, given, free_address(), autostart=True)
    pump_until(lambda: not running.active)
    pictures = [texture(sphere)]
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path)
    obj = bpy.context.active_object
    white, kept = _white_and_kept(obj)
    for seed in (1, 2):
        assert bpy.ops.orbitex.repaint() == {"FINISHED"}
        pictures.append(texture(obj))
        old, new = pictures[-2:]
        change = np.abs(new - old).mean(axis=1)
        assert (change[kept] > 0).mean() < 0.01 and (change[white] > 0).mean() > 0.5
        receipt = json.loads(obj.orbitex.image[RECEIPT_KEY])
        assert receipt["recipe"]["seed"] == seed


def _white_and_kept(obj: Any) -> tuple[np.ndarray, np.ndarray]:
    """bool (128·128,), bottom row first: the mask, and all else that shows on the surface (texels
    between the islands are filled from the nearest ones)."""
    depsgraph = bpy.context.evaluated_depsgraph_get()
    drawn = mask.gather_mask("VERTEX_GROUP", "Top", obj, depsgraph, "", 128)
    uvs = gather.gather_mesh(obj, depsgraph).uvs
    shown = rasterise(uvs, 128)
    on_surface = np.zeros((128, 128), bool)
    on_surface[shown.rows, shown.columns] = True
    assert drawn is not None
    white = drawn > 127
    return white[::-1].ravel(), (on_surface & ~white)[::-1].ravel()
