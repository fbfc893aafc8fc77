"""A picture and its receipt, read from two files that may come from anyone."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from geometry.errors import InputError
from service.pictures.files import read_picture
from service.reporting.receipt import SCHEMA

PICTURES = (".png", ".tif", ".tiff", ".webp", ".jpg", ".jpeg")
MESH = "uv"  # the projection of painted meshes
_MAX_BYTES = 1 << 24

Number = Annotated[float, Field(allow_inf_nan=False, ge=-1e9, le=1e9)]
Row = tuple[Number, Number, Number]
Pair = tuple[Number, Number]
Channel = Annotated[int, Field(ge=-3, le=3)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class GeneratorOf(_Part):
    """One entry of ``generators``."""

    name: str = Field(max_length=80)
    title: str = Field(max_length=200)
    matrix: tuple[Row, Row, Row]
    colour: tuple[Channel, Channel, Channel]


class LatticeOf(_Part):
    """Translations and origin of a tiling, in pixels."""

    a: Pair
    b: Pair
    origin: Pair


class StripOf(_Part):
    """Of a frieze, in pixels: one period, and the middle line from above."""

    period: Annotated[float, Field(ge=1, le=1e6)]
    axis: Annotated[float, Field(ge=0, le=1e6)]


class ModelOf(_Part):
    """The model of a hyperbolic picture."""

    name: str
    radius: Annotated[float, Field(gt=0, le=1e6)]
    center: Pair


class FrameOf(_Part):
    """What colours act on."""

    mean: Row
    axes: tuple[Row, Row, Row]


class NameOf(_Part):
    """A group's name and orbifold, or a colour rule's name."""

    name: str = Field(max_length=200)
    orbifold: str = Field("", max_length=80)


class SizeOf(_Part):
    """Of a picture."""

    width: Annotated[int, Field(ge=1)]
    height: Annotated[int, Field(ge=1)]


class Receipt(_Part):
    """What viewers need of a receipt, see docs/receipts.md."""

    projection: str
    picture: SizeOf
    group: NameOf
    colouring: NameOf
    generators: tuple[GeneratorOf, ...] = Field(max_length=64)
    colour_frame: FrameOf | None = None
    lattice: LatticeOf | None = None
    strip: StripOf | None = None
    model: ModelOf | None = None
    center: Pair | None = None
    radius: Annotated[float, Field(gt=0, le=1e6)] | None = None
    recipe: dict[str, Any] = {}


@dataclass(frozen=True, eq=False)
class Painting:
    """receipt_file, picture_file: where it lies; pixels: (H, W, 4) sRGB with alpha;
    (0, 0, 4) where none was asked for."""

    receipt: Receipt
    pixels: NDArray[np.uint8]
    receipt_file: Path
    picture_file: Path


def read_painting(path: Path, textures: bool = True) -> Painting:
    """The painting whose receipt or picture is at ``path``: NAME.json and NAME.png (or another
    format) lie side by side. textures: whether those of a mesh are wanted, which may be several and
    are in its NAME.glb, too. Raises InputError: "missing-file", "bad-receipt", "bad-image"."""
    if path.suffix.lower() == ".json":
        receipt_file = path
        beside = [path.with_suffix(end) for end in PICTURES]
        picture_file = next((file for file in beside if file.exists()), beside[0])
    else:
        receipt_file, picture_file = path.with_suffix(".json"), path
    _check_there(receipt_file, "receipt")
    receipt = read_receipt(receipt_file)
    if receipt.projection == MESH and not textures:
        return Painting(receipt, np.zeros((0, 0, 4), np.uint8), receipt_file, picture_file)
    _check_there(picture_file, "picture")
    pixels = read_picture(picture_file, "picture")
    if pixels.shape[:2] != (receipt.picture.height, receipt.picture.width):
        raise InputError(
            "bad-receipt",
            "picture",
            f"{picture_file} has {pixels.shape[1]} × {pixels.shape[0]} pixels, its receipt says "
            f"{receipt.picture.width} × {receipt.picture.height}.",
            "Give the picture that the receipt was written with.",
        )
    return Painting(receipt, pixels, receipt_file, picture_file)


def painting_at(path: Path) -> Painting | None:
    """The painting at ``path`` if it is a receipt, or has one beside it; else None. Raises
    InputError as :func:`read_painting`."""
    if path.suffix.lower() != ".json" and not path.with_suffix(".json").is_file():
        return None
    return read_painting(path)


def _check_there(file: Path, what: str) -> None:
    if not file.is_file():
        raise InputError(
            "missing-file",
            "receipt",
            f"There is no {what} {file}.",
            "A picture and its receipt lie side by side: NAME.png and NAME.json.",
        )


def read_receipt(file: Path) -> Receipt:
    """What viewers need of a receipt. Raises InputError("bad-receipt")."""
    try:
        if file.stat().st_size > _MAX_BYTES:
            raise ValueError("too large")
        data = json.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        raise InputError("bad-receipt", "receipt", f"{file} cannot be read as JSON.") from None
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        raise InputError(
            "bad-receipt",
            "receipt",
            f"{file} is not a receipt.",
            "Give the NAME.json that was written beside a painting.",
        )
    try:
        return Receipt.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "receipt"
        raise InputError(
            "bad-receipt", field, f"{file}: {first['msg']}.", "Paint it again."
        ) from None
