"""A Moorish mosaic."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage
from scipy.spatial import cKDTree

from recipes.crafts.kit import UNITS, downscale, grid, mix, noise, rgb, smoothstep

_SIDE = 58.0  # edge of the 4.6.12 tiling, in design units
_GLAZES = ("#123a9c", "#11a3a8", "#0f7a45", "#f0a91b", "#b3261e", "#151a2e", "#f6efdc",
           "#5a1a5e", "#e2672a", "#6cc0e0")  # fmt: skip
_RINGS = (0.08, 0.17, 0.255, 0.37, 0.475, 0.56, 0.69, 0.90, 1.10, 1.22, 1.30, 1.40)
_SCHEMES = (  # per star family and ring: glaze of the tile and of its inset heart
    [(3, 3), (5, 5), (6, 6), (4, 4), (3, 3), (0, 0), (1, 1), (3, 4), (0, 9), (6, 6), (5, 3),
     (5, 3), (2, 3)],
    [(4, 4), (3, 3), (0, 0), (6, 6), (1, 1), (2, 2), (3, 3), (4, 6), (2, 3), (6, 6), (5, 3),
     (5, 3), (2, 3)],
    [(6, 6), (7, 7), (3, 3), (2, 2), (8, 8), (5, 5), (6, 6), (1, 6), (4, 8), (6, 6), (5, 3),
     (5, 3), (2, 3)],
)  # fmt: skip


def moorish_mosaic(size: int, seed: int) -> np.ndarray:
    """Lay zellige: twelve-fold stars of hand-cut glazed tiles with pale grout.

    The maallem draws the 4.6.12 tiling and lets straight lines leave every edge midpoint at
    sixty degrees; where they cross, tiles are cut.  Here the lines are drawn, the cells between
    them labelled and glazed one by one: each has its colour by its ring around the star, a
    little of its own tone, glaze that ran to one side, an inset heart behind a dark line, and a
    bevelled rim lit from the upper left.
    """
    rng = np.random.default_rng(seed)
    stars, family, segments = _star_lattice(_SIDE, 0.13)
    pad, scale = 50, size * 2 / UNITS
    n = round((UNITS + 2 * pad) * scale)
    grout = Image.new("L", (n, n), 0)
    pen = ImageDraw.Draw(grout)
    for ends in (segments + pad) * scale:
        pen.line(ends.ravel().tolist(), fill=255, width=round(3.2 * scale))
    bare = np.asarray(grout) == 0
    cell, count = ndimage.label(bare)
    number = np.arange(1, count + 1)
    middle = np.array(ndimage.center_of_mass(bare, cell, number))[:, ::-1] / scale - pad
    far, home = cKDTree(stars).query(middle)
    margin = round(pad * scale)
    inner = (slice(margin, margin + size * 2),) * 2
    off, (iy, ix) = ndimage.distance_transform_edt(~bare, return_indices=True)
    depth = ndimage.gaussian_filter(ndimage.distance_transform_edt(bare) - off, 1.2)
    depth = depth[inner].astype(np.float32) / scale
    cell = cell[iy[inner], ix[inner]] - 1  # joints belong to the nearest tile
    ring = np.digitize(far * 2 * np.tan(np.pi / 12) / _SIDE, _RINGS)
    scheme = np.array(_SCHEMES)[family[home], ring]
    glazes = rgb(*_GLAZES)
    tone = rng.uniform(0.84, 1.14, (count, 1)) + rng.uniform(-0.035, 0.035, (count, 3))
    outer = (glazes[scheme[:, 0]] * tone).astype(np.float32)[cell]
    heart = (glazes[scheme[:, 1]] * tone).astype(np.float32)[cell]
    x, y = grid(size)
    turn = rng.uniform(0, 2 * np.pi, count).astype(np.float32)[cell]
    pooled = noise(x + 40 * turn, y, 40, seed)
    inset = 8.6 + 0.8 * pooled
    glaze = mix(outer, heart, smoothstep(-0.5, 0.5, depth - inset))
    glaze = mix(glaze, rgb("#12131c")[0], 0.9 * smoothstep(1.5, 0.7, np.abs(depth - inset)))
    soft = ndimage.gaussian_filter(np.clip(depth, 0, 3.0), 0.7 * scale)
    gy, gx = np.gradient(soft, 1 / scale)
    rim = -(gx * 0.6 + gy * 0.8)  # lit from the upper left
    at = middle.astype(np.float32)[cell]
    tilt = ((x - at[..., 0]) * np.cos(turn) + (y - at[..., 1]) * np.sin(turn)) / 22
    pool = smoothstep(-0.12, 0.12, tilt + 0.5 * pooled)  # glaze runs to one side of the tile
    glaze *= (0.86 + 0.26 * pool)[..., None]
    glaze += (0.24 * smoothstep(0.3, 0.5, -rim) - 0.2 * smoothstep(0.3, 0.5, rim))[..., None]
    joint = rgb("#e9dcc0")[0]
    return downscale(mix(joint, np.clip(glaze, 0, 1), smoothstep(-0.4, 0.5, depth)), size)


def _star_lattice(side: float, turn: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Lay the 4.6.12 tiling and its star lines: (star centres, lattice colours 0..2, segments)."""
    apothem = side / (2 * np.tan(np.pi / 12))
    pitch = 2 * apothem + side
    axes = turn + np.arange(6) * np.pi / 3
    spokes = np.stack([np.cos(axes), np.sin(axes)], -1)
    ij = np.stack(np.meshgrid(np.arange(-9, 10), np.arange(-9, 10)), -1).reshape(-1, 2)
    stars = ij @ (spokes[:2] * pitch) + UNITS / 2 + (31, 17)
    near = (np.abs(stars - UNITS / 2) < UNITS / 2 + pitch * 1.2).all(1)
    segments = []
    for star in stars[near]:
        segments.append(_chords(star, 12, apothem, turn, 4))
        segments.append(_chords(star, 12, apothem / 2, turn, 5))
        for k in range(3):  # squares between two stars: a slim four-pointed star
            mid = star + spokes[k] * pitch / 2
            tips = _chords(mid, 4, side / 2, axes[k], 1)
            waist = mid + (tips.mean(1) - mid) * 0.732
            segments += [np.stack([tips[:, e], waist], 1) for e in (0, 1)]
        for k in range(2):  # hexagons between three stars
            mid = star + (spokes[k] + spokes[k + 1]) * pitch / 3
            segments.append(_chords(mid, 6, side * 0.75**0.5, axes[k] + np.pi / 6, 2))
    return stars[near], (ij[near, 0] - ij[near, 1]) % 3, np.concatenate(segments)


def _chords(centre: np.ndarray, n: int, apothem: float, phase: float, skip: int) -> np.ndarray:
    """Return the chords joining every edge midpoint of a polygon to the `skip`-th next one."""
    turn = phase + 2 * np.pi * np.arange(n) / n
    mids = centre + apothem * np.stack([np.cos(turn), np.sin(turn)], -1)
    return np.stack([mids, np.roll(mids, -skip, axis=0)], 1)
