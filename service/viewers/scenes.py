"""What a page shows of a painting, as JSON: a texture, where it shows the space, symmetries,
generators. src/scene.js and src/painter.js read it."""

from __future__ import annotations

import base64
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from geometry.domain.domain import Domain
from geometry.domain.element import Element
from geometry.errors import InputError
from geometry.hyperbolic.models import MODELS
from geometry.plane.tiles import picture_skew
from geometry.spaces import FRIEZE, HYPERBOLIC, PLANE, SPHERE, Array, Space
from geometry.symmetry.colour import generated
from geometry.symmetry.colour_frame import RGB, ColourFrame
from service.pictures.files import over_white
from service.reporting.formats import picture_bytes
from service.viewers.movements import movement
from service.viewers.reading import Painting, Receipt
from service.viewers.rosettes import beyond_the_rim, other_rosettes, wedge
from service.viewers.symmetries import (
    PAINTED,
    Json,
    as_json,
    cell_json,
    elements_of,
    no_group,
    others,
    painted,
)
from service.viewers.zooms import other_zooms, stripes

LARGEST = 4096  # pixels of a texture's side: what every browser can do
_APART = 8.0  # heights of a strip, to the next one in the plane of its diagram
_NEVER = 1e4  # heights: nobody drags so far, and sees another one
_EDGE = 8.0  # pixels of a strip's edges above and below it: what is baked ends there
_PAD = 32  # pixels around a tile, of its own copies: for the mip levels at its border
_SAMPLES = 4000
_T = TypeVar("_T")
_SPHERICAL = ("equirectangular", "cube", "octahedral")
_MODELS = ["poincare", "klein", "halfplane", "band"]


@dataclass(frozen=True, eq=False)
class View:
    """What differs from space to space. models: of src/models.js, that of the picture first;
    numbers: uniforms of src/sources.js; elements: of the generators; unit: of the model's extent;
    start: the first motion; periods: translations that change nothing; cell: of all symmetries
    that have none of their own, see ``cell_json``."""

    space: Space
    models: Sequence[str]
    source: str
    pixels: NDArray[np.uint8]
    symmetries: list[Json]
    numbers: dict[str, list[float]]
    elements: Sequence[Element]
    offset: float = 0.0
    unit: float = 1.0
    start: Array = field(default_factory=lambda: np.eye(3))
    periods: Array | None = None
    cell: Json | None = None


def scene_json(painting: Painting) -> Json:
    """The scene of a picture of the plane, the sphere, the hyperbolic plane or a spiral. Raises
    InputError("bad-receipt")."""
    receipt = painting.receipt
    view = _view(painting)
    texture, scale = _texture(view.pixels)
    frame = receipt.colour_frame
    return {
        "models": list(view.models),
        "unit": view.unit,
        "start": view.start.ravel().tolist(),
        "periods": None if view.periods is None else view.periods.T.tolist(),
        "source": {"name": view.source, "numbers": view.numbers},
        "texture": {"data": texture, "offset": [view.offset, view.offset], "scale": scale},
        "frame": None if frame is None else {"mean": frame.mean, "axes": frame.axes},
        "symmetries": [{**one, "cell": one["cell"] or view.cell} for one in view.symmetries],
        "moves": [
            {
                "name": generator.name,
                "title": generator.title,
                **movement(view.space, element.matrix),
                "colour": list(element.colour),
            }
            for generator, element in zip(receipt.generators, view.elements, strict=True)
        ],
    }


def _view(painting: Painting) -> View:
    projection = painting.receipt.projection
    if projection == "tiling":
        return _plane(painting)
    if projection in _SPHERICAL:
        return _sphere(painting)
    if projection == "frieze":
        return _frieze(painting)
    if projection == "hyperbolic":
        return _hyperbolic(painting)
    if projection in ("spiral", "tunnel"):
        return _spiral(painting)
    if projection == "rosette":
        return _rosette(painting)
    raise InputError(
        "bad-receipt",
        "projection",
        f"There is no viewer for the projection '{projection[:40]}'.",
        "Known are tiling, frieze, equirectangular, cube, octahedral, hyperbolic, spiral, tunnel, "
        "rosette and uv.",
    )


def _title(receipt: Receipt) -> str:
    return f"{receipt.group.name}, as painted"


def _plane(painting: Painting) -> View:
    receipt, lattice = painting.receipt, _needed(painting.receipt.lattice, "lattice")
    elements = elements_of(receipt.generators)
    cell = np.array([lattice.a, lattice.b]).T
    if abs(np.linalg.det(cell)) < 1:
        raise _bad("lattice", "The lattice of this receipt has no area.")
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
            as_json(domain, PAINTED, _title(receipt), direct=True),
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


def _about(elements: Sequence[Element], origin: Array) -> list[Element]:
    """The same in pixels that count from an origin (2,)."""
    there, back = _shifted(origin), _shifted(-origin)
    return [Element(back @ e.matrix @ there, e.colour) for e in elements]


def _frieze(painting: Painting) -> View:
    """A strip of a plane in which the next one above and below is out of sight."""
    receipt, strip = painting.receipt, _needed(painting.receipt.strip, "strip")
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
            as_json(domain, PAINTED, _title(receipt), direct=True),
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


def _sphere(painting: Painting) -> View:
    receipt = painting.receipt
    height, width = painting.pixels.shape[:2]
    elements = elements_of(receipt.generators)
    domain = painted(SPHERE, elements)
    return View(
        SPHERE,
        ["globe", "stereographic"],
        receipt.projection,
        painting.pixels[..., :3],
        [
            as_json(domain, PAINTED, _title(receipt), direct=True),
            *others(SPHERE, receipt.group.name, domain),
        ],
        {"size": [float(width), float(height)]},
        elements,
    )


def _hyperbolic(painting: Painting) -> View:
    receipt, model = painting.receipt, _needed(painting.receipt.model, "model")
    if model.name not in MODELS:
        raise _bad("model", f"There is no model '{model.name[:40]}'.")
    elements = elements_of(receipt.generators)
    domain = painted(HYPERBOLIC, elements)
    mean = _mean(painting, domain, elements)
    symmetries = [
        as_json(domain, PAINTED, _title(receipt)),
        *others(HYPERBOLIC, receipt.group.name, domain),
    ]
    for symmetry in symmetries:
        symmetry["mean"] = mean.tolist()
    rgb = painting.pixels[..., :3].copy()
    rgb[painting.pixels[..., 3] == 0] = np.rint(255 * mean)
    return View(
        HYPERBOLIC,
        sorted(_MODELS, key=lambda name: name != model.name),
        model.name,
        rgb,
        symmetries,
        {"disc": [model.radius, *model.center]},
        elements,
    )


def _mean(painting: Painting, domain: Domain, elements: Sequence[Element]) -> Array:
    """The mean colour (3,) of the whole pattern, which is seen where its domains are too small: of
    a domain in all colours of its copies."""
    receipt, model = painting.receipt, _needed(painting.receipt.model, "model")
    points = _spread(domain)
    xy = MODELS[model.name].from_space(points) * (1, -1) * model.radius + model.center
    height, width = painting.pixels.shape[:2]
    column, row = np.clip(np.floor(xy).astype(int), 0, (width - 1, height - 1)).T
    seen = painting.pixels[row, column, :3] / 255
    frame = receipt.colour_frame
    colours = RGB if frame is None else ColourFrame(frame.mean, frame.axes)
    images = generated(tuple(element.colour for element in elements))
    mean = colours.mixed(seen, lambda x: x.mean(axis=0))
    return colours.mixed(
        np.array([colours.act(image, mean) for image in images]), lambda x: x.mean(axis=0)
    )


def _spread(domain: Domain) -> Array:
    """Points (n, 3) of a domain, even by area."""
    random = np.random.default_rng(0)
    farthest = float(domain.corners[:, 2].max())
    t, angle = random.uniform(1, farthest, _SAMPLES), random.uniform(0, 2 * math.pi, _SAMPLES)
    ring = np.sqrt(t * t - 1)
    points = np.stack([ring * np.cos(angle), ring * np.sin(angle), t], axis=1)
    covectors = np.array([side.covector for side in domain.sides])
    inside = points[(points @ covectors.T >= 0).all(axis=1)]
    return inside if len(inside) else domain.place[None]


def _spiral(painting: Painting) -> View:
    receipt = painting.receipt
    center, radius = _needed(receipt.center, "center"), _needed(receipt.radius, "radius")
    elements = elements_of(receipt.generators)
    zoom = next((e for e in elements if abs(e.matrix[0, 2]) > 1e-6), None)
    if zoom is None:
        raise _bad("generators", "This receipt has no generator that zooms.")
    step = zoom.matrix[:2, 2]
    limit = 0.0 if receipt.projection == "spiral" else 1.0
    rgb = over_white(painting.pixels) if painting.pixels[..., 3].min() < 255 else painting.pixels
    return View(
        PLANE,
        [receipt.projection],
        receipt.projection,
        rgb[..., :3],
        [
            stripes(step, zoom.colour, _title(receipt), limit),
            *other_zooms(float(step[0]), elements, limit),
        ],
        {"disc": [radius, *center]},
        elements,
    )


def _rosette(painting: Painting) -> View:
    """A disc of the plane, in pixels that count from its centre."""
    receipt = painting.receipt
    center, radius = _needed(receipt.center, "center"), _needed(receipt.radius, "radius")
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
            as_json(domain, PAINTED, _title(receipt), direct=True),
            *other_rosettes(domain, radius),
        ],
        {"disc": [radius, *center]},
        elements,
        unit=radius,
        cell=cell_json(np.diag([side, side]), corner=(-radius, -radius)),
    )


def _texture(pixels: NDArray[np.uint8]) -> tuple[str, float]:
    """A picture (H, W, 3) as a data URL, and how much smaller it was made."""
    height, width = pixels.shape[:2]
    scale = min(1.0, LARGEST / max(height, width))
    if scale < 1:
        size = (round(width * scale), round(height * scale))
        pixels = np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS))
    data = picture_bytes(np.ascontiguousarray(pixels), ".png", None)
    return "data:image/png;base64," + base64.b64encode(data).decode("ascii"), scale


def _needed(value: _T | None, name: str) -> _T:
    if value is None:
        raise _bad(name, f"This receipt has no {name}.")
    return value


def _bad(field: str, message: str) -> InputError:
    return InputError("bad-receipt", field, message, "Paint the picture again.")
