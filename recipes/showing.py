"""How a page shows a painting, small: some periods of a tile, a ball, or the whole."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from geometry.sphere.pictures import EQUIRECTANGULAR
from service.recipe.recipe import Recipe

PAPER = (250, 248, 244)
TILT, AMBIENT = np.radians(20), 0.45  # of a ball: its north towards us; light on its rim


def shown(picture: Image.Image, recipe: Recipe, side: int) -> Image.Image:
    """A painting of a recipe, ``side`` pixels wide and not higher: of a tile as much of it as
    fits, of a small one two by two periods; a ball; or the whole. ``picture``: as it is delivered,
    of a mesh a view of it."""
    paper = Image.new("RGBA", picture.size, (*PAPER, 255))
    picture = Image.alpha_composite(paper, picture.convert("RGBA")).convert("RGB")
    if recipe.target == "sphere" and recipe.projection == "equirectangular":
        return Image.fromarray(ball(np.asarray(picture), side))
    if recipe.target == "tile":
        times = 1 if recipe.folds is not None or picture.width >= side else 2
        pixels = np.tile(np.asarray(picture), (times, times, 1))
        picture = Image.fromarray(pixels[: len(pixels[0])])
    height = round(side * picture.height / picture.width)
    return picture.resize((side, height), Image.Resampling.LANCZOS)


def ball(picture: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """A sphere with an equirectangular picture (H, W, 3), lit from the eye: (side, side, 3)."""
    rows, columns, _ = picture.shape
    axis = (np.arange(2 * side) + 0.5) / side - 1  # two by two rays a pixel
    x, z = np.meshgrid(axis * 1.04, -axis * 1.04)
    inside = x**2 + z**2 < 1
    y = np.sqrt(np.where(inside, 1 - x**2 - z**2, 0))  # towards us
    c, s = np.cos(TILT), np.sin(TILT)
    points = np.stack([y * c - z * s, x, z * c + y * s], axis=-1).reshape(-1, 3)
    row, column = EQUIRECTANGULAR.positions(points, (rows, columns))
    where = np.stack([np.clip(row - 0.5, 0, rows - 1), column - 0.5])
    seen = [
        ndimage.map_coordinates(channel, where, float, order=1, mode="grid-wrap")
        for channel in np.moveaxis(picture, 2, 0)
    ]
    lit = np.stack(seen, axis=-1).reshape(*y.shape, 3) * (
        AMBIENT + (1 - AMBIENT) * y[..., None] ** 0.5
    )
    pixels = np.where(inside[..., None], lit, PAPER)
    small = pixels.reshape(side, 2, side, 2, 3).mean(axis=(1, 3))
    return np.rint(small).astype(np.uint8)
