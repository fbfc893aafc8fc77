"""What maps are made of, read from files: a painting with its receipt, any picture, a mesh."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from geometry.errors import InputError
from geometry.plane.tiles import picture_skew
from geometry.sphere.pictures import PROJECTIONS
from geometry.symmetry.colour import ColourElement
from geometry.symmetry.colour_frame import RGB, ColourFrame
from service.maps.ball import SphereGround
from service.maps.ground import Flat, Ground
from service.maps.shapes import ball, plate
from service.maps.skin import SkinGround
from service.mesh_files.loading import UP, LoadedMesh, load_mesh
from service.pictures.base_colour import read_base
from service.pictures.files import read_picture
from service.viewers.reading import GeneratorOf, Receipt, painting_at, read_receipt

_METRE = 1000.0  # millimetres: glTF's unit


@dataclass(frozen=True, eq=False)
class Subject:
    """A picture on its ground. pixels: (H, W, 3 or 4) sRGB; body: what shows it in a GLB, with one
    texture or several, stacked; generators: of its symmetry, in its own coordinates; frame: what
    their colours act on; files: those that were read, the picture or the mesh first."""

    pixels: NDArray[np.uint8]
    ground: Ground
    body: LoadedMesh
    files: tuple[Path, ...]
    generators: tuple[GeneratorOf, ...] = ()
    frame: ColourFrame = RGB

    @property
    def colours(self) -> list[ColourElement]:
        """What the generators do to colours."""
        return [generator.colour for generator in self.generators]

    @property
    def opaque(self) -> NDArray[np.uint8]:
        """(H, W, 3): the picture; where nothing is to be seen, what is nearest."""
        seen = self.ground.seen
        rgb = self.pixels[..., :3]
        if seen is None or seen.all() or not seen.any():
            return rgb
        row, column = ndimage.distance_transform_edt(
            ~seen, return_distances=False, return_indices=True
        )
        return rgb[row, column]


def read_subject(path: Path, size: float) -> Subject:
    """What is at ``path``: a receipt, the picture beside one, a mesh file with its textures, or a
    picture, which is taken for a period. size: millimetres of a picture's width, a ball's diameter,
    a mesh's longest side.

    Raises InputError: "bad-value" for a mesh without a texture, and as reading does."""
    if path.suffix.lower() in UP:
        return _mesh(path, path.with_suffix(".json"), size)
    if path.suffix.lower() == ".json" and path.is_file():
        receipt = read_receipt(path)
        if receipt.projection == "uv":
            return _mesh(path.with_suffix(".glb"), path, size)
    painting = painting_at(path)
    if painting is None:
        pixels = _trimmed(read_picture(path, "picture"))
        shape, seen = pixels.shape[:2], _seen(pixels)
        flat = Flat((shape[0], shape[1]), size, (seen is None, seen is None), 0, seen)
        return Subject(pixels, flat, plate(path.stem, flat.shape, size / _METRE), (path,))
    receipt, pixels = painting.receipt, _trimmed(painting.pixels)
    files = (painting.picture_file, painting.receipt_file)
    name, shape = painting.picture_file.stem, (pixels.shape[0], pixels.shape[1])
    about = receipt.generators, _frame(receipt)
    if receipt.projection == "uv":  # the picture beside a mesh's receipt
        return _mesh(painting.receipt_file.with_suffix(".glb"), painting.receipt_file, size)
    if (projection := PROJECTIONS.get(receipt.projection)) is not None:
        sphere = SphereGround(projection, shape, size)
        body = ball(name, projection, shape, size / _METRE)
        return Subject(pixels, sphere, body, files, *about)
    wraps, skew = _wraps(receipt), 0
    if receipt.lattice is not None and all(wraps):
        cell = np.array([receipt.lattice.a, receipt.lattice.b]).T
        skew = round(picture_skew(cell, shape[1], shape[0]))
    if receipt.projection not in ("tiling", "frieze"):
        about = (), about[1]  # their matrices do not act on pixels
    flat = Flat(shape, size, wraps, skew, _seen(pixels))
    return Subject(pixels, flat, plate(name, shape, size / _METRE), files, *about)


def _mesh(path: Path, receipt_file: Path, size: float) -> Subject:
    loaded = load_mesh(path)
    pixels = read_base(None, [part.look for part in loaded.painted])
    if pixels is None or all(part.look.image is None for part in loaded.painted):
        raise InputError(
            "bad-value",
            "picture",
            f"{path} has no texture to make maps of.",
            "Paint it first: service mesh.",
        )
    ground = SkinGround(loaded.mesh, (pixels.shape[0], pixels.shape[1]), size)
    pixels = _trimmed(pixels)
    if not receipt_file.is_file():
        return Subject(pixels, ground, loaded, (path,))
    receipt = read_receipt(receipt_file)
    files = (path, receipt_file)
    return Subject(pixels, ground, loaded, files, receipt.generators, _frame(receipt))


def _wraps(receipt: Receipt) -> tuple[bool, bool]:
    if receipt.projection == "frieze":
        return True, False
    whole = receipt.projection == "tiling" and receipt.recipe.get("cut", "period") == "period"
    return whole, whole


def _frame(receipt: Receipt) -> ColourFrame:
    found = receipt.colour_frame
    return RGB if found is None else ColourFrame(found.mean, found.axes)


def _trimmed(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(H, W, 3) if nothing is clear."""
    return np.ascontiguousarray(pixels[..., :3]) if pixels[..., 3].min() == 255 else pixels


def _seen(pixels: NDArray[np.uint8]) -> NDArray[np.bool_] | None:
    return None if pixels.shape[2] == 3 else pixels[..., 3] >= 128
