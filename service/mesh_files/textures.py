"""Pictures that mesh files name: where they are, and how they lie on a UV layout."""

from __future__ import annotations

import contextlib
import dataclasses
import os
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from geometry.errors import InputError
from service.mesh_files.lookups import Lookup, flipped, lay_out, redrawn
from service.mesh_files.parts import Part
from service.pictures.files import read_picture


def named_file(folder: Path, name: str) -> Path | None:
    """The file that a mesh file in ``folder`` means by a name; None if there is none. A name may
    have Windows' separators and the wrong capitals; what lies in a folder of another machine, or in
    one that was not sent along, is also looked for beside the mesh file."""
    plain = name.strip().strip('"').replace("\\", "/")
    wanted = [name, plain, PurePosixPath(plain).name]
    with contextlib.suppress(UnicodeError):  # a disk's own names may be of that code page, too
        wanted += [os.fsdecode(own.encode("cp1252")) for own in wanted]
    places = (_found(folder, own) for own in dict.fromkeys(wanted) if own)
    return next((place for place in places if place is not None), None)


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


def read_texture(folders: Iterable[Path], name: str, file: str) -> NDArray[np.uint8] | str:
    """The picture (H, W, 4) uint8 sRGB that ``file`` names, in the first of some folders that has
    it, or a sentence on why it cannot be had."""
    places = (named_file(folder, name) for folder in folders)
    path = next((place for place in places if place is not None), None)
    if path is None:
        return f"{file} names the picture {name[:80]}, which is not there."
    try:
        return read_picture(path, "mesh", path.name, turn=False)
    except InputError as error:
        return f"{file} names the picture {name[:80]}: {error.message}"


def laid_out(part: Part, scale: tuple[float, float], offset: tuple[float, float]) -> Part:
    """The part with its picture, which is looked up at UV · scale + offset, as
    :mod:`service.mesh_files.lookups` lays it out."""
    image = part.look.image
    if image is None or part.uvs is None:
        return part
    (across, up), (right, above) = scale, offset
    lookup = Lookup(((across, 0.0, right), (0.0, up, 1 - up - above)))  # v down
    layout = lay_out(lookup, flipped(part.uvs))
    if layout.moves:
        part = dataclasses.replace(part, uvs=flipped(lookup.moved(flipped(part.uvs))))
    if layout.lookup is None:
        return part
    drawn = redrawn(image, layout.lookup, layout.window)
    return dataclasses.replace(part, look=dataclasses.replace(part.look, image=drawn))
