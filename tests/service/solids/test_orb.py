"""Solids as files, through the commands: watertight in other programs' eyes, coloured, refused."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pytest
import trimesh
from commands import run_command
from paintings import write_painting
from PIL import Image

from geometry.errors import InputError
from service.reporting.receipt import SCHEMA
from service.solids.order import lightness

SPHERE = {"target": "sphere", "group": "332", "colouring": "none", "size": 64}
SMALL = ("--mm", 20, "--detail", 1.5)


def run(*arguments):
    return run_command(*arguments).output


def refusal(*arguments):
    with pytest.raises(InputError) as error:
        run(*arguments)
    assert error.value.hint
    return error.value


@pytest.fixture(scope="module")
def painting(tmp_path_factory):
    return write_painting(tmp_path_factory.mktemp("sphere"), SPHERE)


@pytest.fixture(scope="module")
def painted_box(tmp_path_factory):
    """A box with a texture, and a receipt of its painting."""
    folder = tmp_path_factory.mktemp("box")
    solid = trimesh.creation.box((1, 2, 1))  # Y is up in an OBJ
    uvs = (solid.vertices[solid.faces] + (0.5, 1, 0.5))[..., :2] / (2, 4)
    lines = [f"v {x} {y} {z}" for x, y, z in solid.vertices]
    lines += [f"vt {u} {v}" for u, v in uvs.reshape(-1, 2)]
    for n, face in enumerate(solid.faces):
        lines.append("f " + " ".join(f"{v + 1}/{3 * n + k + 1}" for k, v in enumerate(face)))
    (folder / "box.obj").write_text("\n".join(lines))
    pixels = np.random.default_rng(0).integers(0, 255, (16, 16, 3), np.uint8)
    Image.fromarray(pixels).save(folder / "box.png")
    digest = hashlib.sha256((folder / "box.obj").read_bytes()).hexdigest()
    textures = [{"material": "box", "file": "box.png"}]
    receipt = {
        "schema": SCHEMA,
        "recipe": {"target": "mesh", "group": "1", "mesh": "box.obj", "size": 64},
        "mesh": {"sha256": digest, "textures": textures},
    }
    (folder / "box.json").write_text(json.dumps(receipt))
    return folder / "box.json"


@pytest.mark.parametrize("end", ["3mf", "stl", "ply", "obj"])
def test_other_programs_find_a_solid_in_every_file(end, painting, tmp_path):
    file = tmp_path / f"ball.{end}"
    said = run("orb", painting, *SMALL, "--base", 1, "--wall", 2.5, "--drain", 3, "-o", file)
    assert "watertight" in said and "exactly symmetric in 12 ways" in said
    solid = trimesh.load(file, force="mesh")
    assert solid.is_volume and solid.body_count == 1
    assert np.isclose(solid.vertices[:, 2].min(), 0, atol=1e-4)
    assert np.ptp(solid.vertices, axis=0).max() <= 20 + 1e-4
    if end in ("ply", "obj"):
        assert np.ptp(solid.visual.vertex_colors[:, :3].astype(int), axis=0).max() > 60


def test_a_3mf_is_to_the_standard_with_its_filaments(painting, tmp_path):
    lib3mf = pytest.importorskip("lib3mf")
    file = tmp_path / "ball.3mf"
    run("orb", painting, *SMALL, "--colours", 3, "-o", file)
    content = file.read_bytes()
    run("orb", painting, *SMALL, "--colours", 3, "-o", file)
    assert file.read_bytes() == content
    model = lib3mf.get_wrapper().CreateModel()
    reader = model.QueryReader("3mf")
    reader.SetStrictModeActive(True)
    reader.ReadFromFile(str(file))
    assert reader.GetWarningCount() == 0 and model.GetUnit() == lib3mf.ModelUnit.MilliMeter
    meshes = model.GetMeshObjects()
    assert meshes.MoveNext()
    mesh = meshes.GetCurrentMeshObject()
    assert mesh.IsManifoldAndOriented()
    used = [row.PropertyIDs[0] for row in mesh.GetAllTriangleProperties()]
    counts = np.bincount(used)[1:]
    assert len(counts) == 3 and (np.diff(counts) <= 0).all()


def test_few_colours_are_all_that_a_file_has(painting, tmp_path):
    run("orb", painting, *SMALL, "--colours", 2, "-o", tmp_path / "ball.ply")
    colours = trimesh.load(tmp_path / "ball.ply", process=False).visual.vertex_colors
    assert len(np.unique(colours, axis=0)) == 2


def test_a_picture_of_heights_decides_and_can_be_inverted(painting, tmp_path):
    """Its upper half is light."""
    pixels = np.zeros((32, 64, 3), np.uint8)
    pixels[:16] = 255
    Image.fromarray(pixels).save(tmp_path / "heights.png")
    plain = write_painting(tmp_path, {**SPHERE, "group": "1"})
    for extra, high in (((), 1), (("--invert",), -1)):
        more = ("--heights", tmp_path / "heights.png", "--depth", 2, *extra)
        run("orb", plain, *SMALL, *more, "-o", tmp_path / "ball.stl")
        points = trimesh.load(tmp_path / "ball.stl").vertices
        size = np.ptp(points[:, 2])
        assert np.isclose(size, 18, atol=0.1)
        middle = points[:, 2].min() + (10 if high < 0 else 8)
        radii = np.linalg.norm(points - (0, 0, middle), axis=1)
        upper = points[:, 2] > middle
        assert np.sign(np.median(radii[upper]) - np.median(radii[~upper])) == high


def test_a_painted_mesh_is_a_solid_of_its_height(painted_box, tmp_path):
    said = run("relief", painted_box, "--mm", 30, "--detail", 2, "-o", tmp_path / "box.stl")
    assert "30 mm high" in said
    solid = trimesh.load(tmp_path / "box.stl")
    assert solid.is_volume
    assert np.allclose(np.ptp(solid.vertices, axis=0)[2], 30, atol=0.1)
    assert (np.ptp(solid.vertices, axis=0)[:2] < 16).all()


def test_what_cannot_be_is_refused_in_a_line(painting, painted_box, tmp_path):
    mesh = painted_box.with_name("box.obj")
    stl = tmp_path / "x.stl"
    assert refusal("orb", painting, "--wall", 1.3).code == "thin-wall"
    assert refusal("orb", painting, "--mm", 10, "--depth", 3).field == "depth"
    assert refusal("orb", painting, "--mm", 20, "--base", 11).field == "base"
    assert refusal("orb", painting, "--mm", 2000, "--detail", 0.1).field == "detail"
    assert refusal("orb", painting, "--colours", 3, "-o", stl).field == "colours"
    assert refusal("orb", painting, "-o", tmp_path / "x.gltf").code == "bad-output"
    assert refusal("orb", painting, "-o", painting.with_suffix(".png")).code == "bad-output"
    assert refusal("orb", painted_box).code in ("bad-receipt", "bad-value")
    assert refusal("relief", painting).field == "receipt"
    square = tmp_path / "square.png"
    Image.new("RGB", (8, 8)).save(square)
    assert refusal("orb", painting, "--heights", square).field == "heights"
    lines = mesh.read_text().splitlines()
    (tmp_path / "open.obj").write_text("\n".join(lines[:-1]))
    found = refusal("relief", painted_box, tmp_path / "open.obj", "-o", stl)
    assert found.code == "mesh-open" and not stl.exists()


def test_a_changed_mesh_is_not_taken_for_what_was_painted(painted_box, tmp_path):
    for name in ("box.obj", "box.json", "box.png"):
        (tmp_path / name).write_bytes(painted_box.with_name(name).read_bytes())
    with (tmp_path / "box.obj").open("a") as file:
        file.write("\n# changed\n")
    assert "was changed" in refusal("relief", tmp_path / "box.json").message


def test_lightness_is_cie():
    """Known values: grey 119 is L* 50, pure green 87.7."""
    greys = lightness(np.array([[0, 0, 0], [119, 119, 119], [255, 255, 255], [0, 255, 0.0]]))
    assert np.allclose(greys, [0, 0.5003, 1, 0.8774], atol=2e-3)
