"""Files of every format, read back with Pillow."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from geometry.errors import InputError
from service.cli.app import app
from service.reporting.delivery import check_sides
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


def test_a_format_that_ends_before_the_picture_does_is_refused_beforehand():
    check_sides(Path("a.webp"), 16383, 16383)
    check_sides(Path("a.tif"), 16384, 16384)
    with pytest.raises(InputError, match="16383 pixels a side at most") as caught:
        check_sides(Path("a.webp"), 100, 16384)
    assert (caught.value.field, caught.value.hint) == (
        "output",
        "Choose another format: -o a.png.",
    )


def test_only_jpeg_loses_transparency_and_only_where_there_is_some():
    clear = np.full((2, 2, 4), 255, np.uint8)
    clear[0, 0, 3] = 0
    assert [suffix for suffix in FORMATS if loses_transparency(clear, suffix)] == [".jpg", ".jpeg"]
    assert loses_transparency(clear, ".JPG")
    assert not loses_transparency(clear[1:], ".jpg")
    assert not loses_transparency(clear[..., :3], ".jpg")
