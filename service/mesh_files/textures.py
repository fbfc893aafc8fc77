"""Pictures that mesh files name: where they are, and how they lie on a UV layout."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from geometry.errors import InputError
from geometry.mesh import UV_SPAN
from service.mesh_files.parts import Part
from service.picture_files import read_picture

_LARGEST = 8192  # texels: the longest side of a picture that is laid out anew


def named_file(folder: Path, name: str) -> Path | None:
    """The file that a mesh file in ``folder`` means by a name; None if there is none. A name may
    have Windows' separators and the wrong capitals; what lies in a folder of another machine, or in
    one that was not sent along, is also looked for beside the mesh file."""
    plain = name.strip().strip('"').replace("\\", "/")
    for wanted in (name, plain, PurePosixPath(plain).name):
        if wanted:
            found = _found(folder, wanted)
            if found is not None:
                return found
    return None


def _found(folder: Path, name: str) -> Path | None:
    path = folder / name
    try:
        if path.is_file():
            return path
        place = Path(path.anchor) if path.is_absolute() else folder
        for part in path.relative_to(place).parts:
            if not (place / part).exists():
                names = sorted(entry.name for entry in place.iterdir())
                part = next(own for own in names if own.casefold() == part.casefold())
            place /= part
    except (OSError, ValueError, StopIteration):
        return None
    return place if place.is_file() else None


def read_texture(folder: Path, name: str, file: str) -> NDArray[np.uint8] | str:
    """The picture (H, W, 4) uint8 sRGB that ``file`` in a folder names, or a sentence on why it
    cannot be had."""
    path = named_file(folder, name)
    if path is None:
        return f"{file} names the picture {name[:80]}, which is not there."
    try:
        return read_picture(path, "mesh", path.name, turn=False)
    except InputError as error:
        return f"{file} names the picture {name[:80]}: {error.message}"


def laid_out(part: Part, scale: tuple[float, float], offset: tuple[float, float]) -> Part:
    """The part with its picture, which is looked up at UV · scale + offset, drawn into the layout
    of its UVs as they are. Only where they span several tiles the UVs are moved instead, so that
    a layout that was meant to be scaled down is."""
    image, uvs = part.look.image, part.uvs
    if image is None or uvs is None or (scale == (1, 1) and offset == (0, 0)):
        return part
    low, high = np.nanmin(uvs, axis=0), np.nanmax(uvs, axis=0)
    if (high - low).max() > UV_SPAN:
        return dataclasses.replace(part, uvs=uvs * scale + offset)
    home = np.floor((low + high) / 2 - 1e-9)  # where make_mesh moves the layout from
    rows, columns = (
        min(max(math.ceil(side * abs(factor)), 1), max(side, _LARGEST))
        for side, factor in zip(image.shape[:2], scale[::-1], strict=True)
    )
    u = ((np.arange(columns) + 0.5) / columns + home[0]) * scale[0] + offset[0]
    v = (1 - (np.arange(rows) + 0.5) / rows + home[1]) * scale[1] + offset[1]
    drawn = _looked_up(_looked_up(image, 1 - v, 0), u, 1)
    look = dataclasses.replace(part.look, image=np.rint(drawn).astype(np.uint8))
    return dataclasses.replace(part, look=look)


def _looked_up(image: NDArray, places: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
    """Lines of a picture at places from 0 to 1 that repeat, mixed of the two nearest."""
    side = image.shape[axis]
    at = places * side - 0.5
    first = np.floor(at + 1e-9)
    share = np.clip(at - first, 0, 1).reshape((-1, 1, 1) if axis == 0 else (1, -1, 1))
    near, far = (np.take(image, (first + k).astype(np.int64) % side, axis=axis) for k in (0, 1))
    return near * (1 - share) + far * share
