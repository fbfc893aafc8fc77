"""Views of what is painted on the sphere and in the hyperbolic plane."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from geometry.domain.domain import Domain
from geometry.domain.element import Element
from geometry.hyperbolic.models import MODELS
from geometry.spaces import HYPERBOLIC, SPHERE, Array
from geometry.symmetry.colour import generated
from geometry.symmetry.colour_frame import RGB, ColourFrame
from service.viewers.reading import Painting
from service.viewers.symmetries import PAINTED, as_json, elements_of, others, painted
from service.viewers.view import View, bad_receipt, needed, title_of

_SAMPLES = 4000
_MODELS = ["poincare", "klein", "halfplane", "band"]


def sphere_view(painting: Painting) -> View:
    """A globe."""
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
            as_json(domain, PAINTED, title_of(receipt), direct=True),
            *others(SPHERE, receipt.group.name, domain),
        ],
        {"size": [float(width), float(height)]},
        elements,
    )


def hyperbolic_view(painting: Painting) -> View:
    """A tiling in one of the models."""
    receipt, model = painting.receipt, needed(painting.receipt.model, "model")
    if model.name not in MODELS:
        raise bad_receipt("model", f"There is no model '{model.name[:40]}'.")
    elements = elements_of(receipt.generators)
    domain = painted(HYPERBOLIC, elements)
    mean = _mean(painting, domain, elements)
    symmetries = [
        as_json(domain, PAINTED, title_of(receipt)),
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
    receipt, model = painting.receipt, needed(painting.receipt.model, "model")
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
