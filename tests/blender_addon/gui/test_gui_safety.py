"""Undo, renaming and deleting by hand while frames arrive: no crash, and the next job runs."""

from __future__ import annotations

import pytest
from looking import PATIENCE, wait_for_step
from old_blender import OldBlender, wait_for
from painter import Painter

pytestmark = [pytest.mark.gui, pytest.mark.timeout(600)]

ACTIVE = "sum(running.active for running in jobs.all_of_file())"


@pytest.fixture
def painting(blender: OldBlender, painter: Painter) -> OldBlender:
    """The ball is being painted and shows the first frame; the mouse is over the viewport."""
    blender.press("orbitex.paint")
    painter.shown = 1
    wait_for_step(blender, 1)
    x, y = blender.region("WINDOW").middle
    blender.desktop.point(x, y)
    blender.settle()
    return blender


def press_key(blender: OldBlender, name: str) -> None:
    blender.desktop.key(name)
    blender.settle()


def paint_again(blender: OldBlender, painter: Painter) -> None:
    """After whatever happened a new ball can be painted."""
    blender.until(f"{ACTIVE} == 0", PATIENCE)
    painter.shown = 0
    blender.run(
        "bpy.ops.mesh.primitive_uv_sphere_add(radius=1.05)\n"
        "bpy.context.active_object.orbitex.size = 64"
    )
    blender.press("orbitex.paint")
    blender.until(f"{ACTIVE} == 1", PATIENCE)
    painter.shown = 3
    wait_for_step(blender, 3)


def test_undo_of_a_later_step_goes_on(painting: OldBlender, painter: Painter) -> None:
    painting.run(
        "with in_region('WINDOW'):\n"
        "    bpy.ops.transform.translate('EXEC_DEFAULT', True, value=(0, 0, 0.1))"
    )
    assert painting.run("round(bpy.context.active_object.location.z, 3)") == 0.1
    press_key(painting, "ctrl+z")
    painting.until("bpy.context.active_object.location.z == 0", PATIENCE)
    painter.shown = 2
    wait_for_step(painting, 2)
    assert painting.run(ACTIVE) == 1


def test_undo_of_paint_ends_it(painting: OldBlender, painter: Painter) -> None:
    press_key(painting, "ctrl+z")
    painting.until(f"{ACTIVE} == 0", PATIENCE)
    wait_for(lambda: painter.cancelled, "the service was told", PATIENCE)
    press_key(painting, "ctrl+shift+z")
    paint_again(painting, painter)


def test_undo_of_painting_again_shows_the_picture_before(
    painting: OldBlender, painter: Painter
) -> None:
    def finish() -> int:
        painting.run("jobs.all_of_file()[-1].client.finish()")
        painting.until(f"{ACTIVE} == 0", PATIENCE)
        wait_for_step(painting, painter.steps)
        return painter.steps

    first = finish()
    painter.steps += 1
    painting.press("orbitex.paint")
    painting.until(f"{ACTIVE} == 1", PATIENCE)
    second = finish()
    x, y = painting.region("WINDOW").middle
    painting.desktop.point(x, y)
    for key, step in (("ctrl+z", first), ("ctrl+shift+z", second)):
        press_key(painting, key)
        wait_for_step(painting, step)


def test_delete_ends_it(painting: OldBlender, painter: Painter) -> None:
    press_key(painting, "Delete")
    painting.until("'Sphere' not in bpy.context.scene.objects", PATIENCE)
    painter.shown = 2
    paint_again(painting, painter)


def test_rename(painting: OldBlender, painter: Painter) -> None:
    """Blender 3.4 knows blocks by their names only: a renamed object's job ends, no more."""
    painting.run("bpy.context.active_object.name = 'Something else'")
    painter.shown = 2
    painting.until(f"{ACTIVE} == 0", PATIENCE)
    painting.run("bpy.ops.object.delete()")
    paint_again(painting, painter)


def test_another_file(painting: OldBlender) -> None:
    painting.run("bpy.ops.wm.read_homefile(load_ui=False)")
    painting.until(f"{ACTIVE} == 0", PATIENCE)
