"""One style picture or several, in the panel and in a script."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
import numpy as np
import pytest
from fake_service import FakeService
from scenes import image

from blender_addon.problems import ProblemError
from blender_addon.scene.styles import MAX_STYLES, parse_weighted


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """Two pictures, red and green."""
    paths = []
    for number, name in enumerate(("red.png", "green.png")):
        pixels = np.zeros((16, 16, 4), np.uint8)
        pixels[..., [number, 3]] = 255
        made = image(pixels, name)
        made.filepath_raw, made.file_format = str(tmp_path / name), "PNG"
        made.save()
        bpy.data.images.remove(made)
        paths.append(str(tmp_path / name))
    return paths


def sent(**given: Any) -> tuple[list[dict[str, Any]], dict[str, np.ndarray]]:
    with FakeService(steps=1) as service:
        bpy.ops.orbitex.paint(address=service.address, autostart=False, size=64, **given)
    header, buffers = service.requests[0]
    pytest.importorskip("service.recipe.parsing").parse_recipe(header["recipe"])
    return header["recipe"]["styles"], buffers


def test_the_list_is_sent(sphere: Any, files: list[str]) -> None:
    assert sent()[0] == [{"source": "stained_glass", "weight": 1.0}]
    bpy.ops.orbitex.style_add(source="night_strokes")
    for path in files:
        bpy.ops.orbitex.style_open(filepath=path)
    sphere.orbitex.styles[1].weight = 0.25
    styles, buffers = sent()
    assert styles == [
        {"source": "night_strokes", "weight": 1.0},
        {"source": "buffer:style1", "weight": 0.25},
        {"source": "buffer:style2", "weight": 1.0},
    ]
    assert (buffers["style1"] == (255, 0, 0)).all() and (buffers["style2"] == (0, 255, 0)).all()
    assert sent(style="marbled_paper")[0] == [{"source": "marbled_paper", "weight": 1.0}]


def test_a_script_writes_them_as_one_text(sphere: Any, files: list[str]) -> None:
    styles, buffers = sent(style=f"night_strokes = 2; {files[1]}=0.5;")
    assert styles == [
        {"source": "night_strokes", "weight": 2.0},
        {"source": "buffer:style1", "weight": 0.5},
    ]
    assert (buffers["style1"] == (0, 255, 0)).all()
    assert parse_weighted("a") == (("a", 1.0),)
    with pytest.raises(ProblemError, match="is not a number"):
        parse_weighted("a=b")


def test_the_lists_operators(sphere: Any) -> None:
    settings = sphere.orbitex

    def names() -> list[str]:
        return [style.source for style in settings.styles]

    assert not bpy.ops.orbitex.style_remove.poll() and not bpy.ops.orbitex.style_move.poll()
    for name in "abc":
        bpy.ops.orbitex.style_add(source=name)
    assert settings.style_index == 2
    bpy.ops.orbitex.style_move(direction="UP")
    assert names() == ["a", "c", "b"] and settings.style_index == 1
    bpy.ops.orbitex.style_move(direction="DOWN")
    bpy.ops.orbitex.style_move(direction="DOWN")  # there is no further
    assert names() == ["a", "b", "c"]
    bpy.ops.orbitex.style_remove()
    assert names() == ["a", "b"] and settings.style_index == 1
    while len(settings.styles) < MAX_STYLES:
        bpy.ops.orbitex.style_add(source="x")
    assert not bpy.ops.orbitex.style_add.poll()


def test_the_list_is_saved_in_the_file(sphere: Any, tmp_path: Path) -> None:
    for name in ("a", "b"):
        bpy.ops.orbitex.style_add(source=name)
    sphere.orbitex.styles[1].weight = 3.0
    path = str(tmp_path / "styles.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path)
    styles = bpy.context.active_object.orbitex.styles
    assert [(style.source, style.weight) for style in styles] == [("a", 1.0), ("b", 3.0)]
