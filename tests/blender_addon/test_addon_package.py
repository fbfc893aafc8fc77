"""The add-on as a piece of software: registering, imports, descriptions, the zip, the panels."""

from __future__ import annotations

import ast
import sys
import tomllib
from pathlib import Path
from typing import Any

import bpy
import pytest
from fake_service import FakeService

import blender_addon
from blender_addon import connection, operators, panels, properties, session

ROOM = Path(blender_addon.__file__).parent


def traces() -> tuple[Any, ...]:
    handlers = bpy.app.handlers
    return (
        sorted(name for name in dir(bpy.types) if "orbitex" in name.lower()),
        hasattr(bpy.types.Object, "orbitex"),
        [h for hooks in (handlers.load_pre, handlers.save_pre) for h in hooks],
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
            if not cls.bl_description:
                silent.append(cls.__name__)
        if not issubclass(cls, bpy.types.Panel):
            own = set(getattr(cls, "__annotations__", {})) - {"bl_options"}
            silent += [f"{cls.__name__}.{n}" for n in own if not rna.properties[n].description]
        else:
            assert cls.bl_category == "Orbitex"
    assert not silent


def test_defaults_and_bounds_are_the_recipes(addon: None) -> None:
    recipe = pytest.importorskip("service.recipe")
    fields = recipe.Recipe.model_json_schema()["properties"]
    known = properties.OrbitexSettings.bl_rna.properties
    for name in ("size", "seed", "views", "tolerance"):
        assert known[name].default == pytest.approx(fields[name]["default"]), name
    assert known["colouring"].default == fields["colouring"]["default"]
    assert known["quality"].default == fields["quality"]["default"]
    assert known["style"].default == fields["styles"]["default"][0]["source"]
    for name in ("axis", "action", "start"):
        assert known[name].default == fields[name]["default"].upper(), name
    for name in ("action", "start"):
        offered = {item.identifier.lower() for item in known[name].enum_items}
        assert offered == set(fields[name]["enum"]), name
    assert known["tolerance"].hard_max == fields["tolerance"]["maximum"]
    content = recipe.Objective.model_json_schema()["properties"]["content"]
    assert known["content"].default == content["default"]
    assert known["content"].hard_max == content["maximum"]
    for name, low in (("size", 64), ("seed", 0), ("views", 1)):
        assert known[name].hard_min == fields[name]["minimum"] == low
    assert known["size"].hard_max == fields["size"]["maximum"]
    assert known["views"].hard_max == fields["views"]["maximum"]
    assert known["seed"].hard_max == fields["seed"]["exclusiveMaximum"] - 1


@pytest.mark.parametrize("file", sorted(ROOM.glob("*.py")), ids=lambda file: file.name)
def test_imports(file: Path) -> None:
    allowed = set(sys.stdlib_module_names) | {"bpy", "numpy", "zmq"}
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
        "connection",
        "messages",
        "png",
        "problems",
        "catalogue",
        "service_process",
        "wire",
    ):
        tree = ast.parse((ROOM / f"{name}.py").read_text())
        imported = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
        assert "bpy" not in imported, name


class FakeLayout:
    """Records what a panel draws, and checks names as Blender would."""

    ICONS = frozenset(
        bpy.types.UILayout.bl_rna.functions["prop"].parameters["icon"].enum_items.keys()
    )

    def __init__(self, texts: list[str] | None = None) -> None:
        self.texts = texts if texts is not None else []
        self.enabled = self.alert = True
        self.scale_y = 1.0

    def row(self, align: bool = False) -> FakeLayout:
        return FakeLayout(self.texts)

    column = box = row

    def label(self, text: str = "", icon: str = "NONE") -> None:
        assert icon in self.ICONS
        self.texts.append(text)

    def prop(self, data: Any, name: str, text: str = "", expand: bool = False) -> None:
        assert name in data.bl_rna.properties
        getattr(data, name)  # menus are computed
        self.texts.append(name)

    def prop_search(self, data: Any, name: str, source: Any, items: str, icon: str) -> None:
        assert icon in self.ICONS and hasattr(source, items)
        self.prop(data, name)

    def operator(self, idname: str, text: str = "", icon: str = "NONE") -> None:
        assert icon in self.ICONS
        module, name = idname.split(".")
        getattr(getattr(bpy.ops, module), name).get_rna_type()
        self.texts.append(idname)

    def progress(self, factor: float, text: str) -> None:
        assert 0 <= factor <= 1
        self.texts.append(text)


def drawn() -> list[str]:
    layout = FakeLayout()
    for cls in panels.CLASSES:
        if getattr(cls, "poll", lambda _: True)(bpy.context):
            stand_in = type("Panel", (), {"layout": layout})()
            cls.draw(stand_in, bpy.context)
    return layout.texts


def test_panels_draw_in_every_state(addon: None) -> None:
    texts = drawn()
    assert "No active object." in texts and "group_menu" not in texts
    bpy.ops.mesh.primitive_uv_sphere_add()
    sphere = bpy.context.active_object
    texts = drawn()
    assert "orbitex.paint" in texts and "style_menu" in texts and "views" in texts
    sphere.orbitex.style_kind, sphere.orbitex.view_kind = "FILE", "CAMERAS"
    texts = drawn()
    assert "style_file" in texts and "views" not in texts
    sphere.orbitex.style_kind, sphere.orbitex.view_kind = "EXEMPLAR", "RING"
    assert "mask" not in texts and "base" not in texts and "tolerance" in texts
    sphere.orbitex.mask_kind, sphere.orbitex.action = "IMAGE", "DIRECTION"
    texts = drawn()
    assert {"mask", "base", "views"} <= set(texts) and "tolerance" not in texts
    sphere.orbitex.mask_kind = "NONE"
    with FakeService(steps=1000) as service:
        address = service.address
        running = operators.begin_paint(bpy.context, sphere, {"size": 64}, address, False)
        assert "Connecting" in drawn()
        while running.frames < 2:
            session.pump()
        texts = drawn()
        assert any(text.startswith("Stage 1/2, step") for text in texts)
        assert "orbitex.finish" in texts and "orbitex.paint" not in texts
        assert "Version fake on cpu" in texts
        session.cancel(running)
        while running.active:
            session.pump()
        assert any(text.startswith("Cancelled") for text in drawn())
    failed = operators.begin_paint(bpy.context, sphere, {"size": 64}, address, False)
    while failed.active:
        session.pump()
    texts = drawn()
    assert f"No service at {address}." in " ".join(texts)
    assert "orbitex.start_service" in texts and "orbitex.paint" in texts
    while sphere.data.uv_layers:
        sphere.data.uv_layers.remove(sphere.data.uv_layers[0])
    assert "orbitex.smart_uv" in drawn()
