"""The scripts of recipes/blender, run as a user runs them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import bpy
import numpy as np
import pytest
from clean_blender import ROOT
from fake_service import FakeService, picture
from test_addon_headless import BLENDER, needs_blender

from blender_addon.link.picture_files import encode_png

RECIPES = ROOT / "recipes" / "blender"
SCENE = """
import bpy, os, sys
bpy.ops.wm.read_factory_settings(use_empty=True)
for name, x in (("Left", -2), ("Right", 2)):
    bpy.ops.mesh.primitive_uv_sphere_add(location=(x, 0, 0), segments=16, ring_count=8)
    ball = bpy.context.object
    ball.name = name
    image = bpy.data.images.new(name, 2, 2)
    image.pixels.foreach_set([0, 1, 0, 1, 0, 0.7, 0, 1] * 2)
    image.pack()
    material = bpy.data.materials.new(name)
    if bpy.app.version < (5, 0, 0):
        material.use_nodes = True
    shader = next(n for n in material.node_tree.nodes if n.type == "BSDF_PRINCIPLED")
    node = material.node_tree.nodes.new("ShaderNodeTexImage")
    node.image = image
    material.node_tree.links.new(node.outputs["Color"], shader.inputs["Base Color"])
    ball.data.materials.append(material)
bpy.ops.wm.save_as_mainfile(filepath=os.path.abspath(sys.argv[-1]))
"""


class User:
    """A shell in ``folder``; ``program``: scripts run in the Blender program, not in bpy."""

    def __init__(self, folder: Path, program: bool) -> None:
        self.folder, self.program = folder, program
        (folder / "scene.py").write_text(SCENE)
        start = [str(BLENDER), "-b", "--python"] if program else [sys.executable]
        code, said = self._type([*start, "scene.py", *["--"][: int(program)], "scene.blend"])
        assert code == 0, said

    def run(self, script: str, *options: object) -> tuple[int, str]:
        """(exit code, what was printed) of a recipe for the scene."""
        path = str(RECIPES / script)
        if self.program:
            start = [str(BLENDER), "-b", "scene.blend", "--python", path, "--"]
        else:
            start = [sys.executable, path, "scene.blend"]
        return self._type([*start, *map(str, options)])

    def _type(self, command: list[str]) -> tuple[int, str]:
        user = {f"BLENDER_USER_{k}": str(self.folder) for k in ("RESOURCES", "CONFIG", "SCRIPTS")}
        environment = dict(os.environ, PWD=str(self.folder), **user)  # as a shell does
        done = subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, timeout=120
        )
        return done.returncode, done.stdout + done.stderr


@pytest.fixture(params=[False, pytest.param(True, marks=[needs_blender, pytest.mark.slow])])
def user(request: pytest.FixtureRequest, tmp_path: Path) -> User:
    return User(tmp_path, request.param)


@pytest.fixture
def service() -> Iterator[FakeService]:
    with FakeService(step_seconds=0.01) as service:
        yield service


def pictures(*files: Path) -> list[np.ndarray]:
    """|u1 (H, W, 3) of each file, top row first."""
    pillow = pytest.importorskip("PIL.Image")
    return [np.asarray(pillow.open(file).convert("RGB")) for file in files]


def test_paint_one(user: User, service: FakeService) -> None:
    at = "--address", service.address, "--no-autostart"
    painting = "--group", "432", "--size", "64", "--seed", "5", "--style-size", "0.5"
    files = "--out", "new.blend", "--texture", "textures/left.png"
    code, said = user.run("paint_one.py", "--object", "Left", *at, *painting, *files)
    assert code == 0 and "wrote textures" in said, said
    recipe = service.requests[0][0]["recipe"]
    assert (recipe["group"], recipe["size"], recipe["seed"]) == ("432", 64, 5)
    assert recipe["style_size"] == 0.5 and recipe["quality"] == "standard"  # the object's own
    written = (user.folder / "textures/left.png").read_bytes()
    assert written == encode_png(picture(service.steps, service.steps, 64))
    assert json.loads((user.folder / "textures/left.json").read_text())["recipe"] == recipe
    bpy.ops.wm.open_mainfile(filepath=str(user.folder / "new.blend"))
    image = bpy.data.images["Left Orbitex"]
    assert tuple(image.size) == (64, 64) and image.packed_file is not None


@pytest.mark.slow
def test_wrong_options_are_one_line(user: User) -> None:
    code, said = user.run("paint_one.py", "--object", "Middle")
    assert code == 1 and "No mesh object 'Middle'. There are: Left, Right." in said, said
    code, said = user.run("paint_one.py", "--sise", "64")
    assert code == 2 and "unrecognized arguments: --sise" in said, said
    (user.folder / "sty.png").write_bytes(b"precious")
    own = "--style", "woodcut_waves=2; sty.png", "--texture", "sty.png"
    code, said = user.run("paint_one.py", "--object", "Left", *own)
    assert code == 1 and "sty.png is read, and would be overwritten" in said, said
    assert (user.folder / "sty.png").read_bytes() == b"precious"
    assert "Traceback" not in said


@pytest.mark.slow
def test_help_names_every_argument(user: User) -> None:
    code, said = user.run("paint_one.py", "--help")
    assert code == 0 and "--style-size" in said and "--no-occluders" in said, said


@pytest.mark.slow
def test_batch_goes_on_after_a_failure(user: User, service: FakeService) -> None:
    given = "--address", service.address, "--no-autostart", "--size", "64", "--out", "all"
    code, said = user.run("batch.py", *given, "--groups", "777", "532", "--seeds", "1", "2")
    assert code == 1 and "4 failed. Left-777-1: Symmetry: '777' is not known." in said, said
    assert "Traceback" not in said
    written = {file.stem for file in (user.folder / "all").glob("*.png")}
    assert written == {f"{name}-532-{seed}" for name in ("Left", "Right") for seed in (1, 2)}
    assert {file.stem for file in (user.folder / "all").glob("*.json")} == written


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["CYCLES", "WORKBENCH"])
def test_turntable(user: User, engine: str) -> None:
    """A green ball in the middle of a grey picture, from all sides, and nothing of the other."""
    given = "--object", "Left", "--engine", engine, "--frames", "3", "--size", "48"
    code, said = user.run("turntable.py", *given, "--samples", "4", "--out", "frames")
    assert code == 0 and "wrote frames" in said, said
    files = sorted((user.folder / "frames").glob("*.png"))
    assert len(files) == 3
    for pixels in pictures(*files):
        red, green, blue = np.moveaxis(pixels.astype(int), -1, 0)
        painted = green > np.maximum(red, blue) + 30
        assert painted[12:36, 12:36].all() and 0.4 < painted.mean() < 0.75
        assert np.ptp(pixels[0], axis=-1).max() < 12 and 90 < pixels[0].mean() < 190


@pytest.mark.slow
def test_films(user: User) -> None:
    given = "--object", "Left", "--engine", "WORKBENCH", "--frames", "4", "--size", "48"
    code, said = user.run("turntable.py", *given, "--out", "ball.mp4")
    assert code == 0 and (user.folder / "ball.mp4").read_bytes()[4:8] == b"ftyp", said
    if not user.program:  # whose Python may have no Pillow
        code, said = user.run("turntable.py", *given, "--out", "ball.webp")
        pillow = pytest.importorskip("PIL.Image")
        assert code == 0 and pillow.open(user.folder / "ball.webp").n_frames == 4, said
    code, said = user.run("turntable.py", *given, "--out", "ball.gif")
    assert code == 2 and ".mp4 or .webp" in said, said
