"""Pictures as people have them: they are read as they look, or refused in one line."""

import io
import struct
import zlib

import numpy as np
import pytest
from pictures import ADOBE, P3, PROPHOTO, SRGB, png, profile
from PIL import Image, ImageCms

from geometry.errors import InputError
from service.cli import main
from service.inputs.styles import load_styles
from service.mesh_files.loading import load_mesh
from service.pictures.base_colour import read_base, read_mask
from service.pictures.files import as_coverage, over_white, read_picture
from service.pictures.look import Look
from service.recipe.parts import Style
from service.recipe.recipe import Recipe

RANDOM = np.random.default_rng(3)
COLOURS = RANDOM.integers(0, 256, (24, 32, 4), np.uint8)
GREYS = np.linspace(0, 65535, 24 * 32).round().astype(np.uint16).reshape(24, 32)
WITHIN = {"atol": 1, "rtol": 0}


def as_srgb(colours, matrix, gamma):
    """Colours 0..255 of a space, as sRGB 0..255: what a converter should make of them."""
    light = (colours / 255) ** gamma @ np.transpose(matrix) @ np.linalg.inv(SRGB).T
    light = light.clip(0, 1)
    return 255 * np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


def saved(image, kind="PNG", **options):
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def test_a_file_its_bytes_and_an_open_image_are_the_same_picture(tmp_path):
    image = Image.fromarray(COLOURS)
    image.save(tmp_path / "a.png")
    np.testing.assert_array_equal(read_picture(tmp_path / "a.png", "base"), COLOURS)
    np.testing.assert_array_equal(read_picture(saved(image), "base"), COLOURS)
    with Image.open(tmp_path / "a.png") as opened:
        np.testing.assert_array_equal(read_picture(opened, "base"), COLOURS)
        opened.load()  # is still open


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "PPM", "big-endian TIFF"])
def test_sixteen_bits_of_grey_are_the_greys_of_eight(kind):
    if kind == "big-endian TIFF":
        data = saved(Image.frombytes("I;16B", (32, 24), GREYS.astype(">u2").tobytes()), "TIFF")
    else:
        data = saved(Image.fromarray(GREYS), kind)
    picture = read_picture(data, "base")
    np.testing.assert_allclose(picture[..., :3], np.repeat(GREYS[..., None] / 257, 3, 2), **WITHIN)
    assert (picture[..., 3] == 255).all()


def test_masks_bases_and_styles_read_sixteen_bits_alike(tmp_path):
    path = tmp_path / "soft16.png"
    Image.fromarray(GREYS).save(path)
    mask = read_mask(str(path), [Look("cow")])
    base = read_base(str(path), [Look("cow")])
    (style,) = load_styles(Recipe(target="tile", group="p1", styles=(Style(source=str(path)),)))
    for found in (mask, base[..., 0], style.pixels[..., 1]):
        np.testing.assert_allclose(found, GREYS / 257, **WITHIN)


@pytest.mark.parametrize(("colour_type", "channels"), [(4, 2), (2, 3), (6, 4)])
def test_colours_and_alpha_of_sixteen_bits(colour_type, channels):
    values = RANDOM.integers(0, 65536, (24, 32, channels))
    picture = read_picture(png(values, 16, colour_type), "base")
    grey = channels == 2
    np.testing.assert_allclose(picture[..., 0], values[..., 0] / 257, **WITHIN)
    np.testing.assert_allclose(picture[..., 2], values[..., 0 if grey else 2] / 257, **WITHIN)
    alpha = values[..., -1] / 257 if channels != 3 else np.full((24, 32), 255)
    np.testing.assert_allclose(picture[..., 3], alpha, **WITHIN)


@pytest.mark.parametrize(
    ("depth", "colour_type"), [(1, 0), (2, 0), (4, 0), (8, 0), (16, 0), (8, 2), (16, 2)]
)
def test_keys_of_any_depth_are_transparent(depth, colour_type):
    top = 2**depth - 1
    key = top // 3 if depth > 1 else 1
    channels = 3 if colour_type == 2 else 1
    values = np.full((24, 32, channels), key)
    values[:, 16:] = 0
    picture = read_picture(png(values, depth, colour_type, (key,) * channels), "base")
    assert (picture[:, :16, 3] == 0).all() and (picture[:, 16:, 3] == 255).all()
    np.testing.assert_allclose(picture[:, :16, 0], round(255 * key / top), **WITHIN)


def test_palettes_keep_their_alpha():
    image = Image.fromarray(COLOURS[..., :3]).quantize(16)
    image.info["transparency"] = bytes(range(0, 256, 17))
    picture = read_picture(saved(image, transparency=bytes(range(0, 256, 17))), "base")
    np.testing.assert_array_equal(picture[..., 3], 17 * np.asarray(image))


@pytest.mark.parametrize(
    ("space", "gamma"),
    [(ADOBE, 563 / 256), (P3, 2.2), (PROPHOTO, 1.8)],
    ids=["Adobe RGB", "Display P3", "ProPhoto"],
)
@pytest.mark.parametrize("alpha", [False, True])
def test_colours_of_other_spaces_become_srgb(space, gamma, alpha):
    colours = COLOURS if alpha else COLOURS[..., :3]
    icc = profile(b"RGB ", space, gamma)
    picture = read_picture(saved(Image.fromarray(colours), icc_profile=icc), "style")
    expected = as_srgb(colours[..., :3], space, gamma)
    assert np.abs(expected - colours[..., :3]).max() > 16
    np.testing.assert_allclose(picture[..., :3], expected, atol=2, rtol=0)
    np.testing.assert_array_equal(picture[..., 3], COLOURS[..., 3] if alpha else 255)


def test_palettes_and_sixteen_bits_are_converted_too():
    icc = profile(b"RGB ", ADOBE)
    image = Image.fromarray(COLOURS[..., :3]).quantize(16)
    picture = read_picture(saved(image, icc_profile=icc), "style")
    expected = as_srgb(np.asarray(image.convert("RGB")), ADOBE, 2.2)
    np.testing.assert_allclose(picture[..., :3], expected, atol=2, rtol=0)
    grey = read_picture(
        saved(Image.fromarray(GREYS), icc_profile=profile(b"GRAY", gamma=1)), "base"
    )
    light = GREYS / 65535
    expected = 255 * np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    np.testing.assert_allclose(grey[..., 0], expected, **WITHIN)


@pytest.mark.parametrize("mode", ["L", "LA"])
def test_grey_profiles_are_heeded(mode):
    image = Image.fromarray(COLOURS).convert(mode)
    icc = profile(b"GRAY", gamma=1.0)
    picture = read_picture(saved(image, icc_profile=icc), "base")
    light = np.asarray(image).reshape(24, 32, -1)[..., 0] / 255
    expected = 255 * np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    np.testing.assert_allclose(picture[..., 0], expected, **WITHIN)
    np.testing.assert_array_equal(picture[..., 3], COLOURS[..., 3] if mode == "LA" else 255)


def test_srgb_itself_keeps_its_bits():
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = saved(Image.fromarray(COLOURS), icc_profile=icc)
    np.testing.assert_array_equal(read_picture(data, "style"), COLOURS)


@pytest.mark.parametrize(
    "icc",
    [b"no profile", profile(b"RGB ", ADOBE)[:200], profile(b"GRAY"), profile(b"CMYK", ADOBE)],
    ids=["rubbish", "cut short", "of greys", "of inks"],
)
def test_profiles_that_do_not_fit_are_passed_over(icc):
    data = saved(Image.fromarray(COLOURS), icc_profile=icc)
    np.testing.assert_array_equal(read_picture(data, "style"), COLOURS)


def test_cmyk_is_read_with_its_inks():
    image = Image.fromarray(COLOURS[..., :3]).convert("CMYK")
    plain = np.asarray(image.convert("RGB"))
    for icc in (None, profile(b"RGB ", ADOBE)):
        data = saved(image, "TIFF", icc_profile=icc)
        np.testing.assert_array_equal(read_picture(data, "style")[..., :3], plain)
    flat = saved(Image.new("CMYK", (32, 24), (0, 255, 255, 0)), "JPEG", quality=95)
    np.testing.assert_allclose(read_picture(flat, "style")[0, 0], (254, 0, 0, 255), atol=3)


def test_a_cameras_orientation_turns_pictures_and_no_textures():
    exif = Image.Exif()
    exif[0x0112] = 6
    data = saved(Image.fromarray(GREYS), exif=exif)
    turned, stored = read_picture(data, "style"), read_picture(data, "mesh", turn=False)
    assert stored.shape == (24, 32, 4)
    np.testing.assert_array_equal(turned, np.rot90(stored, -1))


def test_textures_of_gltf_heed_no_profile():
    data = saved(Image.fromarray(COLOURS), icc_profile=profile(b"RGB ", ADOBE))
    np.testing.assert_array_equal(read_picture(data, "mesh", convert=False), COLOURS)


@pytest.mark.parametrize(
    ("values", "word"), [(np.float32(GREYS), "floating-point"), (np.int32(GREYS), "32-bit")]
)
def test_numbers_without_a_white_are_refused(values, word):
    with pytest.raises(InputError) as refused:
        read_picture(saved(Image.fromarray(values), "TIFF"), "mask", "depth.tif")
    assert refused.value.code == "bad-image" and refused.value.field == "mask"
    assert word in refused.value.message and "depth.tif" in refused.value.message


def test_pictures_cut_short_are_refused_also_when_they_are_open():
    data = saved(Image.fromarray(COLOURS))
    opened = Image.open(io.BytesIO(data[: len(data) // 2]))
    with pytest.raises(InputError) as refused:
        read_picture(opened, "mesh", "cow.png")
    assert refused.value.message == "cow.png is not a picture that can be read."


def test_a_picture_that_memory_does_not_hold_is_not_called_broken(monkeypatch):
    def find_none(*_):
        raise MemoryError

    monkeypatch.setattr("service.pictures.files._pixels", find_none)
    with pytest.raises(InputError, match=r"cow\.png takes more memory"):
        read_picture(saved(Image.fromarray(COLOURS)), "mesh", "cow.png")


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_bombs_are_told_the_limit_also_where_pillow_has_its_own():
    small = png(np.zeros((1, 1, 1), int), 8, 0)
    for side in (16385, 60000):
        data = bytearray(small)
        data[16:24] = struct.pack(">II", side, side)
        data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
        with pytest.raises(InputError) as refused:
            read_picture(bytes(data), "base", "bomb.png")
        assert refused.value.message == "bomb.png has over 268,435,456 pixels."


def test_over_white_and_coverage():
    picture = np.uint8([[(200, 100, 50, 255), (200, 100, 50, 0), (255, 255, 255, 128)]])
    np.testing.assert_array_equal(
        over_white(picture), [[(200, 100, 50), (255, 255, 255), (255, 255, 255)]]
    )
    np.testing.assert_array_equal(as_coverage(picture)[0, 1:], (0, 128))


def test_textures_of_a_mesh_file_read_sixteen_bits(tmp_path):
    Image.fromarray(GREYS).save(tmp_path / "grey.png")
    (tmp_path / "a.mtl").write_text("newmtl skin\nmap_Kd grey.png\n")
    (tmp_path / "a.obj").write_text(
        "mtllib a.mtl\nusemtl skin\nv 0 0 0\nv 1 0 0\nv 0 1 0\n"
        "vt 0 0\nvt 1 0\nvt 0 1\nf 1/1 2/2 3/3\n"
    )
    (part,) = load_mesh(tmp_path / "a.obj", False, None).painted
    np.testing.assert_allclose(part.look.image[..., 0], GREYS / 257, **WITHIN)


def test_a_preview_is_of_the_picture_as_it_looks(tmp_path):
    flat = np.full((64, 64, 3), (100, 150, 80), np.uint8)
    path, out = tmp_path / "p.png", tmp_path / "out.png"
    Image.fromarray(flat).save(path, icc_profile=profile(b"RGB ", ADOBE))
    assert main(["preview", "p1", "--picture", str(path), "--size", "64", "-o", str(out)]) == 0
    shown = np.asarray(Image.open(out).convert("RGB"))
    expected = as_srgb(flat, ADOBE, 2.2)
    np.testing.assert_allclose(shown, expected, atol=2, rtol=0)
