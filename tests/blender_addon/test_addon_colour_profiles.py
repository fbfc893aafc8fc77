"""Style pictures with colour profiles are sent as the service would read them itself."""

from __future__ import annotations

import io
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pictures import ADOBE, P3, PROPHOTO, profile
from PIL import Image, ImageCms

from blender_addon.picture.colour_profiles import as_srgb
from blender_addon.scene.styles import read_picture
from service.pictures.files import over_white
from service.pictures.files import read_picture as read_by_the_service

COLOURS = np.random.default_rng(5).integers(0, 256, (24, 32, 3), np.uint8)
FIXED = 65536
SRGB_CURVE = [2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045]


def parametric(kind: int, *numbers: float) -> bytes:
    values = (round(number * FIXED) for number in numbers)
    return b"para" + bytes(4) + struct.pack(f">HH{len(numbers)}i", kind, 0, *values)


def table(values: np.ndarray) -> bytes:
    levels = np.rint(values * 65535).astype(">u2")
    return b"curv" + bytes(4) + struct.pack(">I", len(levels)) + levels.tobytes()


def saved(icc: bytes | None, kind: str = "PNG", **options: Any) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(COLOURS).save(stream, kind, icc_profile=icc, **options)
    return stream.getvalue()


@pytest.mark.parametrize(
    "icc",
    [
        profile(b"RGB ", ADOBE),
        profile(b"RGB ", PROPHOTO, 1.8),
        profile(b"RGB ", P3, curve=parametric(3, *SRGB_CURVE)),
        profile(b"RGB ", P3, curve=parametric(0, 1.9)),
        profile(b"RGB ", P3, curve=parametric(1, 2.0, 1.1, -0.1)),
        profile(b"RGB ", P3, curve=parametric(4, *SRGB_CURVE, 0.0, 0.0)),
        profile(b"RGB ", P3, curve=table(np.linspace(0, 1, 1024) ** 2.4)),
    ],
    ids=["Adobe RGB", "ProPhoto", "Display P3", "power", "offset", "seven numbers", "table"],
)
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_colours_become_those_that_the_service_reads(icc: bytes, kind: str) -> None:
    data = saved(icc, kind, **({"lossless": True} if kind == "WEBP" else {}))
    plain = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
    found = 255 * as_srgb(plain / 255, data)
    expected = over_white(read_by_the_service(data, "style"))
    assert np.abs(expected.astype(int) - plain).max() > 5
    np.testing.assert_allclose(found, expected, atol=2, rtol=0)


@pytest.mark.parametrize(
    "icc",
    [
        None,
        ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(),
        b"no profile",
        profile(b"RGB ", ADOBE)[:200],
        profile(b"RGB ", ADOBE, curve=b"mystery curve"),
        profile(b"RGB ", ADOBE, curve=parametric(1, 2.0, 0.0, 0.1)),
        profile(b"GRAY"),
    ],
    ids=["none", "sRGB", "rubbish", "cut short", "unknown curve", "zero", "of greys"],
)
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
def test_other_colours_keep_their_bits(icc: bytes | None, kind: str) -> None:
    colours = COLOURS / 255
    assert as_srgb(colours, saved(icc, kind)) is colours


def test_a_style_picture_is_sent_converted(addon: None, tmp_path: Path) -> None:
    file = tmp_path / "adobe.png"
    file.write_bytes(saved(profile(b"RGB ", ADOBE)))
    expected = over_white(read_by_the_service(file, "style"))
    np.testing.assert_allclose(read_picture(str(file)).astype(int), expected, atol=2, rtol=0)
