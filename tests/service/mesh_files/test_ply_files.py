"""PLY files as other programs write them."""

import random
import struct

import numpy as np
import pytest
from PIL import Image

from geometry.errors import InputError
from service.mesh_files.loading import load_mesh

CODES = {"char": "b", "uchar": "B", "short": "h", "ushort": "H", "int": "i", "uint": "I"}
CODES |= {"float": "f", "double": "d"}
FORMS = ["ascii", "binary_little_endian", "binary_big_endian"]
# an L with a notch, a triangle and a quad beside it, in one plane
POINTS = [(0, 0), (2, 0), (2, 1), (1, 1), (1, 2), (0, 2), (3, 0), (3, 1)]
FACES = [(0, 1, 2, 3, 4, 5), (1, 6, 7), (1, 7, 2)]
VERTEX = {"x": "float", "y": "double", "z": "float", "s": "float", "t": "float"}
HUES = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)]


def packed(form, kind, value):
    if form == "ascii":
        return f"{value} ".encode()
    return struct.pack(("<" if "little" in form else ">") + CODES[kind], value)


def ply(form, elements, comments=()):
    """A PLY file. elements: (name, {property: type or (length, type)}, rows of values or lists)."""
    head = ["ply", f"format {form} 1.0", *(f"comment {c}" for c in comments)]
    body = b""
    for name, properties, rows in elements:
        head.append(f"element {name} {len(rows)}")
        for own, kind in properties.items():
            words = kind if isinstance(kind, str) else f"list {' '.join(kind)}"
            head.append(f"property {words} {own}")
        for row in rows:
            for value, kind in zip(row, properties.values(), strict=True):
                if isinstance(kind, str):
                    body += packed(form, kind, value)
                else:
                    body += packed(form, kind[0], len(value))
                    body += b"".join(packed(form, kind[1], number) for number in value)
            body += b"\n" if form == "ascii" else b""
    return "\n".join([*head, "end_header\n"]).encode() + body


def shape(form, faces=FACES, extra=None, values=(), more_of_faces=None, comments=(), uvs=True):
    """The example with more properties of its vertices (``extra``, ``values``) and faces."""
    properties = {k: v for k, v in VERTEX.items() if uvs or k not in "st"} | (extra or {})
    rows = [(x, y, 5, *((x / 4, y / 4) if uvs else ())) for x, y in POINTS]
    rows = [(*row, *own) for row, own in zip(rows, values or [()] * len(rows), strict=True)]
    more = more_of_faces or {}
    of_faces = {"vertex_indices": ("uchar", "int")} | {
        name: kind for name, (kind, _) in more.items()
    }
    columns = [own for _, own in more.values()]
    face_rows = [(face, *(own[k] for own in columns)) for k, face in enumerate(faces)]
    edge = ("edge", {"vertex1": "int", "vertex2": "int"}, [(0, 1)])
    return ply(form, [("vertex", properties, rows), ("face", of_faces, face_rows), edge], comments)


def loaded(folder, content, **how):
    (folder / "mesh.ply").write_bytes(content)
    return load_mesh(folder / "mesh.ply", **how)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("length", ["uchar", "int", "ushort"])
def test_hollow_faces_keep_their_notch(tmp_path, form, length):
    rows = [(x, y, 5, x / 4, y / 4) for x, y in POINTS]
    for faces in (FACES, FACES[:1], FACES[1:], FACES[1:] + FACES[:1]):
        face = ("face", {"vertex_index": (length, "uint")}, [(f,) for f in faces])
        content = ply(form, [("vertex", VERTEX, rows), face])
        mesh = loaded(tmp_path, content).mesh
        assert len(mesh.triangles) == sum(len(f) - 2 for f in faces)
        areas = [{6: 3, 3: 0.5}[len(f)] for f in faces]
        assert mesh.areas.sum() == pytest.approx(sum(areas))
        apart = 4 * mesh.uvs - mesh.corners[..., :2]  # by whole tiles
        np.testing.assert_allclose(apart, np.broadcast_to(apart[0, 0], apart.shape), atol=1e-6)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("kind", "most"), [("uchar", 255), ("ushort", 65535), ("float", 1), ("double", 255)]
)
def test_colours_of_vertices(tmp_path, form, kind, most):
    names = ("red", "green", "blue", "alpha")
    values = [[v / 255 * most for v in (*HUES[k % 4], 255 - 51 * k % 256)] for k in range(8)]
    values = [[int(v) if kind[0] == "u" else v for v in row] for row in values]
    (part,) = loaded(tmp_path, shape(form, extra=dict.fromkeys(names, kind), values=values)).painted
    where = {tuple(v[:2]): c.tolist() for v, c in zip(part.vertices, part.colours, strict=True)}
    for k, point in enumerate(POINTS):
        assert where[point] == [*HUES[k % 4], 255 - 51 * k % 256]


@pytest.mark.parametrize("form", FORMS)
def test_uvs_of_corners_and_colours_of_faces(tmp_path, form):
    wedges = [[c for k in face for c in (POINTS[k][0] / 5, POINTS[k][1] / 5)] for face in FACES]
    faces = {"texcoord": (("uchar", "float"), wedges), "red": ("uchar", [10, 20, 30])}
    faces |= {name: ("uchar", [0, 0, 0]) for name in ("green", "blue")}
    (part,) = loaded(tmp_path, shape(form, more_of_faces=faces, uvs=False)).painted
    np.testing.assert_allclose(part.uvs, part.vertices[:, :2] / 5, atol=1e-6)
    reds = part.colours[part.triangles][..., 0]
    assert (np.ptp(reds, axis=1) == 0).all() and np.unique(reds).tolist() == [10, 20, 30]
    assert part.colours[..., 3].min() == 255

    faces["texcoord"][1][1] = []  # one face has none
    with pytest.raises(InputError, match="1 of 6 triangles have none") as refused:
        loaded(tmp_path, shape(form, more_of_faces=faces, uvs=False))
    assert refused.value.code == "mesh-no-uv"


def test_pictures_named_in_comments(tmp_path):
    for name, grey in (("skin.png", 40), ("my cloth.png", 90)):
        Image.new("RGB", (8, 8), (grey,) * 3).save(tmp_path / name)
    names = ["TextureFile skin.png", "TextureFile my cloth.png"]
    numbers = {"texnumber": ("int", [0, 1, 1])}
    found = loaded(tmp_path, shape("ascii", more_of_faces=numbers, comments=names))
    skin, cloth = found.painted
    assert found.names == ("skin", "my cloth")
    assert (skin.look.image[0, 0, 0], len(skin.triangles)) == (40, 4)
    assert (cloth.look.image[0, 0, 0], len(cloth.triangles)) == (90, 2)
    found = loaded(tmp_path, shape("ascii", comments=["TextureFile gone.png"]))
    assert found.unread == ("mesh.ply names the picture gone.png, which is not there.",)


def test_a_scan_with_vertex_colours_is_unwrapped_with_them(tmp_path):
    names = ("red", "green", "blue")
    values = [HUES[k % 4] for k in range(8)]
    content = shape("ascii", extra=dict.fromkeys(names, "uchar"), values=values, uvs=False)
    (part,) = loaded(tmp_path, content, unwrap=True).painted
    where = {tuple(v[:2]): tuple(c[:3]) for v, c in zip(part.vertices, part.colours, strict=True)}
    assert where == dict(zip(POINTS, values, strict=True))


def test_points_without_faces_count_for_nothing(tmp_path):
    rows = [(x, y, 0, x / 4, y / 4) for x, y in POINTS] + [(900, 900, 900, 0, 0)]
    face = ("face", {"vertex_indices": ("uchar", "int")}, [(f,) for f in FACES])
    mesh = loaded(tmp_path, ply("ascii", [("vertex", VERTEX, rows), face])).mesh
    assert mesh.vertices.max() == 3


@pytest.mark.parametrize("form", FORMS)
def test_broken_files_are_one_clear_line(tmp_path, form):
    whole = shape(form)
    rng = random.Random(form)
    for _ in range(120):
        broken = bytearray(whole)
        for _ in range(rng.randint(1, 4)):
            broken[rng.randrange(len(broken))] = rng.randrange(256)
        content = bytes(broken[: rng.choice([len(broken), rng.randrange(len(broken))])])
        try:
            loaded(tmp_path, content or b"ply")
        except InputError as error:
            assert "\n" not in str(error) and len(str(error)) < 400
    with pytest.raises(InputError, match="ends too early"):
        loaded(tmp_path, whole[:-12])
    with pytest.raises(InputError, match="corners do not exist"):
        loaded(tmp_path, shape(form, faces=[(0, 1, 99)]))
    with pytest.raises(InputError, match="ends too early"):
        loaded(tmp_path, whole.replace(b"element vertex 8", b"element vertex 4000000000"))
