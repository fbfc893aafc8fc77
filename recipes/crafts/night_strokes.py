"""A night sky in oil."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage

from recipes.crafts.kit import (
    UNITS,
    blue_noise,
    downscale,
    mix,
    noise,
    normals,
    ramp,
    rgb,
    smoothstep,
)


def night_strokes(size: int, seed: int) -> np.ndarray:
    """Paint a swirling night sky in thick oil, thousands of loaded strokes along a current.

    After van Gogh: the sky streams around whirls, each with a burning core and rings of light.
    Strokes of three brushes follow the stream; every bristle leaves its own tone and ridge, and
    the relief of the paint is lit from the upper left.
    """
    rng = np.random.default_rng(seed)
    cell = 512
    axis = (np.arange(cell) + 0.5) * (UNITS / cell)
    gx, gy = np.meshgrid(axis, axis)
    flow = 58 * noise(gx, gy, 190, seed) + 0.35 * gy
    halo, hue = np.zeros_like(gx), np.zeros_like(gx)
    for cx, cy in blue_noise(rng, 190, 70, 1500):
        reach, sign = rng.uniform(40, 88), rng.choice([-1, 1])
        r = np.hypot(gx - cx, gy - cy)
        flow += sign * 150 * np.exp(-((r / reach) ** 2) / 1.4)
        glow = np.exp(-((r / reach) ** 2) * 1.1)
        hue = np.where(glow > halo, rng.uniform(0, 1), hue)
        halo = np.maximum(halo, glow)
    dy, dx = np.gradient(flow)
    field = np.arctan2(dx, -dy)  # along the level lines of the stream function
    bands = 0.5 + 0.5 * np.sin(flow / 9.5 + 2 * noise(gx, gy, 150, seed + 1))
    sky = rgb("#0a1038", "#14267a", "#1d4fc0", "#2f86d8", "#5fc3dc", "#d9f0dc")
    dusk = rgb("#101238", "#3b1d78", "#1c57b8", "#11917f", "#7fd08a", "#f3ecc0")
    fire = rgb("#1a3fa8", "#2f9fc0", "#f2c230", "#ee7f1c", "#fbe36a", "#fffbe0")
    rose = rgb("#3a1d80", "#c23a5e", "#f2903a", "#d8402c", "#f8d95e", "#fffbe0")
    board = Image.new("RGB", (size * 2, size * 2), (12, 20, 60))
    relief = Image.new("L", (size * 2, size * 2), 90)
    pen, knife = ImageDraw.Draw(board), ImageDraw.Draw(relief)
    scale = size * 2 / UNITS
    for gap, width, length in ((22, 34, 150), (16, 23, 124), (14.5, 15, 88)):
        count = int((UNITS + 80) ** 2 / gap**2 * (1.0 if gap > 15 else 0.62))
        start = rng.uniform(-40, UNITS + 40, (count, 2))
        steps = 14
        stretch = length * rng.uniform(0.6, 1.2, count) / steps
        paths = _streamlines(field, start, steps, stretch)
        sides = normals(paths)
        ix, iy = np.clip((paths[:, steps // 2] * (cell / UNITS)).astype(int), 0, cell - 1).T
        tone = np.clip(bands[iy, ix] * 0.86 + rng.normal(0.02, 0.11, count), 0, 1)
        heat = np.clip(halo[iy, ix] + rng.normal(0, 0.05, count), 0, 1)
        cool = mix(ramp(sky, tone), ramp(dusk, tone),
                   (noise(gx, gy, 210, seed + 2)[iy, ix] > 0.05).astype(np.float32))  # fmt: skip
        ring = np.clip(heat * 0.98 + 0.13 * np.sin(heat * 21), 0, 1)
        warm = mix(ramp(fire, ring), ramp(rose, ring), (hue[iy, ix] > 0.55).astype(np.float32))
        base = mix(cool, warm, smoothstep(0.22, 0.36, heat)) * rng.uniform(0.9, 1.1, (count, 1))
        bristles = max(4, round(width / 4.6))
        offset = np.linspace(-0.5, 0.5, bristles)
        taper = np.sin(np.linspace(0.35, np.pi - 0.25, steps)) ** 0.4
        ink = base[:, None, :] + rng.normal(0, 0.035, (count, bristles, 1))
        ink = np.clip(ink * 255, 0, 255).astype(int)
        ridge = np.clip(150 + 60 * (1 - (2 * offset) ** 2) + rng.normal(0, 15, (count, bristles)),
                        0, 255).astype(int)  # fmt: skip
        thick = round(width / bristles * scale * 1.35)
        for i in range(count):
            for j in range(bristles):
                trail = paths[i] + sides[i] * (offset[j] * width * taper)[:, None]
                trail = (trail * scale).ravel().tolist()
                pen.line(trail, fill=tuple(ink[i, j].tolist()), width=thick)
                knife.line(trail, fill=int(ridge[i, j]), width=thick)
    colour = np.asarray(board, np.float32) / 255
    height = ndimage.gaussian_filter(np.asarray(relief, np.float32) / 255, 1.6 * scale)
    hy, hx = np.gradient(height, 1 / scale)
    light = np.clip(1 - 1.1 * (hx * 0.6 + hy * 0.8) * 4.6, 0.6, 1.5)
    soft = np.stack([ndimage.gaussian_filter(colour[..., c], 0.95 * scale) for c in range(3)], -1)
    return downscale(np.clip(soft * light[..., None], 0, 1), size)


def _streamlines(
    field: np.ndarray, start: np.ndarray, steps: int, stride: np.ndarray
) -> np.ndarray:
    """Follow a direction field (angles on a pixel grid over the canvas) from every start."""
    n = field.shape[0]
    path = np.empty((len(start), steps, 2))
    spot = start.copy()
    for k in range(steps):
        path[:, k] = spot
        ahead = spot
        for reach in (0.5, 1.0):  # midpoint rule, so that closed rings close
            ix, iy = np.clip((ahead * (n / UNITS)).astype(int), 0, n - 1).T
            angle = field[iy, ix]
            step = np.stack([np.cos(angle), np.sin(angle)], -1) * stride[:, None]
            ahead = spot + reach * step
        spot = ahead
    return path
