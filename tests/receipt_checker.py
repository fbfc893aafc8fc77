"""An independent checker: trusts nothing but a picture and its receipt. It shares no code with the
project, so that a mistake in the project's own geometry cannot hide itself."""

import json

import numpy as np
from PIL import Image
from scipy.ndimage import map_coordinates

PAD = 24


def load(picture):
    """(H, W, 3) uint8 and the receipt of a picture's path."""
    with Image.open(picture) as image:
        assert image.mode == "RGB" and image.format == "PNG"
        pixels = np.array(image)
    return pixels, json.loads(picture.with_suffix(".json").read_text())


def recoloured(colour, values):
    """[2, 3, 1] means: new r = old g, new g = old b, new b = old r; a minus sign inverts."""
    out = np.empty_like(values)
    for new, old in enumerate(colour):
        channel = values[..., abs(old) - 1]
        out[..., new] = 255 - channel if old < 0 else channel
    return out


def tile_errors(pixels, receipt):
    """For every generator: (RMS in 1/255, whether it takes pixel centres to pixel centres)."""
    height, width = pixels.shape[:2]
    shift = copy_shift(pixels, receipt)
    y, x = np.mgrid[0:height, 0:width] + 0.5
    errors = []
    for generator in receipt["generators"]:
        m = np.array(generator["matrix"])
        np.testing.assert_allclose(m[2], (0, 0, 1), atol=1e-12)
        column = m[0, 0] * x + m[0, 1] * y + m[0, 2] - 0.5
        row = m[1, 0] * x + m[1, 1] * y + m[1, 2] - 0.5
        on_pixels = max(np.abs(v - np.rint(v)).max() for v in (row, column)) < 1e-6
        if on_pixels:
            i, j = np.rint(row).astype(int), np.rint(column).astype(int)
            copy = i // height
            seen = pixels[i - copy * height, (j - copy * shift) % width].astype(float)
        else:
            seen = _tiled_cubic(pixels, row, column, shift)
        gap = seen - recoloured(generator["colour"], pixels.astype(float))
        errors.append((float(np.sqrt((gap**2).mean())), bool(on_pixels)))
    return errors


def copy_shift(pixels, receipt):
    """How far to the right the picture's copy below lies, by the receipt's lattice alone: the
    picture must hold whole cells of it, and its rows must be whole periods."""
    height, width = pixels.shape[:2]
    a, b = (np.array(receipt["lattice"][name]) for name in "ab")
    lattice = np.column_stack([a, b])
    area = width * height / abs(np.linalg.det(lattice))
    assert abs(area - round(area)) < 1e-6
    assert_whole(np.linalg.solve(lattice, (width, 0)))
    shifts = [s for s in range(width) if is_whole(np.linalg.solve(lattice, (s, height)))]
    assert shifts, "no copy of the picture fits below it"
    return shifts[0]


def is_whole(counts):
    return np.abs(counts - np.rint(counts)).max() < 1e-6


def assert_whole(counts):
    np.testing.assert_allclose(counts, np.rint(counts), atol=1e-6)


def translation_error(pixels, vector, receipt):
    """RMS in 1/255 between the repeated picture and itself moved by ``vector`` (x, y) pixels."""
    y, x = np.mgrid[0 : pixels.shape[0], 0 : pixels.shape[1]].astype(float)
    shift = copy_shift(pixels, receipt)
    seen = _tiled_cubic(pixels, y + vector[1], x + vector[0], shift)
    return float(np.sqrt(((seen - pixels) ** 2).mean()))


def _tiled_cubic(pixels, row, column, shift):
    height, width = pixels.shape[:2]
    copy = np.floor(row / height)
    row, column = row - copy * height, (column - copy * shift) % width
    pad = min(PAD, height, width)
    above, below = np.roll(pixels[-pad:], -shift, axis=1), np.roll(pixels[:pad], shift, axis=1)
    tall = np.vstack([above, pixels, below])
    padded = np.hstack([tall[:, -pad:], tall, tall[:, :pad]])
    return _cubic(padded, row + pad, column + pad)


def sphere_errors(pixels, receipt):
    """For every generator: RMS in 1/255, each pixel by its area on the sphere."""
    height, width = pixels.shape[:2]
    latitude = np.pi / 2 - np.pi * (np.arange(height) + 0.5) / height
    longitude = -np.pi + 2 * np.pi * (np.arange(width) + 0.5) / width
    phi, theta = np.meshgrid(latitude, longitude, indexing="ij")
    point = np.stack([np.cos(phi) * np.cos(theta), np.cos(phi) * np.sin(theta), np.sin(phi)], -1)
    half_turned = np.roll(pixels, width // 2, axis=1)[::-1]
    padded = np.vstack([half_turned[-PAD:], pixels, half_turned[:PAD]])
    padded = np.hstack([padded[:, -PAD:], padded, padded[:, :PAD]])
    errors = []
    for generator in receipt["generators"]:
        m = np.array(generator["matrix"])
        np.testing.assert_allclose(m @ m.T, np.eye(3), atol=1e-9)
        x, y, z = np.moveaxis(point @ m.T, -1, 0)
        row = (np.pi / 2 - np.arcsin(np.clip(z, -1, 1))) / np.pi * height - 0.5
        column = (np.arctan2(y, x) + np.pi) / (2 * np.pi) * width - 0.5
        seen = _cubic(padded, row + PAD, column + PAD)
        gap = seen - recoloured(generator["colour"], pixels.astype(float))
        area = np.cos(phi)
        errors.append(float(np.sqrt(((gap**2).mean(-1) * area).sum() / area.sum())))
    return errors


def _cubic(pixels, row, column):
    return np.stack(
        [
            map_coordinates(pixels[..., k].astype(float), [row, column], order=3, mode="nearest")
            for k in range(3)
        ],
        -1,
    )
