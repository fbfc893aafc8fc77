"""The panel in a real window, pressed by a real mouse, and a real service that paints."""

from __future__ import annotations

import json
import sys

import numpy as np
import pytest
from conftest import PICTURES
from looking import ball, is_grey, wait_for_grey
from old_blender import OldBlender, wait_for

from recipes.demo import free_address

pytestmark = [pytest.mark.gui, pytest.mark.timeout(900)]

PATIENCE = 300.0  # seconds: the service starts, and compiles its kernels


def test_panel_is_drawn(blender: OldBlender) -> None:
    drawn = blender.run("drawn")
    assert {"ORBITEX_PT_main", "ORBITEX_PT_symmetry", "ORBITEX_PT_style"} <= set(drawn)
    picture = blender.desktop.keep(PICTURES / "panel.png")
    rows = blender.region("UI").of(picture).astype(int)
    # Text: many rows in which light and dark alternate.
    written = (np.abs(np.diff(rows.sum(axis=2), axis=1)) > 150).sum(axis=1) > 8
    assert written.sum() > 100


def test_help_comes_with_the_zip(blender: OldBlender) -> None:
    """The red box has the fix and the help; neither needs a network."""
    blender.run("layers = bpy.context.active_object.data.uv_layers; layers.remove(layers[0])")
    blender.button("orbitex.smart_uv")
    blender.button("wm.url_open")
    assert "/orbitex/help/blender.html#no-uv" in blender.run("under_the_mouse()")
    prefixes = blender.run("[prefix for prefix, _ in bpy.utils.manual_map()]")
    assert any(prefix.endswith("/orbitex/help/blender.html") for prefix in prefixes)
    blender.press("orbitex.smart_uv")
    assert blender.run("len(bpy.context.active_object.data.uv_layers)") == 1


@pytest.fixture
def installed(blender: OldBlender) -> OldBlender:
    """Preferences as after the installation: where the service's Python is."""
    blender.run(
        "preferences = bpy.context.preferences.addons['orbitex'].preferences\n"
        f"preferences.python, preferences.address = {sys.executable!r}, {free_address()!r}\n"
        "preferences.autostart, preferences.preview_rate = True, 2\n"
        "settings = bpy.context.active_object.orbitex\n"
        "settings.size, settings.quality, settings.views = 512, 'final', 6\n"
        "seen = []\n"
        "pump.on_frame.append(lambda step, pixels, size: seen.append(step))"
    )
    return blender


def test_a_real_service_paints(installed: OldBlender) -> None:
    blender = installed
    wait_for_grey(blender)
    blender.press("orbitex.paint")
    blender.until("len(seen) >= 2", PATIENCE)
    ticks, shots = blender.run("len(ticks)"), []
    for shading in ("SOLID", "MATERIAL", "RENDERED"):
        blender.run(f"viewport().spaces.active.shading.type = '{shading}'")
        number = blender.run("len(seen)")
        blender.until(f"len(seen) >= {number} + 4", PATIENCE)
        wait_for(lambda: not is_grey(ball(blender)), f"colours in {shading}")
        blender.desktop.keep(PICTURES / f"painting-{shading.lower()}.png")
        shots.append(ball(blender))
        if shading != "RENDERED":  # there a test with plain colours tells frames from noise
            wait_for(lambda: np.abs(ball(blender) - shots[-1]).mean() > 2, "another frame")
    assert blender.run("len(ticks)") - ticks > 12  # it was free for other things meanwhile
    blender.run("viewport().spaces.active.shading.type = 'SOLID'")
    blender.press("orbitex.finish")
    blender.until("jobs.active_of(bpy.context.active_object) is None", PATIENCE)
    blender.settle()
    blender.desktop.keep(PICTURES / "finished.png")
    show_the_symmetry(blender)
    blender.run("image = bpy.context.active_object.orbitex.image")
    assert blender.run("list(image.size)") == [512, 512]
    assert json.loads(blender.run("image['orbitex_receipt']"))["recipe"]["group"] == "532"
    keep_ticks(blender.run("[b - a for a, b in zip(ticks, ticks[1:])]"))


def show_the_symmetry(blender: OldBlender) -> None:
    """The overlay: the fundamental domain's outline is yellow."""
    blender.run(
        "viewport().spaces.active.overlay.show_overlays = True\n"
        "bpy.context.active_object.orbitex.overlay = True\n"
        "viewport().tag_redraw()"
    )

    def yellow() -> bool:
        red, green, blue = np.moveaxis(blender.region("WINDOW").of(blender.desktop.look()), -1, 0)
        return bool(((red > 240) & (green > 190) & (blue < 70)).sum() > 100)

    wait_for(yellow, "a fundamental domain")
    blender.desktop.keep(PICTURES / "overlay.png")


def keep_ticks(waits: list[float]) -> None:
    """How long Blender was busy with itself: an artefact to read. It is mostly the software that
    draws, and no time is a bound on a machine that others use."""
    figures = {"ticks": len(waits), "median": float(np.median(waits)), "longest": max(waits)}
    (PICTURES / "ticks.json").write_text(json.dumps(figures))
