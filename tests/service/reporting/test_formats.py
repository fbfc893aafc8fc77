"""Files of every format, read back with Pillow."""

import io

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from geometry.errors import InputError
from service.cli.app import app
from service.reporting.formats import FORMATS, loses_transparency, picture_bytes

PICTURE = np.random.default_rng(1).integers(0, 256, (24, 32, 4), np.uint8)
SOFT = np.add.outer(np.arange(64), np.arange(64)).astype(np.uint8)


@pytest.mark.parametrize("suffix", FORMATS)
def test_pixels_come_back(suffix):
    for pixels in (PICTURE, PICTURE[..., :3].copy()):
        read = np.asarray(Image.open(io.BytesIO(picture_bytes(pixels, suffix))))
        if FORMATS[suffix].alpha:
            visible = pixels[..., 3:] > 0 if pixels.shape[2] == 4 else np.ones(1, bool)
            assert np.array_equal(read * visible, pixels * visible)  # hidden colours may be lost
        else:
            assert read.shape == (24, 32, 3)
    soft = np.repeat(SOFT[..., None], 3, axis=2)
    read = np.asarray(Image.open(io.BytesIO(picture_bytes(soft, suffix)))).astype(int)
    assert np.abs(read - soft).max() <= 3


def test_what_is_transparent_is_white_in_a_jpeg():
    pixels = np.zeros((16, 16, 4), np.uint8)
    read = np.asarray(Image.open(io.BytesIO(picture_bytes(pixels, ".jpg"))))
    assert read.min() >= 254


@pytest.mark.parametrize("suffix", [".png", ".tif", ".jpg"])
def test_the_resolution_is_in_the_file(suffix):
    file = Image.open(io.BytesIO(picture_bytes(PICTURE[..., :3].copy(), suffix, 300)))
    assert np.allclose([float(x) for x in file.info["dpi"]], 300, atol=0.1)


def test_a_tile_is_painted_into_a_tiff_with_its_resolution(tmp_path):
    place = tmp_path / "t.tif"
    small = ["--size", "64", "--steps", "1", "--style-scale", "0.2"]
    done = CliRunner().invoke(app, ["tile", "-g", "p4", *small, "--dpi", "254", "-o", str(place)])
    assert done.exit_code == 0, done.output
    picture = Image.open(place)
    assert picture.size == (64, 64) and picture.info["dpi"] == (254, 254)
    assert place.with_suffix(".json").exists()


def test_only_jpeg_loses_transparency_and_only_where_there_is_some():
    clear = np.full((2, 2, 4), 255, np.uint8)
    clear[0, 0, 3] = 0
    assert [suffix for suffix in FORMATS if loses_transparency(clear, suffix)] == [".jpg", ".jpeg"]
    assert loses_transparency(clear, ".JPG")
    assert not loses_transparency(clear[1:], ".jpg")
    assert not loses_transparency(clear[..., :3], ".jpg")


@pytest.mark.parametrize(("suffix", "side"), [(".webp", 16384), (".jpg", 65501)])
def test_what_a_format_cannot_hold_is_said(suffix, side):
    with pytest.raises(InputError, match=rf"1 × {side} pixels.*holds {side - 1}"):
        picture_bytes(np.zeros((side, 1, 3), np.uint8), suffix)
    assert picture_bytes(np.zeros((side - 1, 1, 3), np.uint8), suffix)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (["--repeat", "16x1", "-o", "t.webp"], "16384 × 1024 pixels, and WEBP holds 16383"),
        (["--dpi", "1e9", "-o", "t.png"], "Invalid value for '--dpi'"),
        (["--dpi", "nan", "-o", "t.png"], "Invalid value for '--dpi'"),
    ],
)
def test_what_no_file_can_hold_is_refused_before_painting(wrong, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["tile", "-g", "p4", "--size", "1024", *wrong])
    assert done.exit_code and said in str(done.exception) + done.output
    assert not list(tmp_path.iterdir())
