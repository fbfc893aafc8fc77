"""Small pictures and previews: made here, without a network, at once."""

from __future__ import annotations

import functools
import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from geometry.errors import InputError
from service.colours import framed
from service.inputs.styles import StylePicture, exemplar_file, exemplars, load_styles
from service.pictures.motif import picture_paper
from service.preview import plasma_colours, plasma_paper, preview
from service.recipe.parsing import parse_recipe
from service.recipe.recipe import Recipe
from service.scene import make_scene
from service.spaces import SPACES
from service.studio.orders import Order

SWATCH = 72  # pixels across
SMALL = 160  # pixels of a small picture's longest side
PREVIEW_SIDES = (128, 768)  # pixels across, at least and at most
_QUALITY = 85  # of JPEG and WebP


def shown(pixels: NDArray[np.uint8]) -> tuple[str, bytes]:
    """A picture, (H, W, 3 or 4) uint8, for the page: its media type and its file."""
    stream = io.BytesIO()
    if pixels.shape[2] == 4:
        Image.fromarray(pixels).save(stream, "WEBP", quality=_QUALITY, method=0)
        return "image/webp", stream.getvalue()
    Image.fromarray(pixels).save(stream, "JPEG", quality=_QUALITY)
    return "image/jpeg", stream.getvalue()


def small(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A picture with sides of at most SMALL pixels."""
    image = Image.fromarray(pixels)
    image.thumbnail((SMALL, SMALL))
    return np.asarray(image)


def preview_of(order: Order, width: int) -> NDArray[np.uint8]:
    """What the symmetry of an order makes of its first style, or of plasma for a pure dream.
    Raises InputError as :func:`service.scene.make_scene` and :func:`service.colours.framed`."""
    low, high = PREVIEW_SIDES
    width = min(max(width, low), high, order.recipe.size)
    styles = _loaded(order)
    papers = styles or [StylePicture.of("plasma", plasma_colours())]
    scene = framed(make_scene(order.recipe), order.recipe, papers)
    picture = styles[0].pixels if styles else None
    return preview(scene, width, order.recipe.seed, picture)


@functools.lru_cache(maxsize=512)
def group_swatch(target: str, group: str) -> tuple[str, bytes]:
    """A group of a space, on plasma. Raises InputError for none."""
    recipe = parse_recipe({"target": _pictured(target), "group": group, "size": 64})
    return shown(make_scene(recipe).portrait(SWATCH, plasma_paper(0), 0))


def colouring_swatch(order: Order) -> tuple[str, bytes]:
    """A group with a colour rule, in the colours of the order's first style."""
    scene = framed(make_scene(order.recipe), order.recipe, _loaded(order))
    paper = picture_paper(small(_loaded(order)[0].pixels))
    return shown(scene.portrait(SWATCH, paper, 0))


@functools.cache
def exemplar_look(name: str) -> tuple[str, bytes]:
    """A small picture of an exemplar. Raises InputError("unknown-style")."""
    if name not in exemplars():
        raise InputError("unknown-style", "styles", "There is no such exemplar.")
    with exemplar_file(name).open("rb") as file, Image.open(file) as picture:
        return shown(small(np.asarray(picture.convert("RGB"))))


def _pictured(target: str) -> str:
    if target not in SPACES or SPACES[target].needs_body:
        raise InputError("bad-value", "target", "There is no such space.")
    return target


def _loaded(order: Order) -> list[StylePicture]:
    recipe = order.recipe
    if not recipe.styles:
        return []
    if order.buffers:
        return list(load_styles(recipe, order.buffers))
    styles, colours = recipe.styles, recipe.style_colours
    return list(_shipped(Recipe(target="tile", group="p1", styles=styles, style_colours=colours)))


@functools.lru_cache(maxsize=16)
def _shipped(recipe: Recipe) -> tuple[StylePicture, ...]:
    """The styles of a recipe that names exemplars alone: to read them takes a moment."""
    return load_styles(recipe, {})
