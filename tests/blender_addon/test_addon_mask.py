"""Where paint goes."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from scenes import depsgraph, image, square

from blender_addon.problems import ProblemError
from blender_addon.scene import mask


def test_a_vertex_group_is_drawn_with_its_weights(addon: None) -> None:
    obj = square()
    group = obj.vertex_groups.new(name="Right")
    for vertex in obj.data.vertices:
        group.add([vertex.index], vertex.co.x, "REPLACE")
    sent = mask.gather_mask("VERTEX_GROUP", "Right", obj, depsgraph(), "", 50)
    u = (np.arange(50) + 0.5) / 50
    assert sent.shape == (50, 50) and sent.dtype == np.uint8
    assert np.abs(sent - u * 255).max() <= 0.51
    obj.modifiers.new("Subdivision", "SUBSURF").subdivision_type = "SIMPLE"
    finer = mask.gather_mask("VERTEX_GROUP", "Right", obj, depsgraph(), "", 50)
    assert np.abs(finer.astype(int) - sent).max() <= 1


def test_the_faces_of_a_material(addon: None) -> None:
    obj = square()
    for name in ("Left", "Right"):
        obj.data.materials.append(bpy.data.materials.new(name))
    obj.data.polygons[1].material_index = 1
    sent = mask.gather_mask("MATERIAL", "Right", obj, depsgraph(), "", 32)
    assert (sent[:, 16:] == 255).all() and (sent[:, :16] == 0).all()


def test_an_image_as_a_mask(addon: None) -> None:
    pixels = np.full((2, 3, 4), 255, np.uint8)
    pixels[0, 0, :3], pixels[1, 2, 3] = 0, 0  # black, and clear
    image(pixels, "Stencil")
    sent = mask.gather_mask("IMAGE", "Stencil", square(), depsgraph(), "", 32)
    assert sent.tolist() == [[0, 255, 255], [255, 255, 0]]


def test_masks_that_do_not_work(addon: None) -> None:
    obj = square()
    obj.vertex_groups.new(name="Nothing")
    for kind, name, words in (
        ("VERTEX_GROUP", "Some", "no vertex group 'Some' for the mask. There is: Nothing"),
        ("VERTEX_GROUP", "Nothing", "leaves nothing to paint"),
        ("IMAGE", "x", "no image 'x'"),
        ("MATERIAL", "", "no material ''"),
        ("FACES", "", "no kind of mask 'FACES'"),
    ):
        with pytest.raises(ProblemError, match=words):
            mask.gather_mask(kind, name, obj, depsgraph(), "", 32)
    assert mask.gather_mask("NONE", "", obj, depsgraph(), "", 32) is None
