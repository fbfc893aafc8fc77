"""Marbled paper."""

from __future__ import annotations

import numpy as np

from recipes.crafts.kit import UNITS, blue_noise, downscale, grid, rgb, smoothstep


def marbled_paper(size: int, seed: int) -> np.ndarray:
    """Marble an ebru paper: ink drops floated on size, raked, combed and curled with a stylus.

    The marbler sprinkles colours that push one another aside, draws a wide rake up and down, a
    fine comb across, and finally a stylus in curls.  Each of these is a closed-form, area
    preserving map of the bath (after A. Jaffer); the picture runs them backwards per pixel.
    """
    rng = np.random.default_rng(seed)
    x, y = (a.ravel() for a in grid(size))
    inks = rgb("#10204f", "#c4161c", "#f6e8c8", "#0f7c8a", "#f0a51e", "#1f48a8", "#f4efe0",
               "#7a0f2b", "#2aa889", "#ef6a3a", "#0b1028", "#f7c9b0")  # fmt: skip
    for cx, cy in blue_noise(rng, 190, 60, 900):  # curls of the stylus
        dx, dy = x - np.float32(cx), y - np.float32(cy)
        turn = rng.choice([-1, 1]) * rng.uniform(1.6, 2.6)
        swirl = (turn * np.exp(-(dx * dx + dy * dy) / rng.uniform(55, 80) ** 2)).astype(np.float32)
        c, s = np.cos(swirl), np.sin(swirl)
        x, y = cx + c * dx - s * dy, cy + s * dx + c * dy
    x = x + 15 * np.sin(y / 38) + 9 * np.sin(y / 61 + 1)  # the hand sways while combing
    comb = np.abs((x / 44) % 1 - 0.5) * 44  # distance to the gap between two teeth
    y = y + 68 * np.exp(-(22 - comb) / 9)
    x = x + 60 * np.sin(y / 70)
    rake = np.abs((y / 128) % 2 - 1) * 128  # rake to and fro
    x = x + 125 * smoothstep(0, 128, rake)
    count = 840
    places = np.repeat(np.arange(count // 3), 3)  # three inks to a place, one inside another
    spread = (0.5 + places[:, None] * (0.7548776662, 0.5698402910)) % 1  # evenly, at any count
    drops = np.empty((count, 3), np.float32)
    drops[:, :2] = spread * (UNITS + 640) - 320 + rng.normal(0, 4, (count, 2))
    drops[:, 2] = rng.uniform(21, 52, count)
    order = np.concatenate([rng.permutation(12) for _ in range(count // 12 + 1)])[:count]
    order = np.r_[order, rng.permutation(12)]
    tint = inks[order] * rng.uniform(0.9, 1.08, (count + 12, 1)).astype(np.float32)
    out = np.empty((len(x), 3), np.float32)
    for lo in range(0, len(x), 1 << 15):
        part = slice(lo, lo + (1 << 15))
        ink, place = _float_inks(x[part].astype(np.float32), y[part].astype(np.float32), drops)
        rim = 0.80 + 0.28 * (1 - place**3)  # pigment gathers at the border of a drop
        out[part] = tint[ink] * rim[:, None]
    return downscale(out.reshape(size * 2, size * 2, 3), size)


def _float_inks(x: np.ndarray, y: np.ndarray, drops: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Trace points of the finished bath back through the ink drops, the latest drop first.

    A drop of radius r at c pushes the point p to c + (p - c) sqrt(1 + (r / |p - c|)^2), so a
    point of the bath was at c + (p - c) sqrt(1 - (r / |p - c|)^2) before, or is that drop's ink.
    Returns the number of the drop (-1 to -12: stripes that lay on the bath at first) and the
    place in it, 0 at the centre to 1 at the border.
    """
    ink, place = np.full(len(x), -1, np.int32), np.zeros(len(x), np.float32)
    alive = np.arange(len(x))
    for number in range(len(drops) - 1, -1, -1):
        cx, cy, r = drops[number]
        dx, dy = x - cx, y - cy
        d2 = dx * dx + dy * dy
        hit = d2 < r * r
        if hit.any():
            ink[alive[hit]] = number
            place[alive[hit]] = np.sqrt(d2[hit]) / r
            keep = ~hit
            alive, dx, dy, d2 = alive[keep], dx[keep], dy[keep], d2[keep]
            if not len(alive):
                break
        shrink = np.sqrt(1 - (r * r) / d2)
        x, y = cx + dx * shrink, cy + dy * shrink
    ink[alive] = -1 - (np.floor((x + 16 * np.sin(y / 23)) / 22).astype(np.int32) % 12)
    place[alive] = 0.5
    return ink, place
