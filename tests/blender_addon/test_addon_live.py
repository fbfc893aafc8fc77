"""The growing picture: every frame is seen, and nothing a user does meanwhile takes it away."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import bpy
import numpy as np
import pytest
from fake_service import FakeService, picture
from painting import pixels_of, pump_until, start
from scenes import square

from blender_addon.jobs import jobs, pump
from blender_addon.link.picture_files import encode_png
from blender_addon.picture import live_image, shading


def show(image: Any, grey: int, side: int = 16, finished: bool = False) -> None:
    """A frame, or the result, of one colour."""
    if finished:
        live_image.replace_by(image, encode_png(np.full((side, side, 3), grey, np.uint8)))
        return
    pixels = np.full((side * side, 4), grey / 255, np.float32)
    pixels[:, 3] = 1
    live_image.write(image, (side, side), pixels.ravel())


@pytest.fixture
def render(addon: None, tmp_path: Path) -> Any:
    """A function that renders a glowing square, painted with the image in ``render.image``, with
    Cycles, which keeps what it can, and returns the pixel in the middle."""
    obj, scene = square(), bpy.context.scene
    glow = bpy.data.materials.new("Glow")
    tree = shading.node_tree_of(glow)
    tree.nodes.clear()
    emission, output = (
        tree.nodes.new(f"ShaderNode{kind}") for kind in ("Emission", "OutputMaterial")
    )
    tree.links.new(emission.outputs[0], output.inputs["Surface"])
    obj.data.materials.append(glow)
    camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    camera.location = (0.5, 0.5, 0.5)
    scene.collection.objects.link(camera)
    scene.camera = camera
    scene.render.engine = "CYCLES"
    scene.cycles.samples, scene.cycles.use_denoising = 1, False
    scene.render.resolution_x = scene.render.resolution_y = 8
    scene.render.use_persistent_data, scene.render.dither_intensity = True, 0
    scene.view_settings.view_transform = "Standard"
    scene.render.filepath = str(tmp_path / "render.png")

    def look() -> int:
        bpy.ops.render.render(write_still=True)
        rendered = bpy.data.images.load(scene.render.filepath)
        grey = int(pixels_of(rendered)[4, 4, 0])
        bpy.data.images.remove(rendered)
        return grey

    image = live_image.create("Painted", 16)
    shading.attach(obj, image, "UVMap")
    return SimpleNamespace(look=look, image=image)


def test_cycles_with_persistent_data_shows_every_frame(render: Any) -> None:
    """An emission's colour is what comes out: the image is in its Color, the colours are right."""
    seen = []
    greys = list(range(10, 250, 20))
    for number, grey in enumerate(greys):
        # Two paintings: frames, one of them larger; a result; then at once the next.
        show(render.image, grey, 32 if number in (3, 4) else 16, finished=number in (5, 11))
        seen.append(render.look())
    assert np.abs(np.array(seen) - greys).max() <= 1, seen


@pytest.mark.parametrize("paintings", [1, 2, 3])
def test_cycles_shows_the_newest_of_several_paintings(render: Any, paintings: int) -> None:
    """However many are painted between two renders."""
    show(render.image, 20, finished=True)
    assert abs(render.look() - 20) <= 1
    for number in range(paintings):
        show(render.image, 100)
        show(render.image, 200 + number, finished=True)
    assert abs(render.look() - 200 - number) <= 1


def test_frames_of_any_size_are_written(addon: None) -> None:
    image = live_image.create("x", 16)
    for size in (8, 64, 16):
        for finished in (False, True, False):
            show(image, size, size, finished)
            assert tuple(image.size) == (size, size) and (pixels_of(image) == size).all()
    assert image.colorspace_settings.name == "sRGB"


@pytest.mark.parametrize("saved", [False, True])
def test_undo_does_not_take_a_growing_picture_away(sphere: Any, saved: bool, tmp_path: Any) -> None:
    uid = sphere.session_uid
    with FakeService(steps=1000, step_seconds=0.2) as service:
        running = start(sphere, service)
        bpy.ops.ed.undo_push(message="paint")
        pump_until(lambda: running.frames > 1)
        if saved:
            bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "a.blend"), copy=True)
        sphere.location.x = 1
        bpy.ops.ed.undo_push(message="move")
        shown = pixels_of(sphere.orbitex.image)
        for step in (bpy.ops.ed.undo, bpy.ops.ed.redo):
            step()
            image = live_image.by_uid(bpy.data.objects, uid).orbitex.image
            np.testing.assert_array_equal(pixels_of(image), shown)
        assert running.active


def test_undo_does_not_take_a_finished_picture_away(sphere: Any, tmp_path: Path) -> None:
    uid, path = sphere.session_uid, str(tmp_path / "undone.blend")
    bpy.ops.ed.undo_push(message="before")
    with FakeService(steps=3) as service:
        running = start(sphere, service)
        bpy.ops.ed.undo_push(message="paint")
        pump_until(lambda: running.frames > 0)
        sphere.location.x = 1
        bpy.ops.ed.undo_push(message="move")
        pump_until(lambda: not running.active, step=pump._tick)
    sphere.location.x = 2
    bpy.ops.ed.undo_push(message="move again")
    for step in ("undo", "undo", "undo", "redo"):  # to "Painted", "move", "paint", "move"
        getattr(bpy.ops.ed, step)()
        image = live_image.by_uid(bpy.data.objects, uid).orbitex.image
        np.testing.assert_array_equal(pixels_of(image), picture(3, 3, 128), err_msg=step)
    for step in ("undo", "undo", "redo"):  # before there was an image, and back
        getattr(bpy.ops.ed, step)()
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path)
    image = bpy.context.active_object.orbitex.image
    np.testing.assert_array_equal(pixels_of(image), picture(3, 3, 128))


def test_a_cancelled_picture_survives_undo_and_a_save(sphere: Any, tmp_path: Path) -> None:
    path = str(tmp_path / "undone.blend")
    with FakeService(steps=1000, step_seconds=0.01) as service:
        running = start(sphere, service)
        pump_until(lambda: running.frames > 0)
        bpy.ops.ed.undo_push(message="paint")
        jobs.cancel(running)
        pump_until(lambda: not running.active, step=pump._tick)
    shown = pixels_of(sphere.orbitex.image)
    bpy.ops.ed.undo()
    np.testing.assert_array_equal(pixels_of(bpy.context.active_object.orbitex.image), shown)
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path)
    np.testing.assert_array_equal(pixels_of(bpy.context.active_object.orbitex.image), shown)


@pytest.mark.parametrize("size", [64, 128])
def test_undo_and_redo_of_painting_again(sphere: Any, size: int) -> None:
    """Undo shows the picture before, redo the new one: neither is lost."""
    uid = sphere.session_uid

    def shown() -> np.ndarray:
        return pixels_of(live_image.by_uid(bpy.data.objects, uid).orbitex.image)

    pictures = []
    for steps, width in ((2, 64), (3, size)):
        with FakeService(steps=steps) as service:
            obj = live_image.by_uid(bpy.data.objects, uid)
            running = start(obj, service, size=width)
            bpy.ops.ed.undo_push(message="paint")
            pump_until(lambda: not running.active, step=pump._tick)  # noqa: B023
        pictures.append(shown())
    for step, number in (("undo", 0), ("redo", 1), ("undo", 0)):
        getattr(bpy.ops.ed, step)()
        np.testing.assert_array_equal(shown(), pictures[number], err_msg=step)


def test_frames_are_held_back_while_blender_reads_images(
    sphere: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FakeService(steps=1000, step_seconds=0.01) as service:
        running = start(sphere, service)
        pump_until(lambda: running.frames > 0, step=pump._tick)
        for job in ("RENDER", "OBJECT_BAKE"):
            assert not bpy.app.is_job_running(job)  # Blender knows the name
            with monkeypatch.context() as patch:
                busy = SimpleNamespace(is_job_running=job.__eq__)
                patch.setattr(pump, "bpy", SimpleNamespace(app=busy))
                frames = running.frames
                running.client.wait(1.0)
                assert pump._tick() == 0.2 and running.frames == frames
            pump_until(lambda: running.frames > frames, step=pump._tick)  # noqa: B023
        jobs.cancel(running)


def test_windows_are_drawn_anew_when_there_is_news(
    sphere: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[int] = []
    ticks: list[int] = []
    with FakeService(steps=4, step_seconds=0.1) as service:
        running = start(sphere, service)
        monkeypatch.setattr(live_image, "redraw", lambda: drawn.append(running.frames))

        def tick() -> None:
            ticks.append(running.frames)
            pump._tick()

        pump_until(lambda: not running.active, step=tick)
    assert set(drawn) >= set(range(1, running.frames + 1))  # each frame is shown at once
    assert len(drawn) < len(ticks) / 2  # and between them nothing is drawn


@pytest.mark.parametrize("mode", ["EDIT", "TEXTURE_PAINT", "VERTEX_PAINT", "SCULPT"])
def test_frames_come_in_every_mode(sphere: Any, mode: str) -> None:
    with FakeService(steps=4, step_seconds=0.1) as service:
        running = start(sphere, service)
        pump_until(lambda: running.frames > 0, step=pump._tick)
        bpy.ops.object.mode_set(mode=mode)
        assert sphere.mode == mode
        pump_until(lambda: not running.active, step=pump._tick)
        assert sphere.mode == mode
    np.testing.assert_array_equal(pixels_of(sphere.orbitex.image), picture(4, 4, 128))
    bpy.ops.object.mode_set(mode="OBJECT")
    np.testing.assert_array_equal(pixels_of(sphere.orbitex.image), picture(4, 4, 128))


@pytest.mark.parametrize("event", ["material", "slot", "slots", "node", "mesh", "copies"])
def test_changes_of_the_object_leave_the_picture(sphere: Any, event: str) -> None:
    with FakeService(steps=6, step_seconds=0.1) as service:
        running = start(sphere, service)
        pump_until(lambda: running.frames > 0, step=pump._tick)
        if event == "material":
            bpy.data.materials.remove(sphere.active_material)
        elif event == "slot":
            sphere.material_slots[0].material = bpy.data.materials.new("Other")
        elif event == "slots":
            sphere.data.materials.clear()
        elif event == "node":
            nodes = sphere.active_material.node_tree.nodes
            nodes.remove(nodes[shading.IMAGE_NODE])
        elif event == "mesh":
            sphere.data = bpy.data.meshes.new("Nothing")
        else:
            for _ in range(3):
                bpy.ops.object.duplicate()
        pump_until(lambda: not running.active, step=pump._tick)
    assert running.report.state == "finished"
    np.testing.assert_array_equal(pixels_of(sphere.orbitex.image), picture(6, 6, 128))


def test_an_image_that_becomes_tiles_ends_the_job(sphere: Any) -> None:
    with FakeService(steps=1000) as service:
        running = start(sphere, service)
        pump_until(lambda: running.frames > 0)
        sphere.orbitex.image.source = "TILED"
        pump_until(lambda: not running.active, step=pump._tick)
        assert "not a single picture" in running.message
        sphere.active_material.node_tree.nodes[shading.IMAGE_NODE].image = None
        again = start(sphere, service)  # into a new image
        pump_until(lambda: again.frames > 0)
    assert sphere.orbitex.image.source == "GENERATED"


def test_linked_materials_and_images_are_not_written(sphere: Any, tmp_path: Path) -> None:
    path = str(tmp_path / "library.blend")
    image = live_image.create("Linked", 8)
    show(image, 77, finished=True)
    shading.attach(sphere, image, "UVMap")
    material = sphere.active_material
    bpy.data.libraries.write(path, {material, image})
    sphere.data.materials.clear()
    for blocks, block in ((bpy.data.materials, material), (bpy.data.images, image)):
        blocks.remove(block)
    with bpy.data.libraries.load(path, link=True) as (source, target):
        target.materials, target.images = source.materials, source.images
    sphere.data.materials.append(target.materials[0])
    sphere.orbitex.image = linked = target.images[0]
    sphere.orbitex.bump = 0.5  # not into a material of another file
    assert shading.BUMP_NODE not in target.materials[0].node_tree.nodes
    with FakeService(steps=1) as service:
        bpy.ops.orbitex.paint(address=service.address, autostart=False, size=64)
    assert not sphere.orbitex.image.library and not sphere.active_material.library
    np.testing.assert_array_equal(pixels_of(sphere.orbitex.image), picture(1, 1, 64))
    assert (pixels_of(linked) == 77).all()


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_a_restless_user_crashes_nothing(seed: int, tmp_path: Path) -> None:
    """In a process of its own, which also quits while painting."""
    here = Path(__file__).parent
    paths = os.pathsep.join(map(str, (here.parents[1], here.parent, here)))
    ended = subprocess.run(
        [sys.executable, str(here / "disturb.py"), str(seed), str(tmp_path)],
        env=dict(os.environ, PYTHONPATH=paths, BLENDER_USER_RESOURCES=str(tmp_path)),
        capture_output=True,
        text=True,
        timeout=120,
    )
    said = ended.stdout + ended.stderr
    assert ended.returncode == 0 and "Traceback" not in said and "quitting with" in said, said
