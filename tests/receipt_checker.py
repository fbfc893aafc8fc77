"""An independent checker: trusts nothing but a picture and its receipt. It shares no code with the
project, so that a mistake in the project's own geometry cannot hide itself."""

import json

import numpy as np
from PIL import Image
from published_models import HYPERBOLIC_MODELS
from scipy.ndimage import map_coordinates

PAD = 24
EDGE = 4  # pixels at an open border that are not compared


def load(picture):
    """(H, W, 3) uint8, or (H, W, 4) where the file has an alpha channel, and the receipt of a
    picture's path."""
    with Image.open(picture) as image:
        assert image.mode in ("RGB", "RGBA") and image.format == "PNG"
        pixels = np.array(image)
    return pixels, json.loads(picture.with_suffix(".json").read_text())


def recoloured(colour, values):
    """[2, 3, 1] means: new r = old g, new g = old b, new b = old r; a minus sign inverts."""
    out = np.empty_like(values)
    for new, old in enumerate(colour):
        channel = values[..., abs(old) - 1]
        out[..., new] = 255 - channel if old < 0 else channel
    return out


def difference(receipt, generator, seen, values):
    """seen − c(values), in 1/255; with a colour frame the distance of ``seen`` to what c makes of
    all colours that are rounded to ``values``, whose extremes are at the corners of a cube."""
    frame = receipt.get("colour_frame")
    if frame is None:
        return seen - recoloured(generator["colour"], values)
    axes, mean = np.array(frame["axes"]), np.array(frame["mean"])
    change = np.zeros((3, 3))
    for new, old in enumerate(generator["colour"]):
        change[new, abs(old) - 1] = np.sign(old)
    change = axes @ change @ np.linalg.inv(axes)
    images = []
    for corner in np.ndindex(2, 2, 2):
        share = np.clip((values + np.array(corner) - 0.5) / 255, 1e-6, 1 - 1e-6)
        logits = (np.log(share / (1 - share)) - mean) @ change.T + mean
        images.append(255 / (1 + np.exp(-logits)))
    return seen - np.clip(seen, np.min(images, axis=0), np.max(images, axis=0))


def symmetry_errors(pixels, receipt):
    """For every generator the RMS in 1/255 of any picture but a mesh's; None where too little of
    the picture is seen together with its image."""
    kind = receipt["projection"]
    if kind == "tiling" and pixels.shape[2] == 4:
        return cell_errors(pixels, receipt)
    if kind == "tiling":
        return [rms for rms, _ in tile_errors(pixels, receipt)]
    if kind == "equirectangular":
        return sphere_errors(pixels, receipt)
    if kind in ("cube", "octahedral"):
        return unfolded_errors(pixels, receipt)
    if kind == "hyperbolic":
        return hyperbolic_errors(pixels, receipt)
    assert kind in ("spiral", "tunnel")
    return spiral_errors(pixels, receipt)


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
        gap = difference(receipt, generator, seen, pixels.astype(float))
        errors.append((float(np.sqrt((gap**2).mean())), bool(on_pixels)))
    return errors


def copy_shift(pixels, receipt):
    """How far to the right the picture's copy below lies, by the receipt's lattice alone: the
    picture must hold whole cells of it, and its rows must be whole periods."""
    height, width = pixels.shape[:2]
    lattice = lattice_of(receipt)
    area = width * height / abs(np.linalg.det(lattice))
    assert abs(area - round(area)) < 1e-6
    assert_whole(np.linalg.solve(lattice, (width, 0)))
    shifts = [s for s in range(width) if is_whole(np.linalg.solve(lattice, (s, height)))]
    assert shifts, "no copy of the picture fits below it"
    return shifts[0]


def lattice_of(receipt):
    """(2, 2): a and b as columns, in pixels."""
    return np.column_stack([receipt["lattice"][name] for name in "ab"])


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


def cell_errors(pixels, receipt):
    """Of a single cell with its transparent rest: RMS over what is fully there, and whose image is
    fully there too after a translation of the lattice."""
    rgb, there = pixels[..., :3].astype(float), pixels[..., 3] == 255
    lattice = lattice_of(receipt)
    row, column = np.nonzero(there)
    centres = np.stack([column + 0.5, row + 0.5, np.ones(len(row))])
    steps = [lattice @ (i, j) for i in range(-3, 4) for j in range(-3, 4)]
    errors = []
    for generator in receipt["generators"]:
        x, y = (np.array(generator["matrix"]) @ centres)[:2]
        plain = rgb[row, column]
        gaps, compared = [], 0
        for dx, dy in steps:
            i, j = y + dy - 0.5, x + dx - 0.5
            whole = np.abs(i - np.rint(i)).max() < 1e-6 and np.abs(j - np.rint(j)).max() < 1e-6
            clear = _all_there(there, i, j, 0 if whole else EDGE)
            if not clear.any():
                continue
            if whole:
                seen = rgb[np.rint(i[clear]).astype(int), np.rint(j[clear]).astype(int)]
            else:
                seen = _cubic(rgb, i[clear], j[clear])
            gaps.append((difference(receipt, generator, seen, plain[clear]) ** 2).sum())
            compared += 3 * clear.sum()
        errors.append(float(np.sqrt(np.sum(gaps) / compared)) if compared else None)
    return errors


def _all_there(there, row, column, margin):
    """Whether all pixels within ``margin`` of positions (n,) are."""
    height, width = there.shape
    i, j = np.rint(row).astype(int), np.rint(column).astype(int)
    inside = (i >= margin) & (i < height - margin) & (j >= margin) & (j < width - margin)
    found = inside.copy()
    for di in (-margin, 0, margin):
        for dj in (-margin, 0, margin):
            found[inside] &= there[i[inside] + di, j[inside] + dj]
    return found


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
        gap = difference(receipt, generator, seen, pixels.astype(float))
        area = np.cos(phi)
        errors.append(float(np.sqrt(((gap**2).mean(-1) * area).sum() / area.sum())))
    return errors


# Faces of a cube map: right, down and forward for each, after table 8.19 of the OpenGL 4.6 core
# specification, whose rx, ry, rz are the sphere's x, y, z.
CUBE_FACES = {
    "+x": ("-z", "-y", "+x"), "-x": ("+z", "-y", "-x"), "+y": ("+x", "+z", "+y"),
    "-y": ("+x", "-z", "-y"), "+z": ("+x", "-y", "+z"), "-z": ("-x", "-y", "-z"),
}  # fmt: skip


def _axis(name):
    out = np.zeros(3)
    out["xyz".index(name[1])] = 1 if name[0] == "+" else -1
    return out


def unfolded_errors(pixels, receipt):
    """Of cube maps (three faces by two) and octahedral squares: RMS in 1/255 by area, away from
    the borders of faces and of the square."""
    place = _on_cube if receipt["projection"] == "cube" else _on_octahedron
    height, width = pixels.shape[:2]
    point, area = (_from_cube if receipt["projection"] == "cube" else _from_octahedron)(
        height, width
    )
    errors = []
    for generator in receipt["generators"]:
        m = np.array(generator["matrix"])
        np.testing.assert_allclose(m @ m.T, np.eye(3), atol=1e-9)
        row, column, usable = place(point @ m.T, height, width)
        errors.append(_weighted_rms(pixels, receipt, generator, row, column, area * usable))
    return errors


def _from_cube(height, width):
    side = height // 2
    assert (height, width) == (2 * side, 3 * side)
    s = (np.arange(side) + 0.5) / side * 2 - 1
    point = np.empty((height, width, 3))
    for number, (right, down, ahead) in enumerate(CUBE_FACES.values()):
        i, j = divmod(number, 3)
        face = s[None, :, None] * _axis(right) + s[:, None, None] * _axis(down) + _axis(ahead)
        point[i * side : (i + 1) * side, j * side : (j + 1) * side] = face
    length = np.linalg.norm(point, axis=-1)
    return point / length[..., None], length**-3


def _on_cube(point, height, width):
    side = height // 2
    row, column = np.zeros(point.shape[:-1]), np.zeros(point.shape[:-1])
    usable = np.zeros(point.shape[:-1], bool)
    for number, (right, down, ahead) in enumerate(CUBE_FACES.values()):
        depth = point @ _axis(ahead)
        on = depth > np.abs(point).max(axis=-1) - 1e-12
        s, t = (point[on] @ _axis(a) / depth[on] for a in (right, down))
        i, j = (t + 1) / 2 * side - 0.5, (s + 1) / 2 * side - 0.5
        usable[on] = (np.minimum(i, j) >= EDGE) & (np.maximum(i, j) <= side - 1 - EDGE)
        row[on], column[on] = i + number // 3 * side, j + number % 3 * side
    return row, column, usable


def _from_octahedron(height, width):
    """Cigolle et al. (2014), listing 2: v = (e, 1 − |e₁| − |e₂|), and below the equator
    (1 − |v.yx|) · sign(v.xy)."""
    e = np.stack(
        np.meshgrid(
            (np.arange(width) + 0.5) / width * 2 - 1, 1 - (np.arange(height) + 0.5) / height * 2
        ),
        -1,
    )
    z = 1 - np.abs(e).sum(-1)
    under = (1 - np.abs(e[..., ::-1])) * np.where(e >= 0, 1, -1)
    v = np.concatenate([np.where(z[..., None] < 0, under, e), z[..., None]], -1)
    length = np.linalg.norm(v, axis=-1)
    return v / length[..., None], length**-3


def _on_octahedron(point, height, width):
    """Cigolle et al. (2014), listing 1."""
    p = point[..., :2] / np.abs(point).sum(-1, keepdims=True)
    under = (1 - np.abs(p[..., ::-1])) * np.where(p >= 0, 1, -1)
    e = np.where(point[..., 2:] <= 0, under, p)
    column, row = (e[..., 0] + 1) / 2 * width - 0.5, (1 - e[..., 1]) / 2 * height - 0.5
    return row, column, _within(row, column, height, width)


def hyperbolic_errors(pixels, receipt):
    """For every generator: RMS in 1/255, by area in the plane, of pixels that are fully there and
    at most a quarter longer than one at (0, 0, 1), and whose images are so, too."""
    height, width = pixels.shape[:2]
    model = receipt["model"]
    forth, back = HYPERBOLIC_MODELS[model["name"]]
    (cx, cy), radius = model["center"], model["radius"]
    y, x = np.mgrid[0:height, 0:width] + 0.5
    w = ((x - cx) + 1j * (cy - y)) / radius
    point = _hyperboloid(forth(w))
    length = _pixel_length(forth, w, radius)
    longest = 1.25 * _pixel_length(forth, back(np.zeros(1, complex)), radius)[0]
    there = np.ones((height, width), bool) if pixels.shape[2] == 3 else pixels[..., 3] == 255
    clear = there & (length < longest) & np.isfinite(point).all(-1)
    errors = []
    for generator in receipt["generators"]:
        m = np.array(generator["matrix"])
        np.testing.assert_allclose(m.T @ np.diag([1, 1, -1]) @ m, np.diag([1, 1, -1]), atol=1e-6)
        moved = np.nan_to_num(point) @ m.T
        image = back((moved[..., 0] + 1j * moved[..., 1]) / (1 + moved[..., 2]))
        row, column = cy - radius * image.imag - 0.5, radius * image.real + cx - 0.5
        usable = clear & (_pixel_length(forth, image, radius) < longest)
        usable &= _within(row, column, height, width)
        row, column = (np.where(usable, v, 0) for v in (row, column))
        weight = np.where(usable, length**2, 0)
        errors.append(_weighted_rms(pixels, receipt, generator, row, column, weight))
    return errors


def _hyperboloid(z):
    """Poincaré's disc → (x, y, t) with x² + y² − t² = −1; NaN outside."""
    s = np.abs(z) ** 2
    with np.errstate(invalid="ignore", divide="ignore"):
        point = np.stack([2 * z.real, 2 * z.imag, 1 + s], -1) / (1 - s)[..., None]
    return np.where((s < 1)[..., None], point, np.nan)


def _pixel_length(forth, w, radius):
    """Hyperbolic length of a pixel at w, in the direction where it is longest: the larger singular
    value of the disc's metric 2|dz|/(1 − |z|²) along x and y; infinite outside."""
    step = 1e-4 / radius
    with np.errstate(invalid="ignore", divide="ignore"):
        x, y = ((forth(w + d * step) - forth(w - d * step)) / 2e-4 for d in (1, 1j))
        squares, skew = np.abs(x) ** 2 + np.abs(y) ** 2, (x * y.conj()).real
        spread = np.hypot(np.abs(x) ** 2 - np.abs(y) ** 2, 2 * skew)
        z = np.abs(forth(w))
        length = 2 * np.sqrt((squares + spread) / 2) / (1 - z**2)
    return np.where(np.isfinite(length) & (z < 1), length, np.inf)


def spiral_errors(pixels, receipt):
    """For every generator: RMS in 1/255 of the outer half of a spiral, or a tunnel. None where the
    generator leads out of it at once."""
    height, width = pixels.shape[:2]
    (cx, cy), radius = receipt["center"], receipt["radius"]
    y, x = np.mgrid[0:height, 0:width] + 0.5
    x, y = (x - cx) / radius, (cy - y) / radius
    outward, angle = np.hypot(x, y), np.arctan2(y, x)
    is_zoom = receipt["projection"] == "spiral"
    errors = []
    for generator in receipt["generators"]:
        m = np.array(generator["matrix"])
        np.testing.assert_allclose(m[:2, :2], np.eye(2), atol=1e-12)
        far, turn = m[0, 2], m[1, 2]
        reach = outward * np.exp(far) if is_zoom else outward + far
        row = cy - radius * reach * np.sin(angle + turn) - 0.5
        column = cx + radius * reach * np.cos(angle + turn) - 0.5
        clear = (np.minimum(outward, reach) > 0.5) & _within(row, column, height, width)
        row, column = (np.where(clear, v, 0) for v in (row, column))
        errors.append(_weighted_rms(pixels, receipt, generator, row, column, clear))
    return errors


def _within(row, column, height, width):
    return (
        (row >= EDGE) & (column >= EDGE) & (row <= height - 1 - EDGE) & (column <= width - 1 - EDGE)
    )


def _weighted_rms(pixels, receipt, generator, row, column, weight):
    """None if fewer than 40 pixels count."""
    rgb = pixels[..., :3].astype(float)
    used = weight > 0
    if used.sum() < 40:
        return None
    seen = _cubic(rgb, row[used], column[used])
    gap = difference(receipt, generator, seen, rgb[used])
    return float(np.sqrt(np.average((gap**2).mean(-1), weights=weight[used])))


def _cubic(pixels, row, column):
    return np.stack(
        [
            map_coordinates(pixels[..., k].astype(float), [row, column], order=3, mode="nearest")
            for k in range(3)
        ],
        -1,
    )
