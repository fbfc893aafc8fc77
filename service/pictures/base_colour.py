"""What a mesh looks like before it is painted, and where paint may go: pictures at their own
size, or flat colours."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from geometry.errors import InputError
from service.pictures.files import as_coverage, read_picture
from service.pictures.look import Look

_FLAT = r"#[0-9a-fA-F]{6}"
_GREY = (128, 128, 128, 255)  # where some of the textures have a base and this one has none


def read_base(given: str | None, looks: Sequence[Look]) -> NDArray[np.uint8] | None:
    """The base colour of a mesh with these looks, one for each texture, stacked: (rows, columns, 4)
    uint8 sRGB. A picture keeps its size, several are brought to that of the largest; where nothing
    but flat colours is known, each is one texel.

    ``given``: the recipe's ``base``, a picture's file or '#rrggbb'; None: what the looks are. None
    is returned if nothing is known of any. Raises InputError: "missing-file", "bad-image",
    "bad-value" (one picture for several textures).
    """
    if given is None:
        if all(look.image is None and look.colour is None for look in looks):
            return None
        shapes = [look.image.shape[:2] for look in looks if look.image is not None]
        rows, columns = max(shapes, key=math.prod, default=(1, 1))
        return np.concatenate([_of_look(look, (rows, columns)) for look in looks])
    if given.startswith("#"):
        return np.tile(read_given(given), (len(looks), 1, 1))
    _expect_one("base", looks)
    return read_given(given)


def read_given(given: str) -> NDArray[np.uint8]:
    """A recipe's ``base``: a picture's file, or '#rrggbb', which is one texel: (rows, columns, 4)
    uint8 sRGB. Raises InputError: "missing-file", "bad-image", "bad-value"."""
    if not given.startswith("#"):
        return read_picture(Path(given), "base")
    if not re.fullmatch(_FLAT, given):
        raise InputError(
            "bad-value", "base", f"'{given[:20]}' is no colour.", "Write it like '#c8b090'."
        )
    return np.array([[(*bytes.fromhex(given[1:]), 255)]], np.uint8)


def read_mask(given: str | None, looks: Sequence[Look]) -> NDArray[np.uint8] | None:
    """The mask of a mesh with one texture, as large as its picture: (rows, columns) uint8, 255
    where it is painted; None if none is given. Raises as :func:`read_base`."""
    if given is None:
        return None
    _expect_one("mask", looks)
    return as_coverage(read_picture(Path(given), "mask"))


def fitted(picture: NDArray[np.uint8], shape: tuple[int, int]) -> NDArray[np.uint8]:
    """A picture (H, W), (H, W, 3) or (H, W, 4) at another size (rows, columns). The same size is
    left alone, bit for bit, and so is the colour of a single texel. Clear texels lend the others no
    colour, and a mask (H, W) is nowhere more, or less, than around."""
    if picture.shape[:2] == shape:
        return picture
    if picture.shape[:2] == (1, 1):
        return np.tile(picture, (*shape, 1)[: picture.ndim])
    if picture.ndim == 2 or picture.shape[2] == 3 or picture[..., 3].min() == 255:
        return _resized(picture, None, shape)
    mixed = _resized(picture, "RGBa", shape)  # premultiplied
    clear = mixed[..., 3] == 0
    mixed[clear, :3] = _resized(picture[..., :3], None, shape)[clear]
    return mixed


def _resized(
    picture: NDArray[np.uint8], mode: str | None, shape: tuple[int, int]
) -> NDArray[np.uint8]:
    """A picture resized in another of Pillow's modes, in the mode that it had."""
    image = Image.fromarray(np.ascontiguousarray(picture))
    # Lanczos is sharper, but rings: next to its border a mask would not be all or nothing
    kernel = Image.Resampling.BILINEAR if picture.ndim == 2 else Image.Resampling.LANCZOS
    resized = image.convert(mode or image.mode).resize(
        (shape[1], shape[0]), kernel, reducing_gap=3.0
    )
    return np.array(resized.convert(image.mode))


def fitted_stack(
    picture: NDArray[np.uint8], shape: tuple[int, int], textures: int
) -> NDArray[np.uint8]:
    """A stack of ``textures`` pictures brought to ``shape`` (rows of all, columns), each by itself,
    as :func:`fitted` does."""
    size = (shape[0] // textures, shape[1])
    return np.concatenate([fitted(part, size) for part in np.split(picture, textures)])


def _of_look(look: Look, shape: tuple[int, int]) -> NDArray[np.uint8]:
    if look.image is not None:
        return fitted(look.image, shape)
    colour = _GREY if look.colour is None else look.colour
    return np.tile(np.array(colour, np.uint8), (*shape, 1))


def _expect_one(field: str, looks: Sequence[Look]) -> None:
    if len(looks) > 1:
        names = ", ".join(look.name for look in looks)[:80]
        raise InputError(
            "bad-value",
            field,
            f"One picture cannot serve the mesh's {len(looks)} textures ({names}).",
            "Paint one of its materials with --material.",
        )
