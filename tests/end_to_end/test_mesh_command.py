"""Meshes painted by the command, whole: from a file to its textures, GLB, renders and receipt."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import gaussian_filter
from shapes import cube, vase

from geometry.mesh.mesh import make_mesh
from service.cli import main
from service.mesh_files.loading import load_mesh

ROOT = Path(__file__).parents[2]
SIDES = [f"_view{k}.png" for k in range(1, 5)]


def write_obj(path: Path, mesh) -> Path:
    """A mesh as an OBJ file, every corner with a UV of its own."""
    points = [f"v {x:.17g} {y:.17g} {z:.17g}" for x, y, z in mesh.vertices]
    places = [f"vt {u:.17g} {v:.17g}" for u, v in mesh.uvs.reshape(-1, 2)]
    corners = 3 * np.arange(len(mesh.triangles))[:, None] + np.arange(3)
    faces = [
        "f " + " ".join(f"{p + 1}/{c + 1}" for p, c in zip(*face, strict=True))
        for face in zip(mesh.triangles, corners, strict=True)
    ]
    path.write_text("\n".join([*points, *places, *faces]) + "\n")
    return path


def smart_suzanne(bpy, path: Path) -> Path:
    """Blender's monkey with a Smart UV layout, as GLB."""
    bpy.ops.mesh.primitive_monkey_add()
    bpy.ops.object.mode_set(mode="EDIT")
    bpy.ops.mesh.select_all(action="SELECT")
    bpy.ops.uv.smart_project(angle_limit=1.15, island_margin=0.02)
    bpy.ops.object.mode_set(mode="OBJECT")
    bpy.ops.export_scene.gltf(filepath=str(path), export_format="GLB", export_yup=True)
    return path


def painted(capfd, *words):
    """(texture, receipt) of ``service mesh``; the last word is the output."""
    assert main(["mesh", *map(str, words)]) == 0, capfd.readouterr().err
    output = Path(words[-1])
    with Image.open(output) as picture:
        return np.array(picture), json.loads(output.with_suffix(".json").read_text())


@pytest.fixture
def small_renders(monkeypatch):
    monkeypatch.setattr("service.reporting.mesh_pictures.SIDE", 48)


def assert_all_files_are_there(output: Path, side: int = 640) -> None:
    ends = [".png", ".glb", ".json", ".paint.safetensors", "_coverage.png", *SIDES]
    assert {path.name for path in output.parent.glob(f"{output.stem}*")} == {
        output.stem + end for end in ends
    }
    for end in SIDES:
        with Image.open(output.parent / (output.stem + end)) as view:
            pixels = np.asarray(view)
        assert pixels.shape == (side, side, 3) and pixels.std() > 8


def assert_opens_in_blender(bpy, output: Path, texture: np.ndarray) -> None:
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.import_scene.gltf(filepath=str(output.with_suffix(".glb")))
    (image,) = [image for image in bpy.data.images if image.size[0]]
    pixels = np.array(image.pixels[:]).reshape(*texture.shape[:2], 4)[::-1]
    assert np.abs(255 * pixels[..., :3] - texture).max() < 1


def test_a_vase_is_painted_with_its_symmetry(tmp_path, capfd, small_renders):
    file = write_obj(tmp_path / "vase.obj", vase(columns=48, rows=24))
    words = ("--group", "C12", "--colouring", "3a", "--size", 128, "--steps", 6, "--views", 4)
    words += ("--style-scale", 0.4)
    texture, receipt = painted(capfd, file, *words, "-o", tmp_path / "out" / "vase.png")
    assert texture.shape == (128, 128, 3) and texture.std() > 10
    assert_all_files_are_there(tmp_path / "out" / "vase.png", 48)
    assert receipt["quality"]["symmetry_rms"] <= 1.0
    assert receipt["surface"]["deviation"] < 0.001
    # by the texture itself: a turn by 1/12 of the way around goes on to the next colour
    turned = np.roll(texture.astype(float), -128 * 3 // 12, axis=1)  # three turns: whole texels
    inside = np.s_[30:-12]
    assert np.abs(turned - texture)[inside].mean() < 1.5
    assert np.abs(np.roll(texture, -128 // 2 - 5, axis=1).astype(float) - texture).mean() > 5


@pytest.mark.parametrize(("scale", "away"), [(1, (512345, 4612345, 311)), (1e-6, 0), (1e6, 0)])
def test_size_and_place_do_not_matter(tmp_path, capfd, small_renders, scale, away):
    """Coordinates of maps and of microscopes: the symmetry holds, the GLB keeps its shape."""
    shape = vase(flutes=4, columns=32, rows=16)
    moved = make_mesh(scale * shape.vertices + away, shape.triangles, shape.uvs)
    file = write_obj(tmp_path / "vase.obj", moved)
    output = tmp_path / "out" / "vase.png"
    words = ("--group", "C4", "--size", 128, "--steps", 2, "--views", 2, "--style-scale", 0.4)
    words += ("-o", output)
    _, receipt = painted(capfd, file, *words)
    assert receipt["quality"]["symmetry_rms"] <= 1.0 and receipt["surface"]["coverage"] > 0.5
    (part,) = load_mesh(output.with_suffix(".glb")).painted
    corners = (part.vertices[part.triangles] - away) / scale
    areas = np.linalg.norm(np.cross(*np.moveaxis(np.diff(corners, axis=1), 1, 0)), axis=1) / 2
    np.testing.assert_allclose(areas, shape.areas, rtol=1e-3, atol=1e-6)


def two_tone(rows, columns):
    base = np.zeros((rows, columns, 3), np.uint8)
    base[..., 0] = np.arange(columns) * 255 // columns
    base[..., 2] = np.random.default_rng(1).integers(0, 256, (rows, columns))
    return base


def test_what_a_mask_leaves_out_stays_to_the_bit(tmp_path, capfd, small_renders):
    """Without --size the texture is as wide as the base, and of its aspect; a mask has any size."""
    base = two_tone(48, 96)
    mask = np.zeros((10, 10), np.uint8)
    mask[:5] = 255
    Image.fromarray(base).save(tmp_path / "base.png")
    Image.fromarray(mask).save(tmp_path / "mask.png")
    file = write_obj(tmp_path / "cube.obj", cube())
    given = ("--base", tmp_path / "base.png", "--mask", tmp_path / "mask.png")
    output = tmp_path / "out" / "cube.png"
    words = ("--steps", 2, "--views", 4, "--style-scale", 0.4, "-o", output)
    texture, receipt = painted(capfd, file, *given, *words)
    assert texture.shape == base.shape and receipt["recipe"]["size"] == 96
    np.testing.assert_array_equal(texture[28:], base[28:])
    assert (texture[:20] != base[:20]).any(axis=2).mean() > 0.9
    # again from the receipt
    again = tmp_path / "again"
    assert main(["run", str(output.with_suffix(".json")), "-o", str(again)]) == 0
    assert (again / "cube.png").read_bytes() == output.read_bytes()
    # another size would change what is kept
    capfd.readouterr()
    assert main(["mesh", *map(str, (file, *given, "--size", 64, *words))]) == 2
    assert "--size 96" in capfd.readouterr().err


def broad(picture):
    return gaussian_filter(picture.astype(float), (3, 3, 0))


@pytest.mark.slow
def test_suzanne_is_covered_and_without_seams(tmp_path, capfd, empty_blender):
    file = smart_suzanne(empty_blender, tmp_path / "monkey.glb")
    output = tmp_path / "out" / "monkey.png"
    words = ("--size", 512, "--quality", "draft", "--style", "night_strokes", "-o", output)
    texture, receipt = painted(capfd, file, *words)
    surface = receipt["surface"]
    assert surface["coverage"] >= 0.99
    ratios = [ratio for ratio in surface["seams"].values() if ratio is not None]
    assert len(ratios) == 4 and max(ratios) <= 1.05
    assert surface["overlap"] < 0.01
    assert_all_files_are_there(output)
    assert_opens_in_blender(empty_blender, output, texture)
    (part,) = load_mesh(output.with_suffix(".glb")).painted
    np.testing.assert_array_equal(part.look.image[..., :3], texture)


@pytest.mark.slow
def test_the_vase_as_its_symmetry_wants_it(tmp_path, capfd, empty_blender):
    file = write_obj(tmp_path / "vase.obj", vase())
    assert main(["mesh", str(file), "--detect"]) == 0
    assert "12.12" in capfd.readouterr().out
    output = tmp_path / "out" / "vase.png"
    words = ("--group", "C12", "--colouring", "3a", "--size", 512, "--quality", "draft")
    texture, receipt = painted(capfd, file, *words, "-o", output)
    assert receipt["quality"]["symmetry_rms"] <= 1.0
    assert receipt["surface"]["coverage"] >= 0.99
    assert max(r for r in receipt["surface"]["seams"].values() if r is not None) <= 1.05
    assert broad(texture).std() > 10
    assert_all_files_are_there(output)
    assert_opens_in_blender(empty_blender, output, texture)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="/proc takes no files, from root neither")
def test_a_mesh_is_painted_without_a_home(tmp_path):
    file = write_obj(tmp_path / "vase.obj", vase(columns=16, rows=8))
    rest = {k: v for k, v in os.environ.items() if not k.startswith(("XDG_", "ORBITEX_"))}
    words = ("--size", 64, "--steps", 1, "--views", 2, "-o", tmp_path / "paint.png")
    done = subprocess.run(
        [sys.executable, "-m", "service", "mesh", *map(str, (file, *words))],
        env=rest | {"HOME": "/proc/nowhere", "TMPDIR": str(tmp_path), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0 and not done.stderr, done.stderr
    assert (tmp_path / "paint.png").exists() and list(tmp_path.glob("orbitex_cache_*/kernels/*"))
