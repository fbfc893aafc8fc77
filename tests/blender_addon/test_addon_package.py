"""The add-on as a piece of software: registering, imports, descriptions, the zip, the panels."""

from __future__ import annotations

import ast
import sys
import tomllib
from pathlib import Path
from typing import Any

import bpy
import pytest

import blender_addon
from blender_addon import connection, dreams, order, properties, session, styles

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
        bpy.app.timers.is_registered(session._tick),
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


def test_defaults_and_bounds_are_the_recipes(addon: None) -> None:
    recipe = pytest.importorskip("service.recipe")
    fields = recipe.Recipe.model_json_schema()["properties"]
    known = properties.OrbitexSettings.bl_rna.properties
    for name in ("size", "seed", "views", "tolerance", "learning_rate", "style_scale"):
        assert known[name].default == pytest.approx(fields[name]["default"]), name
    assert known["network"].default == fields["network"]["default"]
    assert known["colouring"].default == fields["colouring"]["default"]
    assert known["quality"].default == fields["quality"]["default"]
    (style,) = fields["styles"]["default"]
    one = properties.OrbitexStyle.bl_rna.properties
    assert one["source"].default == style["source"]
    assert one["weight"].default == style["weight"]
    assert fields["styles"]["maxItems"] == styles.MAX_STYLES
    assert fields["dreams"]["maxItems"] == dreams.MAX_DREAMS
    dream = recipe.Dream.model_json_schema()["properties"]
    weight = properties.OrbitexDream.bl_rna.properties["weight"]
    assert weight.default == dream["weight"]["default"]
    assert (weight.hard_min, weight.hard_max) == (
        dream["weight"]["minimum"],
        dream["weight"]["maximum"],
    )
    alone = recipe.parse_recipe(
        {"target": "mesh", "group": "532", "dreams": [{"target": "class:daisy"}]}
    )
    assert {
        "dream_weight": alone.objective.dream,
        "smoothness": alone.objective.smoothness,
        "natural_colours": alone.objective.natural_colours,
        "learning_rate": alone.learning_rate,
    } == dreams.PURE
    for name in ("axis", "action", "start", "colours"):
        assert known[name].default == fields[name]["default"].upper(), name
    for name in ("action", "start", "colours"):
        offered = {item.identifier.lower() for item in known[name].enum_items}
        assert offered == set(fields[name]["enum"]), name
    assert known["tolerance"].hard_max == fields["tolerance"]["maximum"]
    assert known["learning_rate"].hard_max == fields["learning_rate"]["maximum"]
    assert known["style_scale"].hard_min == pytest.approx(fields["style_scale"]["minimum"])
    assert known["style_scale"].hard_max == fields["style_scale"]["maximum"]
    weights = recipe.Objective.model_json_schema()["properties"]
    assert list(order.OBJECTIVE.values()) == list(weights)
    for ours, theirs in order.OBJECTIVE.items():
        assert known[ours].default == pytest.approx(weights[theirs]["default"]), ours
        assert known[ours].hard_max == weights[theirs]["maximum"], ours
        assert known[ours].hard_min == weights[theirs]["minimum"], ours
    for name, low in (("size", 64), ("seed", 0), ("views", 1)):
        assert known[name].hard_min == fields[name]["minimum"] == low
    assert known["size"].hard_max == fields["size"]["maximum"]
    assert known["views"].hard_max == fields["views"]["maximum"]
    assert known["seed"].hard_max == fields["seed"]["exclusiveMaximum"] - 1


def test_the_file_of_terms_is_the_services_table() -> None:
    """If not: python -m service.terms_file blender_addon/terms.json"""
    terms_file = pytest.importorskip("service.terms_file")
    assert (ROOM / "terms.json").read_text("utf-8") == terms_file.terms_file()


@pytest.mark.parametrize("file", sorted(ROOM.rglob("*.py")), ids=lambda file: file.name)
def test_imports(file: Path) -> None:
    allowed = set(sys.stdlib_module_names) | {"bpy", "gpu", "gpu_extras", "numpy", "zmq"}
    for node in ast.walk(ast.parse(file.read_text())):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [node.module or ""]
        assert all(name.split(".")[0] in allowed for name in names), (file.name, names)


def test_versions_agree() -> None:
    manifest = tomllib.loads((ROOM / "blender_manifest.toml").read_text())
    assert f"orbitex-blender {manifest['version']}" == connection.CLIENT
    legacy = blender_addon.bl_info
    assert ".".join(map(str, legacy["version"])) == manifest["version"]
    assert legacy["name"] == manifest["name"] and legacy["author"] == manifest["maintainer"]
    assert legacy["description"] == manifest["tagline"]


def test_worker_modules_do_not_know_bpy() -> None:
    for name in (
        "client",
        "worker",
        "connection",
        "messages",
        "figure_lines",
        "png",
        "presets",
        "problems",
        "swatches",
        "trend",
        "catalogue",
        "dreams",
        "lookups",
        "key_file",
        "uploads",
        "inquiry",
        "service_process",
        "wire",
        "answers",
        "printable",
        "jpeg",
    ):
        tree = ast.parse((ROOM / f"{name}.py").read_text())
        imported = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
        assert "bpy" not in imported, name
