"""Presets: data that changes settings, shown before it does; nothing in a file is run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import bpy
import pytest
from fake_layout import FakeLayout, drawn

from blender_addon import panels
from blender_addon.operators import preset as preset_operators
from blender_addon.problems import ProblemError
from blender_addon.settings import presets
from blender_addon.settings.dream import DREAMS, target_of


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(preset_operators, "own_folder", lambda: tmp_path)
    return tmp_path


def test_built_in_presets_fit_the_recipe(sphere: Any, own: Path) -> None:
    found = presets.listed(own)
    assert len(found) >= 4 and not any(mine for _, mine in found)
    for name, _ in found:
        assert bpy.ops.orbitex.preset_apply(name=name) == {"FINISHED"}
        after = preset_operators.values_of(sphere.orbitex)
        assert presets.read(name, own).settings.items() <= after.items()
        assert preset_operators.changes(sphere.orbitex, presets.read(name, own).settings) == []


def test_built_in_presets_name_what_the_service_has(own: Path) -> None:
    catalogue = pytest.importorskip("geometry.catalogue")
    exemplars = pytest.importorskip("service.inputs.styles", exc_type=ImportError).exemplars
    pytest.importorskip("platformdirs")  # not in Blender's Python: where weights lie
    from service.networks import find_network
    from service.recipe.parts import QUALITIES
    from service.tables.dreams import find_class, find_dream

    for name, _ in presets.listed(own):
        held = presets.read(name, own).settings
        if "group" in held:
            group = catalogue.find_group(held["group"], "sphere")
            assert group.name == held["group"]
            catalogue.find_colouring(group, held["colouring"])
        assert {source for source, _ in held.get("styles", ())} <= set(exemplars())
        assert held.get("quality", "draft") in QUALITIES
        info = find_network(held.get("network", "squeezenet"))
        for dream, _ in held.get("dreams", ()):
            target = find_dream(dream, info, "target")
            if target.name:
                find_class(target.name, target.channel, info, "target")


def test_save_look_apply_remove(sphere: Any, own: Path) -> None:
    settings = sphere.orbitex
    settings.group, settings.size, settings.smoothness = "432", 256, 0.3
    style = settings.styles.add()
    style.source, style.weight = "//cat.png", 0.5
    DREAMS.put(settings, [("class:daisy", 2.0)])
    settings.use_styles = False
    assert bpy.ops.orbitex.preset_save(name="Cat cube") == {"FINISHED"}
    assert ("Cat cube", True) in presets.listed(own)
    settings.group, settings.size = "532", 1024
    settings.styles.clear()
    settings.dreams.clear()
    settings.use_styles = True
    held = presets.read("Cat cube", own).settings
    assert preset_operators.changes(settings, held) == [
        "Resolution: 1024 → 256",
        "Symmetry: 532 → 432",
        "Styles: default → cat.png 0.5",
        "Dreams: default → class:daisy 2",
        "Use Styles: on → off",
        "Dream: 1 → 4",
        "Natural Colours: 0 → 2",
        "Step Size: 0.3 → 0.1",
    ]
    assert {"orbitex.preset_apply", "orbitex.preset_remove"} <= set(drawn(panels.CLASSES))
    bpy.ops.orbitex.preset_apply(name="Cat cube")
    assert (settings.group, settings.size, settings.smoothness) == ("432", 256, pytest.approx(0.3))
    assert [(s.source, s.weight) for s in settings.styles] == [("//cat.png", 0.5)]
    assert [(target_of(d).spelt(), d.weight) for d in settings.dreams] == [("class:daisy", 2.0)]
    assert not settings.use_styles
    bpy.ops.orbitex.preset_remove(name="Cat cube")
    assert not list(own.iterdir())
    with pytest.raises(RuntimeError, match="no preset 'Cat cube'"):
        bpy.ops.orbitex.preset_apply(name="Cat cube")


def test_the_dialog_lists_the_changes() -> None:
    layout = FakeLayout()
    preset_operators.draw_changes(layout, "X", ["Seed: 0 → 1"])
    assert layout.texts == ["'X' would change:", "Seed: 0 → 1"]


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '"x"',
        '{"uv_map": "x"}',
        '{"__class__": "x"}',
        '{"size": [1]}',
        '{"size": null}',
        '{"size": "big"}',
        '{"action": "NOWHERE"}',
        '{"styles": "a"}',
        '{"styles": [{"source": 1}]}',
        '{"styles": [{"source": "a", "weight": "b"}]}',
        '{"seed": 3, "group": 5}',
        '{"dreams": "fire9"}',
        '{"dreams": [{"source": "fire9"}]}',
        '{"use_styles": false, "dreams": [{"target": "fire9"}, {"target": "fire9:x"}]}',
        " " * (presets.MAX_BYTES + 1),
    ],
)
def test_a_bad_file_changes_nothing(sphere: Any, own: Path, text: str) -> None:
    (own / "Bad.json").write_text(text)
    before = preset_operators.values_of(sphere.orbitex)
    with pytest.raises(RuntimeError, match="preset") as caught:
        bpy.ops.orbitex.preset_apply(name="Bad")
    assert "Traceback" not in str(caught.value)
    assert preset_operators.values_of(sphere.orbitex) == before


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "a\\b", "x" * 100, "con:"])
def test_names_stay_in_their_folder(own: Path, name: str) -> None:
    for action in (lambda: presets.save(name, {}, own), lambda: presets.read(name, own)):
        with pytest.raises(ProblemError) as caught:
            action()
        assert caught.value.problem.code == "bad-name"
    assert not list(own.iterdir())


def test_built_in_ones_are_kept(own: Path) -> None:
    name = presets.listed(own)[0][0]
    with pytest.raises(ProblemError, match="built-in"):
        presets.save(name, {}, own)
    with pytest.raises(ProblemError):
        presets.remove(name, own)


def test_all_settings_are_known(sphere: Any) -> None:
    values = preset_operators.values_of(sphere.orbitex)
    assert set(values) == set(presets.HELD) and json.dumps(values)


def test_the_users_folder_is_outside_the_add_on(addon: None) -> None:
    assert preset_operators.__package__
    folder = preset_operators.own_folder()
    assert Path(presets.__file__).parent not in folder.parents
