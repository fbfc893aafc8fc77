"""The operator and the session against a fake service on a real socket."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import bpy
import numpy as np
import pytest
from fake_service import FakeService, picture
from painting import order_for, pixels_of, pump_until, start
from patience import PATIENCE

from blender_addon.jobs import jobs, pump
from blender_addon.link import inquiry
from blender_addon.link.connection import Timing
from blender_addon.offer import catalogue
from blender_addon.offer.fields import STEPS
from blender_addon.operators import paint
from blender_addon.picture import live_image, shading
from blender_addon.picture.backup import RECEIPT_KEY


def test_paint_streams_finishes_and_survives_reopening(sphere: Any, tmp_path: Path) -> None:
    seen = []
    pump.on_frame.append(lambda step, rgba, size: seen.append((step, rgba.copy(), size)))
    with FakeService(steps=8, step_seconds=0.1) as service:
        result = bpy.ops.orbitex.paint(
            address=service.address,
            autostart=False,
            group="432",
            size=1024,
            quality="draft",
            seed=7,
            views=5,
        )
    assert result == {"FINISHED"}
    steps = [step for step, _, _ in seen]
    assert len(seen) >= 3 and steps == sorted(steps) and steps[-1] == 8
    assert {size for _, _, size in seen[:-1]} == {(512, 512)}  # the preview's size
    assert seen[-1][2] == (1024, 1024)
    assert len({float(rgba[0]) for _, rgba, _ in seen}) >= 3  # it really grows

    header, buffers = service.requests[0]
    assert header["recipe"].pop("finishing") == {
        step.name: step.default for step in STEPS if step.default is not None
    }
    assert header["recipe"] == {
        "target": "mesh",
        "group": "432",
        "colouring": "none",
        "colours": "style",
        "axis": "Z",
        "centre": "origin",
        "action": "surface",
        "tolerance": 0.01,
        "styles": [{"source": "stained_glass", "weight": 1.0}],
        "style_scale": 1.0,
        "style_colours": "own",
        "learning_rate": 0.3,
        "network": "auto",
        "objective": {
            "style": 1.0,
            "detail": 1.0,
            "colour": 1.0,
            "dream": 1.0,
            "natural_colours": 0.0,
            "smoothness": 0.1,
            "seam": 1.0,
            "content": 0.0,
        },
        "start": "noise",
        "size": 1024,
        "quality": "draft",
        "seed": 7,
        "views": 5,
        "view_layout": "sphere",
    }
    assert header["cameras"] == []
    assert buffers["triangles"].dtype == np.int32 and buffers["uvs"].shape[1:] == (3, 2)
    assert "heartbeat" in service.kinds

    image = sphere.orbitex.image
    assert not image.is_dirty and image.packed_file
    assert json.loads(image[RECEIPT_KEY])["recipe"]["seed"] == 7
    name, path = image.name, str(tmp_path / "painted.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path)
    image = bpy.data.images[name]
    assert image.colorspace_settings.name == "sRGB"
    np.testing.assert_array_equal(pixels_of(image), picture(8, 8, 1024))
    # Painting again after reopening streams into the same image.
    obj = bpy.context.active_object
    with FakeService(steps=3) as service:
        bpy.ops.orbitex.paint(address=service.address, autostart=False, size=256)
    assert obj.orbitex.image.name == name and len(bpy.data.images) == 1
    np.testing.assert_array_equal(pixels_of(obj.orbitex.image), picture(3, 3, 256))


def test_operator_properties_win_over_settings_only_for_one_call(sphere: Any) -> None:
    sphere.orbitex.group, sphere.orbitex.seed, sphere.orbitex.size = "332", 3, 64
    sphere.orbitex.colouring = "cyclic"
    with FakeService(steps=1) as service:
        for given in ({"group": "1", "colouring": "none"}, {}):
            bpy.ops.orbitex.paint(address=service.address, autostart=False, **given)
    recipes = [header["recipe"] for header, _ in service.requests]
    assert [(r["group"], r["colouring"], r["seed"]) for r in recipes] == [
        ("1", "none", 3),
        ("332", "cyclic", 3),
    ]


def test_a_picture_file_is_sent_as_a_buffer(sphere: Any, tmp_path: Path) -> None:
    source = np.zeros((6, 9, 3), np.uint8)
    source[0, :] = (255, 128, 0)
    source[:, 0] = (3, 2, 1)
    image = bpy.data.images.new("source", 9, 6)
    rgba = np.ones((6, 9, 4), np.float32)
    rgba[..., :3] = source[::-1] / np.float32(255)
    image.pixels.foreach_set(rgba.ravel())
    image.filepath_raw, image.file_format = str(tmp_path / "style.png"), "PNG"
    image.save()
    bpy.data.images.remove(image)
    with FakeService(steps=1) as service:
        bpy.ops.orbitex.paint(
            address=service.address, autostart=False, size=64, style=str(tmp_path / "style.png")
        )
    header, buffers = service.requests[0]
    assert header["recipe"]["styles"] == [{"source": "buffer:style0", "weight": 1.0}]
    np.testing.assert_array_equal(buffers["style0"], source)
    assert len(bpy.data.images) == 1  # the picture itself leaves no image behind


def test_finish_brings_the_full_size_and_cancel_keeps_the_last_frame(sphere: Any) -> None:
    with FakeService(steps=1000) as service:
        running = start(sphere, service, size=1024)
        assert jobs.active_of(sphere) is running
        pump_until(lambda: running.frames > 2)
        assert bpy.ops.orbitex.finish() == {"FINISHED"}
        pump_until(lambda: not running.active)
        assert running.report.state == "finished"
        assert tuple(sphere.orbitex.image.size) == (1024, 1024)

        again = start(sphere, service, size=256)
        pump_until(lambda: again.frames > 2)
        assert bpy.ops.orbitex.cancel() == {"FINISHED"}
        pump_until(lambda: not again.active)
        assert again.report.state == "cancelled" and again.report.problem is None
        assert sphere.orbitex.image.packed_file and not sphere.orbitex.image.is_dirty
        assert bpy.ops.orbitex.paint.poll()
        pump_until(lambda: service.cancelled)
    assert service.cancelled == ["job1"]


def test_the_main_thread_is_never_blocked_by_the_stream(sphere: Any) -> None:
    work, waits = [], []
    with FakeService(steps=1000) as service:
        running = start(sphere, service, size=2048)

        def timed() -> None:
            cpu, wall = time.thread_time(), time.perf_counter()
            pump.pump()
            work.append(time.thread_time() - cpu)
            waits.append(time.perf_counter() - wall)

        pump_until(lambda: running.frames > 4, timed)
        running.client.finish()  # the last picture must not block either
        pump_until(lambda: not running.active, timed)
    # Processor time of this thread is what the add-on costs; the wall clock of a single call
    # says what else the test machine is doing, so only its median counts.
    assert max(work) < 0.03
    assert float(np.median(waits)) < 0.03


def test_two_objects_at_once_get_two_images(sphere: Any) -> None:
    with FakeService(steps=4) as service:
        first = start(sphere, service)
        pump_until(lambda: first.frames > 0)
        bpy.ops.object.duplicate()  # copies the settings too, and so the image's pointer
        copy = bpy.context.active_object
        second = start(copy, service)
        pump_until(lambda: not first.active and not second.active)
    assert sphere.orbitex.image != copy.orbitex.image
    assert len(service.requests) == 2
    # Each has a material of its own: painting one does not repaint the other.
    for obj in (sphere, copy):
        node = obj.active_material.node_tree.nodes[shading.IMAGE_NODE]
        assert node.image == obj.orbitex.image
    # A third one whose job fails shows what its original shows, as before.
    bpy.ops.object.duplicate()
    third = bpy.context.active_object
    with FakeService() as service, pytest.raises(RuntimeError):
        bpy.ops.orbitex.paint(address=service.address, autostart=False, group="533")
    node = third.active_material.node_tree.nodes[shading.IMAGE_NODE]
    assert node.image == copy.orbitex.image


@pytest.mark.parametrize("event", ["undo", "rename", "delete", "image", "load", "save"])
def test_jobs_survive_or_end_cleanly(sphere: Any, tmp_path: Path, event: str) -> None:
    uid = sphere.session_uid
    with FakeService(steps=1000, step_seconds=0.01) as service:
        running = start(sphere, service)
        bpy.ops.ed.undo_push(message="paint")
        pump_until(lambda: running.frames > 1)
        frames = running.frames
        if event == "undo":
            bpy.ops.mesh.primitive_cube_add()
            bpy.ops.ed.undo_push(message="cube")
            bpy.ops.ed.undo()
        elif event == "rename":
            sphere.name = "Globe"
            sphere.orbitex.image.name = "Painted globe"
        elif event == "delete":
            bpy.data.objects.remove(sphere)
        elif event == "image":
            bpy.data.images.remove(sphere.orbitex.image)
        elif event == "load":
            bpy.ops.wm.read_factory_settings(use_empty=True)
        elif event == "save":
            bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "a.blend"), copy=True)
            assert sphere.orbitex.image.packed_file
        if event in ("undo", "rename", "save"):
            pump_until(lambda: running.frames > frames + 1)
            obj = live_image.by_uid(bpy.data.objects, uid)
            assert pixels_of(obj.orbitex.image)[0, 0].tolist() == [255, 0, 0]
            jobs.cancel(running)
            pump_until(lambda: not running.active)
        else:
            for _ in range(3):
                pump.pump()
            assert not running.active
            words = {"load": "another file", "image": "image", "delete": "object"}[event]
            assert words in running.message
        running.client.join()
        if event != "load":  # then it goes on
            pump_until(lambda: service.cancelled)
    assert service.cancelled == ([] if event == "load" else ["job0"])
    if event == "rename":
        assert running.object_name == "Globe"


def test_a_job_that_is_left_while_it_is_submitted_is_cancelled(sphere: Any) -> None:
    """Nobody would find it again: no image knows its name."""
    arrived = threading.Event()
    with FakeService(steps=1000) as service:
        answer = service._answer

        def late(client: bytes, header: dict[str, Any], buffers: dict[str, np.ndarray]) -> None:
            if header["kind"] == "submit":
                arrived.wait(PATIENCE)
            answer(client, header, buffers)

        service._answer = late  # type: ignore[method-assign]
        start(sphere, service)
        pump_until(lambda: "submit" in service.kinds)
        bpy.ops.wm.read_factory_settings(use_empty=True)
        arrived.set()
        pump_until(lambda: service.cancelled)
    assert service.cancelled == ["job0"]


def test_undo_past_the_beginning_ends_the_job(sphere: Any) -> None:
    bpy.ops.ed.undo_push(message="before")
    with FakeService(steps=1000) as service:
        running = start(sphere, service)
        bpy.ops.ed.undo_push(message="paint")
        pump_until(lambda: running.frames > 0)
        bpy.ops.ed.undo()
        pump_until(lambda: not running.active)
    assert "image" in running.message
    assert not bpy.context.active_object.material_slots


@pytest.mark.parametrize("how", ["mute", "fail", "die"])
def test_a_service_that_breaks_leaves_the_last_frame_and_a_reason(sphere: Any, how: str) -> None:
    trouble = {"mute": {"mute_after": 2}, "fail": {"fail_after": 4}, "die": {}}[how]
    with FakeService(steps=100, **trouble) as service:
        order = order_for(sphere, service.address)
        timing = Timing(doubt=0.3, **({"silence": 0.5} if how == "mute" else {}))
        running = jobs.begin(sphere, order, "UVMap", timing=timing)
        pump_until(lambda: running.frames > 0)
        if how != "die":
            pump_until(lambda: not running.active)
    pump_until(lambda: not running.active)
    problem = running.report.problem
    words = {"mute": "silent", "fail": "Out of memory", "die": "has ended"}
    assert problem and words[how] in problem.line
    assert running.frames > 0 and sphere.orbitex.image.packed_file
    assert bpy.ops.orbitex.paint.poll()


def test_the_tree_of_an_existing_material_is_kept(sphere: Any) -> None:
    material = bpy.data.materials.new("Gold")
    nodes = shading.node_tree_of(material).nodes
    principled = next(n for n in nodes if n.type == "BSDF_PRINCIPLED")
    principled.name = "Umbenannt"
    principled.inputs["Metallic"].default_value = 1.0
    noise = nodes.new("ShaderNodeTexNoise")
    material.node_tree.links.new(noise.outputs["Color"], principled.inputs["Base Color"])
    sphere.data.materials.append(material)
    other_uv = sphere.data.uv_layers.new(name="Second")
    assert other_uv and sphere.data.uv_layers.active.name == "UVMap"
    before = {node.name for node in nodes}

    with FakeService(steps=1) as service:
        arguments = {"address": service.address, "autostart": False, "size": 64}
        # A job that fails before its first frame leaves everything as it was.
        with pytest.raises(RuntimeError):
            bpy.ops.orbitex.paint(group="533", **arguments)
        assert {node.name for node in nodes} == before and not bpy.data.images
        assert principled.inputs["Base Color"].links[0].from_node == noise
        for _ in range(2):  # the second time finds its own nodes again
            bpy.ops.orbitex.paint(uv_map="Second", **arguments)
    nodes = material.node_tree.nodes
    assert {n.name for n in nodes} == before | {shading.IMAGE_NODE, shading.UV_NODE}
    assert nodes["Umbenannt"].inputs["Metallic"].default_value == 1.0
    texture = nodes["Umbenannt"].inputs["Base Color"].links[0].from_node
    assert texture.image == sphere.orbitex.image
    assert texture.inputs["Vector"].links[0].from_node.uv_map == "Second"
    assert sphere.active_material == material


def test_connect_fills_the_menus(sphere: Any) -> None:
    settings = sphere.orbitex
    assert catalogue.known().groups == ()
    assert settings.group_menu == "1"
    settings.group = "3*2"
    assert settings.group_menu == "3*2"  # the stored name shows although it is not offered
    with FakeService(steps=1) as service:
        inquiry.inquire(service.address)
        pump_until(lambda: inquiry.pending() is None)
    known = catalogue.known()
    assert [group.name for group in known.groups][:4] == ["1", "332", "432", "532"]
    assert "p6" not in [group.name for group in known.groups]  # not a mesh's
    assert [style.name for style in known.styles] == ["stained_glass", "marbled_paper"]
    settings.group_menu = "332"
    settings.colouring_menu = "cyclic"
    assert (settings.group, settings.colouring) == ("332", "cyclic")
    settings.group_menu = "1"  # has no such colour rule
    assert settings.colouring == "none"


def test_no_thread_is_left(sphere: Any) -> None:
    import blender_addon

    with FakeService(steps=1000) as service:
        running = start(sphere, service)
        pump_until(lambda: running.frames > 0)
        blender_addon.unregister()
        assert not [t for t in threading.enumerate() if t.name.startswith("orbitex")]
        blender_addon.register()


def test_the_interface_path_returns_at_once(sphere: Any) -> None:
    """`invoke` and the timer's tick; bpy without a window calls neither by itself."""
    operator = paint.ORBITEX_OT_paint
    with FakeService(steps=3) as service:
        stand_in = SimpleNamespace(address=service.address, report=print)
        stand_in.properties = SimpleNamespace(is_property_set=lambda name: False)
        stand_in._begin = lambda context: operator._begin(stand_in, context)
        stand_in._start = lambda context: operator._start(stand_in, context)
        assert operator.invoke(stand_in, bpy.context, None) == {"FINISHED"}
        running = jobs.active_of(sphere)
        assert running and running.frames == 0
        assert not operator.poll(bpy.context)
        # None: nothing runs any more, the timer goes
        pump_until(lambda: pump._tick() is None, step=lambda: None)
    assert running.report.state == "finished" and running.frames > 0


def test_a_lost_frame_request_is_repeated(sphere: Any) -> None:
    with FakeService(steps=5, lose_frames=1) as service:
        order = order_for(sphere, service.address)
        running = jobs.begin(sphere, order, "UVMap", timing=Timing(again=0.2))
        pump_until(lambda: not running.active)
    assert running.report.state == "finished"


def test_cancel_while_the_service_is_starting(sphere: Any) -> None:
    with FakeService(deaf_to=("describe",)) as service:
        running = start(sphere, service)
        pump_until(lambda: "describe" in service.kinds)
        jobs.cancel(running)
        pump_until(lambda: not running.active)
    assert running.report.state == "cancelled" and not bpy.data.images


def test_png_round_trip(addon: None) -> None:
    from blender_addon.link.picture_files import encode_png

    picture = np.random.default_rng(1).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    for name in ("new", "again"):  # a generated image, then one that is packed already
        image = bpy.data.images.get("x") or live_image.create("x", 16)
        live_image.write(image, (4, 4), np.full(64, 0.5, np.float32))
        live_image.replace_by(image, encode_png(picture))
        np.testing.assert_array_equal(pixels_of(image), picture, err_msg=name)
        assert not image.is_dirty and image.colorspace_settings.name == "sRGB"
        picture = picture[::-1, ::-1].copy()


def test_a_tick_that_fails_ends_the_jobs(sphere: Any, capsys: pytest.CaptureFixture[str]) -> None:
    def broken(*_: object) -> None:
        raise ArithmeticError("a listener's fault")

    pump.on_frame.append(broken)
    with FakeService(steps=1000) as service:
        running = start(sphere, service)
        pump_until(lambda: pump._tick() is None, step=lambda: None)
    assert not running.active and "a listener's fault" in running.message
    assert "broken" in capsys.readouterr().err
