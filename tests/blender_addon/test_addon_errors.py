"""Bad input ends in a RuntimeError with one clear line, and nothing is left behind."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import Any

import bpy
import pytest
from fake_service import FakeService

from blender_addon.link import connection, service_process, worker
from blender_addon.picture.shading import node_tree_of
from blender_addon.problems import ProblemError
from blender_addon.scene import gather


def free_address() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"tcp://127.0.0.1:{probe.getsockname()[1]}"


def paint_error(**arguments: Any) -> str:
    arguments = {"address": "tcp://127.0.0.1:9", "autostart": False, "size": 64} | arguments
    with pytest.raises(RuntimeError) as caught:
        bpy.ops.orbitex.paint(**arguments)
    line = str(caught.value).strip()
    assert "\n" not in line and "Traceback" not in line
    assert not bpy.data.images and not bpy.data.materials
    return line


def test_no_object(addon: None) -> None:
    assert "Select a mesh object" in paint_error()


def test_no_pyzmq(sphere: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in Blender before 4.2, to which the zip cannot bring it: the add-on loads all the same."""
    monkeypatch.setattr(connection, "zmq", None)
    line = paint_error()
    assert "lacks pyzmq" in line and "python3-zmq" in line and sys.executable in line


def test_no_uv_map_and_its_fix(sphere: Any) -> None:
    mesh = sphere.data
    mesh.uv_layers.remove(mesh.uv_layers[0])
    assert "has no UV map" in paint_error()
    problem = gather.check(sphere)
    assert problem and problem.fix == "orbitex.smart_uv"
    mesh.polygons[3].select = False
    assert bpy.ops.orbitex.smart_uv() == {"FINISHED"}
    assert sphere.orbitex.uv_map == mesh.uv_layers.active.name
    assert gather.check(sphere, sphere.orbitex.uv_map) is None
    assert not mesh.polygons[3].select and mesh.polygons[4].select and sphere.mode == "OBJECT"
    with FakeService(steps=1) as service:
        bpy.ops.orbitex.paint(address=service.address, autostart=False, size=64)
    uvs = service.requests[0][1]["uvs"]
    assert uvs.min() >= 0 and uvs.max() <= 1


def test_smart_uv_overwrites_nothing(sphere: Any) -> None:
    import numpy as np

    def uvs() -> Any:
        values = np.empty(len(sphere.data.loops) * 2, np.float32)
        sphere.data.uv_layers["UVMap"].uv.foreach_get("vector", values)
        return values

    before = uvs()
    bpy.ops.orbitex.smart_uv()
    assert [layer.name for layer in sphere.data.uv_layers] == ["UVMap", "Orbitex"]
    np.testing.assert_array_equal(uvs(), before)
    while len(sphere.data.uv_layers) < 8:
        sphere.data.uv_layers.new()
    with pytest.raises(RuntimeError, match="no room"):
        bpy.ops.orbitex.smart_uv()


def test_unknown_uv_map(sphere: Any) -> None:
    assert "has no UV map 'Nope'. It has: UVMap." in paint_error(uv_map="Nope")


def test_no_service(sphere: Any) -> None:
    address = free_address()
    assert f"No service at {address}." in paint_error(address=address)


@pytest.mark.parametrize("address", ["nonsense", "tcp://127.0.0.1", "http://127.0.0.1:80"])
def test_bad_address(sphere: Any, address: str) -> None:
    assert "is not an address" in paint_error(address=address)


def test_another_machine_needs_online_access(sphere: Any) -> None:
    assert not bpy.app.online_access
    assert "online access is off" in paint_error(address="tcp://192.0.2.1:5577")


def test_unknown_group_is_the_services_to_refuse(sphere: Any) -> None:
    with FakeService() as service:
        line = paint_error(address=service.address, group="533")
    assert "Symmetry: '533' is not known. Did you mean 532?" in line


def test_missing_and_unreadable_style(sphere: Any, tmp_path: Path) -> None:
    assert "There is no style picture '/nowhere/x.png'" in paint_error(style="/nowhere/x.png")
    (tmp_path / "text.png").write_text("not a picture")
    assert "cannot be read as a picture" in paint_error(style=str(tmp_path / "text.png"))
    sphere.orbitex.styles.add().source = ""
    assert "A style in the list has no picture" in paint_error()
    assert "weight in 'stained_glass=much' is not a number" in paint_error(
        style="stained_glass=much"
    )


def test_degenerate_meshes(sphere: Any) -> None:
    mesh = sphere.data
    for vertex in mesh.vertices:
        vertex.co = (0, 0, vertex.co.z)
    mesh.update()
    assert "have no area" in paint_error()
    mesh.vertices[0].co = (float("nan"), 0, 0)
    mesh.update()
    assert "not finite" in paint_error()
    mesh.clear_geometry()
    assert "no faces" in paint_error()


def test_flat_scale_and_flat_uvs(sphere: Any) -> None:
    for corner in sphere.data.uv_layers[0].uv:
        corner.vector = (0.5, 0.5)
    assert "UV map 'UVMap' has no area" in paint_error()
    sphere.scale = (1, 1, 0)
    assert "scale is zero" in paint_error()


def test_udim_is_refused(sphere: Any) -> None:
    material = bpy.data.materials.new("Tiles")
    node = node_tree_of(material).nodes.new("ShaderNodeTexImage")
    node.image = bpy.data.images.new("tiles", 8, 8, tiled=True)
    sphere.data.materials.append(material)
    with pytest.raises(RuntimeError, match="UDIM image 'tiles'"):
        bpy.ops.orbitex.paint(autostart=False)


def test_a_service_that_is_no_service(sphere: Any) -> None:
    from blender_addon.link.connection import Timing
    from blender_addon.link.worker import Inquiry

    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        asked = Inquiry(f"tcp://127.0.0.1:{silent.getsockname()[1]}", None, Timing(hello=0.3))
        asked.start()
        asked._thread.join(5)
    problem = asked.report().problem
    assert problem and problem.code == "no-answer"


def test_a_thread_that_fails_says_why_and_where(capsys: pytest.CaptureFixture[str]) -> None:
    class Broken(worker.Worker):
        def _work(self) -> None:
            raise ZeroDivisionError("by nothing")

    broken = Broken("tcp://127.0.0.1:9")
    broken.start()
    broken.join()
    problem = broken.report().problem
    assert problem is not None and problem.code == "internal"
    assert problem.message == "ZeroDivisionError: by nothing"
    assert "in _work" in capsys.readouterr().err


def test_a_linked_object_is_refused(sphere: Any, tmp_path: Path) -> None:
    path = str(tmp_path / "library.blend")
    bpy.data.libraries.write(path, {sphere})
    bpy.data.objects.remove(sphere)
    with bpy.data.libraries.load(path, link=True) as (source, target):
        target.objects = source.objects
    linked = target.objects[0]
    bpy.context.scene.collection.objects.link(linked)
    bpy.context.view_layer.objects.active = linked
    assert "is linked from another file" in paint_error()


@pytest.fixture
def service_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for the installed service: ``python -m service`` runs the fake one."""
    package = tmp_path / "service"
    (package / "serving").mkdir(parents=True)
    (package / "__init__.py").touch()
    here = Path(__file__).parent
    (package / "__main__.py").write_text(
        f"import sys, runpy\nsys.path[:0] = {[str(here), str(here.parents[1])]!r}\n"
        f"runpy.run_path({str(here / 'fake_service.py')!r}, run_name='__main__')\n"
    )
    monkeypatch.setattr(service_process, "find_python", lambda *_: (sys.executable, str(tmp_path)))
    return package


def test_autostart(sphere: Any, service_package: Path) -> None:
    address = free_address()
    assert bpy.ops.orbitex.paint(address=address, autostart=True, size=64) == {"FINISHED"}
    child = service_process.child_of(address)
    assert child and child.death() is None
    assert bpy.ops.orbitex.paint(address=address, size=64) == {"FINISHED"}  # the same child
    assert service_process.child_of(address) is child
    if sys.platform != "win32":  # Ctrl-C in the terminal is not for it
        assert os.getsid(child._process.pid) != os.getsid(0)
    child._process.kill()
    child._process.wait()
    assert bpy.ops.orbitex.paint(address=address, size=64) == {"FINISHED"}  # another one
    again = service_process.child_of(address)
    assert again and again is not child and again.death() is None
    service_process.stop_all()
    assert again.death() is not None


def test_a_service_that_dies_while_starting(sphere: Any, service_package: Path) -> None:
    (service_package / "__main__.py").write_text("raise SystemExit('No disk left.')")
    line = paint_error(address=free_address(), autostart=True)
    assert "The service ended with code 1: No disk left." in line


def test_no_python(sphere: Any) -> None:
    with pytest.raises(ProblemError, match="no Python at"):
        service_process.find_python("/nowhere/python", None)
