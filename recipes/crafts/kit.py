"""What the crafts share: grids, noise, colours, and a board for flat shapes.

Pictures are laid out in *design units*: the canvas is always 1024 x 1024 units, whatever its
size in pixels, with y pointing down.  They are rendered supersampled and averaged down.
"""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage

UNITS = 1024.0  # side of the canvas in design units


def grid(size: int, oversample: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """Return the x and y design coordinates of every supersampled pixel centre."""
    n = size * oversample
    axis = ((np.arange(n) + 0.5) * (UNITS / n)).astype(np.float32)
    x, y = np.meshgrid(axis, axis)
    return x, y


def downscale(image: np.ndarray, size: int) -> np.ndarray:
    """Average an oversampled (N, N, 3) picture down to (size, size, 3), clipped to 0..1."""
    f = image.shape[0] // size
    small = image.reshape(size, f, size, f, 3).mean(axis=(1, 3), dtype=np.float64)
    return np.clip(small, 0.0, 1.0)


def noise(x: np.ndarray, y: np.ndarray, cell: float, seed: int) -> np.ndarray:
    """Smooth B-spline noise in about -1..1 whose bumps are `cell` design units wide."""
    lattice = np.random.default_rng(seed).uniform(-1, 1, (64, 64)).astype(np.float32)
    lattice *= 1.9
    at = np.stack([np.asarray(y) / cell, np.asarray(x) / cell])
    return ndimage.map_coordinates(lattice, at, order=3, mode="grid-wrap", prefilter=False)


def smoothstep(lo: float, hi: float, v: np.ndarray) -> np.ndarray:
    """Return the cubic ramp from 0 at `lo` to 1 at `hi`."""
    t = np.clip((v - lo) / (hi - lo), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def mix(a: np.ndarray, b: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Blend colours `a` and `b` by a scalar field `t` (without channel axis)."""
    return a + (b - a) * np.asarray(t)[..., None]


def rgb(*codes: str) -> np.ndarray:
    """Turn "#rrggbb" strings into an (N, 3) float32 array in 0..1."""
    return np.array([list(bytes.fromhex(c.lstrip("#"))) for c in codes], np.float32) / 255.0


def ramp(colours: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Look up `t` in 0..1 on the smooth gradient through `colours`."""
    stops = np.linspace(0.0, 1.0, len(colours))
    return np.stack([np.interp(t, stops, c) for c in colours.T], -1).astype(np.float32)


def blue_noise(rng: np.random.Generator, radius: float, margin: float, tries: int) -> np.ndarray:
    """Throw darts over the canvas and its margin, at least `radius` units apart."""
    kept = np.empty((tries, 2))
    count = 0
    for dart in rng.uniform(-margin, UNITS + margin, (tries, 2)):
        if not count or ((kept[:count] - dart) ** 2).sum(1).min() > radius * radius:
            kept[count] = dart
            count += 1
    return kept[:count].copy()


def normals(path: np.ndarray) -> np.ndarray:
    """Return the unit left normals along a polyline (last two axes: point, xy)."""
    t = np.gradient(path, axis=-2)
    t /= np.maximum(np.linalg.norm(t, axis=-1, keepdims=True), 1e-9)
    return np.stack([-t[..., 1], t[..., 0]], -1)


class Board:
    """A Pillow canvas in design units, for flat shapes drawn over one another."""

    def __init__(self, size: int, oversample: int, ground: np.ndarray):
        """Open a supersampled board filled with the colour `ground`."""
        n = size * oversample
        self.scale = n / UNITS
        self.image = Image.new("RGB", (n, n), paint(ground))
        self.draw = ImageDraw.Draw(self.image)

    def polygon(self, pts: np.ndarray, colour: np.ndarray) -> None:
        """Fill a polygon."""
        self.draw.polygon((pts * self.scale).ravel().tolist(), fill=paint(colour))

    def ribbon(self, path: np.ndarray, width: np.ndarray | float, colour: np.ndarray) -> None:
        """Fill a stroke of varying width along a path."""
        side = normals(path) * (np.broadcast_to(width, len(path))[:, None] / 2)
        self.polygon(np.r_[path + side, (path - side)[::-1]], colour)

    def disc(self, centre: np.ndarray, radius: float, colour: np.ndarray) -> None:
        """Fill a circle."""
        (cx, cy), r = np.asarray(centre) * self.scale, radius * self.scale
        self.draw.ellipse((cx - r, cy - r, cx + r, cy + r), fill=paint(colour))

    def array(self) -> np.ndarray:
        """Return the picture as a float array in 0..1."""
        return np.asarray(self.image, np.float32) / 255.0


def paint(colour: np.ndarray) -> tuple[int, int, int]:
    """Turn a 0..1 colour into the byte triple that Pillow draws with."""
    r, g, b = (int(v) for v in np.clip(np.asarray(colour) * 255.0 + 0.5, 0, 255))
    return r, g, b
