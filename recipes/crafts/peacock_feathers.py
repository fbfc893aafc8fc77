"""Peacock feathers."""

from __future__ import annotations

import numpy as np

from recipes.crafts.kit import UNITS, downscale, mix, rgb, smoothstep

_PLUMES = (  # from the heart of the eye outwards
    ("#1d1a78", "#0c1048", "#1450e0", "#11b9d6", "#052f4e", "#d9731c", "#5a1c10", "#f6cf4e",
     "#0b5a34", "#37b04a", "#f2d44a", "#0d7f72"),
    ("#0b2a6a", "#08123c", "#0f7fd0", "#5fe0d0", "#2a0c50", "#c2257a", "#4a0a3a", "#f7b23c",
     "#1a2f9a", "#2f7fe0", "#f6e08a", "#14589a"),
    ("#3a0f6a", "#14082e", "#7a2fd0", "#16c7b0", "#0a3a3a", "#f0a81e", "#7a1d0c", "#fbe9a0",
     "#8a1420", "#e2502a", "#f8c84a", "#0a6a5c"),
)  # fmt: skip


def peacock_feathers(size: int, seed: int) -> np.ndarray:
    """Spread peacock train feathers, eye over eye, barb by barb.

    Every feather is a set of barbs that leave the shaft in a fan and carry the eye: a heart of
    indigo in turquoise, bronze, gold and green.  The barbs break the plume's outline, let dark
    show between them, and shift in colour as the iridescent originals do.
    """
    rng = np.random.default_rng(seed)
    n, scale = size * 2, size * 2 / UNITS
    image = np.broadcast_to(rgb("#06231f")[0], (n, n, 3)).copy()
    row_step, step = 124.0, 204.0
    for row in range(-1, 11):
        for col in range(-1, 7):
            cx = (col + 0.5 * (row % 2)) * step + rng.uniform(-14, 14)
            cy = row * row_step + rng.uniform(-12, 12)
            unit, lean = rng.uniform(112, 134), rng.uniform(-0.45, 0.45)
            phase, twist = rng.uniform(0, 6.28), rng.uniform(-0.5, 0.5)
            x0, x1 = (int(np.clip((cx + s * 1.35 * unit) * scale, 0, n)) for s in (-1, 1))
            y0, y1 = (int(np.clip((cy + s * unit) * scale, 0, n)) for s in (-1.35, 2.2))
            if x0 == x1 or y0 == y1:
                continue
            px, py = np.meshgrid((np.arange(x0, x1) + 0.5) / scale - cx,
                                 (np.arange(y0, y1) + 0.5) / scale - cy)  # fmt: skip
            c, s = np.cos(lean) / unit, np.sin(lean) / unit
            u, v = (px * c + py * s).astype(np.float32), (py * c - px * s).astype(np.float32)
            plume = (0, 1, 0, 2, 0, 1, 2)[(2 * col + 3 * row) % 7]
            colour, cover = _feather(u, v, phase, twist, plume)
            shade = smoothstep(1.24, 1.16, np.hypot(u, np.minimum(v, 0.3)))
            patch = image[y0:y1, x0:x1]
            patch *= (1 - 0.55 * shade)[..., None]
            image[y0:y1, x0:x1] = mix(patch, colour, cover)
    return downscale(np.clip(image, 0, 1), size)


def _feather(u: np.ndarray, v: np.ndarray, phase: float, twist: float, plume: int) -> tuple:
    """Return (colour, coverage) of a unit peacock eye; u runs across, v down the shaft."""
    u = u + twist * v * v * 0.25
    fan = np.arctan2(u, 1.55 - v)  # barbs fan out of a point down the shaft
    reach = np.hypot(u, 1.55 - v)
    barb = np.sin(fan * 94 + 9 * np.sign(u) * (reach - 1.5) ** 2 + phase)
    egg = np.hypot(u * (1.12 + 0.18 * v), v * 0.93)
    notch = 0.24 * np.exp(-((u / 0.15) ** 2))
    heart = np.hypot(u * 1.02, (v - 0.06 + notch) * 1.06)
    level = np.where(egg < 0.43, np.maximum(heart, egg * 0.72), egg) + 0.014 * barb
    borders = np.array([0.13, 0.27, 0.30, 0.43, 0.455, 0.60, 0.635, 0.69, 0.735, 0.84, 0.90])
    inks = rgb(*_PLUMES[plume])
    colour = np.broadcast_to(inks[0], (*u.shape, 3))
    for border, ink in zip(borders, inks[1:], strict=True):
        colour = mix(colour, ink, smoothstep(border - 0.007, border + 0.007, level))
    line = smoothstep(-0.25, -0.75, barb)
    colour = mix(colour, colour * 0.25, line * (0.35 + 0.5 * smoothstep(0.42, 0.5, egg)))
    gleam = smoothstep(0.55, 0.85, barb) * smoothstep(0.62, 0.7, egg)
    colour = mix(colour, inks[10], 0.55 * gleam)
    shaft = smoothstep(0.035, 0.022, np.abs(u)) * smoothstep(0.38, 0.42, v)
    colour = mix(colour, rgb("#f6e6b0")[0], shaft)
    edge = np.where(v < 0, egg, np.hypot(u, np.minimum(v, 0.35) * 0.9)) + 0.07 * (1 - barb)
    return colour, smoothstep(1.12, 1.09, edge)
