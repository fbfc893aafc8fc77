"""Stained glass."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from recipes.crafts.kit import UNITS, blue_noise, downscale, grid, mix, noise, rgb, smoothstep


def stained_glass(size: int, seed: int) -> np.ndarray:
    """Lead up cathedral glass: rose windows set among irregular voronoi quarries.

    Real windows are pieces of pot-metal glass, each of one colour but streaky from the blowing,
    held by lead cames and soldered at the joints.  Every pane gets one jewel colour, a light
    gradient of its own, streaks along its own direction and a matt shadow where it meets the
    lead; the lead has a round profile that catches the light.
    """
    rng = np.random.default_rng(seed)
    x, y = grid(size)
    wx, wy = x + 5 * noise(x, y, 85, seed), y + 5 * noise(x, y, 85, seed + 1)
    jewels = rgb("#c8102e", "#0b3fc4", "#0a8f5b", "#f2a900", "#7a1fa2", "#00a3c7", "#e8541a",
                 "#f6e27a", "#d6246e", "#1b1f9c", "#62b515", "#f4f1d8")  # fmt: skip
    weight = np.array([12, 14, 9, 10, 9, 10, 9, 5, 7, 8, 6, 3.0])
    sites = blue_noise(rng, 46, 80, 6000)
    near, who = cKDTree(sites).query(np.stack([wx, wy], -1).reshape(-1, 2), k=4)
    pane = who[:, 0].astype(np.int32)
    lead = np.full(len(pane), 1e9)
    for k in range(1, 4):
        gap = np.hypot(*(sites[who[:, k]] - sites[pane]).T)
        lead = np.minimum(lead, (near[:, k] ** 2 - near[:, 0] ** 2) / (2 * gap))
    pane, lead = pane.reshape(x.shape), lead.reshape(x.shape).astype(np.float32)
    colour = [jewels[rng.choice(12, len(sites), p=weight / weight.sum())]]
    base = len(sites)
    came = np.full(x.shape, 3.4, np.float32)  # half width of the lead
    for cx, cy, radius, petals, turn in _rosettes(rng):
        number, edge = _rose_window((wx - cx) / radius, (wy - cy) / radius, petals, turn)
        rho = np.hypot(wx - cx, wy - cy)
        inside = rho < radius
        pane[inside] = base + number[inside]
        lead = np.where(inside, edge * radius, np.minimum(lead, rho - radius))
        came = np.where(np.abs(rho - radius) < 9, 5.2, came)
        scheme = rng.choice(12, (5, 2), p=weight / weight.sum())
        scheme[0] = 3
        panes = jewels[scheme[np.arange(80) // 16, np.arange(80) % 2]]
        colour.append(panes)
        base += 80
    table = np.concatenate(colour)
    table = table * rng.uniform(0.78, 1.12, (base, 1)) + rng.uniform(-0.05, 0.05, (base, 3))
    theta = rng.uniform(0, 2 * np.pi, base).astype(np.float32)
    cos, sin = np.cos(theta)[pane], np.sin(theta)[pane]
    along, across = wx * cos + wy * sin, wy * cos - wx * sin
    streak = noise(along, across * 4.5, 46, seed + 2)
    glow = noise(along + 977, across, 50, seed + 3)
    light = 0.80 + 0.26 * smoothstep(0, 16, lead - came) + 0.22 * streak + 0.22 * glow
    glass = table.astype(np.float32)[pane] * light[..., None]
    gleam = smoothstep(0.25, 1.1, streak + 0.6 * glow) * smoothstep(2, 12, lead)
    glass += 0.26 * gleam[..., None]
    profile = np.clip(1 - lead / came, 0, 1)
    metal = rgb("#0a0a10")[0] + profile[..., None] ** 2 * rgb("#4a4c58")[0]
    return downscale(mix(metal, glass, smoothstep(-0.5, 0.5, lead - came)), size)


def _rosettes(rng: np.random.Generator) -> list[tuple[float, float, float, int, float]]:
    """Pack discs of three sizes over the canvas: (x, y, radius, petals, turn)."""
    packed: list[tuple[float, float, float, int, float]] = []
    for radius, tries in ((150.0, 400), (112.0, 900), (74.0, 1500)):
        for cx, cy in rng.uniform(-90, UNITS + 90, (tries, 2)):
            if all(np.hypot(cx - p[0], cy - p[1]) > radius + p[2] + 26 for p in packed):
                petals = int(rng.choice([8, 10, 12] if radius > 100 else [6, 8]))
                packed.append((cx, cy, radius, petals, rng.uniform(0, 1)))
    return packed


def _rose_window(x: np.ndarray, y: np.ndarray, n: int, turn: float) -> tuple:
    """Return (pane number, distance to the nearest lead) in a unit rose window."""
    rho, wedge = np.hypot(x, y), 2 * np.pi / n
    angle = np.arctan2(y, x) / wedge + turn
    sector = np.floor(angle)
    off = (angle - sector - 0.5) * wedge
    px, py = rho * np.cos(off), np.abs(rho * np.sin(off))
    cap_c = 0.62 / (1 + np.tan(wedge / 2))
    cap = np.hypot(px - cap_c, py) - cap_c * np.tan(wedge / 2)
    side = px * np.sin(wedge / 2) - py * np.cos(wedge / 2)  # > 0 inside the sector
    half = np.abs(off) - wedge / 2
    rx, ry = rho * np.cos(half), np.abs(rho * np.sin(half))
    roundel = np.hypot(rx - 0.80, ry) - min(0.145, 0.70 * np.sin(wedge / 2))
    edge_index = np.floor(angle + 0.5)  # sector boundary that this point is nearest to
    boss, ring, rim = np.abs(rho - 0.20), np.abs(rho - 0.62), np.abs(1.0 - rho)
    petal = (cap < 0) | (px < cap_c)
    kind = np.select(
        [rho < 0.20, (rho < 0.62) & petal, rho < 0.62, roundel < 0], [0, 1, 2, 3], default=4
    )
    seam = np.where(rho < 0.62, np.where(px < cap_c, side, np.abs(cap)), np.abs(roundel))
    hour = np.where((rho > 0.62) & (roundel > 0), py, 9.0)
    lead = np.minimum.reduce([boss, ring, rim, np.where(rho < 0.20, 9.0, seam), hour])
    turn_no = np.where((kind == 2) | (kind == 3), edge_index, sector) % n
    return (kind * 16 + np.where(kind == 0, 0, turn_no)).astype(np.int32), lead
