"""Every problem with a fix is gone after the fix."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
import numpy as np
import pytest
from fake_service import FakeService
from scenes import scatter

import blender_addon
from blender_addon.link import lookups
from blender_addon.offer import refusals
from blender_addon.offer.dreams import Contents
from blender_addon.operators.style import add_style
from blender_addon.panels import preflight
from blender_addon.problems import ProblemError
from blender_addon.settings.dream import DREAMS, target_of


def run(idname: str) -> None:
    module, name = idname.split(".")
    assert getattr(getattr(bpy.ops, module), name)() == {"FINISHED"}


def no_uv_at_all(obj: Any) -> None:
    obj.data.uv_layers.remove(obj.data.uv_layers[0])


def unknown_uv_map(obj: Any) -> None:
    obj.orbitex.uv_map = "Nope"


def no_camera(obj: Any) -> None:
    obj.orbitex.view_kind = "CAMERAS"


def no_active_camera(obj: Any) -> None:
    obj.orbitex.view_kind = "ACTIVE"


def panorama(obj: Any) -> None:
    camera = bpy.data.cameras.new("Fisheye")
    camera.type = "PANO"
    bpy.context.scene.collection.objects.link(bpy.data.objects.new("Fisheye", camera))
    obj.orbitex.view_kind = "CAMERAS"


def no_mask(obj: Any) -> None:
    obj.orbitex.mask_kind, obj.orbitex.mask = "VERTEX_GROUP", "Nope"


def lost_styles(obj: Any) -> None:
    for source in ("stained_glass", "/nowhere/cat.png", "", "//gone.jpg"):
        add_style(obj.orbitex, source)


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (no_uv_at_all, "no-uv"),
        (unknown_uv_map, "no-uv"),
        (no_camera, "no-camera"),
        (no_active_camera, "no-camera"),
        (panorama, "panoramic-camera"),
        (no_mask, "no-mask"),
        (lost_styles, "no-style"),
    ],
)
def test_the_panel_sees_it_and_its_button_mends_it(sphere: Any, spoil: Any, code: str) -> None:
    assert preflight.first_problem(bpy.context, sphere) is None
    spoil(sphere)
    problem = preflight.first_problem(bpy.context, sphere)
    assert problem and problem.code == code and problem.fix and problem.fix_label
    with pytest.raises(RuntimeError) as caught:  # Paint says the same
        bpy.ops.orbitex.paint(address="tcp://127.0.0.1:9", autostart=False, size=64)
    assert problem.message in str(caught.value)
    run(problem.fix)
    assert preflight.first_problem(bpy.context, sphere) is None
    with FakeService(steps=1) as service:
        bpy.ops.orbitex.paint(address=service.address, autostart=False, size=64)
    (source,) = service.requests[0][0]["recipe"]["styles"]
    assert source["source"] == "stained_glass"


def paints(problem: Any) -> np.ndarray:
    """What the service gets once the problem's button was pressed; Paint said the same before."""
    with pytest.raises(RuntimeError) as caught:
        bpy.ops.orbitex.paint(address="tcp://127.0.0.1:9", autostart=False, size=64)
    assert problem.message in str(caught.value)
    run(problem.fix)
    assert preflight.first_problem(bpy.context, bpy.context.active_object) is None
    with FakeService(steps=1) as service:
        bpy.ops.orbitex.paint(address=service.address, autostart=False, size=64)
    return service.requests[0][1]["triangles"]


def test_an_object_of_instances_only(sphere: Any) -> None:
    scatter(sphere)
    problem = preflight.first_problem(bpy.context, bpy.context.active_object)
    assert problem and problem.code == "instances-only" and "instances" in problem.message
    one = 2 * 16 * 8 - 2 * 16
    assert len(paints(problem)) == 2 * one


def test_an_instance_of_a_collection(sphere: Any) -> None:
    collection = bpy.data.collections.new("Globe")
    collection.objects.link(sphere)
    bpy.ops.object.collection_instance_add(collection="Globe")
    problem = preflight.first_problem(bpy.context, bpy.context.active_object)
    assert problem and problem.code == "instances-only" and "collection 'Globe'" in problem.message
    assert len(paints(problem)) == 2 * 16 * 8 - 2 * 16
    assert bpy.context.active_object.type == "MESH" and bpy.context.active_object != sphere


def test_an_object_whose_faces_come_from_modifiers_is_not_unwrapped(sphere: Any) -> None:
    obj = scatter(sphere)
    with pytest.raises(RuntimeError, match="Apply the modifiers"):
        bpy.ops.orbitex.smart_uv()
    assert not obj.data.uv_layers


def test_an_empty_mask(sphere: Any) -> None:
    sphere.vertex_groups.new(name="Empty")
    sphere.orbitex.mask_kind, sphere.orbitex.mask = "VERTEX_GROUP", "Empty"
    with pytest.raises(RuntimeError, match="leaves nothing to paint"):
        bpy.ops.orbitex.paint(autostart=False, size=64)
    bpy.ops.orbitex.paint_everywhere()
    assert sphere.orbitex.mask_kind == "NONE"


@pytest.mark.parametrize("code", sorted(refusals.SERVICE_FIXES.keys() - {"mesh-not-symmetric"}))
def test_what_only_the_service_finds_out(
    sphere: Any, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = sphere.orbitex
    DREAMS.put(settings, [("class:dasy", 1.0), ("nowhere", 1.0), ("conv:8", 1.0)])
    monkeypatch.setitem(lookups._contents, "vgg19", Contents({"conv": 8}, ("daisy",)))
    settings.network, settings.view_kind = "vgg19", "CAMERAS"
    problem = refusals.from_service({"code": code, "field": "", "message": "It is so.", "hint": ""})
    run(problem.fix)
    mended = {
        "weights-missing": ("network", "squeezenet"),
        "bad-weights": ("network", "squeezenet"),
        "nothing-seen": ("view_kind", "RING"),
        "no-head": ("network", "squeezenet"),
        "unknown-class": ("dreams", ["class:daisy", "nowhere", "conv:8"]),
        "unknown-layer": ("dreams", ["class:dasy"]),
        "unknown-channel": ("dreams", ["class:dasy"]),
    }
    name, value = mended[code]
    dreams = [target_of(dream).spelt() for dream in settings.dreams]
    assert (dreams if name == "dreams" else getattr(settings, name)) == value


def test_another_machine_while_offline(sphere: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from blender_addon.settings import preferences

    elsewhere = replace(preferences.DEFAULTS, address="tcp://192.0.2.1:5577")
    monkeypatch.setattr(preferences, "read", lambda _: elsewhere)
    problem = preflight.first_problem(bpy.context, sphere)
    assert problem and problem.code == "offline" and problem.fix == "orbitex.online_access"
    with pytest.raises(RuntimeError, match="no window"):  # a person does the rest
        bpy.ops.orbitex.online_access()


def test_no_python_says_how_to_install(tmp_path: Path) -> None:
    from blender_addon.link import service_process

    with pytest.raises(ProblemError) as caught:
        service_process.find_python(str(tmp_path / "python"), None)
    problem = caught.value.problem
    assert "pip install" in problem.hint and problem.fix == "orbitex.show_preferences"


def test_every_fix_that_is_named_exists(addon: None) -> None:
    """Any text of the code that looks like an operator of ours is one."""
    import re

    own = {c.bl_idname for c in blender_addon.CLASSES if issubclass(c, bpy.types.Operator)}
    text = "".join(f.read_text() for f in Path(blender_addon.__file__).parent.rglob("*.py"))
    named = set(re.findall(r'"(orbitex\.[a-z_]+)"', text))
    assert len(named) > 10 and named - own <= {"orbitex.pause", "orbitex.resume"}
