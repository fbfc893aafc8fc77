"""Woodcut waves."""

from __future__ import annotations

import numpy as np
from scipy.interpolate import CubicSpline

from recipes.crafts.kit import Board, downscale, grid, noise, normals, rgb


def woodcut_waves(size: int, seed: int) -> np.ndarray:
    """Print ukiyo-e breakers, row behind row, in Prussian blue, cream and vermilion.

    After the Edo printmakers: flat colour blocks, a dark key line of living width, stripes
    carved along the run of the water up into the curl, foam that ends in claws, and the wipe of
    the baren showing faintly as wood grain.  Waves are printed from the back row to the front.
    """
    rng = np.random.default_rng(seed)
    board = Board(size, 4, rgb("#d8442a")[0])
    inks = [rgb("#0c1c3c", "#1f4f8f", "#8fc0cf", "#f7ecd2"),
            rgb("#0a1a3a", "#12647f", "#e9dcb4", "#fbf3dd"),
            rgb("#14183a", "#d23c22", "#f3b98a", "#f9edcf"),
            rgb("#0b1734", "#26356f", "#6fa8c8", "#f6e9cb"),
            rgb("#101c3e", "#e9a13a", "#c8331f", "#fbf1d6")]  # fmt: skip
    row_step, step = 92.0, 300.0
    for row in range(-1, 17):
        for col in range(-2, 6):
            at = np.array([col * step + (row % 2) * step / 2 + rng.uniform(-38, 38) + 60,
                           row * row_step + rng.uniform(-16, 16)])  # fmt: skip
            colours = inks[(0, 2, 1, 3, 0, 4, 3, 2, 0, 1)[(3 * col + 4 * row) % 10]]
            _great_wave(board, rng, at, rng.uniform(190, 250), colours)
    x, y = grid(size)
    print_ = downscale(board.array(), size * 2)
    grain = noise(x * 0.12 + 3 * noise(x, y, 160, seed), y, 14, seed + 1)
    print_ *= 1 + 0.035 * grain[..., None]
    return downscale(print_, size)


def _great_wave(board: Board, rng: np.random.Generator, at: np.ndarray, size: float,
                 colours: np.ndarray) -> None:  # fmt: skip
    """Print one breaking wave: striped body, scalloped foam cap, claws and spray."""
    dark, mid, light, foam = colours
    flip = np.array([size, -size])
    back = _spline([(-1.5, -0.9), (-1.02, -0.2), (-0.6, 0.28), (-0.17, 0.68), (0.17, 0.80),
                    (0.43, 0.69), (0.54, 0.44)], 90) * flip + at  # fmt: skip
    face = _spline([(1.6, -0.9), (0.95, -0.3), (0.5, -0.08), (0.14, 0.1), (0.02, 0.32),
                    (0.10, 0.52), (0.30, 0.58), (0.54, 0.44)], 90) * flip + at  # fmt: skip
    body = np.r_[back, face[::-1]]
    board.ribbon(np.r_[body, body[:1]], size * 0.035, dark)
    board.polygon(body, mid)
    t = np.linspace(0, 1, 90)[:, None]
    bands = 12
    for k in range(bands):  # carved stripes that run from the trough up into the curl
        f = (k + 0.5 + rng.uniform(-0.12, 0.12)) / bands
        sway = 0.5 + 0.5 * np.sin(9 * t + rng.uniform(0, 6))
        g = f + 0.02 * (sway - 0.5)
        path = back * (1 - g) + face * g
        gap = np.linalg.norm(back - face, axis=1) / bands
        swell = gap * (0.50 + 0.25 * sway[:, 0]) * np.sqrt(np.clip(1.02 - t[:, 0], 0, 1))
        board.ribbon(path, swell, (dark, light, dark)[k % 3])
        if k % 3 != 1:
            board.ribbon(path[6:], swell[6:] * 0.22, light if k % 3 == 0 else foam)
    lip = np.r_[back[66:], face[:58:-1]]  # crest, tip and under-lip
    out = -normals(lip)
    beads = [(back[i] + (at - back[i]) * 0.03, size * rng.uniform(0.030, 0.062))
             for i in range(48, 90, 3)]  # fmt: skip
    beads += [(face[i], size * rng.uniform(0.024, 0.04)) for i in range(66, 90, 4)]
    claws = []
    for i in range(3, len(lip) - 2, 5):
        heading = np.arctan2(out[i, 1], out[i, 0])
        length = size * rng.uniform(0.13, 0.2)
        main = _claw(lip[i], heading - 0.25, length, rng.uniform(1.0, 1.7))
        claws.append((main, size * 0.068))
        for j, side in ((3, -0.9), (6, 0.8)):
            turn = np.arctan2(*(main[j + 1] - main[j])[::-1]) + side
            claws.append((_claw(main[j], turn, length * 0.5, 1.3), size * 0.044))
    taper = np.linspace(1, 0.12, 12) ** 0.8
    line = size * 0.012
    for centre, radius in beads:
        board.disc(centre, radius + line, dark)
    for spine, width in claws:
        board.ribbon(spine, width * taper + 2 * line, dark)
    for centre, radius in beads:
        board.disc(centre, radius, foam)
    for spine, width in claws:
        board.ribbon(spine, width * taper, foam)
    for spine, width in claws[::3]:
        board.ribbon(spine[1:8], width * 0.22 * taper[1:8], mid)
    for centre, radius in beads[::2]:
        board.disc(centre, radius * 0.45, light)
        board.disc(centre, radius * 0.22, foam)
    for _ in range(16):  # spray
        i = rng.integers(4, len(lip))
        spot = lip[i - 1] + out[i - 1] * size * rng.uniform(0.12, 0.34)
        radius = size * rng.uniform(0.009, 0.02)
        board.disc(spot, radius + line * 0.8, dark)
        board.disc(spot, radius, foam)


def _claw(root: np.ndarray, heading: float, length: float, bend: float) -> np.ndarray:
    """Return the spine of one foam claw: a hook that leaves along `heading` and bends."""
    s = np.linspace(0, 1, 12)
    angle = heading + bend * s**1.3
    step = np.stack([np.cos(angle), np.sin(angle)], -1) * (length / 11)
    return root + np.vstack([[0, 0], np.cumsum(step, 0)[:-1]])


def _spline(control: list[tuple[float, float]], n: int) -> np.ndarray:
    """Sample a smooth curve through the control points at `n` points."""
    pts = np.array(control, float)
    knots = np.r_[0.0, np.cumsum(np.sqrt(np.hypot(*np.diff(pts, axis=0).T)))]
    return CubicSpline(knots / knots[-1], pts)(np.linspace(0.0, 1.0, n))
