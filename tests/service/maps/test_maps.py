"""Material maps: slopes on every kind of ground, their symmetry, files, refusals."""

from __future__ import annotations

import io
import json

import numpy as np
import OpenEXR
import pytest
from commands import run_command
from paintings import write_painting
from PIL import Image

from geometry.errors import InputError
from geometry.mesh.mesh import make_mesh
from geometry.sphere.pictures import PROJECTIONS
from geometry.symmetry.colour import act
from geometry.symmetry.colour_frame import RGB
from service.maps.ball import SphereGround
from service.maps.delivery import Written, make
from service.maps.files import MapFormat, exr_bytes, map_bytes
from service.maps.ground import Flat, Ground
from service.maps.light import light_of, sign_choices
from service.maps.of_mesh import maps_of_mesh
from service.maps.relief import Finish, sky_share
from service.maps.skin import SkinGround
from service.maps.subject import read_subject
from service.maps.symmetry import Turn, normal_errors

SWAPPED, INVERTED = (2, 1, 3), (-1, -2, -3)
FINISH = Finish(depth=2.0, reach=5.0)


def run(*arguments):
    return run_command("maps", *arguments)


def waves():
    """A wave that repeats with the brick 60 × 40, whose copies above lie 13 pixels aside."""
    periods = np.array([[60.0, 13.0], [0.0, 40.0]])
    k = 2 * np.pi * np.linalg.inv(periods).T @ (1, 2)
    y, x = np.mgrid[:40, :60]
    return k, np.sin(k[0] * x + k[1] * y), np.cos(k[0] * x + k[1] * y)


@pytest.mark.parametrize(("slopes", "near"), [(Flat.slopes, 2e-3), (Ground.slopes, 4e-2)])
def test_slopes_of_a_tile_go_on_across_its_borders(slopes, near):
    k, sine, cosine = waves()
    found = slopes(Flat((40, 60), 30.0, skew=13), sine, 0.5)  # half a millimetre a pixel
    blurred = np.exp(-k @ k / 2)
    assert np.allclose(found.height, blurred * sine, atol=near)
    assert np.allclose(found.right, 2 * k[0] * blurred * cosine, atol=near)
    assert np.allclose(found.up, -2 * k[1] * blurred * cosine, atol=near)


@pytest.mark.parametrize("name", PROJECTIONS)
def test_slopes_of_a_sphere_are_its_gradient_everywhere(name):
    """Of the height x·a the gradient is a's part along the surface; poles and edges are no
    exception."""
    shape = PROJECTIONS[name].shape(96)
    ground = SphereGround(PROJECTIONS[name], shape, 2.0)
    a = np.array([0.3, -0.5, 0.8])
    found = ground.slopes((ground.out @ a).reshape(shape), ground.step)
    gradient = found.right.reshape(-1, 1) * ground.right + found.up.reshape(-1, 1) * ground.up
    wrong = np.linalg.norm(gradient - (a - (ground.out @ a)[:, None] * ground.out), axis=1)
    assert np.median(wrong) < 0.01 and wrong.max() < 0.12


def sheet():
    """2 × 1, in two islands, of which one is turned in the layout; they meet at x = 1."""
    vertices = np.array([(x, y, 0) for x in (0, 1, 2) for y in (0, 1)], float)
    triangles = np.array([(0, 2, 3), (0, 3, 1), (2, 4, 5), (2, 5, 3)])
    left = {0: (0.05, 0.05), 2: (0.45, 0.05), 3: (0.45, 0.45), 1: (0.05, 0.45)}
    right = {2: (0.95, 0.55), 4: (0.95, 0.95), 5: (0.55, 0.95), 3: (0.55, 0.55)}  # a quarter turn
    uvs = np.array([[(left if n < 2 else right)[v] for v in t] for n, t in enumerate(triangles)])
    return make_mesh(vertices, triangles, uvs)


def test_slopes_of_a_mesh_do_not_see_its_seams():
    mesh, n = sheet(), 80
    ground = SkinGround(mesh, (n, n), 2.0)
    y, x = np.mgrid[:n, :n]
    u, v = (x + 0.5) / n, 1 - (y + 0.5) / n
    first = u + v < 1
    place = np.where(first, (u - 0.05) / 0.4, 1 + (v - 0.55) / 0.4)  # x in space
    across = np.where(first, (v - 0.05) / 0.4, (0.95 - u) / 0.4)  # y in space
    found = ground.slopes(np.sin(3 * place + across), 1.5 * ground.step)
    inside = ground.seen & (place > 0.1) & (place < 1.9) & (across > 0.1) & (across < 0.9)
    slope = np.cos(3 * place + across)
    right = np.where(first, 3 * slope, -slope)
    up = np.where(first, slope, 3 * slope)
    assert inside.sum() > 1000
    assert np.abs(found.right - right)[inside].max() < 0.12
    assert np.abs(found.up - up)[inside].max() < 0.12


PAINTINGS = [
    {"target": "tile", "group": "p4g", "colouring": "none", "size": 64},
    {"target": "tile", "group": "p4m", "colouring": "2a", "size": 64},
    {"target": "tile", "group": "p6", "colouring": "3a", "size": 128},
    {"target": "tile", "group": "p6m", "colouring": "2a", "size": 128},
    {"target": "frieze", "group": "p2mg", "colouring": "none", "size": 128},
    {"target": "sphere", "group": "532", "colouring": "none", "size": 192},
    {"target": "sphere", "group": "*432", "colouring": "2a", "size": 192, "projection": "cube"},
]


@pytest.mark.parametrize("recipe", PAINTINGS, ids=lambda r: f"{r['group']} {r['colouring']}")
def test_normals_turn_with_the_group(recipe, tmp_path):
    made = make(read_subject(write_painting(tmp_path, recipe), 100.0), FINISH)
    slope = np.degrees(np.arccos(made.maps.normal[..., 2]))
    assert np.sqrt((slope**2).mean()) > 5, "nothing to turn"
    assert made.errors and max(made.errors.values()) <= 1.0
    ground, normal = made.subject.ground, made.maps.normal
    still = [Turn(g.name, np.eye(3), -1) for g in made.subject.generators[:1]]
    (wrong,) = normal_errors(ground, normal, still).values()  # nothing moves, and all turns over
    assert wrong > 5


def test_heights_are_what_a_colour_rule_keeps_or_turns_over():
    pixels = np.random.default_rng(0).integers(0, 256, (8, 8, 3), np.uint8)
    for colours in ([], [SWAPPED], [(2, 3, 1)], [INVERTED], [SWAPPED, INVERTED], [(-2, 1, 3)]):
        light = light_of(pixels, colours, RGB)
        assert np.ptp(light.heights) > 0.5
        for colour in colours:
            moved = light_of(act(colour, pixels), colours, RGB)
            expected = light.heights if light.signs[colour] > 0 else 1 - light.heights
            assert np.allclose(moved.heights, expected, atol=1e-9)
    assert light_of(pixels, [INVERTED], RGB).signs[INVERTED] == -1
    grey = np.full((4, 4, 3), 128, np.uint8)
    assert light_of(grey, [SWAPPED], RGB).flat


def test_signs_are_homomorphisms():
    assert [len(sign_choices([c])) for c in ((2, 3, 1), SWAPPED, (-2, 1, 3))] == [1, 2, 2]
    assert len(sign_choices([SWAPPED, INVERTED])) == 4
    assert sign_choices([])[0] == {(1, 2, 3): 1}


def test_light_arrives_on_heights_and_not_in_pits():
    ground = Flat((40, 40), 40.0)
    assert np.allclose(sky_share(ground, np.zeros((40, 40)), 8.0), 1)
    pit = np.ones((40, 40)) * 5
    pit[18:22, 18:22] = 0
    share = sky_share(ground, pit, 8.0)
    assert share[5, 5] == 1 and share[19, 19] < 0.4
    assert np.allclose(share, share[::-1]) and np.allclose(share, share.T)


def test_all_files_are_written(tmp_path):
    painting = write_painting(tmp_path, PAINTINGS[1])
    plain, other = tmp_path / "plain", tmp_path / "other"
    run(painting, "-o", plain, "--metal", "#c8a040")
    run(painting, "-o", other, "--convention", "directx", "--format", "exr", "--bits", 32)
    name = painting.stem
    about = json.loads((plain / f"{name}_maps.json").read_text())
    assert {p.name for p in plain.iterdir()} == {
        *(file for files in about["files"].values() for file in files),
        *(about["material"], f"{name}_maps.json"),
    }
    normal = np.asarray(Image.open(plain / f"{name}_normal.png")) / 255
    with OpenEXR.File(str(other / f"{name}_normal.exr")) as file:
        flipped = file.channels()["RGB"].pixels * (1, -1, 1) + (0, 1, 0)
    assert np.abs(normal - flipped).max() < 0.003
    assert Image.open(plain / f"{name}_height.png").mode == "L"
    glb = (plain / f"{name}_material.glb").read_bytes()
    tree = json.loads(glb[20 : 20 + int.from_bytes(glb[12:16], "little")])
    (material,) = tree["materials"]
    surface = material["pbrMetallicRoughness"]
    assert surface["metallicRoughnessTexture"] == material["occlusionTexture"]
    assert len({surface["baseColorTexture"]["index"], material["normalTexture"]["index"]}) == 2
    assert (surface["metallicFactor"], surface["roughnessFactor"]) == (1.0, 1.0)


def test_files_of_sixteen_bits():
    values = np.random.default_rng(0).random((5, 7, 3))
    grey = Image.open(io.BytesIO(map_bytes(values[..., 0], MapFormat("png", 16))))
    assert (np.asarray(grey) == np.rint(values[..., 0] * 65535)).all()
    colours = Image.open(io.BytesIO(map_bytes(values, MapFormat("png", 16))))
    assert (np.asarray(colours) == np.rint(values * 65535).astype(int) >> 8).all()
    with OpenEXR.File(io.BytesIO(exr_bytes(values))) as file:
        assert np.abs(file.channels()["RGB"].pixels - values).max() < 1e-3


def test_a_picture_without_a_receipt_and_a_mesh(tmp_path):
    picture = tmp_path / "own.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (24, 32, 3), np.uint8)).save(picture)
    run(picture, "--smooth", 10, "--mm", 64)
    assert (tmp_path / "own-maps" / "own_material.glb").is_file()
    # the GLB is a textured mesh itself
    run(tmp_path / "own-maps" / "own_material.glb", "-o", tmp_path / "again")
    assert (tmp_path / "again" / "own_material_normal.png").is_file()


def test_the_wire_says_the_same(tmp_path):
    mesh = sheet()
    picture = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    uvs = mesh.uvs.astype(np.float32)
    buffers = {
        **{"vertices": mesh.vertices.astype(np.float32), "triangles": mesh.triangles},
        **{"uvs": uvs, "picture": picture},
    }
    fields = {"colours": [], "frame": None, "depth": 0.02, "roughness": [0.2, 0.6]}
    said, found = maps_of_mesh(fields | {"invert": False}, buffers)
    assert not said["flat"] and found["normal"].shape == found["packed"].shape == (64, 64, 3)
    assert (found["normal"][..., 2] >= 128).all() and not found["packed"][..., 2].any()
    assert found["packed"][..., 1].min() >= 51 and found["packed"][..., 1].max() <= 153
    _, upside_down = maps_of_mesh(fields | {"invert": True}, buffers)
    both = found["normal"][..., :2].astype(int) + upside_down["normal"][..., :2]
    assert np.abs(both - 255).max() <= 1
    with pytest.raises(InputError, match="colour"):
        maps_of_mesh(fields | {"invert": False, "colours": [[1, 1, 2]]}, buffers)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--format", "jpg", "--bits", 16], "JPG holds 8 bits per channel, not 16.*png or exr"),
        (["--format", "png", "--bits", 32], "PNG holds 8 or 16.*--format exr"),
        (["--format", "bmp"], "not written as 'bmp'"),
        (["--metal", "gold"], "'gold' is no colour"),
        (["--roughness", "0.5"], "two numbers"),
        (["--convention", "maya"], "'maya' is not known"),
        (["--smooth", 0.001], "a blur of 0.001 mm is not seen"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(arguments, said, tmp_path):
    picture = tmp_path / "own.png"
    Image.new("RGB", (16, 16), "red").save(picture)
    with pytest.raises(InputError, match=said) as caught:
        run(picture, *arguments)
    assert "\n" not in str(caught.value)


def test_a_picture_that_shows_nothing_is_refused(tmp_path):
    Image.new("RGBA", (32, 32)).save(tmp_path / "clear.png")
    subject = read_subject(tmp_path / "clear.png", 100)
    with pytest.raises(InputError, match="all of it is transparent"):
        make(subject, Finish(2, 5))


def test_a_look_far_over_the_edge_is_refused():
    flat = Flat((8, 8), 100)
    assert flat.framed(np.zeros((8, 8)), 20).shape == (48, 48)
    with pytest.raises(InputError, match="--reach"):
        flat.framed(np.zeros((8, 8)), 20_000)


@pytest.mark.parametrize("command", ["maps", "sky", "orb", "measure", "view"])
def test_a_folder_is_no_painting(command):
    assert run_command(command, ".").exit_code == 2


def test_textures_of_like_names_have_files_of_their_own(tmp_path):
    place = Written(tmp_path, "vase", MapFormat.of("png", None), "opengl")
    files = place.files(("gold leaf", "Gold_leaf", "g" * 80, "g" * 81))
    assert len({str(file).lower() for file in files}) == len(files)
