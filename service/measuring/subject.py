"""What is measured, read from files: any picture, or a painting with its receipt."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geometry.errors import InputError
from service.pictures.files import read_picture
from service.printing.subject import files_of, read_tile
from service.viewers.reading import Painting, read_painting


@dataclass(frozen=True, eq=False)
class Subject:
    """pixels: (H, W, 4) uint8; painting: with its receipt, if there is one; wraps: whether that
    says that the picture repeats, with ``skew`` pixels between the copies above and below."""

    picture_file: Path
    receipt_file: Path | None
    pixels: NDArray[np.uint8]
    painting: Painting | None = None
    wraps: bool = False
    skew: int = 0

    @property
    def files(self) -> list[Path]:
        """Those that are read."""
        return [self.picture_file, *([] if self.receipt_file is None else [self.receipt_file])]


def read_subject(path: Path, alone: bool = False) -> Subject:
    """Of a picture or a receipt. alone: a file beside a picture that is no receipt of it does not
    matter. Raises InputError: "missing-file", "bad-receipt", "bad-image"."""
    try:
        picture_file, receipt_file = files_of(path)
    except InputError:
        if not alone or path.suffix.lower() == ".json":
            raise
        picture_file, receipt_file = path, None
    if receipt_file is None:
        return Subject(picture_file, None, read_picture(picture_file, "picture"))
    painting = read_painting(path)
    whole = painting.receipt.recipe.get("cut", "period") == "period"
    if painting.receipt.projection != "tiling" or not whole:
        return Subject(picture_file, receipt_file, painting.pixels, painting)
    tile = read_tile(path)
    return Subject(
        picture_file, receipt_file, painting.pixels, painting, all(tile.wraps), tile.skew
    )
