"""Drawing kit of the exemplar pictures: grids, noise, ribbons, and the motifs they repeat.

Pictures are laid out in *design units*: the canvas is always 1024 x 1024 units, whatever its
size in pixels, with y pointing down.  They are rendered supersampled and averaged down.
"""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage
from scipy.interpolate import CubicSpline

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


def paint(colour: np.ndarray) -> tuple[int, int, int]:
    """Turn a 0..1 colour into the byte triple that Pillow draws with."""
    r, g, b = (int(v) for v in np.clip(np.asarray(colour) * 255.0 + 0.5, 0, 255))
    return r, g, b


def blue_noise(rng: np.random.Generator, radius: float, margin: float, tries: int) -> np.ndarray:
    """Throw darts over the canvas and its margin, at least `radius` units apart."""
    kept = np.empty((tries, 2))
    count = 0
    for dart in rng.uniform(-margin, UNITS + margin, (tries, 2)):
        if not count or ((kept[:count] - dart) ** 2).sum(1).min() > radius * radius:
            kept[count] = dart
            count += 1
    return kept[:count].copy()


def spline(control: list[tuple[float, float]], n: int) -> np.ndarray:
    """Sample a smooth curve through the control points at `n` points."""
    pts = np.array(control, float)
    knots = np.r_[0.0, np.cumsum(np.sqrt(np.hypot(*np.diff(pts, axis=0).T)))]
    return CubicSpline(knots / knots[-1], pts)(np.linspace(0.0, 1.0, n))


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


def rosettes(rng: np.random.Generator) -> list[tuple[float, float, float, int, float]]:
    """Pack discs of three sizes over the canvas: (x, y, radius, petals, turn)."""
    packed: list[tuple[float, float, float, int, float]] = []
    for radius, tries in ((150.0, 400), (112.0, 900), (74.0, 1500)):
        for cx, cy in rng.uniform(-90, UNITS + 90, (tries, 2)):
            if all(np.hypot(cx - p[0], cy - p[1]) > radius + p[2] + 26 for p in packed):
                petals = int(rng.choice([8, 10, 12] if radius > 100 else [6, 8]))
                packed.append((cx, cy, radius, petals, rng.uniform(0, 1)))
    return packed


def rose_window(x: np.ndarray, y: np.ndarray, n: int, turn: float) -> tuple:
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


def float_inks(x: np.ndarray, y: np.ndarray, drops: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
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


def chords(centre: np.ndarray, n: int, apothem: float, phase: float, skip: int) -> np.ndarray:
    """Return the chords joining every edge midpoint of a polygon to the `skip`-th next one."""
    turn = phase + 2 * np.pi * np.arange(n) / n
    mids = centre + apothem * np.stack([np.cos(turn), np.sin(turn)], -1)
    return np.stack([mids, np.roll(mids, -skip, axis=0)], 1)


def star_lattice(side: float, turn: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
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
        segments.append(chords(star, 12, apothem, turn, 4))
        segments.append(chords(star, 12, apothem / 2, turn, 5))
        for k in range(3):  # squares between two stars: a slim four-pointed star
            mid = star + spokes[k] * pitch / 2
            tips = chords(mid, 4, side / 2, axes[k], 1)
            waist = mid + (tips.mean(1) - mid) * 0.732
            segments += [np.stack([tips[:, e], waist], 1) for e in (0, 1)]
        for k in range(2):  # hexagons between three stars
            mid = star + (spokes[k] + spokes[k + 1]) * pitch / 3
            segments.append(chords(mid, 6, side * 0.75**0.5, axes[k] + np.pi / 6, 2))
    return stars[near], (ij[near, 0] - ij[near, 1]) % 3, np.concatenate(segments)


def claw(root: np.ndarray, heading: float, length: float, bend: float) -> np.ndarray:
    """Return the spine of one foam claw: a hook that leaves along `heading` and bends."""
    s = np.linspace(0, 1, 12)
    angle = heading + bend * s**1.3
    step = np.stack([np.cos(angle), np.sin(angle)], -1) * (length / 11)
    return root + np.vstack([[0, 0], np.cumsum(step, 0)[:-1]])


def streamlines(field: np.ndarray, start: np.ndarray, steps: int, stride: np.ndarray) -> np.ndarray:
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


def great_wave(board: Board, rng: np.random.Generator, at: np.ndarray, size: float,
                colours: np.ndarray) -> None:  # fmt: skip
    """Print one breaking wave: striped body, scalloped foam cap, claws and spray."""
    dark, mid, light, foam = colours
    flip = np.array([size, -size])
    back = spline([(-1.5, -0.9), (-1.02, -0.2), (-0.6, 0.28), (-0.17, 0.68), (0.17, 0.80),
                   (0.43, 0.69), (0.54, 0.44)], 90) * flip + at  # fmt: skip
    face = spline([(1.6, -0.9), (0.95, -0.3), (0.5, -0.08), (0.14, 0.1), (0.02, 0.32),
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
        main = claw(lip[i], heading - 0.25, length, rng.uniform(1.0, 1.7))
        claws.append((main, size * 0.068))
        for j, side in ((3, -0.9), (6, 0.8)):
            turn = np.arctan2(*(main[j + 1] - main[j])[::-1]) + side
            claws.append((claw(main[j], turn, length * 0.5, 1.3), size * 0.044))
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


PLUMES = (  # from the heart of the eye outwards
    ("#1d1a78", "#0c1048", "#1450e0", "#11b9d6", "#052f4e", "#d9731c", "#5a1c10", "#f6cf4e",
     "#0b5a34", "#37b04a", "#f2d44a", "#0d7f72"),
    ("#0b2a6a", "#08123c", "#0f7fd0", "#5fe0d0", "#2a0c50", "#c2257a", "#4a0a3a", "#f7b23c",
     "#1a2f9a", "#2f7fe0", "#f6e08a", "#14589a"),
    ("#3a0f6a", "#14082e", "#7a2fd0", "#16c7b0", "#0a3a3a", "#f0a81e", "#7a1d0c", "#fbe9a0",
     "#8a1420", "#e2502a", "#f8c84a", "#0a6a5c"),
)  # fmt: skip


def feather(u: np.ndarray, v: np.ndarray, phase: float, twist: float, plume: int) -> tuple:
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
    inks = rgb(*PLUMES[plume])
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
