"""What a page shows of a painting, as JSON: a texture, where it shows the space, symmetries,
generators. src/scene.js and src/painter.js read it."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from geometry.errors import InputError
from service.reporting.formats import picture_bytes
from service.viewers.curved_views import hyperbolic_view, sphere_view
from service.viewers.flat_views import frieze_view, plane_view, rosette_view, spiral_view
from service.viewers.movements import movement
from service.viewers.reading import Painting
from service.viewers.symmetries import Json
from service.viewers.view import View

LARGEST = 4096  # pixels of a texture's side: what every browser can do
_VIEWS: Mapping[str, Callable[[Painting], View]] = {  # by projection
    "tiling": plane_view,
    "frieze": frieze_view,
    "equirectangular": sphere_view,
    "cube": sphere_view,
    "octahedral": sphere_view,
    "hyperbolic": hyperbolic_view,
    "spiral": spiral_view,
    "tunnel": spiral_view,
    "rosette": rosette_view,
}


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
    if projection not in _VIEWS:
        raise InputError(
            "bad-receipt",
            "projection",
            f"There is no viewer for the projection '{projection[:40]}'.",
            f"Known are {', '.join(_VIEWS)} and uv.",
        )
    return _VIEWS[projection](painting)


def _texture(pixels: NDArray[np.uint8]) -> tuple[str, float]:
    """A picture (H, W, 3) as a data URL, and how much smaller it was made."""
    height, width = pixels.shape[:2]
    scale = min(1.0, LARGEST / max(height, width))
    if scale < 1:
        size = (round(width * scale), round(height * scale))
        pixels = np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS))
    data = picture_bytes(np.ascontiguousarray(pixels), ".png", None)
    return "data:image/png;base64," + base64.b64encode(data).decode("ascii"), scale
