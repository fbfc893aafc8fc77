"""What is printed, read from files: a painting with its receipt, or any picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geometry.errors import InputError
from geometry.plane.tiles import picture_skew
from geometry.sphere.pictures import CUBE, EQUIRECTANGULAR, OCTAHEDRAL, PROJECTIONS, Projection
from service.pictures.files import over_white, read_picture
from service.printing.ball import Ball
from service.printing.flat import Tile
from service.viewers.reading import painting_at

# Of pictures without a receipt, by width over height.
_BY_ASPECT = {2.0: EQUIRECTANGULAR, 1.5: CUBE, 1.0: OCTAHEDRAL}
_LEAST = 8  # pixels across


def files_of(path: Path) -> tuple[Path, Path | None]:
    """The picture and its receipt, if it has one, of either. Raises InputError as
    :func:`service.viewers.reading.read_painting`."""
    painting = painting_at(path)
    return (path, None) if painting is None else (painting.picture_file, painting.receipt_file)


def read_tile(path: Path) -> Tile:
    """The tile of a receipt or a picture. One without a receipt is taken for a period. Raises
    InputError: "bad-value" for a sphere and for a single cell, and as reading does."""
    painting = painting_at(path)
    if painting is None:
        return Tile(over_white(read_picture(path, "picture")))
    projection, pixels = painting.receipt.projection, over_white(painting.pixels)
    if projection in PROJECTIONS:
        raise InputError(
            "bad-value",
            "net",
            "This is the painting of a sphere.",
            "Choose a net to fold: --net icosahedron, or --net gores.",
        )
    lattice = painting.receipt.lattice
    if projection == "frieze":
        return Tile(pixels, wraps=(True, False))
    if projection != "tiling" or lattice is None:
        return Tile(pixels, wraps=(False, False))
    if painting.receipt.recipe.get("cut", "period") != "period":
        raise InputError(
            "bad-value",
            "cut",
            "This painting is one cell, and says nothing of what is around it.",
            "Paint the tile without --cut: 'service print' cuts it on paper.",
        )
    columns = np.array([lattice.a, lattice.b, lattice.origin]).T
    if abs(np.linalg.det(columns[:, :2])) < 1:
        raise InputError(
            "bad-receipt", "lattice", "The lattice of this receipt has no area.", "Paint it again."
        )
    height, width = pixels.shape[:2]
    return Tile(pixels, round(picture_skew(columns[:, :2], width, height)), columns)


def read_ball(path: Path) -> Ball:
    """The sphere of a receipt, or of a picture, whose projection its shape tells. Raises
    InputError: "bad-value" for what is no sphere, and as reading does."""
    projection, pixels = read_sphere(path, "net")
    if projection is None:
        raise InputError(
            "bad-value",
            "net",
            "Nets are folded of paintings of the sphere.",
            "Leave out --net, or paint one: service sphere.",
        )
    return Ball(projection, pixels)


def read_sphere(path: Path, field: str) -> tuple[Projection | None, NDArray[np.uint8]]:
    """The projection of a receipt, None if it is not of a sphere, or of a picture, as its shape
    tells; and the picture (H, W, 3). Raises InputError: "bad-value", about ``field``, for a picture
    of another shape or hardly any pixels, and as reading does."""
    painting = painting_at(path)
    if painting is not None:
        return PROJECTIONS.get(painting.receipt.projection), over_white(painting.pixels)
    pixels = over_white(read_picture(path, "picture"))
    aspect = pixels.shape[1] / pixels.shape[0]
    if aspect not in _BY_ASPECT:
        raise InputError(
            "bad-value",
            field,
            "This picture has no receipt, and not the shape of a sphere's.",
            "Give one of 2 : 1 (equirectangular), 3 : 2 (a cube map) or 1 : 1 (octahedral).",
        )
    if pixels.shape[1] < _LEAST:
        raise InputError(
            "bad-value",
            field,
            f"This picture is {pixels.shape[1]} pixels wide: too few for a sphere.",
            f"Give one of {_LEAST} pixels or more.",
        )
    return _BY_ASPECT[aspect], pixels
