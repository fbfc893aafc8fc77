"""Frames reach the pixels of the viewport, however it is shaded; Finish and Cancel by clicks."""

from __future__ import annotations

import pytest
from conftest import PICTURES
from looking import PATIENCE, wait_for_grey, wait_for_step
from old_blender import OldBlender, wait_for
from painter import Painter

pytestmark = [pytest.mark.gui, pytest.mark.timeout(600)]

IDLE = "jobs.active_of(bpy.context.active_object) is None"
STATE = "jobs.active_of(bpy.context.active_object).report.state"


@pytest.mark.parametrize("shading", ["SOLID", "MATERIAL", "RENDERED"])
def test_frames_reach_the_viewport(blender: OldBlender, painter: Painter, shading: str) -> None:
    blender.run(f"viewport().spaces.active.shading.type = '{shading}'")
    wait_for_grey(blender)
    blender.press("orbitex.paint")
    before = blender.run("len(ticks)")
    for step in (1, 2, 3, 4):
        painter.shown = step
        wait_for_step(blender, step)
        blender.desktop.keep(PICTURES / f"{shading.lower()}-{step}.png")
    assert blender.run("len(ticks)") > before + 4  # it was free for other things meanwhile


def test_finish_by_a_click(blender: OldBlender, painter: Painter) -> None:
    blender.press("orbitex.paint")
    painter.shown = 1
    wait_for_step(blender, 1)
    blender.press("orbitex.finish")
    blender.until(IDLE)
    wait_for_step(blender, painter.steps)  # another colour: the result's
    assert blender.run("bpy.context.active_object.orbitex.image.packed_file is not None")


def test_pause_and_resume_by_clicks(blender: OldBlender, painter: Painter) -> None:
    blender.press("orbitex.paint")
    painter.shown = 1
    wait_for_step(blender, 1)
    blender.press("orbitex.pause")
    blender.until(f"{STATE} == 'paused'", PATIENCE)
    blender.press("orbitex.resume")
    blender.until(f"{STATE} == 'running'", PATIENCE)
    painter.shown = 2
    wait_for_step(blender, 2)


def test_cancel_by_a_click(blender: OldBlender, painter: Painter) -> None:
    blender.press("orbitex.paint")
    painter.shown = 2
    wait_for_step(blender, 2)
    blender.press("orbitex.cancel")
    blender.until(IDLE)
    wait_for(lambda: painter.cancelled, "the service was told", PATIENCE)
    wait_for_step(blender, 2)  # what came stays
