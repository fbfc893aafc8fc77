"""Base colours of glTF files: pictures under moved UVs, samplers, factors, vertex colours, and
pictures that cannot be read."""

import base64
import io
import json
import urllib.parse

import numpy as np
import pytest
from gltf_files import SQUARE_UVS, GltfFile
from PIL import Image

from geometry.errors import InputError
from service.inputs.mesh import mesh_inputs
from service.mesh_files import lookups
from service.mesh_files.loading import load_mesh
from service.recipe.recipe import Recipe
from service.reporting.glb import glb_bytes

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)
QUARTERS = np.uint8([[RED, GREEN], [BLUE, WHITE]]).repeat(8, axis=0).repeat(8, axis=1)  # 16 × 16
NOISE = np.random.default_rng(1).integers(0, 256, (16, 16, 3), dtype=np.uint8)
CLAMP, MIRROR = 33071, 33648


def picture(pixels, kind="PNG", **options):
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, kind, **options)
    return stream.getvalue()


def mapped(pixels, uvs=SQUARE_UVS, sampler=None, **transform):
    """The unit square with a picture under KHR_texture_transform."""
    file = GltfFile(extensionsRequired=["KHR_texture_transform"])
    texture = {"extensions": {"KHR_texture_transform": transform}} if transform else {}
    material = file.material(picture(pixels), texture)
    if sampler:
        file.add("samplers", sampler)
        file.tree["textures"][0]["sampler"] = 0
    file.mesh(file.square(uvs, material))
    return file


def only(file, path):
    """The one part of a file that is written."""
    (part,) = load_mesh(file.write(path)).painted
    return part


def test_a_mapping_that_repeats_is_drawn_onto_the_unmoved_layout(tmp_path):
    part = only(mapped(NOISE, scale=[3, 3], offset=[0.25, -2.5]), tmp_path / "a.glb")
    np.testing.assert_allclose(part.uvs, part.vertices[:, :2], atol=1e-6)
    # 3 × 3 times the picture, moved by 4 of its 16 texels to the left and 8 upwards
    expected = np.tile(np.roll(NOISE, (8, -4), axis=(0, 1)), (3, 3, 1))
    np.testing.assert_array_equal(part.look.image[..., :3], expected)


def test_a_part_of_a_picture_keeps_its_fineness(tmp_path):
    part = only(mapped(NOISE, scale=[0.5, 0.5], offset=[0.5, 0]), tmp_path / "a.glb")
    np.testing.assert_array_equal(part.look.image[..., :3], NOISE[:8, 8:])


def test_rotation_is_counter_clockwise_about_the_upper_left_corner(tmp_path):
    # glTF: by 90°, (u, v) is looked up at (v, -u)
    part = only(mapped(NOISE, rotation=np.pi / 2), tmp_path / "a.glb")
    expected = NOISE.swapaxes(0, 1)[:, ::-1]
    assert np.abs(part.look.image[..., :3].astype(int) - expected).max() <= 1
    turned = only(mapped(QUARTERS, rotation=np.pi / 4), tmp_path / "b.glb").look.image
    # (1, 1) / 4 lies at (0.35, 0): between the repeated lower and the upper left
    assert turned[4, 4, 2] not in (0, 255) and (turned[6, 3, :3] == RED).all()


def test_no_move_and_whole_tiles_change_no_bit(tmp_path):
    for file in (mapped(NOISE, scale=[1, 1]), mapped(NOISE, uvs=SQUARE_UVS + (4, -3))):
        part = only(file, tmp_path / "a.glb")
        np.testing.assert_array_equal(part.look.image[..., :3], NOISE)
        np.testing.assert_allclose(np.ptp(part.uvs, axis=0), (1, 1))


@pytest.mark.parametrize(
    ("wrap", "expected"),
    [(CLAMP, NOISE[:, 15:].repeat(16, axis=1)), (MIRROR, NOISE[:, ::-1])],
)
@pytest.mark.parametrize("by", ["uvs", "offset"])
def test_borders_that_are_clamped_or_mirrored(tmp_path, wrap, expected, by):
    sampler = {"wrapS": wrap}
    if by == "uvs":
        file = mapped(NOISE, SQUARE_UVS + (1, 0), sampler)
    else:
        file = mapped(NOISE, sampler=sampler, offset=[1, 0])
    part = only(file, tmp_path / "a.glb")
    np.testing.assert_array_equal(part.look.image[..., :3], expected)
    inside = only(mapped(NOISE, sampler=sampler), tmp_path / "b.glb")
    np.testing.assert_array_equal(inside.look.image[..., :3], NOISE)


def test_a_layout_across_the_border_shows_what_lies_there(tmp_path):
    # from 0.5 to 1.5, mirrored: the right half, then the right half turned over
    part = only(mapped(NOISE, SQUARE_UVS + (0.5, 0), {"wrapS": MIRROR}), tmp_path / "a.glb")
    shown = part.look.image[..., :3]
    np.testing.assert_array_equal(shown[:, 8:], NOISE[:, 8:])
    np.testing.assert_array_equal(shown[:, :8], NOISE[:, :7:-1])
    assert load_mesh(tmp_path / "a.glb").mesh.uvs[..., 0].max() == pytest.approx(1.5)


def test_a_layout_that_fits_only_when_moved_is_moved(tmp_path):
    # as gltfpack leaves UVs: whole numbers, made small by the transform
    file = mapped(NOISE, uvs=4095 * SQUARE_UVS, scale=[1 / 4095, 0.5 / 4095], offset=[0, 0.25])
    part = only(file, tmp_path / "a.glb")
    np.testing.assert_allclose(part.uvs[:, 0], part.vertices[:, 0], atol=1e-6)
    np.testing.assert_allclose(part.uvs[:, 1], 0.25 + part.vertices[:, 1] / 2, atol=1e-6)
    np.testing.assert_array_equal(part.look.image[..., :3], NOISE)


def test_the_transform_may_name_another_uv_map(tmp_path):
    file = GltfFile()
    texture = {"texCoord": 0, "extensions": {"KHR_texture_transform": {"texCoord": 1}}}
    material = file.material(picture(NOISE), texture)
    other = file.array(SQUARE_UVS / 2)
    file.mesh(file.square(material=material, TEXCOORD_1=other))
    part = only(file, tmp_path / "a.glb")
    np.testing.assert_allclose(part.uvs, 0.5 + part.vertices[:, :2] / (2, 2), atol=0.5)
    assert np.ptp(part.uvs) == pytest.approx(1) and part.uvs[:, 0].max() == 0.5


def test_a_picture_repeated_a_thousand_times_stays_small(tmp_path, monkeypatch):
    monkeypatch.setattr(lookups, "MAX_SIDE", 512)
    image = only(mapped(NOISE, scale=[1000, 1000]), tmp_path / "a.glb").look.image
    assert image.shape == (512, 512, 4)
    mean = NOISE.mean(axis=(0, 1))
    assert np.abs(image[..., :3].mean(axis=(0, 1)) - mean).max() < 3


def coloured(colours, dtype="f4", image=None, base=(), **fields):
    file = GltfFile()
    material = file.material(None if image is None else picture(image), base=base, **fields)
    array = file.array(colours, dtype, normalized=dtype != "f4")
    file.mesh(file.square(material=material, COLOR_0=array))
    return file


def test_vertex_colours_are_light_times_the_factor(tmp_path):
    colours = [(0.5, 0, 0), (1, 1, 1), (0, 0, 0), (0.25, 0.5, 1)]
    part = only(coloured(colours, base={"baseColorFactor": [1, 0.5, 1, 1]}), tmp_path / "a.glb")
    expected = [(188, 0, 0, 255), (255, 188, 255, 255), (0, 0, 0, 255), (137, 137, 255, 255)]
    np.testing.assert_array_equal(part.colours, expected)
    part = only(coloured(np.multiply(colours, 65535), "u2", NOISE), tmp_path / "b.glb")
    np.testing.assert_array_equal(part.colours[3], (137, 188, 255, 255))
    np.testing.assert_array_equal(part.look.image[..., :3], NOISE)


def test_their_alpha_counts_where_the_material_says_so(tmp_path):
    colours = [(255, 0, 0, 100), (255, 0, 0, 200), (0, 0, 0, 50), (0, 0, 0, 255)]
    found = {}
    for mode in ("OPAQUE", "MASK", "BLEND"):
        part = only(coloured(colours, "u1", alphaMode=mode), tmp_path / "a.glb")
        found[mode] = part.colours[:, 3].tolist()
    assert found["OPAQUE"] == [255] * 4 and found["MASK"] == [0, 255, 0, 255]
    assert found["BLEND"] == [100, 200, 50, 255]


def test_one_vertex_colour_everywhere_is_a_factor(tmp_path):
    white = only(coloured([(1, 1, 1)] * 4, image=NOISE), tmp_path / "a.glb")
    assert white.colours is None
    np.testing.assert_array_equal(white.look.image[..., :3], NOISE)
    half = only(coloured([(0.5, 0.5, 0.5)] * 4), tmp_path / "a.glb")
    assert half.colours is None and half.look.colour.tolist() == [188, 188, 188, 255]


def test_vertex_colours_without_a_material(tmp_path):
    file = GltfFile()
    file.mesh(file.square(COLOR_0=file.array([(1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 1)])))
    part = only(file, tmp_path / "bare.glb")
    assert part.look.name == "bare" and part.look.colour is None
    np.testing.assert_array_equal(part.colours[:, :3], [RED, GREEN, BLUE, WHITE])


def test_old_gloss_materials_have_a_diffuse_colour(tmp_path):
    file = GltfFile(extensionsRequired=["KHR_materials_pbrSpecularGlossiness"])
    own = {"diffuseFactor": [0, 0.5, 0, 1]}
    file.material(extensions={"KHR_materials_pbrSpecularGlossiness": own})
    file.mesh(file.square(material=0))
    assert only(file, tmp_path / "a.glb").look.colour.tolist() == [0, 188, 0, 255]


def beside(folder, picture_uri, **buffer):
    """A text file whose picture is ``picture_uri`` and whose buffer lies beside it."""
    file = GltfFile()
    file.material(b"later")
    file.mesh(file.square(material=0))
    file.tree["images"][0] = {"uri": picture_uri}
    file.tree["buffers"] = [{"byteLength": len(file.blob), **buffer}]
    (folder / "my shape.bin").write_bytes(file.blob)
    return file.write(folder / "My Model.gltf")


def data_uri(data, head="image/png;charset=utf-8;base64"):
    return f"data:{head}," + base64.b64encode(data).decode()


PNG = picture(NOISE)
NAMES = [
    ("my%20wood.png", "my wood.png"),
    ("my wood.png", "my wood.png"),  # not escaped, as some exporters write it
    ("50%25.png", "50%25.png"),
    ("h%C3%B6lzern.png", "hölzern.png"),
    ("textures/wood.png", "textures/wood.png"),
    ("textures\\wood.png", "textures/wood.png"),
    ("./../up/wood.png", "../up/wood.png"),
    (data_uri(PNG), None),
    (data_uri(PNG, "application/octet-stream;BASE64").rstrip("="), None),
    ("data:image/png," + urllib.parse.quote(PNG), None),
]


@pytest.mark.parametrize(("uri", "name"), NAMES, ids=[f"{n[0][:30]}" for n in NAMES])
def test_names_of_files_are_decoded(tmp_path, uri, name):
    folder = tmp_path / "in"
    folder.mkdir()
    if name is not None:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(PNG)
    (part,) = load_mesh(beside(folder, uri, uri="my%20shape.bin")).painted
    np.testing.assert_array_equal(part.look.image[..., :3], NOISE)


@pytest.mark.parametrize(
    ("uri", "words"),
    [
        ("gone%20away.bin", "gone away.bin, which cannot be found"),
        ("https://example.org/a.bin", "https://example.org/a.bin, and only files beside"),
        ("file:///etc/hostname", "only files beside"),
        ("data:;base64", "cut off"),
    ],
)
def test_a_buffer_that_cannot_be_had_is_named(tmp_path, uri, words):
    with pytest.raises(InputError, match=words) as refused:
        load_mesh(beside(tmp_path, "wood.png", uri=uri))
    assert "GLB" in refused.value.hint or "again" in refused.value.hint


@pytest.mark.parametrize(
    ("uri", "data", "words"),
    [
        ("wood.png", None, "wood.png"),
        ("https://example.org/wood.png", None, "example.org"),
        ("wood.ktx2", b"\xabKTX 20\xbb\r\n\x1a\n" + bytes(80), "wood.ktx2 is a KTX picture"),
        ("wood.dds", b"DDS " + bytes(200), "wood.dds"),
        ("wood.png", PNG[:100], "wood.png"),
    ],
)
def test_a_picture_that_cannot_be_read_is_told_not_taken_for_white(tmp_path, uri, data, words):
    if data is not None:
        (tmp_path / uri).write_bytes(data)
    (part,) = load_mesh(beside(tmp_path, uri, uri="my%20shape.bin")).painted
    assert part.look.image is None and part.look.colour is None
    assert words in part.look.unread and part.look.unread.endswith(".")


@pytest.mark.parametrize(
    ("name", "kind"), [("EXT_texture_webp", "WEBP"), ("MSFT_texture_dds", "DDS")]
)
def test_other_kinds_of_pictures(tmp_path, name, kind):
    options = {"lossless": True} if kind == "WEBP" else {}
    file = GltfFile(extensionsRequired=[name])
    file.mesh(file.square(material=file.material(picture(NOISE, kind, **options))))
    source = file.tree["textures"][0].pop("source")
    file.tree["textures"][0]["extensions"] = {name: {"source": source}}
    part = only(file, tmp_path / "a.glb")
    np.testing.assert_array_equal(part.look.image[..., :3], NOISE)


def test_a_png_is_read_where_the_other_kind_cannot_be(tmp_path):
    file = GltfFile(extensionsUsed=["KHR_texture_basisu"])
    file.mesh(file.square(material=file.material(PNG)))
    other = file.add("images", {"bufferView": file.view(b"\xabKTX 20\xbb")})
    file.tree["textures"][0]["extensions"] = {"KHR_texture_basisu": {"source": other}}
    part = only(file, tmp_path / "a.glb")
    assert part.look.unread is None and part.look.image is not None


def test_binary_and_text_are_told_apart_by_content(tmp_path):
    file = GltfFile()
    file.mesh(file.square())
    text = file.write(tmp_path / "a.gltf")
    assert json.loads(text.read_text())
    swapped = text.rename(tmp_path / "a.glb")
    assert len(load_mesh(swapped).mesh.triangles) == 2


def test_the_painted_file_moves_no_uvs(tmp_path):
    loaded = load_mesh(mapped(NOISE, scale=[3, 3]).write(tmp_path / "a.glb"))
    painted = tmp_path / "painted.glb"
    painted.write_bytes(glb_bytes(loaded, [QUARTERS]))
    assert b"KHR_texture_transform" not in painted.read_bytes()
    (part,) = load_mesh(painted).painted
    np.testing.assert_allclose(part.uvs, loaded.painted[0].uvs, atol=1e-6)
    np.testing.assert_array_equal(part.look.image[..., :3], QUARTERS)


def test_vertex_colours_of_what_is_not_painted_stay(tmp_path):
    file = coloured([(1, 0, 0), (0, 0, 1), (0, 1, 0), (1, 1, 0.5)])
    file.mesh(file.square(material=file.material(PNG)))
    file.tree["materials"][1]["name"] = "other"
    loaded = load_mesh(file.write(tmp_path / "two.glb"), material="other")
    (before,) = loaded.others
    painted = tmp_path / "painted.glb"
    painted.write_bytes(glb_bytes(loaded, [QUARTERS]))
    (after,) = load_mesh(painted, material="other").others
    assert after.look.name == "paint" and after.look.image is None
    ends = np.concatenate([after.vertices, after.colours], axis=1)
    wanted = np.concatenate([before.vertices, before.colours], axis=1)
    assert set(map(tuple, ends)) == set(map(tuple, wanted))


def recipe(path, **fields):
    return Recipe(target="mesh", mesh=str(path), group="1", size=64, **fields)


def test_vertex_colours_are_a_base(tmp_path):
    path = coloured(np.divide([RED, BLUE, BLUE, RED], 255)).write(tmp_path / "a.glb")
    base = mesh_inputs(recipe(path, start="base")).body.base
    assert base.shape == (64, 64, 4)
    assert (base[:, 0, 0] > 240).all() and (base[:, -1, 2] > 240).all()


@pytest.mark.parametrize("wish", [{"start": "base"}, {"objective": {"content": 1}}])
def test_an_unreadable_picture_is_refused_where_the_base_is_used(tmp_path, wish):
    path = beside(tmp_path, "gone.png", uri="my%20shape.bin")
    with pytest.raises(InputError, match=r"gone\.png.*--base") as refused:
        mesh_inputs(recipe(path, **wish))
    assert refused.value.code == "missing-base"
    assert mesh_inputs(recipe(path, base="#808080", **wish)).body.base is not None
    assert "gone.png" in mesh_inputs(recipe(path)).loaded.unread[0]
