"""Pictures and receipts to disk: checked before the painting begins, whole or not at all."""

from __future__ import annotations

import contextlib
import io
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from geometry.errors import InputError
from geometry.sphere_pictures import faces
from service.reporting.receipt import SCHEMA


@dataclass(frozen=True)
class Destination:
    """The two files of a delivery; made by :func:`destination`."""

    picture: Path
    receipt: Path


def destination(picture: Path) -> Destination:
    """Where a picture and its receipt will lie, checked: the folder is made if it is missing, and
    proved to be writable.

    Raises InputError("bad-output") for another suffix than .png, a folder that cannot be written,
    or a file in the receipt's place that is no receipt (a recipe, say), which would be lost.
    """
    if picture.suffix.lower() != ".png" or picture.is_dir():
        raise bad_output(
            f"{picture} is not a PNG file's name.", "End it with .png, as in -o tile.png."
        )
    folder, receipt = picture.parent, picture.with_suffix(".json")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = _temporary(picture)
        probe.touch(exist_ok=False)
        probe.unlink()
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise bad_output(
            f"The folder {folder} cannot be written: {reason}.", "Choose another."
        ) from None
    if receipt.exists() and not _is_receipt(receipt):
        raise bad_output(
            f"The receipt would overwrite {receipt}, which is no receipt.", "Choose another name."
        )
    return Destination(picture, receipt)


def deliver(
    place: Destination, picture: NDArray[np.uint8], receipt: Mapping[str, Any] | None = None
) -> None:
    """Write a picture, (H, W, 3) or (H, W, 4) uint8, and its receipt, if it has one. Raises
    InputError("bad-output"), say for a full disk; an older picture is then still whole."""
    files = {place.picture: png_bytes(picture)}
    if receipt is not None:
        files[place.receipt] = (json.dumps(receipt, indent=1, allow_nan=False) + "\n").encode()
    write_files(files)


def deliver_faces(place: Destination, picture: NDArray[np.uint8]) -> None:
    """Write the six faces of a cube map beside it, as engines want them: NAME_px.png to NAME_nz.png
    (:mod:`geometry.sphere_pictures`). Raises InputError("bad-output")."""
    stem = place.picture.stem
    write_files(
        {
            place.picture.with_name(f"{stem}_{name}.png"): png_bytes(face)
            for name, face in faces(picture).items()
        }
    )


def png_bytes(picture: NDArray[np.uint8]) -> bytes:
    """A picture, (H, W) or (H, W, 3 or 4) uint8, as a PNG file's content."""
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "PNG", compress_level=3)  # thrice as fast, 6 % larger
    return stream.getvalue()


def write_files(files: Mapping[Path, bytes]) -> None:
    """Write each file whole or not at all. Raises InputError("bad-output")."""
    for path, data in files.items():
        try:
            write_atomically(path, data)
        except OSError as error:
            reason = os.strerror(error.errno or 0)
            raise bad_output(f"{path} cannot be written: {reason}.", "Choose another.") from None


def write_atomically(path: Path, data: bytes | memoryview, mode: int = 0o666) -> None:
    """Put ``data`` into a file so that at any moment, even if the power fails, it holds either all
    of the old content or all of the new. ``mode``: its permissions, less the umask, from the very
    beginning. Raises OSError, and leaves nothing behind then."""
    temporary = _temporary(path)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)  # as mode "xb" does
    try:
        with os.fdopen(os.open(temporary, flags, mode), "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def _temporary(path: Path) -> Path:
    """A new name in the same folder: a rename is atomic only within a file system."""
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")


def _is_receipt(path: Path) -> bool:
    try:
        data = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(data, dict) and data.get("schema") == SCHEMA


def bad_output(message: str, hint: str) -> InputError:
    """The error of a place where nothing can be written."""
    return InputError("bad-output", "output", message, hint)
