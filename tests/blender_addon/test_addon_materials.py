"""Material maps and skies: nodes, colour spaces, what is asked, what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import bpy
import numpy as np
import pytest
from fake_service import FakeService
from scenes import node_of

from blender_addon.link.picture_files import encode_png
from blender_addon.materials import making
from blender_addon.picture.backup import RECEIPT_KEY
from blender_addon.picture.shading import BUMP_NODE
from recipes.demo import free_address


@pytest.fixture
def painted(service: FakeService, sphere: Any) -> Any:
    bpy.ops.orbitex.paint(size=64, group="1")
    return sphere


def material(obj: Any) -> Any:
    return obj.material_slots[0].material


def link_into(obj: Any, name: str) -> Any:
    """What feeds an input of the Principled BSDF."""
    return node_of(material(obj), "BSDF_PRINCIPLED").inputs[name].links[0]


def source(obj: Any, name: str) -> Any:
    return link_into(obj, name).from_node


def test_one_click_builds_the_material(service: FakeService, painted: Any) -> None:
    painted.orbitex.bump = 0.5
    image = painted.orbitex.image
    receipt = json.loads(image[RECEIPT_KEY])
    frame = {"axes": [[1, 0, 0], [0, 1, 0], [0, 0, 1]], "mean": [0.5, 0.0, -0.5]}
    changes = {"generators": [{"colour": [-1, 2, 3]}], "colour_frame": frame}
    image[RECEIPT_KEY] = json.dumps(receipt | changes)
    for depth in (0.1, 0.3):  # the second time in the place of the first
        assert bpy.ops.orbitex.material_maps(depth=depth, top=0.2) == {"FINISHED"}
    (_, _), (header, buffers) = service.maps
    assert header["depth"] == pytest.approx(0.3) and header["roughness"][0] == pytest.approx(0.2)
    assert header["colours"] == [[-1, 2, 3]]
    assert header["frame"] == [[1, 0, 0, 0.5], [0, 1, 0, 0.0], [0, 0, 1, -0.5]]
    assert buffers["uvs"].shape == (*buffers["triangles"].shape, 2)
    pixels = np.array(image.pixels[:]).reshape(64, 64, 4)[::-1, :, :3]
    assert np.abs(buffers["picture"] / 255 - pixels).max() < 1e-3

    tree = material(painted).node_tree
    assert BUMP_NODE not in tree.nodes
    assert source(painted, "Base Color").image == image
    assert image.colorspace_settings.name == "sRGB"
    bent = source(painted, "Normal")
    assert (bent.type, bent.space) == ("NORMAL_MAP", "TANGENT") and bent.uv_map
    normal = bent.inputs["Color"].links[0].from_node.image
    assert link_into(painted, "Roughness").from_socket.name == "Green"
    assert link_into(painted, "Metallic").from_socket.name == "Blue"
    packed = source(painted, "Metallic").inputs["Color"].links[0].from_node.image
    for made, expected in ((normal, pixels), (packed, 1 - pixels)):
        assert made.colorspace_settings.name == "Non-Color" and made.packed_file is not None
        found = np.array(made.pixels[:]).reshape(64, 64, 4)[::-1, :, :3]
        assert np.abs(found - expected).max() < 0.003
    assert len([n for n in tree.nodes if n.type == "TEX_IMAGE"]) == 3


def test_the_interface_does_not_wait(service: FakeService, painted: Any) -> None:
    making.begin(bpy.context, painted, 0.02, (0.4, 0.8), False)
    assert making.QUESTIONS.is_pending(painted)
    while making.QUESTIONS.collect():
        pass
    assert source(painted, "Normal").type == "NORMAL_MAP"


def test_what_goes_wrong_is_said(painted: Any, sphere: Any) -> None:
    with pytest.raises(RuntimeError, match="No service at"):
        bpy.ops.orbitex.material_maps(address=free_address())
    problem = making.QUESTIONS.problem(painted)
    assert problem is not None and problem.code == "no-service"
    material(painted).node_tree.nodes.clear()
    with pytest.raises(RuntimeError, match="Principled BSDF"):
        bpy.ops.orbitex.material_maps()


def test_large_pictures_are_halved(
    service: FakeService, painted: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds = pytest.importorskip("service.serving.protocol.kinds").KINDS
    assert kinds["maps"].SIDES[1] == making.MOST_SIDE
    monkeypatch.setattr(making, "MOST_SIDE", 32)
    bpy.ops.orbitex.material_maps()
    assert service.maps[0][1]["picture"].shape == (32, 32, 3)


def test_an_object_that_is_not_painted_has_no_maps(sphere: Any) -> None:
    assert not bpy.ops.orbitex.material_maps.poll()


def test_a_sky_lights_the_scene(addon: None, tmp_path: Path) -> None:
    file = tmp_path / "sky.png"
    file.write_bytes(encode_png(np.full((8, 16, 3), 200, np.uint8)))
    scene = bpy.context.scene
    own = scene.world = bpy.data.worlds.new("Own")
    for strength in (1.0, 3.0):
        assert bpy.ops.orbitex.set_sky(filepath=str(file), strength=strength) == {"FINISHED"}
    assert scene.world != own and own.use_fake_user and len(bpy.data.worlds) == 2
    background = node_of(scene.world, "BACKGROUND")
    assert background.inputs["Strength"].default_value == 3.0
    texture = background.inputs["Color"].links[0].from_node
    assert texture.type == "TEX_ENVIRONMENT" and texture.projection == "EQUIRECTANGULAR"
    assert texture.image.colorspace_settings.name == "sRGB"


def test_what_is_no_sky_is_refused(addon: None, tmp_path: Path) -> None:
    square = tmp_path / "square.png"
    square.write_bytes(encode_png(np.zeros((8, 8, 3), np.uint8)))
    words = tmp_path / "words.exr"
    words.write_text("no picture")
    own = bpy.context.scene.world
    for file, said in (
        (tmp_path / "none.exr", "There is no file"),
        (square, "not twice as wide"),
        (words, "cannot be read|not twice as wide"),
    ):
        with pytest.raises(RuntimeError, match=said):
            bpy.ops.orbitex.set_sky(filepath=str(file))
    assert bpy.context.scene.world == own
