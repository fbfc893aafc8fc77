"""The picture of a large tile, made box by box."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import DTypeLike

from geometry.plane.motions import Orbits
from geometry.symmetry import colour
from geometry.symmetry.colour import IDENTITY
from service.blocks.boxes import SIDE, Box, boxes
from service.blocks.folding import Folding
from service.blocks.pyramid import Pyramid
from service.spaces.frame import Picture
from service.spaces.plane_design import PlaneDesign


def developed(
    design: PlaneDesign, folding: Folding, paint: Pyramid, dtype: DTypeLike = np.uint8
) -> Picture:
    """The picture (H, W, 3) of a tile whose texels are its pixels, as
    :meth:`PlaneDesign.developed` makes it of all orbits at once: on red, green and blue each orbit
    is rounded once, and its symmetry is exact."""
    rows, columns = design.chart_shape[1:]
    picture: Picture = np.empty((rows, columns, 3), dtype)
    if design.frame.is_rgb:
        _by_orbits(design, folding, paint, picture)
    else:  # every image is rounded by itself
        for box in boxes((rows, columns)):
            _part(picture, box)[:] = _pixels(design, folding, paint, box, picture)
    if design.mirrored:
        for line in picture:  # not as a view, which whoever reads it would have to copy
            line[:] = line[::-1].copy()
    return picture


def _by_orbits(design: PlaneDesign, folding: Folding, paint: Pyramid, picture: Picture) -> None:
    rows, columns = picture.shape[:2]
    orbits, changes = Orbits(design.chart), design.scene.colouring.colours > 1
    texels = picture.reshape(-1, 3)
    for start in range(0, rows, SIDE):
        found = orbits.rows(start, min(start + SIDE, rows))
        numbers = np.arange(start * columns, start * columns + found.first.size)
        own = found.first == numbers.reshape(found.first.shape)
        for box in boxes((len(own), columns)):
            here = _part(own, box)
            if here.any():
                painted = _pixels(design, folding, paint, box._replace(top=start), picture)
                _part(picture[start:], box)[here] = painted[here]
        if changes:
            firsts = numbers[own.ravel()]
            for which, tie in orbits.tied(firsts):
                chosen = firsts[which]
                texels[chosen] = colour.act(tie, texels[chosen])
        # the first texel of an orbit lies in these rows, or is painted already
        for number, element in enumerate(found.colours):
            copied = (found.which == number) & ~own
            if copied.any():
                image = texels[found.first[copied]]
                picture[start : start + len(own)][copied] = (
                    image if element == IDENTITY else colour.act(element, image)
                )


def _pixels(
    design: PlaneDesign, folding: Folding, paint: Pyramid, box: Box, of: Picture
) -> Picture:
    colours = torch.sigmoid(folding.read(paint, box)).T.numpy()
    made = design.frame.as_pixels(IDENTITY, colours, of.dtype)
    return made.reshape(box.height, box.width, 3)


def _part(picture: Any, box: Box) -> Any:
    return picture[box.top : box.top + box.height, box.left : box.left + box.width]
