"""The section Dream in a real window, and a real service that knows networks."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from conftest import PICTURES, SCENE, open_tab
from old_blender import ROOT, OldBlender

from recipes.demo import free_address

pytestmark = [pytest.mark.gui, pytest.mark.timeout(900)]

PATIENCE = 300.0  # seconds: the service starts, and compiles its kernels
# The others would push it out of the window.
ALONE = """
for name in dir(bpy.types):
    if name.startswith("ORBITEX_PT_") and name not in ("ORBITEX_PT_main", "ORBITEX_PT_dream"):
        bpy.utils.unregister_class(getattr(bpy.types, name))
panel = bpy.types.ORBITEX_PT_dream
bpy.utils.unregister_class(panel)
panel.bl_options = set()
bpy.utils.register_class(panel)
from orbitex.link import lookups
from orbitex.offer import catalogue
from orbitex.picture import icons
"""


@pytest.fixture
def dreaming(running: OldBlender) -> OldBlender:
    """The section open, and a service that the add-on has started."""
    running.run(ALONE + SCENE)
    running.settle()
    open_tab(running)
    if not running.run("catalogue.known().service"):  # one service has the folder of jobs
        running.run(
            "preferences = bpy.context.preferences.addons['orbitex'].preferences\n"
            f"preferences.python, preferences.address = {sys.executable!r}, {free_address()!r}\n"
            "bpy.ops.orbitex.start_service('INVOKE_DEFAULT')"
        )
    running.until("catalogue.known().service", PATIENCE)
    return running


def test_channels_have_pictures_and_classes_names(dreaming: OldBlender) -> None:
    blender = dreaming
    for target in ("class:goldfinch", "fire9:7", "fire4:7"):
        blender.run(f"bpy.ops.orbitex.dream_add(target={target!r})")
    redraw = "region('UI').tag_redraw()"
    blender.run(redraw)
    for channel in ("'fire4', 7", "'fire9', 7"):  # of the chosen one first
        blender.until(f"icons.of_channel('auto', {channel})", PATIENCE)
    blender.run(redraw)
    blender.settle()
    seen = blender.region("UI").of(blender.desktop.keep(PICTURES / "dream.png")).astype(int)
    colourful = np.ptp(seen, axis=2) > 60
    assert colourful.any(axis=1).sum() > 60  # rows of pixels: more than any icon has
    blender.run(
        "settings = bpy.context.active_object.orbitex\n"
        "settings.dream_index = 0; settings.dreams[0].class_name = 'finch'; " + redraw
    )
    blender.settle()
    blender.desktop.keep(PICTURES / "dream-class.png")
    blender.press("orbitex.dream_class")
    assert blender.run("settings.dreams[0].class_name") in ("goldfinch", "house finch")


def test_a_picture_is_looked_at_while_blender_goes_on(dreaming: OldBlender) -> None:
    blender = dreaming
    blender.run(
        f"image = bpy.data.images.load({str(ROOT / 'recipes/exemplars/peacock_feathers.png')!r})\n"
        "with in_region('UI'):\n"
        "    bpy.ops.orbitex.dreams_from_picture('INVOKE_DEFAULT', image=image.name, count=3)"
    )
    assert blender.run("lookups.surveys()")  # it goes on while we do
    blender.until("not lookups.surveys()", PATIENCE)
    assert blender.run("lookups.problem() and lookups.problem().line") is None
    settings = "bpy.context.active_object.orbitex"
    weights = blender.run(f"[dream.weight for dream in {settings}.dreams]")
    assert len(weights) == 3 and weights[0] == 1.0
    blender.run("bpy.ops.ed.undo()")
    assert blender.run(f"len({settings}.dreams)") == 0
