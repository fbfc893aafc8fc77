"""The add-on as a piece of software: registering, imports, descriptions, the zip, the panels."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import bpy
import pytest

import blender_addon
from blender_addon.jobs import pump
from blender_addon.link import connection
from blender_addon.settings import properties, table

ROOM = Path(blender_addon.__file__).parent


def traces() -> tuple[Any, ...]:
    handlers = bpy.app.handlers
    return (
        sorted(name for name in dir(bpy.types) if "orbitex" in name.lower()),
        hasattr(bpy.types.Object, "orbitex"),
        hasattr(bpy.types.WindowManager, "orbitex_queue"),
        [
            hook
            for name in ("load_pre", "load_post", "load_post_fail", "save_pre")
            for hook in getattr(handlers, name)
        ],
        bpy.app.timers.is_registered(pump._tick),
    )


def test_register_twice_leaves_nothing(empty_blender: None) -> None:
    before = traces()
    for _ in range(3):
        blender_addon.register()
        assert hasattr(bpy.types.Object, "orbitex")
        blender_addon.unregister()
        assert traces() == before


def test_everything_has_a_description(addon: None) -> None:
    silent = []
    for cls in blender_addon.CLASSES:
        rna = cls.bl_rna
        if issubclass(cls, bpy.types.Operator):
            rna = getattr(bpy.ops.orbitex, cls.bl_idname.split(".")[1]).get_rna_type()
            assert cls.bl_idname.startswith("orbitex.")
            if not cls.bl_description or not cls.bl_label:
                silent.append(cls.__name__)
        if issubclass(cls, bpy.types.Menu):
            assert cls.bl_description
        elif not issubclass(cls, bpy.types.Panel):
            own = set(getattr(cls, "__annotations__", {})) - {"bl_options"}
            silent += [f"{cls.__name__}.{n}" for n in own if not rna.properties[n].description]
        else:
            assert cls.bl_category == "Orbitex"
    assert not silent


def test_the_file_of_fields_is_the_recipes() -> None:
    """If not: python -m service.fields_file blender_addon/offer/fields.json"""
    fields_file = pytest.importorskip("service.fields_file")
    assert (ROOM / "offer" / "fields.json").read_text("utf-8") == fields_file.fields_file()


def test_settings_that_nobody_changed_are_the_recipes_defaults(sphere: Any) -> None:
    parse = pytest.importorskip("service.recipe.parsing").parse_recipe
    mesh = {"target": "mesh", "group": "1"}
    sent = table.recipe_of(table.choices_of(sphere.orbitex))
    assert parse(mesh | sent) == parse(mesh | {"centre": "origin"})
    style = sphere.orbitex.styles.add()
    assert parse(mesh | {"styles": [{"source": style.source, "weight": style.weight}]}) == parse(
        mesh
    )
    dream = {"dreams": [{"target": "class:daisy", "weight": sphere.orbitex.dreams.add().weight}]}
    sphere.orbitex.use_styles = False
    sent = table.recipe_of(table.choices_of(sphere.orbitex)) | {"styles": []}
    assert parse(mesh | sent | dream) == parse(mesh | {"centre": "origin"} | dream)


OWN = {"CURSOR", "CUSTOM"}  # Blender's: they are sent as numbers


def test_the_recipe_takes_all_that_a_setting_can_be(sphere: Any) -> None:
    parse = pytest.importorskip("service.recipe.parsing").parse_recipe
    fields = pytest.importorskip("service.recipe.recipe").Recipe.model_json_schema()["properties"]
    known, usual = sphere.orbitex.bl_rna.properties, table.choices_of(sphere.orbitex)
    for row in (row for row in table.PAINTED if row.field):
        made = known[row.name]
        if made.type == "ENUM":
            values = [item.identifier for item in made.enum_items if item.identifier not in OWN]
            if row.sent is None and row.name != "centre":
                assert {value.lower() for value in values} == set(fields[row.field]["enum"])
        else:
            bounds = [made.hard_min, made.hard_max] if made.type in ("INT", "FLOAT") else []
            values = [bound for bound in bounds if bound < 1e30]
        for value in values:
            sent = table.recipe_of(replace(usual, **{row.name: value}))
            parse({"target": "mesh", "group": "532"} | sent)


def test_no_bound_is_narrower_than_the_recipes_without_need(addon: None) -> None:
    """Above an open bound a property begins a little later."""
    fields = pytest.importorskip("service.recipe.recipe").Recipe.model_json_schema()["properties"]
    known = properties.OrbitexSettings.bl_rna.properties
    for name in ("size", "seed", "views", "style_scale"):
        assert known[name].hard_min == pytest.approx(fields[name]["minimum"]), name
    assert known["size"].hard_max == pytest.importorskip("service.spaces").SPACES["mesh"].largest
    for name in ("views", "style_scale", "tolerance", "learning_rate"):
        assert known[name].hard_max == fields[name]["maximum"], name
    objective = pytest.importorskip("service.recipe.parts").Objective
    for name, term in objective.model_json_schema()["properties"].items():
        (setting,) = (row.name for row in table.PAINTED if row.field == f"objective.{name}")
        assert known[setting].hard_min == term["minimum"]
        assert known[setting].hard_max == term["maximum"]


def test_versions_agree() -> None:
    manifest = tomllib.loads((ROOM / "blender_manifest.toml").read_text())
    assert f"orbitex-blender {manifest['version']}" == connection.CLIENT
    legacy = blender_addon.bl_info
    assert ".".join(map(str, legacy["version"])) == manifest["version"]
    assert legacy["name"] == manifest["name"] and legacy["author"] == manifest["maintainer"]
    assert legacy["description"] == manifest["tagline"]
