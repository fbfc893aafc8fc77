"""Export for Print: the solid in the scene, its file, what is asked, what is refused and mended."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import bpy
import numpy as np
import pytest
from fake_layout import drawn
from fake_service import FakeService
from scenes import image, node_of, noise

from blender_addon.panels import main
from blender_addon.solids import making
from blender_addon.solids.order import FORMATS, TITLES, Order
from recipes.demo import free_address

CROSSES = ("relief-crosses-itself", "It goes through itself.", "Choose a smaller --depth.")


@pytest.fixture
def painted(service: FakeService, sphere: Any) -> Any:
    """A sphere with a texture, turned and moved."""
    sphere.orbitex.image = image(noise(32, 32))
    sphere.rotation_euler, sphere.location = (math.pi / 2, 0, 0), (3, 0, 5)
    bpy.context.view_layer.update()
    return sphere


def until(happened: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def solids() -> list[Any]:
    return [obj for obj in bpy.data.objects if obj.name.startswith("Sphere Print")]


def test_a_solid_stands_beside_the_object_in_real_size(service: FakeService, painted: Any) -> None:
    assert bpy.ops.orbitex.export_for_print(mm=40, raised=True) == {"FINISHED"}
    (made,) = solids()
    assert np.allclose(made.dimensions, (0.02, 0.01, 0.04))  # Blender's metres
    assert made.location[0] > 4 and made.location[2] == pytest.approx(4)
    assert bpy.context.active_object == painted
    attribute = made.data.color_attributes.active_color
    assert (attribute.domain, attribute.data_type) == ("POINT", "BYTE_COLOR")
    shown = [[round(255 * x) for x in entry.color_srgb] for entry in attribute.data]
    assert shown == [[255, 0, 0, 255]] * 3 + [[10, 200, 30, 255]]
    (material,) = made.data.materials
    source = node_of(material, "BSDF_PRINCIPLED").inputs["Base Color"].links[0].from_node
    assert source.layer_name == attribute.name
    header, buffers = service.solids[0]
    assert (header["mm"], header["raised"], header["wall"]) == (40, True, None)
    assert header["format"] is None and header["colours"] is None
    assert buffers["uvs"].shape == (*buffers["triangles"].shape, 2)
    assert np.allclose(buffers["picture"], noise(32, 32)[..., :3])
    corners = np.array([painted.matrix_world @ vertex.co for vertex in painted.data.vertices])
    assert np.allclose(buffers["vertices"], corners, atol=1e-5)  # as it stands in the scene


@pytest.mark.parametrize(("system", "scale", "high"), [("METRIC", 0.001, 40), ("NONE", 1, 40)])
def test_units_are_those_of_the_scene(painted: Any, system: str, scale: float, high: float) -> None:
    units = bpy.context.scene.unit_settings
    units.system, units.scale_length = system, scale
    bpy.ops.orbitex.export_for_print(mm=40)
    assert solids()[0].dimensions[2] == pytest.approx(high)


def test_filaments_are_materials_and_the_file_is_written(painted: Any, tmp_path: Path) -> None:
    file = tmp_path / "ball.3mf"
    bpy.ops.orbitex.export_for_print(filepath=str(file), colours=2)
    assert file.read_bytes() == b"a 3mf" and list(tmp_path.iterdir()) == [file]
    (made,) = solids()
    assert [slot.name for slot in made.data.materials] == [
        "Filament 1 #ff0000",
        "Filament 2 #0ac81e",
    ]
    assert [face.material_index for face in made.data.polygons] == [0, 1, 1, 1]
    assert "80.0 mm, 2.0 cm³" in making.made(painted)


def test_the_interface_does_not_wait_and_can_give_up(service: FakeService, painted: Any) -> None:
    order = Order(40, 0.8, False, False, 0, 4, 0, 0.4, 0, None)
    making.begin(bpy.context, painted, order)
    assert making.QUESTIONS.is_pending(painted)
    while making.QUESTIONS.collect():
        pass
    assert len(solids()) == 1
    service.deaf_to = ("solid",)
    asking = making.begin(bpy.context, painted, order)
    until(lambda: service.kinds.count("solid") == 2)
    assert bpy.ops.orbitex.cancel_export() == {"FINISHED"}
    asking.join()
    until(lambda: "withdraw" in service.kinds)
    assert not making.QUESTIONS.collect() and len(solids()) == 1
    assert making.QUESTIONS.problem(painted) is None


def test_what_is_refused_is_mended_at_a_click(service: FakeService, painted: Any) -> None:
    service.refuse_solid = CROSSES
    for fix, shown in (("export_raised", "Raise Relief"), ("export_shallower", "Halve Depth")):
        with pytest.raises(RuntimeError, match=r"Depth: It goes.* a smaller Depth\."):
            bpy.ops.orbitex.export_for_print(raised=fix == "export_shallower")
        problem = making.QUESTIONS.problem(painted)
        assert problem is not None and problem.fix == f"orbitex.{fix}"
        assert problem.fix_label == shown
        assert problem.fix in drawn([main.ORBITEX_PT_main])
    assert not solids()
    service.refuse_solid = None
    assert bpy.ops.orbitex.export_shallower() == {"FINISHED"}
    header, _ = service.solids[-1]
    assert header["raised"] and header["depth"] == pytest.approx(0.4) and len(solids()) == 1
    assert making.QUESTIONS.problem(painted) is None


def test_files_that_cannot_be_are_refused_before_anything_is_asked(
    service: FakeService, painted: Any, tmp_path: Path
) -> None:
    for file, said in (
        (tmp_path / "none" / "x.3mf", "There is no folder"),
        (tmp_path / "x.gltf", "no solid's name"),
        (tmp_path / "x", "no solid's name"),
        ("//x.3mf", "never saved"),
    ):
        with pytest.raises(RuntimeError, match=said):
            bpy.ops.orbitex.export_for_print(filepath=str(file))
    assert not service.solids
    with pytest.raises(RuntimeError, match="No service at"):
        bpy.ops.orbitex.export_for_print(address=free_address())


def test_a_disk_that_is_full_leaves_the_solid(
    painted: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(RuntimeError, match=r"No space left.*in the scene"):
        bpy.ops.orbitex.export_for_print(filepath=str(tmp_path / "x.stl"))
    assert len(solids()) == 1


def test_an_object_that_is_not_painted_has_no_solid(sphere: Any) -> None:
    assert not bpy.ops.orbitex.export_for_print.poll()
    assert not bpy.ops.orbitex.export_raised.poll()


def test_settings_are_those_of_the_service(addon: None) -> None:
    solid = pytest.importorskip("service.serving.protocol.kinds").KINDS["solid"]
    bounds = pytest.importorskip("service.solids.bounds")
    assert tuple(f".{name}" for name in FORMATS) == bounds.SUFFIXES
    assert solid.SIDES[1] == making.MOST_SIDE
    known = bpy.ops.orbitex.export_for_print.get_rna_type().properties
    for name, bound in (
        *(("mm", bounds.SIZE), ("depth", bounds.DEPTH), ("drain", bounds.DRAIN)),
        *(("base", bounds.BASE), ("detail", bounds.DETAIL)),
    ):
        shown = known[name]
        assert (shown.hard_min, shown.hard_max, shown.default) == pytest.approx(bound)
        assert shown.name == TITLES[name]
    assert known["wall"].hard_max == bounds.WALL.most
    assert known["colours"].hard_max == bounds.MOST_FILAMENTS
    asked = Order(40, 0.8, False, False, 2, 4, 0, 0.4, 0, None).fields()
    assert asked.keys() == solid.model_fields.keys()
    assert {field.name for field in fields(Order)} - {"file"} == asked.keys() - {"format"}
