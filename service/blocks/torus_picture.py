"""The picture of a large tile or frieze, made box by box."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import DTypeLike

from geometry.plane.motions import Orbits
from geometry.symmetry import colour
from geometry.symmetry.colour import IDENTITY
from service.blocks.boxes import SIDE, Box, boxes
from service.blocks.pyramid import Pyramid
from service.blocks.torus_folding import Folding
from service.spaces.frame import Picture
from service.spaces.torus import TorusDesign


def developed(
    design: TorusDesign, folding: Folding, paint: Pyramid, dtype: DTypeLike = np.uint8
) -> Picture:
    """The picture (H, W, 3) of a design whose texels are its pixels, as
    :meth:`TorusDesign.developed` makes it of all orbits at once: on red, green and blue each orbit
    is rounded once, and its symmetry is exact."""
    picture: Picture = np.empty((*design.shape, 3), dtype)
    if design.frame.is_rgb:
        _by_orbits(design, folding, paint, picture)
    else:  # every image is rounded by itself
        for box in boxes(design.shape):
            below = box._replace(top=design.delivered_rows[box.top])
            _part(picture, box)[:] = _pixels(design, folding, paint, below, picture)
    if design.mirrored:
        for line in picture:  # not as a view, which whoever reads it would have to copy
            line[:] = line[::-1].copy()
    return picture


def _by_orbits(design: TorusDesign, folding: Folding, paint: Pyramid, picture: Picture) -> None:
    rows, columns = picture.shape[:2]
    above = design.delivered_rows.start
    orbits, changes = Orbits(design.chart), design.scene.colouring.colours > 1
    texels = picture.reshape(-1, 3)
    for start in range(0, rows, SIDE):
        found = orbits.rows(above + start, above + min(start + SIDE, rows))
        first = found.first - above * columns  # what is delivered holds all of an orbit, or none
        numbers = np.arange(start * columns, start * columns + first.size)
        own = first == numbers.reshape(first.shape)
        for box in boxes((len(own), columns)):
            here = _part(own, box)
            if here.any():
                below = box._replace(top=above + start)
                painted = _pixels(design, folding, paint, below, picture)
                _part(picture[start:], box)[here] = painted[here]
        if changes:
            firsts = numbers[own.ravel()]
            for which, tie in orbits.tied(firsts + above * columns):
                chosen = firsts[which]
                texels[chosen] = colour.act(tie, texels[chosen])
        # the first texel of an orbit lies in these rows, or is painted already
        for number, element in enumerate(found.colours):
            copied = (found.which == number) & ~own
            if copied.any():
                image = texels[first[copied]]
                picture[start : start + len(own)][copied] = (
                    image if element == IDENTITY else colour.act(element, image)
                )


def _pixels(
    design: TorusDesign, folding: Folding, paint: Pyramid, box: Box, of: Picture
) -> Picture:
    colours = torch.sigmoid(folding.read(paint, box)).T.numpy()
    made = design.frame.as_pixels(IDENTITY, colours, of.dtype)
    return made.reshape(box.height, box.width, 3)


def _part(picture: Any, box: Box) -> Any:
    return picture[box.top : box.top + box.height, box.left : box.left + box.width]
