"""Views of what is painted in the plane: tiles, strips, discs of rosettes, spirals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from geometry.domain.element import Element
from geometry.plane.tiles import picture_skew
from geometry.spaces import FRIEZE, PLANE, Array
from service.pictures.files import over_white
from service.viewers.reading import Painting
from service.viewers.rosettes import beyond_the_rim, other_rosettes, wedge
from service.viewers.symmetries import (
    PAINTED,
    as_json,
    cell_json,
    elements_of,
    no_group,
    others,
    painted,
)
from service.viewers.view import View, bad_receipt, needed, title_of
from service.viewers.zooms import other_zooms, stripes

_APART = 8.0  # heights of a strip, to the next one in the plane of its diagram
_NEVER = 1e4  # heights: nobody drags so far, and sees another one
_EDGE = 8.0  # pixels of a strip's edges above and below it: what is baked ends there
_PAD = 32  # pixels around a tile, of its own copies: for the mip levels at its border


def plane_view(painting: Painting) -> View:
    """A tile, and what it repeats over."""
    receipt, lattice = painting.receipt, needed(painting.receipt.lattice, "lattice")
    elements = elements_of(receipt.generators)
    cell = np.array([lattice.a, lattice.b]).T
    if abs(np.linalg.det(cell)) < 1:
        raise bad_receipt("lattice", "The lattice of this receipt has no area.")
    cut = {"cell": 1.0, "domain": 2.0}.get(str(receipt.recipe.get("cut")), 0.0)
    height, width = painting.pixels.shape[:2]
    skew, pixels, pad = 0.0, painting.pixels[..., :3], 0
    if not cut:
        skew = picture_skew(cell, width, height)
        pixels, pad = _padded(pixels, round(skew)), _PAD
    # pixels count from the group's origin: numbers stay small, and its domain is in the middle
    about = _about(elements, np.array(lattice.origin))
    translations = [Element(_shifted(step), (1, 2, 3)) for step in cell.T]
    domain = painted(PLANE, [*about, *translations])
    origin = np.array(lattice.origin)
    start = _shifted(np.array([width, height]) / 2 - origin)
    return View(
        PLANE,
        ["plane"],
        "tiling",
        pixels,
        [
            as_json(domain, PAINTED, title_of(receipt), direct=True),
            *others(PLANE, receipt.group.name, domain, cell),
        ],
        {
            "period": [width, height, skew, cut],
            "cell": [*lattice.a, *lattice.b],
            "origin": origin.tolist(),
        },
        about,
        pad,
        max(width, height) / 2,
        start,
        cell,
        cell_json(cell),
    )


def frieze_view(painting: Painting) -> View:
    """A strip of a plane in which the next one above and below is out of sight."""
    receipt, strip = painting.receipt, needed(painting.receipt.strip, "strip")
    height, width = painting.pixels.shape[:2]
    about = _about(elements_of(receipt.generators), np.array([0.0, strip.axis]))
    cell = np.diag([strip.period, _APART * height])
    translations = [Element(_shifted(step), (1, 2, 3)) for step in cell.T]
    domain = painted(PLANE, [*about, *translations])
    pad = ((_PAD, _PAD), (0, 0), (0, 0))
    pixels = np.pad(painting.pixels[..., :3], pad, mode="edge")
    return View(
        PLANE,
        ["plane"],
        "strip",
        np.pad(pixels, ((0, 0), (_PAD, _PAD), (0, 0)), mode="wrap"),
        [
            as_json(domain, PAINTED, title_of(receipt), direct=True),
            *others(FRIEZE, receipt.group.name, domain, cell),
        ],
        {"strip": [float(width), float(height), strip.axis]},
        about,
        _PAD,
        max(width, height) / 2,
        _shifted(np.array([width, height]) / 2 - (0, strip.axis)),
        np.diag([strip.period, _NEVER * height]),
        cell_json(np.diag([strip.period, height + 2.0 * _EDGE]), corner=(0.0, -strip.axis - _EDGE)),
    )


def rosette_view(painting: Painting) -> View:
    """A disc of the plane, in pixels that count from its centre."""
    receipt = painting.receipt
    center, radius = needed(receipt.center, "center"), needed(receipt.radius, "radius")
    elements = _about(elements_of(receipt.generators), np.array(center))
    try:
        domain = wedge(elements, radius)
    except ValueError:
        raise no_group() from None
    side = 2 * radius
    return View(
        PLANE,
        ["disc"],
        "disc",
        beyond_the_rim(painting.pixels[..., :3], center, radius),
        [
            as_json(domain, PAINTED, title_of(receipt), direct=True),
            *other_rosettes(domain, radius),
        ],
        {"disc": [radius, *center]},
        elements,
        unit=radius,
        cell=cell_json(np.diag([side, side]), corner=(-radius, -radius)),
    )


def spiral_view(painting: Painting) -> View:
    """A spiral or a tunnel, whose logarithm is a strip of the plane."""
    receipt = painting.receipt
    center, radius = needed(receipt.center, "center"), needed(receipt.radius, "radius")
    elements = elements_of(receipt.generators)
    zoom = next((e for e in elements if abs(e.matrix[0, 2]) > 1e-6), None)
    if zoom is None:
        raise bad_receipt("generators", "This receipt has no generator that zooms.")
    step = zoom.matrix[:2, 2]
    limit = 0.0 if receipt.projection == "spiral" else 1.0
    rgb = over_white(painting.pixels) if painting.pixels[..., 3].min() < 255 else painting.pixels
    return View(
        PLANE,
        [receipt.projection],
        receipt.projection,
        rgb[..., :3],
        [
            stripes(step, zoom.colour, title_of(receipt), limit),
            *other_zooms(float(step[0]), elements, limit),
        ],
        {"disc": [radius, *center]},
        elements,
    )


def _about(elements: Sequence[Element], origin: Array) -> list[Element]:
    """The same in pixels that count from an origin (2,)."""
    there, back = _shifted(origin), _shifted(-origin)
    return [Element(back @ e.matrix @ there, e.colour) for e in elements]


def _shifted(step: Array) -> Array:
    out = np.eye(3)
    out[:2, 2] = step
    return out


def _padded(pixels: NDArray[np.uint8], skew: int) -> NDArray[np.uint8]:
    """A tile with its copies around it, whose upper and lower ones lie aside."""
    pad = min(_PAD, len(pixels))
    above, below = np.roll(pixels, -skew, axis=1), np.roll(pixels, skew, axis=1)
    rows = np.concatenate([above[-pad:], pixels, below[:pad]])
    rows = np.pad(rows, ((_PAD - pad, _PAD - pad), (0, 0), (0, 0)), mode="edge")
    return np.pad(rows, ((0, 0), (_PAD, _PAD), (0, 0)), mode="wrap")
