"""A sphere's painting as the light that comes from all around.

A sky is seen from inside as the ball is from outside: from the direction (x, y, z), z up, comes
what the sphere shows at (x, −y, z). So an equirectangular painting is an equirectangular sky as
renderers lay it out (Blender: the middle of the picture along x), pixel for pixel, and nothing in
it is mirrored.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geometry.errors import InputError
from geometry.sphere.pictures import CUBE, EQUIRECTANGULAR, Projection
from service.pictures.look import to_linear
from service.printing.ball import Ball

_LUMINANCE = np.array([0.2126, 0.7152, 0.0722])  # of linear red, green and blue (ITU-R BT.709)
_BRIGHTEST = float(np.finfo(np.float16).max)  # of the files, whose numbers have half precision
_SUBSAMPLES = 3  # along a pixel's side, where it is not one of the painting's own
_ROWS = 64  # of pixels that are read at a time


def sky(
    projection: Projection,
    pixels: NDArray[np.uint8],
    width: int | None,
    cube: bool = False,
    exposure: float = 0.0,
    highlights: float = 1.0,
) -> NDArray[np.float32]:
    """The sky of a sphere's picture (H, W, 3) sRGB, in linear light: equirectangular, ``width``
    pixels wide, or a cube map's picture with faces of ``width`` pixels; None: as fine as the
    picture. exposure: in stops; highlights: how many times as bright the brightest light becomes,
    see :func:`expanded`. Raises InputError("bad-value") for more light than half precision holds.
    """
    shape = (pixels.shape[0], pixels.shape[1])
    around = Ball(projection, pixels).fineness * 2 * np.pi
    light: NDArray
    if cube:
        side = width or max(1, round(around / 4))
        light = _read(projection, pixels, CUBE, (2 * side, 3 * side))
    else:
        size = EQUIRECTANGULAR.shape(width or round(around))
        as_it_is = projection is EQUIRECTANGULAR and (width is None or size == shape)
        light = (
            to_linear(pixels / 255)
            if as_it_is
            else _read(projection, pixels, EQUIRECTANGULAR, size)
        )
    shown = 2.0**exposure * expanded(light, highlights)
    if (brightest := float(shown.max())) > _BRIGHTEST:
        raise InputError(
            "bad-value",
            "exposure",
            f"The brightest light would be {brightest:.3g}, and a sky's file holds up to "
            f"{_BRIGHTEST:.0f}.",
            "Choose a smaller --exposure or fewer --highlights.",
        )
    return shown.astype(np.float32)


def expanded(light: NDArray, highlights: float) -> NDArray:
    """Light (..., 3) whose brightest part is ``highlights`` times as bright, and whose dark ones
    stay: Y → Y / (1 − Y/Y' (1 − 1/highlights)), Y' the greatest luminance. It is Reinhard's tone
    curve taken back (Reinhard, Stark, Shirley and Ferwerda, Photographic Tone Reproduction, 2002).
    """
    luminance = (light @ _LUMINANCE)[..., None]
    share = luminance / max(float(luminance.max()), 1e-12)
    return light / (1 - share * (1 - 1 / highlights))


def _read(
    projection: Projection, pixels: NDArray[np.uint8], onto: Projection, shape: tuple[int, int]
) -> NDArray[np.float32]:
    ball = Ball(projection, pixels)
    light = np.empty((*shape, 3), np.float32)
    column = (np.arange(shape[1] * _SUBSAMPLES) + 0.5) / _SUBSAMPLES
    for top in range(0, shape[0], _ROWS):
        rows = min(_ROWS, shape[0] - top)
        row = top + (np.arange(rows * _SUBSAMPLES) + 0.5) / _SUBSAMPLES
        down, across = np.meshgrid(row, column, indexing="ij")
        directions = onto.to_sphere(down.ravel(), across.ravel(), shape)
        if onto is CUBE:  # from a direction; both equirectangular layouts are the same picture
            directions = directions * (1, -1, 1)
        fine = to_linear(ball.colours(directions) / 255)
        parts = fine.reshape(rows, _SUBSAMPLES, shape[1], _SUBSAMPLES, 3)
        light[top : top + rows] = parts.mean(axis=(1, 3))
    return light
