import hashlib
import itertools
import random

import numpy as np
import pytest
from PIL import Image

from geometry.errors import InputError
from service.inputs import styles as style_files
from service.inputs.mesh import mesh_inputs
from service.inputs.styles import exemplars, load_styles
from service.recipe.parts import Style
from service.recipe.recipe import Recipe
from service.scene import wire_scene

PIXELS = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)


def recipe(*sources, **rest):
    styles = tuple(Style(source=s) for s in sources)
    return Recipe(**{"target": "tile", "group": "p1", "styles": styles, **rest})


def refusal(source, buffers=None):
    with pytest.raises(InputError) as refused:
        load_styles(recipe(str(source)), buffers)
    assert "\n" not in str(refused.value)
    return refused.value


def test_exemplars_are_large_colour_pictures():
    assert len(exemplars()) >= 4
    for style in load_styles(recipe(*exemplars())):
        assert min(style.pixels.shape[:2]) >= 768
        assert style.pixels.shape[2] == 3
        assert style.pixels.std() > 20


def test_files_are_read_as_they_are(tmp_path):
    path = tmp_path / "style.png"
    Image.fromarray(PIXELS).save(path)
    (style,) = load_styles(recipe(str(path)))
    assert np.array_equal(style.pixels, PIXELS)
    assert style.sha256 == hashlib.sha256(PIXELS.tobytes()).hexdigest()
    assert style.source == str(path)


def test_pictures_of_other_modes_become_rgb(tmp_path):
    for mode in ("L", "RGBA", "P", "CMYK", "1"):
        path = tmp_path / f"{mode}.{'tif' if mode == 'CMYK' else 'png'}"
        Image.fromarray(PIXELS).convert(mode).save(path)
        (style,) = load_styles(recipe(str(path)))
        assert style.pixels.shape == PIXELS.shape
        assert style.pixels.dtype == np.uint8


def test_cameras_orientation_is_obeyed(tmp_path):
    path = tmp_path / "turned.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright
    Image.fromarray(PIXELS).save(path, exif=exif)
    (style,) = load_styles(recipe(str(path)))
    assert style.pixels.shape == (30, 20, 3)


def test_missing_files_and_misspelled_exemplars_are_told_with_the_nearest():
    error = refusal("stained_glas")
    assert error.code == "missing-file"
    assert "stained_glass" in error.hint


@pytest.mark.parametrize("content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n" + b"x" * 50])
def test_files_that_are_no_pictures_are_refused(content, tmp_path):
    path = tmp_path / "broken.png"
    path.write_bytes(content)
    assert refusal(path).code == "bad-image"
    assert refusal(tmp_path).code == "bad-image"  # a folder


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow says what is wrong
@pytest.mark.parametrize("kind", ["png", "jpg", "gif", "tif", "webp"])
def test_damaged_pictures_are_read_or_refused_but_never_crash(kind, tmp_path):
    path = tmp_path / f"style.{kind}"
    Image.fromarray(PIXELS).save(path)
    whole, damage = path.read_bytes(), random.Random(1)
    refused = 0
    for k in range(60):
        data = bytearray(whole[: damage.randrange(8, len(whole))] if k % 3 else whole)
        for _ in range(damage.randrange(4)):
            data[damage.randrange(len(data))] = damage.randrange(256)
        path.write_bytes(data)
        try:
            load_styles(recipe(str(path)))
        except InputError as error:
            assert error.code == "bad-image"
            refused += 1
    assert refused


def test_tiny_pictures_are_refused(tmp_path):
    path = tmp_path / "tiny.png"
    Image.fromarray(PIXELS[:15]).save(path)
    assert refusal(path).code == "bad-image"
    assert refusal("buffer:b", {"b": PIXELS[:15]}).code == "bad-image"


def test_bombs_are_refused_before_they_are_unpacked(tmp_path, monkeypatch):
    path = tmp_path / "bomb.png"
    Image.fromarray(PIXELS).save(path)
    monkeypatch.setattr(style_files, "MAX_PIXELS", 599)

    def unpack(*_, **__):
        raise AssertionError("unpacked")

    monkeypatch.setattr(Image.Image, "convert", unpack)
    assert refusal(path).code == "bad-image"


def test_bombs_are_told_the_limit(tmp_path, monkeypatch):
    path = tmp_path / "bomb.png"
    Image.fromarray(PIXELS).save(path)
    monkeypatch.setattr(style_files, "MAX_PIXELS", 599)
    assert "599" in refusal(path).message


def test_pillows_own_guard_is_an_answer_too(tmp_path, monkeypatch):
    path = tmp_path / "bomb.png"
    Image.fromarray(PIXELS).save(path)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    assert refusal(path).code == "bad-image"


def test_buffers_are_taken_as_they_are():
    (style,) = load_styles(recipe("buffer:mine"), {"mine": PIXELS})
    assert np.array_equal(style.pixels, PIXELS)


@pytest.mark.parametrize(
    "array",
    [PIXELS.astype(float), PIXELS[..., 0], PIXELS[..., :2], np.zeros((0, 0, 3), np.uint8)],
)
def test_buffers_that_are_no_pictures_are_refused(array):
    assert refusal("buffer:mine", {"mine": array}).code == "bad-image"


def test_buffers_that_are_not_there_are_refused():
    assert refusal("buffer:other", {"mine": PIXELS}).code == "unknown-style"
    assert refusal("buffer:other").code == "unknown-style"


def test_the_wire_never_reads_files_of_this_machine(tmp_path):
    """A client may name exemplars and its own buffers; a path is not even looked at."""
    path = tmp_path / "secret.png"
    Image.fromarray(PIXELS).save(path)
    for source in (str(path), f"buffer:{path}", f"../{path}", "/etc/passwd"):
        assert refusal(source, {}).code == "unknown-style"
    assert load_styles(recipe("stained_glass"), {})


def test_a_name_too_long_for_a_file_is_refused_in_one_line():
    error = refusal("x" * 1000)
    assert error.code == "bad-image" and len(str(error)) < 400


TRIANGLE = {
    "vertices": np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], float),
    "triangles": np.array([[0, 1, 2]], np.int32),
    "uvs": np.array([[[0, 0], [1, 0], [0, 1]]], float),
}


def test_a_mesh_job_needs_its_mesh():
    job = recipe("stained_glass", target="mesh", group="1")
    scene = wire_scene(job, [{"width": 64, "height": 64}], TRIANGLE)
    assert scene.body.mesh.triangles.shape == (1, 3)
    assert scene.body.cameras[0].width == 64
    for missing in ("vertices", "triangles", "uvs"):
        with pytest.raises(InputError) as refused:
            wire_scene(job, [], {k: v for k, v in TRIANGLE.items() if k != missing})
        assert refused.value.field == missing


def mesh_job(**rest):
    return recipe("stained_glass", target="mesh", group="1", **rest)


def test_a_mesh_job_brings_its_surroundings():
    base = np.full((40, 64, 4), 255, np.uint8)
    base[:5, :5, 3] = 100
    mask = np.arange(12, dtype=np.uint8).reshape(3, 4)
    hiding = {
        "occluder_vertices": TRIANGLE["vertices"] + (0, 0, 1),
        "occluder_triangles": TRIANGLE["triangles"],
    }
    buffers = TRIANGLE | hiding | {"base": base, "mask": mask}
    body = wire_scene(mesh_job(size=64), [], buffers).body
    np.testing.assert_array_equal(body.base, base)
    np.testing.assert_array_equal(body.mask, mask)
    np.testing.assert_array_equal(body.occluders.vertices, hiding["occluder_vertices"])
    assert body.aspect == 40 / 64 and body.holes.shape == (40, 64) and body.holes.sum() == 25
    bare = wire_scene(mesh_job(), [], TRIANGLE).body
    assert bare.base is bare.mask is bare.occluders is bare.holes is None and bare.aspect == 1
    flat = wire_scene(mesh_job(), [], TRIANGLE | {"base": np.full((1, 1, 4), 9, np.uint8)}).body
    assert flat.aspect == 1 and flat.holes.all()


PICTURE = np.zeros((8, 8, 4), np.uint8)


@pytest.mark.parametrize(
    ("name", "buffer"),
    [
        ("base", PICTURE[..., :3]),
        ("base", PICTURE.astype(np.float32)),
        ("base", PICTURE[0]),
        ("base", PICTURE[:0]),
        ("base", PICTURE[None]),
        ("mask", PICTURE),
        ("mask", PICTURE[:, 0, 0]),
        ("mask", PICTURE[..., 0].astype(bool)),
        ("mask", PICTURE[:0, :, 0]),
        ("occluder_vertices", np.full((3, 3), np.nan)),
        ("occluder_vertices", np.zeros((3, 2))),
        ("occluder_triangles", np.array([[0, 1, 3]])),
        ("occluder_triangles", np.array([0, 1, 2])),
    ],
)
def test_surroundings_that_cannot_be_are_refused(name, buffer):
    good = {
        "base": np.full((8, 64, 4), 255, np.uint8),
        "occluder_vertices": TRIANGLE["vertices"],
        "occluder_triangles": TRIANGLE["triangles"],
    }
    assert wire_scene(mesh_job(size=64), [], TRIANGLE | good)
    with pytest.raises(InputError) as refused:
        wire_scene(mesh_job(size=64), [], TRIANGLE | good | {name: buffer})
    assert refused.value.field == name and "\n" not in str(refused.value)


def test_half_of_what_hides_a_mesh_is_told():
    for name in ("occluder_vertices", "occluder_triangles"):
        with pytest.raises(InputError) as refused:
            wire_scene(mesh_job(), [], TRIANGLE | {name: TRIANGLE[name.split("_")[1]]})
        assert refused.value.code == "missing-buffer"


def test_other_jobs_need_no_buffers():
    scene = wire_scene(recipe("stained_glass", target="sphere", group="532"), [], {})
    assert scene.target == "sphere"
    assert scene.group.order == 60


@pytest.mark.parametrize(
    ("rest", "code"),
    [
        ({"group": "p7"}, "unknown-group"),
        ({"group": "532"}, "wrong-space"),
        ({"colouring": "9z"}, "unknown-colouring"),
        ({"group": "p2", "colouring": "r=gbr"}, "impossible-colouring"),
        ({"target": "sphere", "group": "p4"}, "wrong-space"),
    ],
)
def test_impossible_symmetries_are_refused(rest, code):
    with pytest.raises(InputError) as refused:
        wire_scene(recipe("stained_glass", **rest), [], {})
    assert refused.value.code == code


def mesh_recipe(folder, mtl, **fields):
    """A recipe for a square with a material."""
    (folder / "m.mtl").write_text(mtl)
    (folder / "m.obj").write_text(
        "mtllib m.mtl\nusemtl a\nv 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\n"
        "vt 0 0\nvt 1 0\nvt 1 1\nvt 0 1\nf 1/1 2/2 3/3 4/4\n"
    )
    return Recipe(target="mesh", group="1", mesh=str(folder / "m.obj"), size=64, **fields)


LOST = "newmtl a\nKd 1 0 0\nmap_Kd gone.png\n"


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"start": "base"}, "start"),
        ({"objective": {"content": 1.0}}, "objective.content"),
        ({"mask": "mask.png"}, "mask"),
    ],
)
def test_a_base_that_is_not_all_there_is_refused_where_it_is_needed(tmp_path, wish, field):
    with pytest.raises(InputError, match=r"m\.mtl names the picture gone\.png") as refused:
        mesh_inputs(mesh_recipe(tmp_path, LOST, **wish))
    assert (refused.value.code, refused.value.field) == ("missing-base", field)
    if "mask" not in wish:
        given = mesh_inputs(mesh_recipe(tmp_path, LOST, **wish, base="#c8b090"))
        assert given.body.base.tolist() == [[[0xC8, 0xB0, 0x90, 255]]]
        mesh_inputs(mesh_recipe(tmp_path, "newmtl a\nKd 1 0 0\n", **wish))


def test_elsewhere_it_is_told(tmp_path):
    given = mesh_inputs(mesh_recipe(tmp_path, LOST))
    assert given.loaded.unread == ("m.mtl names the picture gone.png, which is not there.",)


def test_vertex_colours_are_the_base(tmp_path):
    recipe = mesh_recipe(tmp_path, "newmtl b\n", start="base", base=None)
    file = tmp_path / "m.obj"
    shades = itertools.cycle(("1 0 0", "0 0 1", "0 0 1", "1 0 0"))
    lines = file.read_text().replace("mtllib m.mtl\n", "").splitlines()
    file.write_text("\n".join(f"{x} {next(shades)}" if x[:2] == "v " else x for x in lines))
    base = mesh_inputs(recipe).body.base
    assert base.shape == (64, 64, 4)
    assert base[:, 0, 0].min() > 240 > 60 > base[:, 0, 2].max()
    assert base[:, -1, 2].min() > 240 > 60 > base[:, -1, 0].max()
