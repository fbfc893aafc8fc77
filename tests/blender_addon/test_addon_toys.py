"""A term that is new in the add-on's file of fields is wherever weights are, and a setting that is
one more row of the table wherever settings are: no other line changes. Properties are made when the
add-on is imported, so this happens in a process of its own."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
TOY = {
    "name": "toy",
    "setting": "toy_weight",
    "title": "Toy Excitement",
    "description": "How much the network should be excited.",
    "default": 0.0,
    "least": -5.0,
    "most": 50.0,
    "usual": 7.0,
    "targets": [],
    "needs_base": False,
}
ELSEWHERE = TOY | {"name": "other", "setting": "other", "targets": ["tile"]}
FIELD = {
    "title": "Toy Field",
    "description": "How playful it is; default: not at all.",
    "default": None,
    "least": 1,
    "most": 9,
    "targets": [],
    "adjustable": True,
    "type": "integer",
}
ROW = 'QUALITY += (of_recipe("toy_field", "quality", usual=5),)'
PROGRAM = """
import json, os, pathlib, sys
import bpy
bpy.ops.wm.read_factory_settings(use_empty=True)
import blender_addon
blender_addon.register()
from blender_addon import panels
from blender_addon.operators import paint, preset
from blender_addon.scene import submission
from blender_addon.settings import presets, properties, table
from fake_layout import drawn
bpy.ops.mesh.primitive_uv_sphere_add()
settings = bpy.context.object.orbitex
settings.toy_weight = 1e6
known = properties.OrbitexSettings.bl_rna.properties
toy = known["toy_weight"]
choices = table.choices_of(settings)
running = table.recipe_of(choices)
settings.toy_weight = 2
untouched = preset.values_of(settings)
settings.toy_field = 7
preset.own_folder = lambda: pathlib.Path("presets")
bpy.ops.orbitex.preset_save(name="Toys")
settings.toy_field = 1
bpy.ops.orbitex.preset_apply(name="Toys")
field = known["toy_field"]
print("@" + json.dumps({
    "file": blender_addon.__file__,
    "property": [toy.name, toy.description, toy.default, toy.hard_min, toy.hard_max, toy.soft_max],
    "elsewhere": "other" in known,
    "shown": drawn(panels.CLASSES),
    "argument": "toy_weight" in bpy.ops.orbitex.paint.get_rna_type().properties.keys(),
    "override": "toy_weight" in paint.ARGUMENTS,
    "preset": "toy_weight" in presets.HELD,
    "sent": running["objective"],
    "changed": submission.changes(running, table.choices_of(settings)),
    "field": [field.name, field.description, field.default, field.hard_min, field.hard_max],
    "at first": [untouched["toy_field"], "toy_field" in running],
    "restored": settings.toy_field,
    "in recipe": table.recipe_of(table.choices_of(settings))["toy_field"],
    "toy argument": "toy_field" in bpy.ops.orbitex.paint.get_rna_type().properties.keys(),
}), flush=True)
os._exit(0)
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("room")
    skip = shutil.ignore_patterns("__pycache__")
    room = shutil.copytree(ROOT / "blender_addon", folder / "blender_addon", ignore=skip)
    file = room / "offer" / "fields.json"
    data = json.loads(file.read_text())
    data["fields"]["toy_field"] = FIELD
    file.write_text(json.dumps(data | {"terms": [*data["terms"], TOY, ELSEWHERE]}))
    with (room / "settings" / "painting.py").open("a") as table:
        table.write(ROW + "\n")
    program = f"import sys; sys.path[:0] = [{str(folder)!r}, {str(Path(__file__).parent)!r}]\n"
    done = subprocess.run(
        [sys.executable, "-c", program + PROGRAM], cwd=folder, capture_output=True, text=True
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("@")]
    assert len(lines) == 1, done.stderr
    data = json.loads(lines[0][1:])
    assert data["file"] == str(room / "__init__.py")
    return data


def test_it_is_a_slider_in_the_panel(found: dict[str, Any]) -> None:
    name, tip, *bounds = found["property"]
    assert (name, tip) == ("Toy Excitement", "How much the network should be excited")
    assert bounds == [0.0, -5.0, 50.0, 7.0]
    assert "toy_weight" in found["shown"]


def test_it_is_sent_and_may_be_changed(found: dict[str, Any]) -> None:
    assert found["sent"]["toy"] == 50.0
    assert next(iter(found["sent"])) == "style"
    assert found["changed"] == {"objective.toy": 2.0, "toy_field": 7}


def test_scripts_and_presets_know_it(found: dict[str, Any]) -> None:
    assert found["argument"] and found["override"] and found["preset"]


def test_what_is_for_other_targets_has_no_slider(found: dict[str, Any]) -> None:
    assert not found["elsewhere"]


def test_one_row_is_a_setting(found: dict[str, Any]) -> None:
    assert found["field"] == ["Toy Field", "How playful it is; automatic: not at all", 0, 0, 9]
    assert "toy_field" in found["shown"] and found["toy argument"]
    assert found["at first"] == [0, False]  # nothing chosen, nothing sent
    assert found["restored"] == found["in recipe"] == 7
