"""Pictures and receipts to disk: checked before the painting begins, whole or not at all."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geometry.errors import InputError
from geometry.sphere.pictures import FACES, faces
from service.figures.figures import Figure
from service.pictures.depth import in_eight_bits
from service.reporting.figure import figure_files
from service.reporting.formats import FORMATS, picture_writer
from service.reporting.overwriting import FilesRead
from service.reporting.receipt import SCHEMA
from service.spaces.frame import Picture
from service.whole_files import NAME_PART, Data, reason, temporary_name, write_atomically

if TYPE_CHECKING:
    from service.painting.kept import Paint

_PAINT = ".paint.safetensors"
_LONGEST = 255  # bytes of a file's name
_FIGURE = (".png", ".svg")
Write = Callable[[Mapping[Path, Data]], None]  # puts files with their content on a disk


@dataclass(frozen=True)
class Destination:
    """The files of a delivery; made by :func:`destination`. paint: to go on from, if it is kept;
    faces: of a cube map, the six; dpi: see :func:`picture_writer`; figure: of the symmetry drawn
    over the picture, as .png and as .svg."""

    picture: Path
    receipt: Path
    paint: Path
    faces: tuple[Path, ...] = ()
    dpi: float | None = None
    figure: tuple[Path, ...] = ()

    @property
    def files(self) -> tuple[Path, ...]:
        """All of them."""
        return (self.picture, self.receipt, self.paint, *self.faces, *self.figure)


def destination(
    picture: Path,
    read: FilesRead,
    cube: bool = False,
    dpi: float | None = None,
    figure: bool = False,
) -> Destination:
    """Where a picture and its receipt will lie, checked: the folder is made if it is missing, and
    proved to be writable. ``cube``: the faces of a cube map lie beside it, NAME_px.png to
    NAME_nz.png, as engines want them (:mod:`geometry.sphere.pictures`). ``figure``: so do
    NAME_figure.png and NAME_figure.svg.

    Raises InputError("bad-output") for a suffix that is not in FORMATS, a folder that cannot be
    written, a file in the receipt's place that is no receipt (a recipe, say), which would be lost,
    and as :func:`check_files` does.
    """
    if picture.suffix.lower() not in FORMATS:
        *others, last = FORMATS
        raise bad_output(
            f"{picture} is not a picture file's name.",
            f"End it with {', '.join(others)} or {last}, as in -o tile.png.",
        )
    receipt = picture.with_suffix(".json")
    ends = FACES if cube else ()
    place = Destination(
        picture,
        receipt,
        paint_file(picture),
        tuple(picture.with_name(f"{picture.stem}_{end}{picture.suffix}") for end in ends),
        dpi,
        tuple(picture.with_name(f"{picture.stem}_figure{end}") for end in _FIGURE if figure),
    )
    with _told(picture):
        picture.parent.mkdir(parents=True, exist_ok=True)
    check_files(place.files, read)
    if receipt.exists() and not _is_receipt(receipt):
        raise bad_output(
            f"The receipt would overwrite {receipt}, which is no receipt.", "Choose another name."
        )
    return place


def check_files(paths: Iterable[Path], read: FilesRead) -> None:
    """Prove that files can be written. Raises InputError("bad-output") for what cannot be, for a
    folder or a device in the place of one, and for a file that is read."""
    paths = tuple(paths)
    read.check(paths)
    for path in paths:
        try:
            taken = path.exists() and not path.is_file()
        except OSError as error:  # a name that is too long, say
            raise bad_output(
                f"{path} cannot be written: {reason(error)}.", "Choose another name."
            ) from None
        if taken:
            raise bad_output(f"{path} is not a file.", "Choose another name.")
    for folder in {followed(path).parent for path in paths}:
        probe = temporary_name(folder / "probe")
        with _told(probe):
            probe.touch(exist_ok=False)
            probe.unlink()


def make_folder(folder: Path) -> None:
    """Make a folder, if it is missing. Raises InputError("bad-output")."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise bad_output(
            f"The folder {folder} cannot be made: {reason(error)}.", "Choose another."
        ) from None


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    """Puts into words why nothing can be written beside ``path``."""
    try:
        yield
    except OSError as error:
        raise bad_output(
            f"The folder {path.parent} cannot be written: {reason(error)}.", "Choose another."
        ) from None


def deliver(
    place: Destination,
    picture: Picture,
    receipt: Mapping[str, Any] | None = None,
    write: Write | None = None,
    paint: Paint | None = None,
) -> None:
    """Write a picture, (H, W, 3) or (H, W, 4), its faces, its receipt, if it has one, and its
    paint, where that is to be gone on from. ``write``: how, :func:`write_files` unless it is given.
    Raises InputError("bad-output"), say for a full disk; an older picture is then still whole."""
    pictures = {place.picture: picture}
    if place.faces:
        sides = faces(picture)
        pictures |= {path: sides[end] for path, end in zip(place.faces, FACES, strict=True)}
    files: dict[Path, Data] = {
        path: picture_writer(x, path.suffix, place.dpi) for path, x in pictures.items()
    }
    if receipt is not None and paint is not None:
        files[place.paint], receipt = with_paint(receipt, place.paint, paint)
    if receipt is not None:
        files[place.receipt] = receipt_bytes(receipt)
    (write or write_files)(files)


def paint_file(picture: Path) -> Path:
    """Where the paint of a picture, or of its receipt, lies: NAME.paint.safetensors beside it. Of a
    name that is too long for that it has the beginning, and a hash of all."""
    path, stem = picture.with_suffix(_PAINT), picture.stem
    if len(os.fsencode(path.name)) <= _LONGEST:
        return path
    digest = hashlib.sha256(os.fsencode(stem)).hexdigest()[:8]
    return picture.with_name(f"{stem[:NAME_PART]}-{digest}{_PAINT}")


def with_paint(
    receipt: Mapping[str, Any], path: Path, paint: Paint
) -> tuple[Data, Mapping[str, Any]]:
    """The content of a file of paint, and the receipt that tells it from that of other pictures."""
    paint = dataclasses.replace(paint, picture=None)  # that is delivered
    data = paint.parts(half=True)
    digest = hashlib.sha256()
    for part in data:
        digest.update(part)
    return data, {**receipt, "paint": {"file": path.name, "sha256": digest.hexdigest()}}


def deliver_figure(
    place: Destination, figure: Figure, picture: Picture, write: Write | None = None
) -> None:
    """Write a figure over its picture, which is delivered already. Raises
    InputError("bad-output")."""
    drawn = figure_files(figure, in_eight_bits(picture), place.dpi)
    files = zip(place.figure, drawn, strict=True)
    (write or write_files)(dict(files))


def receipt_bytes(receipt: Mapping[str, Any]) -> bytes:
    """A receipt as a file's content."""
    return (json.dumps(receipt, indent=1, allow_nan=False) + "\n").encode()


def write_files(files: Mapping[Path, Data]) -> None:
    """Write each file whole or not at all; of a symbolic link, the file that it leads to. Raises
    InputError("bad-output")."""
    for path, data in files.items():
        try:
            write_atomically(followed(path), data)
        except OSError as error:
            raise bad_output(
                f"{path} cannot be written: {reason(error)}.", "Choose another."
            ) from None


def followed(path: Path) -> Path:
    """Where a file really lies: the end of a symbolic link, which is written through."""
    return Path(os.path.realpath(path))


def _is_receipt(path: Path) -> bool:
    try:
        data = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(data, dict) and data.get("schema") == SCHEMA


def bad_output(message: str, hint: str) -> InputError:
    """The error of a place where nothing can be written."""
    return InputError("bad-output", "output", message, hint)
