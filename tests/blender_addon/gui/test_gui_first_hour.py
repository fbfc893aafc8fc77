"""The default cube and one click: its symmetry is found, it grows in a viewport in Solid."""

from __future__ import annotations

import pytest
from conftest import PICTURES
from fake_service import symmetry
from looking import PATIENCE, wait_for_grey, wait_for_step
from old_blender import OldBlender
from painter import Painter

pytestmark = [pytest.mark.gui, pytest.mark.timeout(600)]

IDLE = "jobs.active_of(bpy.context.active_object) is None"
CUBE = """
bpy.ops.object.delete()
bpy.ops.mesh.primitive_cube_add()
bpy.context.active_object.orbitex.size = 64
viewport().spaces.active.shading.color_type = "MATERIAL"
from orbitex.jobs import symmetries
with in_region("WINDOW"):
    bpy.ops.view3d.view_selected()
"""


@pytest.fixture
def cube(blender: OldBlender, painter: Painter) -> OldBlender:
    """A cube as Blender starts with, in its Solid shading."""
    blender.run(CUBE)
    painter.symmetries = [
        symmetry("*432", "Octahedral with Mirrors"),
        symmetry("432", "Octahedral"),
    ]
    return blender


def test_paint_on_the_default_cube(cube: OldBlender, painter: Painter) -> None:
    wait_for_grey(cube)
    paint = cube.button("orbitex.paint")
    cube.click(*paint)
    painter.shown = 1
    wait_for_step(cube, 1)  # though nobody has changed the shading
    finish = cube.button("orbitex.finish")
    cube.desktop.keep(PICTURES / "first-hour-painting.png")
    cube.click(*finish)
    cube.until(IDLE)
    wait_for_step(cube, painter.steps)  # and goes on showing it
    cube.settle()
    cube.desktop.keep(PICTURES / "first-hour-finished.png")
    assert cube.button("orbitex.paint") == paint  # and Finish is still there, grey
    cube.desktop.point(*finish)
    cube.settle()
    assert "finish" in cube.run("under_the_mouse()")
    assert cube.run("bpy.context.active_object.orbitex.group") == "*432"
    restore = cube.button("orbitex.restore_shading")
    cube.click(*restore)
    cube.until("viewport().spaces.active.shading.color_type == 'MATERIAL'", PATIENCE)
    wait_for_grey(cube)
    assert cube.button("orbitex.show_texture") == restore
    cube.click(*restore)
    wait_for_step(cube, painter.steps)


def test_the_texture_may_be_shown_while_painting_alone(cube: OldBlender, painter: Painter) -> None:
    cube.run("preferences.show_texture = 'PAINTING'")
    cube.press("orbitex.paint")
    painter.shown = 1
    wait_for_step(cube, 1)
    cube.press("orbitex.finish")
    cube.until("viewport().spaces.active.shading.color_type == 'MATERIAL'", PATIENCE)
    wait_for_grey(cube)
    cube.run("preferences.show_texture = 'KEEP'")


def test_the_button_finds_the_symmetry(cube: OldBlender, painter: Painter) -> None:
    cube.press("orbitex.detect_symmetry")
    cube.until("not symmetries.pending()", PATIENCE)
    settings = "bpy.context.active_object.orbitex"
    assert cube.run(f"[{settings}.group, {settings}.group_menu]") == ["*432", "found *432 Z"]
    cube.run("region('UI').tag_redraw()")
    cube.settle()
    cube.desktop.keep(PICTURES / "first-hour-symmetry.png")
    painter.symmetries = [symmetry("*", "Mirror Left–Right", "Y")]
    cube.run("bpy.ops.mesh.primitive_monkey_add()")  # is looked at as soon as it is chosen
    cube.until(f"{settings}.group == '*'", PATIENCE)
    assert len(painter.meshes) == 2
