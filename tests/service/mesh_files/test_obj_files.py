"""OBJ and MTL files as other programs write them."""

import itertools
import os
import random
import re

import numpy as np
import pytest
from PIL import Image

from geometry.errors import InputError
from service.mesh_files import rows
from service.mesh_files.loading import load_mesh

BOX = [  # six sides apart from each other: corners, counter-clockwise from outside
    [(sign * v[(0 + k) % 3], sign * v[(1 + k) % 3], sign * v[(2 + k) % 3]) for v in ring]
    for sign, ring in (
        (1, [(1, -1, -1), (1, 1, -1), (1, 1, 1), (1, -1, 1)]),
        (-1, [(1, -1, 1), (1, 1, 1), (1, 1, -1), (1, -1, -1)]),
    )
    for k in range(3)
]
CELLS = [(column / 3, row / 2) for row in range(2) for column in range(3)]
SQUARE = [(0.02, 0.02), (0.3, 0.02), (0.3, 0.45), (0.02, 0.45)]
QUAD = "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nvt 0 0\nvt 1 0\nvt 1 1\nvt 0 1\n"
FACE = "f 1/1 2/2 3/3 4/4\n"
WOOD = np.random.default_rng(4).integers(0, 256, (32, 32, 3), np.uint8)


def box(line="f {0}/{0} {1}/{1} {2}/{2} {3}/{3}", relative=False):
    """A box of side 2, point and UV lines between its faces."""
    text = ""
    for k, (side, (u, v)) in enumerate(zip(BOX, CELLS, strict=True)):
        text += "".join(f"v {x} {y} {z}\n" for x, y, z in side)
        text += "".join(f"vt {u + x} {v + y}\n" for x, y in SQUARE)
        text += line.format(*(range(-4, 0) if relative else range(4 * k + 1, 4 * k + 5))) + "\n"
    return text


def loaded(folder, text, name="mesh.obj", **files):
    for file, content in files.items():
        (folder / file.replace("_", ".")).write_text(content)
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_mesh(folder / name)


def expect_box(mesh):
    assert len(mesh.triangles) == 12 and mesh.oriented
    assert mesh.areas.sum() == pytest.approx(24)
    assert float(np.linalg.det(mesh.corners).sum()) / 6 == pytest.approx(8)
    corner = mesh.uvs.reshape(6, -1, 2).min(axis=1)
    np.testing.assert_allclose(sorted(map(tuple, corner)), sorted(np.add(CELLS, 0.02).tolist()))


@pytest.mark.parametrize("block", [40, 97, 1 << 24])
@pytest.mark.parametrize("relative", [False, True])
def test_blocks_of_points_and_faces_with_indices_of_both_kinds(
    tmp_path, monkeypatch, relative, block
):
    monkeypatch.setattr(rows, "_BLOCK", block)
    expect_box(loaded(tmp_path, box(relative=relative)).mesh)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\n", "\r\n"),
        ("\n", "\r"),
        (" ", "\t"),
        ("\n", "  # a comment with 1/2/3\n"),
        ("\nf ", "\n\n   f  "),
        (" ", " \\\n "),
        ("v ", "\ufeffv "),
        ("f ", "g side / 1\ns off\nl 1 2\nf "),
    ],
)
def test_text_of_all_kinds(tmp_path, old, new):
    text = box().replace("v 1 -1 -1", "v 1.0e+0 -1 -1.")
    expect_box(loaded(tmp_path, text.replace(old, new, 1 if new[0] == "\ufeff" else -1)).mesh)


def test_faces_of_many_kinds_in_one_file(tmp_path):
    # corners with normals, without, without UVs (refused below), triangles, more
    words = itertools.cycle(["{0}/{0}", "{0}/{0}/", "{0}/{0}/1", "{0}/{0}/-1"])
    lines = ["f " + " ".join(next(words).replace("0", str(k)) for k in range(4)) for _ in range(6)]
    text = "vn 0 0 2\n"
    for k, line in enumerate(box().split("f ")[:-1]):
        text += line.partition("\n")[2] if k else line
        text += lines[k].format(*range(4 * k + 1, 4 * k + 5)) + "\n"
    expect_box(loaded(tmp_path, text).mesh)


def test_a_hollow_face_keeps_its_notch_and_its_uvs(tmp_path):
    outline = [(0, 0), (2, 0), (2, 1), (1, 1), (1, 2), (0, 2)]
    text = "".join(f"v {x} {y} 5\nvt {x / 3} {y / 3}\n" for x, y in np.roll(outline, 2, axis=0))
    mesh = loaded(tmp_path, text + "f 1/1 2/2 3/3 4/4 5/5 6/6\n").mesh
    assert len(mesh.triangles) == 4 and mesh.areas.sum() == pytest.approx(3)
    np.testing.assert_allclose(3 * mesh.uvs, mesh.corners[..., :2], atol=1e-9)


def test_normals_belong_to_corners(tmp_path):
    text = QUAD + "vn 0 0 2\nvn 0 3 4\nf 1/1/1 2/2/1 3/3/1\nf 1/1/2 3/3/2 4/4/2\n"
    (part,) = loaded(tmp_path, text).painted
    assert len(part.vertices) == 6  # where normals differ, corners do
    np.testing.assert_allclose(part.normals[part.triangles[0]], [(0, 0, 1)] * 3)
    np.testing.assert_allclose(part.normals[part.triangles[1]], [(0, 0.6, 0.8)] * 3)


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        (box().replace("21/21", "21"), "mesh-no-uv", "some of its faces only: 2 of 12 triangles"),
        (QUAD + "f 1/1 2/2 9/3\n", "bad-mesh-file", "line 9 names a vertex that is not there"),
        (QUAD + "f 1/1 2/2 3/9\n", "bad-mesh-file", "line 9 names a UV that is not there"),
        (QUAD + "f -1/-1 -2/-2 -9/-3\n", "bad-mesh-file", "line 9 names a vertex"),
        (QUAD + "f 0/1 2/2 3/3\n", "bad-mesh-file", "line 9 names a vertex"),
        (QUAD + "f 1/1 2/x 3/3\n", "bad-mesh-file", "line 9: 'x' is not a number"),
        (QUAD + "f 1/1/1/1 2/2/2/2 3/3/3/3\n", "bad-mesh-file", "line 9"),
        (QUAD.replace("v 1 1 0", "v 1 1,5 0") + FACE, "bad-mesh-file", "line 3: '1,5' is not"),
        (QUAD.replace("v 1 1 0", "v 1 1") + FACE, "bad-mesh-file", "line 3 has less than 3"),
        (QUAD + "f 1/1 2/2\n", "bad-mesh-file", "holds no triangles"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path, text, code, words):
    with pytest.raises(InputError) as refused:
        loaded(tmp_path, text)
    assert refused.value.code == code and words in refused.value.message


MATERIAL = f"mtllib mesh.mtl\nusemtl wood\n{QUAD}{FACE}"


@pytest.mark.parametrize(
    ("line", "file"),
    [
        ("wood.png", "wood.png"),
        (r"tex\wood.png", "tex/wood.png"),
        (r"tex\wood.png", "wood.png"),
        (r"C:\Users\me\my textures\wood.png", "wood.png"),
        ("/home/me/textures/wood.png", "wood.png"),
        (r"\\server\share\Wood.PNG", "wood.png"),
        ("./Tex/WOOD.png", "tex/wood.png"),
        ("my old  wood.png", "my old  wood.png"),
        ('"my wood.png"', "my wood.png"),
        ("-clamp on -blendu off -bm 0.5 wood.png", "wood.png"),
        ("-s 1 1 1 -o 0 0 0 my wood.png", "my wood.png"),
        ("-s 1 2.png", "2.png"),
        ("-mm 0 1 -texres 64 -imfchan l -t 0.1 wood.png", "wood.png"),
        ("-o 0 0 7", "7"),
        ("-odd.png", "-odd.png"),
    ],
)
def test_pictures_are_found_whatever_the_mtl_calls_them(tmp_path, line, file):
    (tmp_path / file).parent.mkdir(exist_ok=True)
    Image.fromarray(WOOD).save(tmp_path / file, "PNG")
    mtl = f"newmtl other\nKd 1 0 0\nNewMtl wood\n\tKd 1 1 1\nmap_Kd\t{line}\nmap_Bump x.png\n"
    (part,) = loaded(tmp_path, MATERIAL, mesh_mtl=mtl).painted
    assert part.look.name == "wood" and part.look.unread is None
    np.testing.assert_array_equal(part.look.image[..., :3], WOOD)


@pytest.mark.parametrize("place", ["materials", "."])
def test_a_library_in_a_folder_of_its_own_names_pictures_there_or_beside_the_obj(tmp_path, place):
    (tmp_path / "materials").mkdir()
    Image.fromarray(WOOD).save(tmp_path / place / "wood.png")
    (tmp_path / "materials" / "m.mtl").write_text("newmtl wood\nmap_Kd wood.png\n")
    text = MATERIAL.replace("mesh.mtl", r"materials\m.mtl")
    assert loaded(tmp_path, text).painted[0].look.image is not None


@pytest.mark.parametrize("disk", ["utf-8", "cp1252"])
@pytest.mark.parametrize("text", ["utf-8", "cp1252"])
def test_names_of_windows_code_page(tmp_path, disk, text):
    Image.fromarray(WOOD).save(tmp_path / "w.png")
    try:
        (tmp_path / "w.png").rename(tmp_path / os.fsdecode("Grün.png".encode(disk)))
    except OSError:
        pytest.skip("this disk's names are UTF-8")
    (tmp_path / "mesh.mtl").write_bytes("newmtl grün\nmap_Kd Grün.png\n".encode(text))
    content = MATERIAL.replace("usemtl wood", "usemtl grün").encode(text)
    (part,) = loaded(tmp_path, content).painted
    assert part.look.name == "grün" and part.look.image is not None


def looked_up(image, u, v):
    """The texel of a picture that repeats, by nearest neighbour."""
    rows, columns = image.shape[:2]
    return image[int((1 - v) % 1 * rows), int(u % 1 * columns), :3]


@pytest.mark.parametrize(
    ("options", "scale", "offset", "shift"),
    [
        ("-s 2 2 1", (2, 2), (0, 0), 0),
        ("-s 2 3", (2, 3), (0, 0), 1),
        ("-s 0.5 0.5 1 -o 0.25 0.5 0", (0.5, 0.5), (0.25, 0.5), 0),
        ("-s 0.5 0.5 1", (0.5, 0.5), (0, 0), 1),  # on UVs from 1 to 2
        ("-o 0.5 -0.25", (1, 1), (0.5, -0.25), 0),
        ("-s -1 1", (-1, 1), (0, 0), 0),
    ],
)
def test_options_move_and_scale_a_picture(tmp_path, options, scale, offset, shift):
    Image.fromarray(np.kron(WOOD[:4, :4], np.ones((8, 8, 1), np.uint8))).save(tmp_path / "w.png")
    text = MATERIAL
    if shift:
        text = re.sub(r"vt (\d) (\d)", lambda uv: f"vt {int(uv[1]) + 1} {int(uv[2]) + 1}", text)
    found = loaded(tmp_path, text, mesh_mtl=f"newmtl wood\nmap_Kd {options} w.png\n")
    (part,) = found.painted
    image = np.array(Image.open(tmp_path / "w.png"))
    assert found.mesh.uvs.min() == 0 and found.mesh.uvs.max() == 1  # the layout is the file's own
    for u, v in np.random.default_rng(0).random((40, 2)):
        at = np.add(np.multiply((u + shift, v + shift), scale), offset)
        if (abs(at * 4 % 1 - 0.5) < 0.35).all():  # not between two squares
            wanted = looked_up(image, *at)
            np.testing.assert_array_equal(looked_up(part.look.image, u, v), wanted)


def test_a_layout_of_several_tiles_that_is_scaled_into_one_is(tmp_path):
    Image.fromarray(WOOD).save(tmp_path / "w.png")
    text = MATERIAL.replace("vt 1", "vt 4").replace("1\nf", "4\nf").replace("vt 4 1", "vt 4 4")
    found = loaded(tmp_path, text, mesh_mtl="newmtl wood\nmap_Kd -s .25 .25 w.png\n")
    np.testing.assert_allclose(found.mesh.uvs, found.mesh.corners[..., :2])
    np.testing.assert_array_equal(found.painted[0].look.image[..., :3], WOOD)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        (
            {"mesh.mtl": b"newmtl wood\nKd 1 0 0\nmap_Kd no.png\n"},
            "mesh.mtl names the picture no.png",
        ),
        ({"mesh.mtl": b"newmtl wood\nmap_Kd a.ktx2\n", "a.ktx2": b"\xabKTX 20\xbb"}, "a.ktx2"),
        ({"mesh.mtl": b"newmtl wood\nmap_Kd a.png\n", "a.png": b"\x89PNG\r\n\x1a\n"}, "a.png"),
        ({"mesh.mtl": b"newmtl stone\nKd 1 0 0\n"}, "mesh.mtl has no material 'wood'"),
        ({}, "mesh.obj names the material file mesh.mtl"),
    ],
)
def test_what_cannot_be_read_is_told(tmp_path, files, words):
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    (part,) = loaded(tmp_path, MATERIAL).painted
    assert part.look.image is None and words in part.look.unread and part.look.unread[-1] == "."


def test_files_without_materials_have_nothing_to_tell(tmp_path):
    (part,) = loaded(tmp_path, QUAD + "usemtl red\n" + FACE).painted
    assert part.look.unread is None and part.look.name == "mesh"


@pytest.mark.parametrize(("levels", "white"), [(1, 1), (255, 255)])
def test_colours_behind_the_coordinates(tmp_path, levels, white):
    shades = [(1, 0, 0), (0, 1, 0), (0, 0, 1)]
    text = QUAD
    for k, shade in enumerate(shades):
        line = QUAD.splitlines()[k]
        text = text.replace(line + "\n", f"{line} {' '.join(str(levels * s) for s in shade)}\n", 1)
    (part,) = loaded(tmp_path, text + FACE).painted
    order = np.lexsort(part.vertices.T[:2])
    wanted = {tuple(v): tuple(c) for v, c in zip(part.vertices, part.colours, strict=True)}
    assert len(order) == 4 and wanted[0, 0, 0] == (255, 0, 0, 255)
    assert wanted[1, 0, 0] == (0, 255, 0, 255) and wanted[0, 1, 0] == (255, 255, 255, 255)


def test_a_picture_counts_more_than_vertex_colours_and_they_more_than_kd(tmp_path):
    Image.fromarray(WOOD).save(tmp_path / "w.png")
    text = MATERIAL.replace("v 0 0 0", "v 0 0 0 0.5 0.5 0.5")
    (part,) = loaded(tmp_path, text, mesh_mtl="newmtl wood\nmap_Kd w.png\n").painted
    assert part.colours is None and part.look.image is not None
    (part,) = loaded(tmp_path, text, mesh_mtl="newmtl wood\nKd 1 0 0\n").painted
    assert sorted(part.colours[:, 0]) == [128, 255, 255, 255]


def test_broken_files_are_one_clear_line(tmp_path):
    rng = random.Random(7)
    whole = MATERIAL.encode() + box().replace("f 1/1", "f 1//1").encode()
    (tmp_path / "mesh.mtl").write_text("newmtl wood\nKd 1 0\nmap_Kd -s\nmap_Kd -o 1\nKd\n")
    for _ in range(150):
        broken = bytearray(whole)
        for _ in range(rng.randint(1, 6)):
            broken[rng.randrange(len(broken))] = rng.choice(b"/ -\n\r\\#'vf9e.\0\xff")
        try:
            loaded(
                tmp_path, bytes(broken[: rng.choice([len(broken), rng.randrange(1, len(broken))])])
            )
        except InputError as error:
            assert "\n" not in str(error) and len(str(error)) < 400
            assert "Error)" not in str(error), error  # a reason, not the name of an exception


@pytest.mark.parametrize("options", ["-s", "-o 1", "-mm 1 2", "-clamp", "-type sphere"])
def test_options_without_a_picture_are_told(tmp_path, options):
    found = loaded(tmp_path, MATERIAL, mesh_mtl=f"newmtl wood\nmap_Kd {options}\n")
    assert "names the picture" in found.unread[0]
