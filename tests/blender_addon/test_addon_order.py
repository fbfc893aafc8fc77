"""The whole order, as the service gets it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
import numpy as np
import pytest
from fake_service import FakeService
from scenes import image, material, node_of, noise

from blender_addon.jobs import jobs
from blender_addon.offer.refusals import from_service


def paint(**given: Any) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """What the service gets; the recipe is one that it accepts."""
    with FakeService(steps=1) as service:
        bpy.ops.orbitex.paint(address=service.address, autostart=False, size=64, **given)
    header, buffers = service.requests[0]
    pytest.importorskip("service.recipe.parsing").parse_recipe(header["recipe"])
    return header, buffers


def test_a_script_can_set_everything(sphere: Any) -> None:
    sphere.location, sphere.rotation_euler = (1, 2, 3), (0, np.pi / 2, 0)
    cursor = bpy.context.scene.cursor
    cursor.location, cursor.rotation_euler = (1, 2, 5), (0, 0, 0)
    group = sphere.vertex_groups.new(name="Cap")
    group.add(list(range(20)), 1.0, "REPLACE")
    sphere.data.materials.append(material(image(noise(16, 16))))
    bpy.ops.mesh.primitive_cube_add(location=(3, 3, 3))
    bpy.context.view_layer.objects.active = sphere
    header, buffers = paint(
        group="432",
        axis="CURSOR",
        centre="CURSOR",
        action="DIRECTION",
        tolerance=0.02,
        style_size=0.7,
        view_kind="RING",
        views=6,
        start="BASE",
        content=2.5,
        seam=0.5,
        steps=77,
        mask_kind="VERTEX_GROUP",
        mask="Cap",
        finish_palette="4",
    )
    recipe = header["recipe"]
    # The object's X axis points down: up, along the cursor's Z, is its -X.
    for name, expected in (("axis", (-1, 0, 0)), ("centre", (-2, 0, 0))):
        numbers = [float(x) for x in recipe.pop(name).split(",")]
        np.testing.assert_allclose(numbers, expected, atol=1e-5)
    assert recipe == {
        "target": "mesh",
        "group": "432",
        "colouring": "none",
        "colours": "style",
        "action": "direction",
        "tolerance": 0.02,
        "styles": [{"source": "stained_glass", "weight": 1.0}],
        "style_scale": 1.0,
        "style_colours": "own",
        "style_size": 0.7,
        "start": "base",
        "objective": {
            "style": 1.0,
            "detail": 1.0,
            "colour": 1.0,
            "dream": 1.0,
            "natural_colours": 0.0,
            "smoothness": 0.1,
            "seam": 0.5,
            "content": 2.5,
        },
        "finishing": {
            "blur": 0.0,
            "sharpen": 0.0,
            "black": 0.0,
            "white": 1.0,
            "brightness": 0.0,
            "contrast": 1.2,
            "saturation": 1.0,
            "hue": 0.0,
            "palette": "4",
        },
        "network": "auto",
        "learning_rate": 0.3,
        "steps": 77,
        "size": 64,
        "quality": "standard",
        "seed": 0,
        "views": 6,
        "view_layout": "ring",
    }
    np.testing.assert_array_equal(buffers["base"][..., :3], noise(16, 16)[..., :3])
    assert buffers["mask"].shape == (64, 64) and 0 < (buffers["mask"] == 255).mean() < 1
    assert len(buffers["occluder_triangles"]) == 12
    _, buffers = paint(occluders=False)
    assert set(buffers) == {"vertices", "triangles", "uvs"}


def test_the_panels_settings_are_sent(sphere: Any) -> None:
    settings = sphere.orbitex
    settings.axis, settings.centre, settings.action = "X", "CENTROID", "DIRECTION"
    settings.start, settings.content, settings.view_kind = "BASE", 0.1, "RING"
    header, buffers = paint()
    recipe = header["recipe"]
    assert [recipe[name] for name in ("axis", "centre", "action", "start", "view_layout")] == [
        *("X", "centroid", "direction", "base", "ring")
    ]
    assert recipe["objective"]["content"] == 0.1
    assert buffers["base"].shape == (1, 1, 4)
    header, _ = paint(views=3)  # the settings' ring, of three
    assert (header["recipe"]["views"], header["recipe"]["view_layout"]) == (3, "ring")
    settings.view_kind = "ACTIVE"
    header, _ = paint(views=3)
    assert (header["recipe"]["views"], header["recipe"]["view_layout"]) == (3, "sphere")
    with pytest.raises(RuntimeError, match="no camera"):
        paint(views=0)


def test_inks_are_sent_where_they_are_wanted(sphere: Any) -> None:
    sphere.orbitex.inks = "#1b2a5c,#e8b030"
    assert "inks" not in paint()[0]["recipe"]
    recipe = paint(colours="INKS")[0]["recipe"]
    assert (recipe["colours"], recipe["inks"]) == ("inks", "#1b2a5c,#e8b030")


def test_the_colours_that_a_style_takes_are_sent(sphere: Any, tmp_path: Path) -> None:
    sphere.data.materials.append(material(image(noise(16, 16))))
    header, buffers = paint(style_colours="BASE")
    assert header["recipe"]["style_colours"] == "base" and buffers["base"].shape == (16, 16, 4)
    header, buffers = paint(style_colours="LIGHT", start="BASE")
    assert header["recipe"]["style_colours"] == "light" and "base" in buffers
    header, buffers = paint(style_colours="PICTURE", colours_of="woodcut_waves")
    assert header["recipe"]["style_colours"] == "woodcut_waves" and "base" not in buffers
    file = tmp_path / "palette.png"
    picture = image(noise(4, 4))
    picture.filepath_raw, picture.file_format = str(file), "PNG"
    picture.save()
    header, buffers = paint(style_colours="PICTURE", colours_of=str(file))
    assert header["recipe"]["style_colours"] == "buffer:colours"
    assert buffers["colours"].shape == (4, 4, 3)
    for name, words in (("", "No picture is chosen"), ("/no.png", "no picture '/no.png'")):
        with pytest.raises(RuntimeError, match=words):
            paint(style_colours="PICTURE", colours_of=name)
    dream = paint(style_colours="BASE", dream="fire9", use_styles=False)[0]["recipe"]
    assert "style_colours" not in dream  # there is no style that could take any


def test_holes_are_sent_even_if_the_colour_does_not_count(sphere: Any) -> None:
    pixels = noise(8, 8)
    made = material(image(pixels))
    sphere.data.materials.append(made)
    assert "base" not in paint()[1]
    picture, shader = node_of(made, "TEX_IMAGE"), node_of(made, "BSDF_PRINCIPLED")
    made.node_tree.links.new(picture.outputs["Alpha"], shader.inputs["Alpha"])
    np.testing.assert_array_equal(paint()[1]["base"], pixels)


def test_painting_changes_no_uv_map(sphere: Any) -> None:
    second = sphere.data.uv_layers.new(name="Second")
    for corner in second.uv:
        corner.vector.x *= 0.5

    def uvs() -> np.ndarray:
        return np.array([[c.vector[:] for c in layer.uv] for layer in sphere.data.uv_layers])

    before, active = uvs(), sphere.data.uv_layers.active.name
    paint(uv_map="Second", start="BASE")
    np.testing.assert_array_equal(uvs(), before)
    assert sphere.data.uv_layers.active.name == active
    assert sphere.orbitex.image[jobs.UV_MAP_KEY] == "Second"


def test_a_mesh_that_is_not_symmetric_has_its_fix(sphere: Any) -> None:
    problem = from_service(
        {"code": "mesh-not-symmetric", "field": "group"}
        | {"message": "It is not.", "hint": "Give --tolerance."}
    )
    assert problem.message == "Symmetry: It is not."  # the panel's word, not the recipe's
    assert "Acts On" in problem.hint and "--" not in problem.hint
    assert problem.fix == "orbitex.detect_symmetry"
