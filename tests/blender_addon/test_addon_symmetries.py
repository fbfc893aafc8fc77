"""What the service finds on objects becomes the first choice; nobody has to know a group's name."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import bpy
import numpy as np
import pytest
from fake_layout import drawn
from fake_service import FakeService, symmetry

from blender_addon import panels
from blender_addon.jobs import events, pump, symmetries
from blender_addon.link import detections, inquiry
from blender_addon.offer import catalogue
from blender_addon.offer.symmetries import canonical, read
from blender_addon.settings import preferences
from blender_addon.settings.groups import group_entries
from recipes.demo import free_address

MIRROR = symmetry("*", "Mirror Left–Right", "Y")
CUBE = symmetry("*432", "Octahedral with Mirrors")
SLANTED = symmetry("77", "7 Turns about a Slanted Axis", "0.6000000,0.0000000,0.8000000")


@pytest.fixture
def cube(addon: None) -> Any:
    bpy.ops.mesh.primitive_cube_add()
    return bpy.context.active_object


def connect() -> None:
    assert bpy.ops.orbitex.connect() == {"FINISHED"}


def look() -> list[str]:
    """Draw the panels as Blender does, until nothing goes on any more."""
    drawn(panels.CLASSES)
    while pump.pump():
        detections.wait(0.01)
    return drawn(panels.CLASSES)


def entries(settings: Any) -> list[str]:
    """The titles in the menu Symmetry."""
    menu = settings.bl_rna.properties["group_menu"]
    assert menu.type == "ENUM"
    return [entry.title for entry in group_entries(settings)]


def test_a_new_object_has_no_symmetry_until_one_is_found(service: FakeService, cube: Any) -> None:
    settings = cube.orbitex
    assert settings.group == "1" and "orbitex.detect_symmetry" in look()
    assert not service.meshes  # nobody is asked who has not answered before
    connect()
    service.symmetries = [CUBE, symmetry("432", "Octahedral")]
    assert "No symmetry found" not in look()
    assert (settings.group, settings.axis, settings.centre) == ("*432", "Z", "CENTROID")
    assert settings.group_menu == "found *432 Z"
    assert entries(settings)[:3] == ["Octahedral with Mirrors", "Octahedral", "1: Group 1"]
    assert len(service.meshes) == 1 and service.meshes[0]["vertices"].shape == (8, 3)
    look()
    assert len(service.meshes) == 1


def test_another_shape_is_looked_at_anew(service: FakeService, cube: Any) -> None:
    connect()
    service.symmetries = [CUBE]
    look()
    cube.data.vertices[0].co.x = -3
    cube.data.update()
    bpy.context.view_layer.update()
    service.symmetries = [MIRROR]
    look()
    assert (cube.orbitex.group, cube.orbitex.axis) == ("*", "Y")
    cube.scale = (1, 1, 2)
    bpy.context.view_layer.update()
    service.symmetries = []
    assert "No symmetry found" in look()
    assert cube.orbitex.group == "1"


def test_who_has_chosen_is_left_alone(service: FakeService, cube: Any) -> None:
    connect()
    cube.orbitex.group_menu = "332"
    service.symmetries = [CUBE]
    look()
    assert cube.orbitex.group == "332"
    cube.orbitex.group_menu = "found *432 Z"
    assert (cube.orbitex.group, cube.orbitex.centre) == ("*432", "CENTROID")
    cube.orbitex.group_menu = "1"
    look()
    assert cube.orbitex.group == "1"


def test_the_button_asks_again_and_takes_the_best(service: FakeService, cube: Any) -> None:
    cube.orbitex.group = "332"
    service.symmetries = [MIRROR]
    assert bpy.ops.orbitex.detect_symmetry() == {"FINISHED"}
    assert cube.orbitex.group == "*" and catalogue.known().service == "fake"
    service.symmetries = []
    assert bpy.ops.orbitex.detect_symmetry() == {"FINISHED"}
    assert len(service.meshes) == 2 and cube.orbitex.group == "1"


def test_the_button_says_that_there_is_no_service(addon: None, monkeypatch: Any, cube: Any) -> None:
    address = free_address()
    known = replace(preferences.DEFAULTS, address=address, autostart=False)
    monkeypatch.setattr(preferences, "read", lambda _: known)
    with pytest.raises(RuntimeError, match="No service at"):
        bpy.ops.orbitex.detect_symmetry()
    assert inquiry.problem() is not None and not symmetries.pending()


def test_paint_finds_the_symmetry_itself(service: FakeService, cube: Any) -> None:
    service.symmetries = [CUBE]
    assert bpy.ops.orbitex.paint(size=64) == {"FINISHED"}
    recipe = service.requests[0][0]["recipe"]
    assert (recipe["group"], recipe["axis"], recipe["centre"]) == ("*432", "Z", "centroid")
    assert cube.orbitex.group == "*432"
    kept = json.loads(cube.orbitex.image["orbitex_choices"])
    assert (kept["group"], kept["axis"], kept["centre"]) == ("*432", "Z", "CENTROID")
    bpy.ops.orbitex.paint(size=64)
    assert len(service.meshes) == 1
    bpy.ops.orbitex.paint(size=64, group="332")
    assert service.requests[-1][0]["recipe"]["group"] == "332"


def test_paint_without_any(service: FakeService, cube: Any) -> None:
    assert bpy.ops.orbitex.paint(size=64) == {"FINISHED"}
    assert service.requests[0][0]["recipe"]["group"] == "1"


def test_a_slanted_axis(service: FakeService, cube: Any) -> None:
    connect()
    service.symmetries = [SLANTED]
    look()
    settings = cube.orbitex
    assert settings.axis == "CUSTOM" and "direction" in look()
    assert settings.group_menu.startswith("found 77")
    np.testing.assert_allclose(settings.direction, (0.6, 0, 0.8), atol=1e-6)
    bpy.ops.orbitex.paint(size=64)
    assert service.requests[0][0]["recipe"]["axis"] == "0.6,0,0.8"
    settings.axis = "Z"
    bpy.ops.orbitex.recall()
    assert settings.axis == "CUSTOM"
    np.testing.assert_allclose(settings.direction, (0.6, 0, 0.8), atol=1e-6)


def test_a_familys_number(service: FakeService, cube: Any) -> None:
    connect()
    settings = cube.orbitex
    settings.group_menu = "55"
    assert settings.group == "66" and settings.repeats == 6 and settings.group_menu == "55"
    assert "repeats" in look()
    settings.repeats = 12
    assert settings.group == "12.12"
    settings.group_menu = "225"
    assert settings.group == "2.2.12"
    settings.repeats = 7
    assert settings.group == "227"
    look()  # the panel asks for its colour rules
    settings.colouring_menu = "2a"
    assert settings.colouring == "2a"
    settings.group_menu = "532"
    assert settings.colouring == "none" and "repeats" not in look()


def test_undo_of_something_later_keeps_what_was_found(service: FakeService, cube: Any) -> None:
    connect()
    service.symmetries = [CUBE]
    look()
    cube.orbitex.property_unset("group")
    events._after_undo()
    assert cube.orbitex.group == "*432"


def test_edit_mode_and_broken_meshes_are_left_alone(service: FakeService, cube: Any) -> None:
    connect()
    bpy.ops.object.mode_set(mode="EDIT")
    look()
    bpy.ops.object.mode_set(mode="OBJECT")
    cube.scale = (1, 1, 0)
    bpy.context.view_layer.update()
    look()
    assert not service.meshes and cube.orbitex.group == "1"


def test_names_of_groups_are_the_catalogues() -> None:
    groups = pytest.importorskip("geometry.catalogue")
    names = ["1", "*", "x", "C1", "Cs", "Ci", "D1", "D1d", "D1h", "C1h", "S2", "532", "3*2"]
    names += ["C2", "C22v", "(22)x", "D12", "S8", "(12)(12)", "2*7", "*2.2.22", "5*"]
    for name in names:
        assert canonical(name) == groups.find_group(name, "sphere").name, name


def test_what_makes_no_sense_is_left_out() -> None:
    turned = symmetry("55", "Turns", frame=2 * np.eye(3))
    short = symmetry("55", "Turns") | {"frame": [1.0]}
    nowhere = symmetry("55", "Turns", axis="nan,0,1"), symmetry("55", "Turns", axis="up")
    assert read([turned, short, *nowhere, symmetry("55", "Turns") | {"centre": "far"}]) == ()
    assert not math.isnan(read([SLANTED])[0].deviation)


def test_a_large_mesh_is_not_sent() -> None:
    wire = pytest.importorskip("service.serving.protocol.mesh_messages")
    assert detections.MOST_BYTES == wire.Symmetries.MAX_BYTES
    buffers = {"vertices": np.zeros((1 << 20, 3), np.float32), "triangles": np.zeros((1, 3))}
    assert detections.ask(None, buffers) == ()  # type: ignore[arg-type]
