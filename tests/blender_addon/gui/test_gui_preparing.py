"""A style as it is prepared, in a real window, and a real service that prepares it."""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import PICTURES, SCENE, open_tab
from old_blender import ROOT, OldBlender, wait_for
from PIL import Image

from recipes.demo import free_address

pytestmark = [pytest.mark.gui, pytest.mark.timeout(900)]

PATIENCE = 300.0  # seconds: the service starts, and compiles its kernels
# The others would push it out of the window.
ALONE = """
mine = ("ORBITEX_PT_main", "ORBITEX_PT_style", "ORBITEX_PT_style_prepare")
for name in dir(bpy.types):
    if name.startswith("ORBITEX_PT_") and name not in mine:
        bpy.utils.unregister_class(getattr(bpy.types, name))
panel = bpy.types.ORBITEX_PT_style_prepare
bpy.utils.unregister_class(panel)
panel.bl_options = set()
bpy.utils.register_class(panel)
from orbitex.offer import catalogue
from orbitex.preparing import live
"""


@pytest.fixture
def styled(running: OldBlender, tmp_path: Path) -> OldBlender:
    """A picture file in the list of styles, and a service that the add-on has started."""
    file = tmp_path / "marbled.png"
    Image.open(ROOT / "recipes/exemplars/marbled_paper.png").crop((0, 0, 300, 200)).save(file)
    running.run(ALONE + SCENE)
    running.settle()
    open_tab(running)
    running.run(
        "preferences = bpy.context.preferences.addons['orbitex'].preferences\n"
        f"preferences.python, preferences.address = {sys.executable!r}, {free_address()!r}\n"
        "bpy.ops.orbitex.start_service('INVOKE_DEFAULT')"
    )
    running.until("catalogue.known().service", PATIENCE)
    running.run(
        f"bpy.ops.orbitex.style_open(filepath={str(file)!r})\n"
        "style = bpy.context.active_object.orbitex.styles[0]\n"
        "redraw = region('UI').tag_redraw\n"
        "redraw()"
    )
    running.settle()
    return running


def test_the_panel_shows_it_while_the_settings_change(styled: OldBlender) -> None:
    blender = styled
    seen = []
    for name, code in (
        ("match", "style.prepare_match = 'night_strokes'"),
        ("grey", "style.prepare_match, style.prepare_palette = '', '#202020,#d0d0d0'"),
        ("crop", "style.prepare_palette, style.prepare_crop = '', (0, 0, 0.5, 0.5)"),
    ):
        blender.run(f"{code}; redraw()")
        blender.settle()
        blender.until("not live.is_pending() and live.answer(live.key_of(style))", PATIENCE)
        blender.run("redraw()")
        blender.settle()
        shot = blender.desktop.keep(PICTURES / f"prepared-{name}.png")
        seen.append(blender.region("UI").of(shot).astype(int))
    for one, other in itertools.pairwise(seen):
        assert (np.abs(one - other).max(axis=2) > 30).sum() > 3000  # an icon is 100 pixels wide
    blender.run("style.prepare_crop = (1, 0, 1, 1); redraw()")
    blender.until("not live.is_pending() and live.answer(live.key_of(style)).problem", PATIENCE)
    blender.run("redraw()")
    blender.settle()
    blender.desktop.keep(PICTURES / "prepared-nothing.png")
    blender.press("orbitex.style_plain")
    assert wait_for(lambda: blender.run("live.key_of(style) is None"), "the style as it is")
