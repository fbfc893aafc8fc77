"""A painting measured against the symmetry that its receipt promises."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from geometry.errors import InputError
from geometry.symmetry.colour_frame import RGB, ColourFrame
from geometry.symmetry.groups import Colouring, Group
from service.figures.figures import Figure
from service.measuring.window import WindowLayout
from service.recipe.parsing import parse_recipe
from service.reporting.quality import Quality, SymmetryError, measure_quality
from service.scene import make_scene
from service.spaces import SPACES
from service.spaces.frame import Frame, Picture, PictureGenerator, moved_frame
from service.spaces.plane import PlaneScene
from service.spaces.plane_design import TileLayout
from service.spaces.space import Design, Scene
from service.viewers.reading import Painting, Receipt

_SAME = 1e-3  # of matrices, in pixels or less


@dataclass(frozen=True, eq=False)
class Promised:
    """What a painting has of its own symmetry. unrelated: the RMS by which two places differ that
    have nothing to do with each other, in 1/255; seams: see
    :class:`service.reporting.quality.Quality`."""

    group: Group
    colouring: Colouring
    design: Design
    generators: tuple[PictureGenerator, ...]
    errors: tuple[SymmetryError, ...]
    seams: dict[str, float | None]
    unrelated: float

    def figure(self) -> Figure:
        """The symmetry over the picture. Raises InputError("no-figure")."""
        return self.design.figure()


def measure_painting(painting: Painting) -> Promised:
    """Of a picture with its receipt. Raises InputError: "bad-receipt" where the two or the recipe
    in it do not belong together, "bad-value" for a mesh's texture."""
    receipt = painting.receipt
    scene, design = _designed(receipt)
    frame = design.picture_frame()
    rgb = np.ascontiguousarray(painting.pixels[..., :3])
    clear = painting.pixels[..., 3] == 255
    if isinstance(scene, PlaneScene) and scene.cut != "period":
        lattice = receipt.lattice
        assert lattice is not None
        layout = WindowLayout(clear, np.array([lattice.a, lattice.b]).T)
        frame = dataclasses.replace(_trimmed(design), layout=layout)
        pieces: Sequence[Picture] = [rgb]
    else:
        pieces = _periods(rgb, design.shape, frame)
    found = [measure_quality(piece, frame) for piece in pieces]
    return Promised(
        scene.group,
        scene.colouring,
        design,
        frame.generators,
        _together(found),
        found[0].seams,
        255 * float(np.sqrt(2 * (rgb[clear] / 255).var(axis=0).mean())),
    )


def _designed(receipt: Receipt) -> tuple[Scene, Design]:
    """The scene of a receipt's recipe as it was in the end: recoloured, turned over."""
    recipe = parse_recipe({**receipt.recipe, "colouring": receipt.colouring.name})
    if SPACES[recipe.target].needs_body:
        raise InputError(
            "bad-value",
            "receipt",
            "The symmetry of a mesh's texture is on the mesh, not in the picture.",
            "Its receipt says how exact it is: quality, symmetry_rms.",
        )
    frame = receipt.colour_frame
    colours = RGB if frame is None else ColourFrame(frame.mean, frame.axes)
    scene = dataclasses.replace(make_scene(recipe), style_frame=colours)
    for mirrored in (False, True):
        turned = dataclasses.replace(scene, mirrored=mirrored)
        design = turned.design(recipe.size)
        if _agrees(receipt, _trimmed(design)):
            return turned, design
    raise InputError(
        "bad-receipt",
        "generators",
        "The generators of this receipt are not those of its recipe.",
        "Paint it again, or measure the picture alone: --find.",
    )


def _trimmed(design: Design) -> Frame:
    """In the pixels of what is delivered."""
    _, corner = design.trimmed(np.zeros((*design.shape, 3), np.uint8))
    return moved_frame(design.picture_frame(), corner)


def _agrees(receipt: Receipt, frame: Frame) -> bool:
    if len(receipt.generators) != len(frame.generators):
        return False
    pairs = zip(receipt.generators, frame.generators, strict=True)
    return all(
        tuple(one.colour) == tuple(other.colour)
        and np.allclose(one.matrix, other.matrix, atol=_SAME)
        for one, other in pairs
    )


def _periods(picture: Picture, shape: tuple[int, int], frame: Frame) -> list[Picture]:
    """Every period of a picture, as they lie side by side."""
    rows, columns = shape
    skew = frame.layout.skew if isinstance(frame.layout, TileLayout) else 0
    bands = [
        np.roll(picture[k * rows : (k + 1) * rows], -k * skew, axis=1)
        for k in range(len(picture) // rows)
    ]
    return [piece for band in bands for piece in np.split(band, band.shape[1] // columns, axis=1)]


def _together(found: Sequence[Quality]) -> tuple[SymmetryError, ...]:
    """The errors of several periods as one."""
    return tuple(
        SymmetryError(
            errors[0].name,
            math.sqrt(sum(error.rms**2 for error in errors) / len(errors)),
            max(error.worst for error in errors),
            all(error.exact for error in errors),
        )
        for errors in zip(*(quality.symmetry for quality in found), strict=True)
    )
