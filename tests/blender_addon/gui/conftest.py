"""Debian's Blender 3.4.1 with the add-on's legacy layout, on a screen in memory."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import debian
from desktop import Desktop
from old_blender import ROOT, OldBlender
from painter import Painter

from release import extension

PICTURES = ROOT / "out" / "gui"  # screenshots are kept there


@pytest.fixture(scope="session")
def legacy_zip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What artists install into a Blender without extensions."""
    return extension.build_legacy(tmp_path_factory.mktemp("legacy"))


@pytest.fixture(scope="session")
def screen() -> Iterator[Desktop]:
    if reason := debian.missing():
        pytest.skip(reason)
    screen = Desktop()
    yield screen
    screen.close()


@pytest.fixture(scope="module")
def running(
    screen: Desktop, legacy_zip: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OldBlender]:
    """A Blender in which the add-on was installed from its zip; it must end well too."""
    blender = OldBlender(screen, tmp_path_factory.mktemp("profile"))
    blender.run(
        f"bpy.ops.preferences.addon_install(filepath={str(legacy_zip)!r})\n"
        "bpy.ops.preferences.addon_enable(module='orbitex')\n"
        "from orbitex.jobs import jobs, pump\n"
        "count_draws()"
    )
    yield blender
    assert blender.close() == 0, blender.last_words()
    assert "Traceback" not in blender.last_words()


@pytest.fixture
def blender(running: OldBlender) -> OldBlender:
    """The same with nothing in the scene but a sphere, in front of a viewport in Solid mode, and
    the sidebar open at the add-on's tab."""
    running.run(SCENE)
    running.settle()
    open_tab(running)
    return running


@pytest.fixture
def painter(blender: OldBlender, monkeypatch: pytest.MonkeyPatch) -> Iterator[Painter]:
    """A service at the preferences' address that waits for the test before it goes on."""
    with Painter(monkeypatch) as painter:
        blender.run(
            "preferences = bpy.context.preferences.addons['orbitex'].preferences\n"
            f"preferences.address, preferences.autostart = '{painter.address}', False\n"
            "bpy.context.active_object.orbitex.size = 64"
        )
        yield painter


def open_tab(blender: OldBlender) -> None:
    """Click the sidebar's tabs from top to bottom until the add-on's panel is drawn."""
    sidebar = blender.region("UI")
    tabs = iter(range(sidebar.top + 20, sidebar.bottom, 20))
    while not _is_tab_open(blender):
        y = next(tabs, None)
        assert y is not None, "no tab of the sidebar shows Orbitex's panel"
        blender.click(sidebar.right - 8, y)


def _is_tab_open(blender: OldBlender) -> bool:
    blender.run("drawn.clear(); region('UI').tag_redraw()")
    blender.settle()
    return bool(blender.run("drawn"))


SCENE = """
for collection in (bpy.data.objects, bpy.data.meshes, bpy.data.materials, bpy.data.images):
    for block in list(collection):
        collection.remove(block)
bpy.ops.mesh.primitive_uv_sphere_add(segments=48, ring_count=24)
bpy.ops.object.shade_smooth()
ball = bpy.context.active_object
bpy.ops.object.light_add(type="SUN", rotation=(0.8, 0.2, 0.9))
bpy.context.active_object.data.energy = 3
bpy.context.view_layer.objects.active = ball
bpy.context.active_object.select_set(True)
scene = bpy.context.scene
scene.render.engine = "CYCLES"
space = viewport().spaces.active
space.show_region_ui = True
space.overlay.show_overlays = False
space.shading.type, space.shading.color_type = "SOLID", "TEXTURE"
with in_region("WINDOW"):
    bpy.ops.object.select_all(action="DESELECT")
    ball.select_set(True)
    bpy.ops.view3d.view_selected()
space.region_3d.view_distance *= 1.15  # the sidebar covers nothing of it
bpy.ops.ed.undo_push(message="The scene of the test")
"""
