"""PNG files, read back with two independent decoders: Pillow's, and pypng's, which keeps 16
bits."""

import io
import struct
import zlib

import numpy as np
import png as pypng
import pytest
from PIL import Image, ImageCms

from service.pictures import png
from service.pictures.png import write_png

RANDOM = np.random.default_rng(1)


def noise(shape, dtype):
    """Noise, and rows and columns of one colour, for all filters."""
    picture = RANDOM.integers(0, np.iinfo(dtype).max, shape, dtype, endpoint=True)
    picture[3:9] = picture[3]
    picture[:, 5:9] = picture[:, 5:6]
    picture[-6:] = np.arange(shape[1]).reshape(-1, *[1] * (len(shape) - 2)) % 200
    return picture


def file_of(picture, *about):
    stream = io.BytesIO()
    write_png(stream, picture, *about)
    return stream.getvalue()


def read(data):
    width, height, values, about = pypng.Reader(bytes=data).asDirect()
    pixels = np.vstack([*values]).reshape(height, width, about["planes"])
    return pixels.astype(f"u{about['bitdepth'] // 8}")


def chunks(data):
    place, found = 8, []
    while place < len(data):
        (length,) = struct.unpack(">I", data[place : place + 4])
        found.append((data[place + 4 : place + 8], data[place + 8 : place + 8 + length]))
        place += 12 + length
    return found


def stream_of(data):
    """What is compressed in a file, if its checksum is right."""
    return zlib.decompress(b"".join(x for name, x in chunks(data) if name == b"IDAT"))


@pytest.mark.parametrize("strip", [100, 1 << 18])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("shape", [(41, 23), (41, 23, 3), (41, 23, 4), (1, 9, 3)])
def test_pixels_come_back(shape, dtype, strip, monkeypatch):
    monkeypatch.setattr(png, "_STRIP", strip)
    picture = noise(shape, dtype) if shape[0] > 1 else np.ones(shape, dtype)
    data = file_of(picture)
    assert np.array_equal(read(data).reshape(shape), picture)
    with Image.open(io.BytesIO(data)) as image:
        if dtype == np.uint8:
            assert np.array_equal(np.asarray(image), picture)
    assert len(stream_of(data)) == len(picture) * (picture[0].nbytes + 1)


def test_each_row_has_the_filter_that_leaves_least():
    """Black; slopes at any height; rows alike; means of what is left and above; a plane."""
    across, down = np.meshgrid(np.arange(48), np.arange(64))
    heights, colours = RANDOM.integers(0, 256, (64, 1)), RANDOM.integers(0, 256, 48)
    means = np.zeros((64, 48), int)
    means[0], means[:, :1] = colours, heights
    for row in range(1, 64):
        for column in range(1, 48):
            means[row, column] = (means[row, column - 1] + means[row - 1, column]) // 2
    for number, picture in enumerate(
        (0 * across, 5 * across + heights, colours + 0 * down, means, 2 * across + 3 * down)
    ):
        rows = np.frombuffer(stream_of(file_of(picture.astype(np.uint8))), np.uint8)
        assert (rows.reshape(64, -1)[1:, 0] == number).mean() > 0.6, number


def test_a_picture_that_is_a_view_of_another():
    picture = noise((40, 30, 3), np.uint16)[::-1, 20:3:-1]
    assert np.array_equal(read(file_of(picture)), picture)


def test_resolution_and_profile_are_in_the_file():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    with Image.open(io.BytesIO(file_of(noise((20, 20, 3), np.uint16), 300, profile))) as image:
        assert image.info["dpi"] == pytest.approx((300, 300), abs=0.01)
        assert image.info["icc_profile"] == profile
    assert [name for name, _ in chunks(file_of(noise((20, 20), np.uint8)))] == [
        *(b"IHDR", b"IDAT", b"IDAT", b"IDAT", b"IEND")
    ]


def test_the_same_picture_is_the_same_file_however_many_cores(monkeypatch):
    picture = noise((300, 200, 3), np.uint8)
    monkeypatch.setattr(png, "_STRIP", 5000)
    many = file_of(picture)
    monkeypatch.setattr(png.os, "cpu_count", lambda: 1)
    assert file_of(picture) == many
