"""The add-on in a real Blender against a real service that it starts itself."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

import blender_addon  # noqa: E402  (after the check that there is a Blender)
from blender_addon.jobs import pump  # noqa: E402
from blender_addon.picture.backup import RECEIPT_KEY  # noqa: E402
from recipes.demo import contact_sheet, free_address  # noqa: E402


@pytest.fixture
def addon(empty_blender):
    blender_addon.register()
    yield
    pump.on_frame.clear()
    blender_addon.unregister()


def test_a_sphere_is_painted_live(addon, tmp_path: Path) -> None:
    """Submit, stream, finish: the image grows while the operator runs, ends packed in the
    material, and is there again when the file is reopened. Before that the service, once it is
    started, refuses an unknown group in one line with the nearest names."""
    bpy.ops.mesh.primitive_ico_sphere_add(subdivisions=2)
    sphere, address = bpy.context.object, free_address()
    with pytest.raises(RuntimeError, match=r"'533' is not known.*532"):
        bpy.ops.orbitex.paint(group="533", size=64, address=address, autostart=True)
    frames = []
    pump.on_frame.append(lambda step, pixels, size: frames.append((step, pixels.copy(), size)))
    bpy.ops.orbitex.paint(
        group="532",
        style="night_strokes",
        size=128,
        quality="draft",
        views=2,
        steps=24,
        address=address,
        autostart=True,
    )
    steps = [step for step, _, _ in frames]
    assert len(frames) >= 3 and steps == sorted(steps)
    assert not np.array_equal(frames[0][1], frames[-1][1])

    image = sphere.orbitex.image
    assert tuple(image.size) == (128, 128) and image.packed_file is not None
    receipt = json.loads(image[RECEIPT_KEY])
    assert receipt["recipe"]["group"] == "532" and receipt["recipe"]["target"] == "mesh"
    colours = np.array(image.pixels[:]).reshape(-1, 4)[:, :3]
    assert colours.std(axis=0).min() > 0.05, "a flat grey texture"
    shaders = [n for n in sphere.active_material.node_tree.nodes if n.type == "BSDF_PRINCIPLED"]
    link = shaders[0].inputs["Base Color"].links[0]
    assert link.from_node.image == image

    assert bpy.ops.orbitex.material_maps() == {"FINISHED"}  # of the service that painted
    sphere.orbitex.finish_contrast = 0.5
    assert bpy.ops.orbitex.finish_image() == {"FINISHED"}
    finished = json.loads(image[RECEIPT_KEY])
    assert finished["recipe"]["finishing"]["contrast"] == 0.5
    assert finished["picture"]["sha256"] != receipt["picture"]["sha256"]
    paler = np.array(image.pixels[:]).reshape(-1, 4)[:, :3]
    assert (paler.std(axis=0) < 0.7 * colours.std(axis=0)).all()
    assert bpy.ops.orbitex.reset_finishing() == {"FINISHED"}
    assert np.array_equal(np.array(image.pixels[:]).reshape(-1, 4)[:, :3], colours)
    bent = shaders[0].inputs["Normal"].links[0].from_node
    normals = np.array(bent.inputs["Color"].links[0].from_node.image.pixels[:]).reshape(-1, 4)
    assert normals[:, :2].std() > 0.02 and normals[:, 2].min() > 0.5

    file = tmp_path / "sphere.stl"
    assert bpy.ops.orbitex.export_for_print(filepath=str(file), mm=30, detail=2) == {"FINISHED"}
    solid = next(obj for obj in bpy.data.objects if obj.name.endswith("Print"))
    assert abs(solid.dimensions[2] - 0.03) < 1e-5
    triangles = int.from_bytes(file.read_bytes()[80:84], "little")
    assert triangles == len(solid.data.polygons) > 500

    name = image.name
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "sphere.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "sphere.blend"))
    again = np.array(bpy.data.images[name].pixels[:]).reshape(-1, 4)[:, :3]
    assert np.allclose(again, colours, atol=1 / 255)


def test_the_contact_sheet_shows_first_and_last() -> None:
    from recipes.demo import COLUMNS, THUMBNAIL, Arrival

    grey = [np.full((8, 8, 3), level, np.uint8) for level in range(40)]
    sheet = contact_sheet([Arrival(k, k / 10, pixels) for k, pixels in enumerate(grey)])
    assert sheet.width == COLUMNS * THUMBNAIL
    assert sheet.getpixel((20, 100)) == (0, 0, 0)
    assert sheet.getpixel((sheet.width - 20, sheet.height - 20)) == (39, 39, 39)
