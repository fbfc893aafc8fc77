"""Paint the style exemplar pictures of Orbitex, from nothing but arithmetic.

Each picture imitates a craft with coherent strokes and lines some 4 to 40 pixels wide, a varied
saturated palette and much the same statistics everywhere, which is what second-moment style
statistics of a network feed on.  Everything is seeded: with the same versions of numpy, scipy
and Pillow every run gives the same bytes.  Each picture is a function of the side in pixels and
a seed, and returns a (size, size, 3) array in 0..1.

    python make_exemplars.py [--out DIR] [--size 1024] [NAME ...]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage
from scipy.spatial import cKDTree

from recipes.exemplar_kit import (
    UNITS,
    Board,
    blue_noise,
    downscale,
    feather,
    float_inks,
    great_wave,
    grid,
    mix,
    noise,
    normals,
    ramp,
    rgb,
    rose_window,
    rosettes,
    smoothstep,
    star_lattice,
    streamlines,
)


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
    for cx, cy, radius, petals, turn in rosettes(rng):
        number, edge = rose_window((wx - cx) / radius, (wy - cy) / radius, petals, turn)
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
        ink, place = float_inks(x[part].astype(np.float32), y[part].astype(np.float32), drops)
        rim = 0.80 + 0.28 * (1 - place**3)  # pigment gathers at the border of a drop
        out[part] = tint[ink] * rim[:, None]
    return downscale(out.reshape(size * 2, size * 2, 3), size)


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
            great_wave(board, rng, at, rng.uniform(190, 250), colours)
    x, y = grid(size)
    print_ = downscale(board.array(), size * 2)
    grain = noise(x * 0.12 + 3 * noise(x, y, 160, seed), y, 14, seed + 1)
    print_ *= 1 + 0.035 * grain[..., None]
    return downscale(print_, size)


ZELLIGE_SIDE = 58.0  # edge of the 4.6.12 tiling, in design units
ZELLIGE_GLAZES = ("#123a9c", "#11a3a8", "#0f7a45", "#f0a91b", "#b3261e", "#151a2e", "#f6efdc",
                  "#5a1a5e", "#e2672a", "#6cc0e0")  # fmt: skip
ZELLIGE_RINGS = (0.08, 0.17, 0.255, 0.37, 0.475, 0.56, 0.69, 0.90, 1.10, 1.22, 1.30, 1.40)
ZELLIGE_SCHEMES = (  # per star family and ring: glaze of the tile and of its inset heart
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
    stars, family, segments = star_lattice(ZELLIGE_SIDE, 0.13)
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
    ring = np.digitize(far * 2 * np.tan(np.pi / 12) / ZELLIGE_SIDE, ZELLIGE_RINGS)
    scheme = np.array(ZELLIGE_SCHEMES)[family[home], ring]
    glazes = rgb(*ZELLIGE_GLAZES)
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
        paths = streamlines(field, start, steps, stretch)
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
            colour, cover = feather(u, v, phase, twist, plume)
            shade = smoothstep(1.24, 1.16, np.hypot(u, np.minimum(v, 0.3)))
            patch = image[y0:y1, x0:x1]
            patch *= (1 - 0.55 * shade)[..., None]
            image[y0:y1, x0:x1] = mix(patch, colour, cover)
    return downscale(np.clip(image, 0, 1), size)


EXEMPLARS: dict[str, Callable[[int, int], np.ndarray]] = {
    "stained_glass": stained_glass,
    "marbled_paper": marbled_paper,
    "woodcut_waves": woodcut_waves,
    "moorish_mosaic": moorish_mosaic,
    "night_strokes": night_strokes,
    "peacock_feathers": peacock_feathers,
}
SEEDS = {"stained_glass": 11, "marbled_paper": 5, "woodcut_waves": 7, "moorish_mosaic": 5,
         "night_strokes": 3, "peacock_feathers": 4}  # fmt: skip


def main(argv: list[str] | None = None) -> None:
    """Paint the named pictures (default: all) and write them as PNG files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(EXEMPLARS))
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "exemplars")
    parser.add_argument("--size", type=int, default=1024, help="side in pixels")
    args = parser.parse_args(argv)
    if unknown := set(args.names) - set(EXEMPLARS):
        parser.error(f"unknown exemplar: {', '.join(sorted(unknown))}")
    args.out.mkdir(parents=True, exist_ok=True)
    for name in args.names or EXEMPLARS:
        start = time.perf_counter()
        picture = np.round(EXEMPLARS[name](args.size, SEEDS[name]) * 255).astype(np.uint8)
        path = args.out / f"{name}.png"
        Image.fromarray(picture).save(path, optimize=True)
        print(f"{path}: {path.stat().st_size} bytes, {time.perf_counter() - start:.1f} s")


if __name__ == "__main__":
    main()
