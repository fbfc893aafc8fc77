"""Pause, queue, restoring, painting again: against a fake service."""

from __future__ import annotations

import json
import shutil
from dataclasses import fields, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import bpy
import numpy as np
import pytest
from fake_layout import drawn
from fake_service import FakeService, picture
from painting import pixels_of, pump_until, service_at, start
from scenes import image as make_image
from scenes import material, node_of, noise

from blender_addon import panels
from blender_addon.jobs import delivery, jobs, originals, queue_rows, recall
from blender_addon.link import inquiry, uploads
from blender_addon.offer.fields import TERMS
from blender_addon.operators import batch, paint
from blender_addon.operators import job as job_operators
from blender_addon.panels.queue import ORBITEX_PT_queue
from blender_addon.picture import live_image, pictures, shading
from blender_addon.scene import submission
from blender_addon.settings import preferences
from blender_addon.settings.table import Choices


def test_pause_and_resume(sphere: Any) -> None:
    with FakeService(steps=1000) as service:
        running = start(sphere, service)
        pump_until(lambda: running.frames > 1)
        assert not bpy.ops.orbitex.resume.poll()
        assert bpy.ops.orbitex.pause() == {"FINISHED"}
        pump_until(lambda: running.report.state == "paused")
        assert running.active and running.message.startswith("Paused")
        assert not bpy.ops.orbitex.pause.poll() and bpy.ops.orbitex.resume.poll()
        frames = running.frames
        assert bpy.ops.orbitex.resume() == {"FINISHED"}
        pump_until(lambda: running.report.state == "running" and running.frames > frames)
        jobs.cancel(running)
        pump_until(lambda: not running.active)
    assert not bpy.ops.orbitex.pause.poll()


def test_seeds_become_jobs_with_images_of_their_own(sphere: Any) -> None:
    sphere.orbitex.seed, sphere.orbitex.size = 5, 64
    with FakeService(steps=3) as service:
        assert bpy.ops.orbitex.paint_seeds(count=3, address=service.address) == {"FINISHED"}
    assert [h["recipe"]["seed"] for h, _ in service.requests] == [5, 6, 7]  # in order
    assert len(bpy.data.images) == 3
    own, *others = [live_image.by_uid(bpy.data.images, s.image_uid) for s in jobs.all_of_file()]
    assert own == sphere.orbitex.image and all(image.use_fake_user for image in others)
    assert [json.loads(i[recall.CHOICES_KEY])["seed"] for i in (own, *others)] == [5, 6, 7]
    # The operator is the plain function.
    with FakeService(steps=3) as again:
        for begun in batch.paint_seeds(bpy.context, sphere, 3, again.address):
            pump_until(lambda begun=begun: not begun.active)
    assert [h["recipe"] for h, _ in again.requests] == [h["recipe"] for h, _ in service.requests]
    # The last one's button shows it.
    last = jobs.all_of_file()[-1]
    bpy.ops.orbitex.queue_action(key=last.key, action="SHOW")
    image = live_image.by_uid(bpy.data.images, last.image_uid)
    assert sphere.orbitex.image == image
    node = sphere.active_material.node_tree.nodes[shading.IMAGE_NODE]
    assert node.image == image


def test_selected_objects_are_queued(sphere: Any) -> None:
    sphere.orbitex.size = 64
    bpy.ops.object.duplicate()
    other = bpy.context.active_object
    other.orbitex.seed = 9
    bpy.ops.mesh.primitive_cube_add()
    cube = bpy.context.active_object
    while cube.data.uv_layers:
        cube.data.uv_layers.remove(cube.data.uv_layers[0])
    for obj in (sphere, other, cube):
        obj.select_set(True)
    with FakeService(steps=2) as service:
        assert bpy.ops.orbitex.paint_selected(address=service.address) == {"FINISHED"}
        assert sorted(h["recipe"]["seed"] for h, _ in service.requests) == [0, 9]
        begun, problems = batch.paint_objects(bpy.context, [cube], service.address)
    assert not begun and problems[0].fix == "orbitex.smart_uv"  # nobody else has to wait for it
    assert sphere.orbitex.image and other.orbitex.image and not cube.orbitex.image


def test_the_queues_list(sphere: Any) -> None:
    sphere.orbitex.size, sphere.orbitex.group = 64, "532"
    with FakeService(steps=1000) as service:
        first, second = batch.paint_seeds(bpy.context, sphere, 2, service.address)
        pump_until(lambda: first.frames and second.frames)
        queue = queue_rows.queue_of(bpy.context.window_manager)
        assert [row.key for row in queue.rows] == [first.key, second.key]
        shown = drawn([ORBITEX_PT_queue])
        assert any(text.endswith(f" % {sphere.name}") for text in shown)
        assert second.title == f"{sphere.name}: 532, seed 1"
        assert first.title in shown and "orbitex.paint_seeds" in shown
        assert shown.count("orbitex.queue_action") == 4
        act = bpy.ops.orbitex.queue_action
        act(key=second.key, action="PAUSE")
        pump_until(lambda: second.report.state == "paused")
        assert first.report.state == "running"
        act(key=second.key, action="RESUME")
        pump_until(lambda: second.report.state == "running")
        act(key=second.key, action="CANCEL")
        pump_until(lambda: not second.active)
        act(key=second.key, action="REMOVE")
        assert [row.key for row in queue.rows] == [first.key]
        with pytest.raises(RuntimeError, match="not on the list"):
            act(key=second.key, action="PAUSE")
        act(key=first.key, action="REMOVE")  # not while it runs
        assert jobs.find(first.key)
        tooltip = job_operators.ORBITEX_OT_queue_action.description
        assert tooltip(bpy.context, SimpleNamespace(action="RETRY")) == job_operators.ACTIONS[3][2]


def test_a_failed_job_is_tried_again(sphere: Any) -> None:
    with FakeService(steps=1000, fail_after=3) as service:
        running = start(sphere, service)
        pump_until(lambda: not running.active)
        assert running.report.over and running.report.problem
        service.fail_after = None
        bpy.ops.orbitex.queue_action(key=running.key, action="RETRY")
        (again,) = jobs.all_of_file()
        assert again.label == running.label
        pump_until(lambda: again.frames > 0)
        assert "resume" in service.kinds and len(service.requests) == 1


def test_restore_and_put_back(sphere: Any) -> None:
    gold = material(make_image(noise(8, 8)))
    sphere.data.materials.append(gold)
    principled, before = node_of(gold, "BSDF_PRINCIPLED"), node_of(gold, "TEX_IMAGE")
    socket = principled.inputs["Base Color"]
    assert not bpy.ops.orbitex.restore.poll()
    with FakeService(steps=1) as service:
        bpy.ops.orbitex.paint(address=service.address, autostart=False, size=64)
    for _ in range(2):
        assert originals.shows_painted(sphere)
        assert bpy.ops.orbitex.restore() == {"FINISHED"}
        assert socket.links[0].from_node.name == before.name
        assert not originals.shows_painted(sphere)
        assert bpy.ops.orbitex.show_painted() == {"FINISHED"}
        assert socket.links[0].from_node.image == sphere.orbitex.image
    # A colour that nothing fed is the socket's own again.
    flat = material(colour=(1, 0, 0, 1))
    sphere.data.materials[0] = flat
    originals.show_painted(sphere)
    assert originals.restore(sphere) == 1 and originals.restore(sphere) == 0
    assert not node_of(flat, "BSDF_PRINCIPLED").inputs["Base Color"].is_linked


def test_paint_again_repeats_and_the_settings_come_back(sphere: Any, tmp_path: Path) -> None:
    settings = sphere.orbitex
    cursor = bpy.context.scene.cursor
    cursor.location = (0, 0, 2)
    given = {"group": "332", "seed": 11, "centre": "CURSOR", "views": 3, "size": 64}
    with FakeService(steps=1) as service:
        bpy.ops.orbitex.paint(address=service.address, autostart=False, **given)
        cursor.location = (5, 5, 5)
        settings.seed = 1
        again = paint.begin_paint(
            bpy.context, sphere, recall.choices_of_image(settings.image), service.address, False
        )
        pump_until(lambda: not again.active)
    first, second = (header["recipe"] for header, _ in service.requests)
    assert first == second and first["seed"] == 11
    assert bpy.ops.orbitex.recall() == {"FINISHED"}
    assert (settings.group, settings.seed, settings.views) == ("332", 11, 3)
    assert recall.recall_settings(sphere) == ["centre"]  # numbers: the menu has none
    settings.image[recall.CHOICES_KEY] = json.dumps({"seed": 12, "later_release": 1, "size": "x"})
    assert recall.recall_settings(sphere) == ["size"] and settings.seed == 12
    settings.image[recall.CHOICES_KEY] = "{"
    with pytest.raises(RuntimeError, match="not known"):
        bpy.ops.orbitex.paint_again()


def test_large_inputs_are_sent_once(sphere: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "UPLOAD_BYTES", 1000)
    monkeypatch.setattr(uploads, "CHUNK_BYTES", 700)
    sphere.orbitex.size = 64
    with FakeService(steps=1) as service:
        for begun in batch.paint_seeds(bpy.context, sphere, 2, service.address):
            pump_until(lambda begun=begun: not begun.active)
    (header, first), (_, second) = service.requests
    assert {upload["name"] for upload in header["uploads"]} == {"vertices", "triangles", "uvs"}
    for name in first:
        np.testing.assert_array_equal(first[name], second[name])
    sizes = [first[name].nbytes for name in ("vertices", "triangles", "uvs")]
    assert service.kinds.count("upload") == sum(-(-size // 700) for size in sizes)


def test_a_finished_picture_is_saved_beside_the_file(
    sphere: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FakeService(steps=1) as service:
        for wanted, saved in ((True, False), (False, True), (True, True), (True, True)):
            chosen = replace(preferences.DEFAULTS, save_png=wanted)
            monkeypatch.setattr(preferences, "read", lambda context, chosen=chosen: chosen)
            if saved and not bpy.data.filepath:
                bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "a.blend"))
            bpy.ops.orbitex.paint(address=service.address, autostart=False, size=64)
            assert any(tmp_path.glob("*.png")) == (wanted and saved)
    stem = bpy.path.clean_name(bpy.context.active_object.orbitex.image.name)
    names = sorted(path.name for path in tmp_path.glob("*.png"))
    assert names == [f"{stem} 2.png", f"{stem}.png"]
    image = bpy.data.images.load(str(tmp_path / names[0]))
    np.testing.assert_array_equal(pixels_of(image), picture(1, 1, 64))


def test_a_picture_that_cannot_be_saved_disturbs_nothing(
    sphere: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    bpy.ops.wm.save_as_mainfile(filepath=str(folder / "a.blend"))
    shutil.rmtree(folder)
    delivery.save_beside("ball", b"png")
    assert "cannot be written" in capsys.readouterr().out


def test_jpeg_frames_are_decoded_by_blender(sphere: Any) -> None:
    import io

    from PIL import Image

    plain = np.zeros((48, 64, 3), np.uint8)
    plain[:24] = (200, 40, 40)
    stream = io.BytesIO()
    Image.fromarray(plain).save(stream, "JPEG", quality=95)
    before = len(bpy.data.images)
    pixels = pictures.decode(bpy.data.images, stream.getvalue(), (64, 48))
    rows = pixels.reshape(48, 64, 4)[::-1]
    assert np.abs(rows[..., :3] * 255 - plain).mean() < 4 and (rows[..., 3] == 1).all()
    assert len(bpy.data.images) == before
    from blender_addon.problems import ProblemError

    for data, size in ((stream.getvalue(), (48, 64)), (b"no picture", (64, 48))):
        with pytest.raises(ProblemError, match="agreed form"):
            pictures.decode(bpy.data.images, data, size)
    remote = preferences.ServicePreferences("tcp://192.0.2.1:5577")
    assert remote.encoding == "jpeg" and preferences.DEFAULTS.encoding == "raw"
    assert replace(remote, preview_size=0).encoding == "raw"


def test_connection_is_tested(sphere: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with FakeService() as service:
        here = service_at(service.address)
        monkeypatch.setattr(preferences, "read", lambda context: here)
        assert bpy.ops.orbitex.test_connection() == {"FINISHED"}
        assert inquiry.line().startswith("Version fake on cpu, ") and inquiry.line().endswith(" ms")
    with pytest.raises(RuntimeError, match="No service at"):
        bpy.ops.orbitex.test_connection()


def test_settings_are_applied_to_the_running_job(sphere: Any) -> None:
    settings = sphere.orbitex
    with FakeService(steps=1000) as service:
        running = start(sphere, service)
        pump_until(lambda: running.frames > 0)
        with pytest.raises(RuntimeError, match="None of the changed settings"):
            bpy.ops.orbitex.adjust()
        settings.style_weight, settings.seed = 3.0, 8  # a seed cannot change any more
        assert bpy.ops.orbitex.adjust() == {"FINISHED"}
        pump_until(lambda: service.adjusted)
        assert service.adjusted == [{"objective.style": 3.0}]
        service.refuse_adjust = True
        bpy.ops.orbitex.adjust()
        pump_until(lambda: running.report.notice is not None)
        assert running.active and "Cannot change" in " ".join(drawn(panels.CLASSES))
        jobs.cancel(running)
        pump_until(lambda: not running.active)


def test_what_is_steered_is_what_the_service_lets() -> None:
    steering = pytest.importorskip("service.painting.steering")
    dreams = [{"target": "fire9"}]
    recipe = pytest.importorskip("service.recipe.parsing").parse_recipe(
        {"target": "mesh", "group": "432", "styles": [{"source": "grey"}], "dreams": dreams}
    )
    choices = Choices(
        **{field.name: None for field in fields(Choices)}
        | {"styles": (("grey", 0.5),), "use_styles": True, "dreams": (("fire9", -2.0),)}
        | {"colouring": "2a", "style_scale": 2.0}
        | {"quality": "final", "learning_rate": 0.1, "steps": 7}
        | dict.fromkeys([term.setting for term in TERMS], 0.25)
    )
    changed = submission.changes(recipe.model_dump(mode="json"), choices)
    new = steering.adjusted(recipe, changed)
    assert submission.changes(new.model_dump(mode="json"), choices) == {}
    assert (new.steps, new.styles[0].weight, new.objective.seam) == (7, 0.5, 0.25)
    assert new.dreams[0].weight == -2.0
    # Another list of dreams is refused, not taken for other weights of the old one.
    other = replace(choices, dreams=(("fire8", 1.0),))
    with pytest.raises(Exception, match="only their weights"):
        steering.adjusted(recipe, submission.changes(recipe.model_dump(mode="json"), other))
