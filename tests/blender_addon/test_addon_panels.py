"""All panels, drawn in every state by a layout that checks what Blender would."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import bpy
import numpy as np
import pytest
from fake_layout import drawn
from fake_service import FakeService
from scenes import material, node_of

import blender_addon
from blender_addon import panels
from blender_addon.jobs import inherit, jobs, pump
from blender_addon.link import inquiry
from blender_addon.offer import catalogue, swatches
from blender_addon.offer.colour_rules import suitability
from blender_addon.operators import paint
from blender_addon.operators.base import Explained
from blender_addon.operators.style import add_style
from blender_addon.panels import main
from blender_addon.picture import icons
from recipes.demo import free_address


def texts() -> list[str]:
    return drawn(panels.CLASSES)


def test_without_an_object(addon: None) -> None:
    shown = texts()
    assert "No active object." in shown and "orbitex.paint" in shown
    assert "group_menu" not in shown and "ORBITEX_MT_presets" not in shown
    bpy.ops.object.empty_add()
    assert "'Empty' is not a mesh." in " ".join(texts())


def test_without_a_uv_map(sphere: Any) -> None:
    while sphere.data.uv_layers:
        sphere.data.uv_layers.remove(sphere.data.uv_layers[0])
    shown = texts()
    assert "orbitex.smart_uv" in shown and "orbitex.paint" in shown


def test_sections_and_what_they_depend_on(sphere: Any) -> None:
    settings = sphere.orbitex
    assert not {"tolerance", "axis", "colouring_menu"} & set(texts())  # no symmetry, no place
    settings.group = "532"
    settings.colouring = "2a"
    shown = texts()
    for name in ("uv_map", "size", "group_menu", "colouring_menu", "style_weight", "seam"):
        assert name in shown, name
    for name in (
        "quality_menu",
        "steps_automatic",
        "learning_rate",
        "seed",
        "network_menu",
        "bump",
    ):
        assert name in shown, name
    assert {"views", "tolerance"} <= set(shown) and not {"mask", "base"} & set(shown)
    assert "steps" not in shown
    settings.steps_automatic = False
    assert settings.steps == 300 and "steps" in texts()
    settings.steps_automatic = True
    assert settings.steps == 0
    settings.view_kind, settings.mask_kind, settings.action = "CAMERAS", "IMAGE", "DIRECTION"
    shown = texts()
    assert {"mask", "base"} <= set(shown) and not {"views", "tolerance"} & set(shown)
    assert "orbitex.use_ring" in shown  # there is no camera


def test_several_styles(sphere: Any) -> None:
    shown = texts()
    assert "Default: Stained glass" in shown and "weight" not in shown
    assert "orbitex.style_move" not in shown
    add_style(sphere.orbitex, "night_strokes")
    add_style(sphere.orbitex, "/nowhere/cat.png")
    shown = texts()
    assert {"night_strokes", "cat.png", "orbitex.style_move", "source"} <= set(shown)
    assert "orbitex.remove_missing_styles" in shown
    assert shown.count("weight") == 3  # of two rows, and of the chosen one


def test_while_it_paints(sphere: Any) -> None:
    with FakeService(steps=1000) as service:
        running = paint.begin_paint(bpy.context, sphere, {"size": 64}, service.address, False)
        assert "Connecting" in texts()
        while len(running.losses) < 3:
            pump.pump()
        shown = texts()
        assert any(text.startswith("Step ") for text in shown)
        assert {"orbitex.finish", "orbitex.cancel", "Painting…"} <= set(shown)
        assert "orbitex.paint" not in shown
        assert "Version fake on cpu" in shown
        assert main.sparkline(running.losses) in shown
        running.report = replace(running.report, state="paused")
        shown = texts()
        assert any(text.startswith("Paused at step") for text in shown)
        assert "orbitex.resume" in shown and "orbitex.pause" not in shown
        jobs.cancel(running)
        while running.active:
            pump.pump()
    assert any(text.startswith("Cancelled") for text in texts())


def test_no_button_takes_the_place_of_another(sphere: Any) -> None:
    """Above what comes and goes the same buttons stand in the same order, before and after the
    end; and below it everything stays where it is."""

    def buttons() -> list[str]:
        return [t for t in drawn([main.ORBITEX_PT_main]) if t.startswith("orbitex.")]

    def lines() -> int:
        return len(drawn([main.ORBITEX_PT_main]))

    with FakeService(steps=1000) as service:
        running = paint.begin_paint(bpy.context, sphere, {"size": 64}, service.address, False)
        while len(running.losses) < 3:
            pump.pump()
        before, height = buttons(), lines()
        running.client.finish()
        while running.active:
            pump.pump()
    after = buttons()
    assert after.pop(after.index("orbitex.paint")) and after == before
    assert {"orbitex.pause", "orbitex.finish", "orbitex.cancel"} <= set(after)
    assert height - lines() <= 1  # how long it will take


def test_a_red_box_goes_with_its_cause(sphere: Any) -> None:
    with FakeService(steps=4, fail_after=2) as service:
        where = {"address": service.address, "autostart": False}
        with pytest.raises(RuntimeError, match="Out of memory"):
            bpy.ops.orbitex.paint(**where, size=64)
        assert "Out of memory." in " ".join(texts())
        sphere.orbitex.size = 512
        assert "Out of memory." not in " ".join(drawn([main.ORBITEX_PT_main]))
    address = free_address()
    with pytest.raises(RuntimeError, match="No service"):
        bpy.ops.orbitex.paint(address=address, autostart=False)
    assert "No service at" in " ".join(drawn([main.ORBITEX_PT_main]))
    with FakeService(steps=1, address=address):
        inquiry.inquire(address)
        while inquiry.pending() is not None:
            pump.pump()
        assert "No service at" not in " ".join(drawn([main.ORBITEX_PT_main]))


def test_new_objects_take_the_settings_of_the_last(
    sphere: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_style(sphere.orbitex, "marbled_paper")
    sphere.orbitex.size, sphere.orbitex.group, sphere.orbitex.seed = 128, "332", 7
    with FakeService(steps=1) as service:
        bpy.ops.orbitex.paint(address=service.address, autostart=False)
    monkeypatch.setattr(
        inherit, "bpy", SimpleNamespace(app=SimpleNamespace(background=False), data=bpy.data)
    )
    bpy.ops.mesh.primitive_cube_add()
    cube = bpy.context.active_object.orbitex
    texts()
    pump.pump()
    assert (cube.size, cube.seed, cube.group) == (128, 7, "1")
    assert [style.source for style in cube.styles] == ["marbled_paper"]
    bpy.ops.mesh.primitive_cube_add()
    other = bpy.context.active_object.orbitex
    other.size = 256
    texts()
    pump.pump()
    assert other.seed == 0 and not other.styles  # somebody has set it up


def test_after_the_end(sphere: Any) -> None:
    with FakeService(steps=1) as service:
        address = service.address
        bpy.ops.orbitex.paint(address=address, autostart=False, size=64)
    shown = texts()
    assert any(text.startswith("Finished") for text in shown)
    assert "orbitex.paint" in shown and sphere.orbitex.image.name in shown
    with pytest.raises(RuntimeError):
        bpy.ops.orbitex.paint(address=address, autostart=False, size=64)
    shown = texts()
    assert f"No service at {address}." in " ".join(shown)
    assert "orbitex.start_service" in shown and "orbitex.paint" in shown


def test_a_job_that_finds_the_service_takes_the_red_box_away(sphere: Any) -> None:
    """As at the very first start: nobody was there when the add-on asked, and Paint started one."""
    with FakeService(steps=1) as service:
        inquiry.inquire(free_address())
        while inquiry.pending() is not None:
            pump.pump()
        assert "orbitex.connect" in texts() and inquiry.problem() is not None
        bpy.ops.orbitex.paint(address=service.address, autostart=False, size=64)
        shown = texts()
    assert "Version fake on cpu" in shown and "No service at" not in " ".join(shown)


def test_what_is_painted_and_not_shown(sphere: Any, capfd: pytest.CaptureFixture[str]) -> None:
    made = material()
    made.node_tree.nodes.remove(node_of(made, "BSDF_PRINCIPLED"))
    glossy = made.node_tree.nodes.new("ShaderNodeBsdfAnisotropic")
    output = node_of(made, "OUTPUT_MATERIAL")
    made.node_tree.links.new(glossy.outputs[0], output.inputs["Surface"])
    sphere.data.materials.append(made)
    assert "does not show" not in " ".join(texts())
    with FakeService(steps=1) as service:
        bpy.ops.orbitex.paint(address=service.address, autostart=False, size=64)
    assert "does not show" in " ".join(texts())
    assert "Warning: 'Material' does not show the texture" in capfd.readouterr().out


def test_faces_that_extrude_leaves_without_area_in_the_uv_map(
    addon: None, capfd: pytest.CaptureFixture[str]
) -> None:
    bpy.ops.mesh.primitive_cube_add()
    cube = bpy.context.active_object
    bpy.ops.object.mode_set(mode="EDIT")
    bpy.ops.mesh.select_all(action="DESELECT")
    bpy.ops.object.mode_set(mode="OBJECT")
    for polygon in cube.data.polygons:
        polygon.select = polygon.normal.z > 0.5
    bpy.ops.object.mode_set(mode="EDIT")
    bpy.ops.mesh.select_mode(type="FACE")
    bpy.ops.mesh.extrude_region_move(TRANSFORM_OT_translate={"value": (0, 0, 2)})
    bpy.ops.object.mode_set(mode="OBJECT")
    with FakeService(steps=1) as service:
        where = {"address": service.address, "autostart": False, "size": 64}
        bpy.ops.orbitex.paint(**where)
        told = "40.0 % of 'Cube' has no area in the UV map 'UVMap'"
        assert told in " ".join(texts()) and "orbitex.smart_uv" in texts()
        assert f"Warning: {told}" in capfd.readouterr().out
        assert bpy.ops.orbitex.smart_uv() == {"FINISHED"}
        assert told not in " ".join(texts())
        bpy.ops.orbitex.paint(**where)
    assert "no area" not in " ".join(texts()) + capfd.readouterr().out


def test_galleries_where_there_are_icons(sphere: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Blender without a window has none: text alone (all other tests)."""
    rule = catalogue.MenuEntry("3a", "3a", "", ((2, 3, 1), (1, 2, 3)))
    catalogue.remember(
        catalogue.Catalogue(
            groups=(catalogue.MenuEntry("532"),),
            colourings={"532": (catalogue.NO_COLOURING, rule)},
            styles=(catalogue.MenuEntry("stained_glass"),),
        )
    )
    sphere.orbitex.group = "532"
    sphere.orbitex.colouring = "3a"
    add_style(sphere.orbitex, "stained_glass")
    assert "gallery colouring_menu" not in texts()
    monkeypatch.setattr(icons, "of_rule", lambda settings, name: 7)
    monkeypatch.setattr(icons, "of_style", lambda source: 8)
    assert {"gallery colouring_menu", "gallery source_menu"} <= set(texts())
    sphere.orbitex.colouring = "none"
    assert "gallery colouring_menu" not in texts()  # a large square of one colour says nothing
    add_style(sphere.orbitex, "//cat.png")
    assert "picture" in texts()


def test_grey_buttons_say_why(addon: None) -> None:
    """Every operator that can be grey has a reason, and Blender asks for that."""
    operators = [cls for cls in blender_addon.CLASSES if issubclass(cls, bpy.types.Operator)]
    polled = [cls for cls in operators if hasattr(cls, "poll")]
    reasons = {cls.bl_idname: cls.why_not(bpy.context) for cls in polled}
    assert sum(map(bool, reasons.values())) > 10
    for name, reason in reasons.items():
        assert getattr(bpy.ops.orbitex, name.removeprefix("orbitex.")).poll() == (not reason), name
    said: list[str] = []
    grey: Any = SimpleNamespace(why_not=lambda context: "No.", poll_message_set=said.append)
    assert not Explained.poll.__func__(grey, None) and said == ["No."]


def test_rules_are_named_by_what_they_do() -> None:
    rules = {
        "6b": [[2, 3, 1], [-1, -2, -3]],
        "2a": [[1, 2, 3], [1, 3, 2]],
        "2b": [[1, 2, -3]],
        "3a": [[2, 3, 1], [3, 1, 2]],
        "2e": [[-1, -2, -3], [1, 2, 3]],
        "6a": [[2, 3, 1], [2, 1, 3]],
        "none": [[1, 2, 3]],
    }
    rows = [{"name": n, "images": dict(enumerate(images))} for n, images in rules.items()]
    offer = {"groups": [{"name": "532", "space": "sphere", "colourings": rows}]}
    listed = catalogue.parse(offer, {}).rules("532")
    assert [rule.name for rule in listed] == ["none", "2e", "3a", "2a", "6a", "2b", "6b"]
    assert listed[1].title == "Light and Dark Change Places (2e)"
    assert listed[2].title == "Three Colours in Turn (3a)"


def test_swatches_act_as_the_service_does() -> None:
    colour = pytest.importorskip("geometry.symmetry.colour")
    place = np.array([0.1, 0.4, 0.9])
    for element in colour.B3:
        np.testing.assert_allclose(swatches.act(element, place), colour.matrix(element) @ place)


def test_a_swatch_shows_what_the_service_makes_of_a_styles_colours() -> None:
    colour_frame = pytest.importorskip("geometry.symmetry.colour_frame")
    frame = colour_frame.ColourFrame((0.2, -0.3, 0.1), ((2, 1, 0), (1.5, -0.5, 0.4), (1, -1, -0.2)))
    columns = np.column_stack([frame.axes, frame.mean])
    colours = np.random.default_rng(0).uniform(0.1, 0.9, (50, 3))
    for element, columns_or_none, action in (
        ((-2, 1, 3), columns, frame),
        ((-2, 1, 3), None, colour_frame.RGB),
    ):
        found = swatches.painted(element, colours, columns_or_none)
        np.testing.assert_allclose(found, action.act(element, colours), atol=1e-6)


LOOK = np.random.default_rng(1).integers(60, 200, (72, 72, 3), np.uint8)


def test_a_swatch_is_the_style_in_the_colours_of_its_rule() -> None:
    plain = swatches.swatch((), LOOK)
    assert plain.shape == (72, 72, 4) and (plain[..., :3] == LOOK).all()
    assert (plain[..., 3] == 255).all()
    cyclic = swatches.swatch(((2, 3, 1),), LOOK)  # three columns: the third is clear between them
    assert (cyclic[:, :24, :3] == LOOK[:, :24]).all()
    assert np.abs(cyclic[:, 24:48, :3].astype(int) - LOOK[:, 24:48][..., [1, 2, 0]]).max() <= 1
    assert np.flatnonzero((cyclic[..., 3] == 0).any(axis=0)).tolist() == [23, 47]
    halves = swatches.swatch(((1, 2, 3), (1, 2, 3), (-1, -2, -3)), LOOK).astype(int)
    assert (halves[0, 0, :3] == LOOK[0, 0]).all()
    assert np.abs(halves[30, 30, :3] + LOOK[30, 30] - 255).max() <= 1
    down = swatches.swatch(((1, 2, 3), (3, 1, 2)), LOOK)
    assert (down[:24, :, :3] == LOOK[:24]).all() and (down[24:, :, :3] != LOOK[24:]).any()


def test_rules_that_suit_the_style_come_first() -> None:
    dark = np.full((8, 8, 3), 20, np.uint8)
    dark[::4] = 60
    assert swatches.strangeness(((1, 2, 3),), dark) == 0
    inverted = swatches.strangeness(((-1, -2, -3),), dark)
    assert 0.7 < inverted < 1  # what was dark is bright
    assert swatches.strangeness(((2, 1, 3),), dark) >= 1  # changes nothing in a grey picture
    order = [suitability(rule, dark, None) for rule in (((1, 2, -3),), ((-1, -2, -3),))]
    assert order == sorted(order, reverse=True)


def test_the_trend() -> None:
    assert main.sparkline([]) == "" == main.sparkline([0.0, float("nan"), float("inf")])
    assert main.sparkline([100.0, 10.0, 1.0]) == "█▅▁"
    assert main.sparkline([2.0, 2.0]) == "▁▁"
    assert len(main.sparkline([1 / (1 + k) for k in range(1000)])) == main.WIDTH


def test_an_offer_that_makes_no_sense_breaks_nothing() -> None:
    row = {"name": "532", "space": "sphere", "colourings": [{"name": "x", "images": {"r": [9]}}]}
    for figure in (7, {}, {"axes": [[1]], "mirrors": [], "domain": []}, {"axes": "x"}):
        offer = {"groups": [row | {"figure": figure}], "looks": {"a": "?", "b": 3, "c": "AAAA"}}
        known = catalogue.parse(offer, {})
        assert known.figures == {} and known.colourings["532"][1].images == ()
        assert list(known.looks) == ["c"]
    assert catalogue.parse({"looks": [1]}, {}).looks == {}
