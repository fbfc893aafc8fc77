"""The colour that an object has before it is painted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
import numpy as np
import pytest
from scenes import depsgraph, image, material, node_of, noise, square

from blender_addon.picture import shading
from blender_addon.problems import ProblemError
from blender_addon.scene import base_colour


def base(obj: Any, uv_map: str = "", size: int = 64, source: str = "MATERIAL") -> np.ndarray:
    return base_colour.gather_base(obj, depsgraph(), uv_map, size, source)


def test_the_image_of_the_material_is_sent_byte_for_byte(sphere: Any) -> None:
    pixels = noise(20, 30)
    sphere.data.materials.append(material(image(pixels)))
    sent = base(sphere)
    np.testing.assert_array_equal(sent[..., :3], pixels[..., :3])
    assert (sent[..., 3] == 255).all()  # the material does not use the image's alpha
    tree = sphere.active_material.node_tree
    picture, shader = (node_of(sphere.active_material, k) for k in ("TEX_IMAGE", "BSDF_PRINCIPLED"))
    assert not base_colour.has_holes(sphere)
    tree.links.new(picture.outputs["Alpha"], shader.inputs["Alpha"])
    assert base_colour.has_holes(sphere)
    np.testing.assert_array_equal(base(sphere), pixels)


def test_linear_images_are_encoded(sphere: Any) -> None:
    """A float image and a Non-Color one look as bytes of the same look in sRGB."""
    pixels = np.full((4, 4, 4), 255, np.uint8)
    pixels[..., :3] = 55  # 0.2158
    for how in ({"float_buffer": True}, {"is_data": True}):
        sphere.data.materials.clear()
        sphere.data.materials.append(material(image(pixels, **how)))
        assert np.abs(base(sphere)[..., :3].astype(int) - 128).max() <= 1


def test_flat_colours(sphere: Any) -> None:
    assert base(sphere).tolist() == [[[231, 231, 231, 255]]]  # Blender's 0.8 without a material
    sphere.data.materials.append(material(colour=(1.0, 0.2158605, 0.0, 1.0)))
    assert base(sphere).tolist() == [[[255, 128, 0, 255]]]


def test_several_materials_are_drawn_into_the_layout(addon: None) -> None:
    obj = square()
    pixels = np.zeros((64, 64, 4), np.uint8)
    pixels[..., 0] = np.arange(64)[None, :] * 4  # red grows with u, green downwards
    pixels[..., 1] = np.arange(64)[:, None] * 4
    for made in (material(image(pixels)), material(colour=(0, 0, 1, 1))):
        obj.data.materials.append(made)
    obj.data.polygons[1].material_index = 1
    sent = base(obj)
    np.testing.assert_array_equal(sent[:, :32, :2], pixels[:, :32, :2])
    assert (sent[:, 32:] == (0, 0, 255, 255)).all()


def test_an_image_on_another_uv_map_is_drawn_into_the_layout(addon: None) -> None:
    """The image lies on the user's UV map; a second one, turned by 90°, is painted."""
    obj = square()
    pixels = noise(64, 64)
    made = material(image(pixels))
    obj.data.materials.append(made)
    turned = obj.data.uv_layers.new(name="Turned")
    for old, new in zip(obj.data.uv_layers["UVMap"].uv, turned.uv, strict=True):
        new.vector = (1 - old.vector.y, old.vector.x)
    np.testing.assert_array_equal(base(obj, "UVMap")[..., :3], pixels[..., :3])
    expected = np.rot90(pixels)[..., :3].astype(int)
    assert np.abs(base(obj, "Turned")[..., :3] - expected).max() <= 1
    # An image node that names its UV map looks through that one.
    node = made.node_tree.nodes.new("ShaderNodeUVMap")
    node.uv_map = "Turned"
    made.node_tree.links.new(node.outputs["UV"], node_of(made, "TEX_IMAGE").inputs["Vector"])
    np.testing.assert_array_equal(base(obj, "Turned")[..., :3], pixels[..., :3])


def test_the_colour_before_is_found_after_painting(sphere: Any) -> None:
    pixels, painted = noise(8, 8), image(noise(8, 8, 1), "painted")
    made = material(image(pixels))
    sphere.data.materials.append(made)
    for _ in range(2):  # the second time meets its own image
        shading.attach(sphere, painted, "UVMap")
    np.testing.assert_array_equal(base(sphere)[..., :3], pixels[..., :3])
    sent = base(sphere, source="PAINTED")
    np.testing.assert_array_equal(sent[..., :3], noise(8, 8, 1)[..., :3])
    sphere.data.materials.clear()
    sphere.data.materials.append(material(colour=(0, 1, 0, 1)))
    shading.attach(sphere, painted, "UVMap")
    assert base(sphere).tolist() == [[[0, 255, 0, 255]]]


def test_colours_made_by_nodes_are_refused(sphere: Any) -> None:
    made = material()
    tree = made.node_tree
    made_by = tree.nodes.new("ShaderNodeTexNoise")
    shader = node_of(made, "BSDF_PRINCIPLED")
    tree.links.new(made_by.outputs["Color"], shader.inputs["Base Color"])
    sphere.data.materials.append(made)
    with pytest.raises(ProblemError, match=r"comes from the node 'Noise Texture'\. Bake"):
        base(sphere)
    picture = tree.nodes.new("ShaderNodeTexImage")
    picture.image = image(noise(4, 4))
    mapping = tree.nodes.new("ShaderNodeMapping")
    coordinates = tree.nodes.new("ShaderNodeTexCoord")
    reroute = tree.nodes.new("NodeReroute")
    tree.links.new(coordinates.outputs["UV"], mapping.inputs["Vector"])
    tree.links.new(mapping.outputs["Vector"], picture.inputs["Vector"])
    tree.links.new(picture.outputs["Color"], reroute.inputs[0])
    tree.links.new(reroute.outputs[0], shader.inputs["Base Color"])
    assert base(sphere).shape == (4, 4, 4)  # a mapping that changes nothing
    mapping.inputs["Scale"].default_value = (2, 2, 2)
    with pytest.raises(ProblemError, match="placed by other nodes"):
        base(sphere)


def test_an_image_whose_file_is_gone(sphere: Any, tmp_path: Path) -> None:
    lost = bpy.data.images.new("lost", 4, 4)
    lost.source, lost.filepath = "FILE", str(tmp_path / "lost.png")
    sphere.data.materials.append(material(lost))
    with pytest.raises(ProblemError, match="'lost' has no pixels"):
        base(sphere)


@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_pixels_that_are_no_numbers_are_black(sphere: Any) -> None:
    """As renders have them; NaN as a byte would be anything, and a warning."""
    made = bpy.data.images.new("float", 2, 2, float_buffer=True)
    made.pixels.foreach_set(np.array([np.nan, 1, np.inf, 1] * 4, np.float32))
    sphere.data.materials.append(material(made))
    assert base(sphere)[0, 0].tolist() == [0, 255, 255, 255]
