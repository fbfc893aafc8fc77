"""Styles that are prepared: what is sent, kept, and shown while sliders move."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
import pytest
from fake_layout import drawn
from fake_service import FAKE_LOOK, FakeService
from painting import pump_until

from blender_addon import panels
from blender_addon.jobs import recall
from blender_addon.link import lookups
from blender_addon.offer import catalogue
from blender_addon.operators import preset
from blender_addon.picture import icons
from blender_addon.preparing import live
from blender_addon.settings import preparing, presets

STEPS = {
    "crop": "0,0.25,0.5,1",
    "turn": 30.0,
    "denoise": 0.4,
    "white_balance": 1.0,
    "match": "night_strokes",
    "contrast": 1.5,
    "sharpen": 0.1,
    "palette": "5",
}


@pytest.fixture
def style(sphere: Any) -> Any:
    """The one style of the sphere's list."""
    bpy.ops.orbitex.style_add(source="stained_glass")
    return sphere.orbitex.styles[0]


@pytest.fixture
def connected(service: FakeService) -> FakeService:
    catalogue.remember(catalogue.Catalogue(service="fake"))
    return service


def settled() -> None:
    pump_until(lambda: not live.is_pending(), live.collect)


def asked(style: Any) -> Any:
    """What a panel that shows a style does."""
    key = live.key_of(style)
    live.want(key)
    settled()
    return live.answer(key)


def test_every_step_is_a_setting_of_the_style(style: Any) -> None:
    assert preparing.read(style) == {} and live.key_of(style) is None
    preparing.put(style, STEPS)
    assert preparing.read(style) == STEPS
    assert bpy.ops.orbitex.style_plain() == {"FINISHED"}
    assert preparing.read(style) == {}
    with pytest.raises(ValueError, match="no step 'shine'"):
        preparing.put(style, {"shine": 1})


def test_the_steps_are_those_of_the_service(style: Any) -> None:
    parsing = pytest.importorskip("service.recipe.parsing")
    preparing.put(style, STEPS)
    told = {"source": "stained_glass", "prepare": preparing.read(style)}
    recipe = parsing.parse_recipe({"target": "mesh", "group": "1", "styles": [told]})
    assert recipe.styles[0].prepare.used == STEPS


def test_they_are_sent_with_their_pictures_and_kept(
    service: FakeService, style: Any, picture_file: str, tmp_path: Path
) -> None:
    preparing.put(style, {"turn": 12.5, "match": picture_file})
    bpy.ops.orbitex.style_add(source="night_strokes")
    bpy.ops.orbitex.paint(size=64, group="1")
    header, buffers = service.requests[0]
    matched = {"turn": 12.5, "match": "buffer:style0_match"}
    assert header["recipe"]["styles"] == [
        {"source": "stained_glass", "weight": 1.0, "prepare": matched},
        {"source": "night_strokes", "weight": 1.0},
    ]
    sent = buffers["style0_match"]
    assert max(sent.shape) == 512 and (sent == (10, 200, 30)).all()
    obj = bpy.context.active_object
    obj.orbitex.styles.clear()
    assert recall.recall_settings(obj) == []
    assert preparing.read(obj.orbitex.styles[0]) == {"turn": 12.5, "match": picture_file}
    assert preparing.read(obj.orbitex.styles[1]) == {}


def test_presets_have_them(style: Any, tmp_path: Path) -> None:
    settings = bpy.context.active_object.orbitex
    preparing.put(style, STEPS)
    presets.save("Mine", preset.values_of(settings), tmp_path)
    kept = presets.read("Mine", tmp_path).settings
    assert preset.changes(settings, kept) == []
    preparing.put(style, {})
    assert preset.changes(settings, kept) == ["Styles: stained_glass 1 → stained_glass 1 prepared"]
    preset.apply(settings, kept)
    assert preparing.read(settings.styles[0]) == STEPS
    file = tmp_path / "Bad.json"
    file.write_text('{"styles": [{"source": "a", "prepare": {"shine": 1}}]}')
    with pytest.raises(Exception, match="no step 'shine'"):
        preset.apply(settings, presets.read("Bad", tmp_path).settings)
    assert preparing.read(settings.styles[0]) == STEPS


def test_the_panel_shows_it_prepared_and_the_newest_counts(
    connected: FakeService, style: Any
) -> None:
    for contrast in (0.5, 0.75, 1.5):
        style.prepare_contrast = contrast
        live.want(live.key_of(style))
        live.collect()
    assert "Preparing…" in drawn(panels.CLASSES)
    settled()
    found = live.answer(live.key_of(style))
    assert (found.pixels == 150).all() and max(found.pixels.shape) == 192
    asked_for = [header["prepare"]["contrast"] for header, _ in connected.prepared]
    assert asked_for[-1] == 1.5 and len(asked_for) <= 3
    assert all(header["source"] == "stained_glass" for header, _ in connected.prepared)
    style.prepare_contrast = 2.0  # until it has come, the last one is shown
    assert live.answer(live.key_of(style)) is None and live.latest("stained_glass") is found
    count = len(connected.prepared)
    style.prepare_contrast = 1.5
    assert asked(style) is found and len(connected.prepared) == count  # it is known


def test_swatches_of_colour_rules_show_it_prepared(
    connected: FakeService, style: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = bpy.context.active_object.orbitex
    rules = (catalogue.NO_COLOURING, catalogue.MenuEntry("2a", "2a", "", ((1, 2, -3),)))
    offer = catalogue.Catalogue(
        groups=(catalogue.MenuEntry("*432"),), colourings={"*432": rules}, service="fake"
    )
    catalogue.remember(offer)
    settings.group = "*432"
    style.prepare_contrast = 1.25
    drawn(panels.CLASSES)
    settled()
    drawn(panels.CLASSES)
    assert icons.style_of(settings) is None and not lookups.pending()  # it may move on
    monkeypatch.setattr(live, "SETTLES", 0.0)
    drawn(panels.CLASSES)
    pump_until(lambda: lookups.look(style.look) is not None)
    assert (connected.pictures[-1] == 125).all()
    assert (icons.style_of(settings)[0] == FAKE_LOOK).all()


def test_files_are_sent_small(connected: FakeService, style: Any, picture_file: str) -> None:
    style.source, style.prepare_match, style.prepare_turn = picture_file, picture_file, 90
    assert asked(style).pixels is not None
    header, buffers = connected.prepared[0]
    assert (header["source"], header["prepare"]["match"]) == ("buffer:style", "buffer:style_match")
    assert {name: max(array.shape) for name, array in buffers.items()} == {
        "style": live.SENT_SIDE,
        "style_match": 512,
    }
    kinds = pytest.importorskip("service.serving.protocol.kinds").KINDS
    assert kinds["prepare"].SIDES[1] == live.SENT_SIDE


def test_what_cannot_be_is_said_in_the_panel(connected: FakeService, style: Any) -> None:
    style.prepare_crop = (1, 0, 1, 1)
    assert asked(style).problem.code == "bad-value"
    assert "Nothing of the picture" in " ".join(drawn(panels.CLASSES))
    style.prepare_crop = (0, 0, 0.5, 1)  # the service is asked on
    assert asked(style).problem is None
    style.source = "//nowhere.png"
    assert asked(style).problem.code == "no-style"


def test_a_service_that_is_gone_is_said_and_asked_again(connected: FakeService, style: Any) -> None:
    style.prepare_turn = 5
    connected.__exit__(None, None, None)
    assert asked(style).problem.code == "no-service"
    with FakeService(address=connected.address):
        assert asked(style).problem is not None
        catalogue.remember(catalogue.Catalogue(service="fake"))
        assert asked(style).problem is None


def test_nobody_is_asked_before_the_service_is_known(service: FakeService, style: Any) -> None:
    catalogue.forget()
    style.prepare_turn = 5
    live.want(live.key_of(style))
    assert not live.is_pending()
    assert "Connect to see it prepared" in drawn(panels.CLASSES)
