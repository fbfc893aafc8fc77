"""What lies on the disk when a mesh is painted: its textures, the mesh with them on, renders, the
coverage picture, the receipt."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from service.mesh_files.loading import LoadedMesh
from service.pictures.depth import in_eight_bits
from service.reporting.delivery import (
    Write,
    bad_output,
    check_files,
    destination,
    paint_file,
    receipt_bytes,
    with_paint,
    write_files,
)
from service.reporting.formats import picture_writer
from service.reporting.glb import GENERATOR, glb_bytes
from service.reporting.mesh_pictures import VIEWS, preview_views
from service.reporting.overwriting import FilesRead
from service.spaces.frame import Picture
from service.whole_files import Data

if TYPE_CHECKING:
    from service.painting.kept import Paint

_HEAD = 4096  # bytes of a GLB that are looked at for who wrote it


@dataclass(frozen=True)
class MeshDestination:
    """Files of a delivery; made by :func:`mesh_destination`. textures: one for each of the mesh's,
    views: the four renders; paint, dpi: see
    Destination."""

    textures: tuple[Path, ...]
    glb: Path
    views: tuple[Path, ...]
    coverage: Path
    receipt: Path
    paint: Path
    dpi: float | None = None

    @property
    def files(self) -> tuple[Path, ...]:
        """All of them."""
        return (*self.textures, self.glb, *self.views, self.coverage, self.receipt, self.paint)


def mesh_destination(
    picture: Path, names: Sequence[str], read: FilesRead, dpi: float | None = None
) -> MeshDestination:
    """Where a painted mesh will lie, checked like :func:`service.reporting.delivery.destination`.

    picture: NAME.png. A mesh with several textures gets a NAME_MATERIAL.png for each of ``names``
    in its place.

    Raises InputError("bad-output"), also for a GLB in its place that is not one of ours.
    """
    stem = picture.stem
    ends = [f"view{k + 1}" for k in range(len(VIEWS))] + ["coverage"]
    *views, coverage = (picture.with_name(f"{stem}_{end}.png") for end in ends)
    textures: tuple[Path, ...] = (picture,)
    if len(names) > 1:
        textures = tuple(picture.with_name(f"{stem}_{end}.png") for end in _file_names(names, ends))
    place = MeshDestination(
        textures,
        picture.with_suffix(".glb"),
        tuple(views),
        coverage,
        picture.with_suffix(".json"),
        paint_file(picture),
        dpi,
    )
    read.check(place.files)  # first: it says best what is wrong
    if picture.suffix.lower() != ".png":
        raise bad_output(f"{picture} is not a PNG file's name.", "End it with .png.")
    destination(picture, FilesRead(()))
    check_files(place.files, read)
    if place.glb.exists() and f'"generator":"{GENERATOR}"'.encode() not in _head(place.glb):
        raise bad_output(
            f"{place.glb} would be overwritten, and Orbitex did not make it.",
            "Choose another name.",
        )
    return place


def deliver_mesh(
    place: MeshDestination,
    loaded: LoadedMesh,
    picture: Picture,
    receipt: Mapping[str, Any],
    coverage: NDArray[np.uint8] | None = None,
    write: Write | None = None,
    paint: Paint | None = None,
) -> None:
    """Write all files of a painted mesh; each is written whole or not at all, the receipt last.
    ``paint``: see :func:`service.reporting.delivery.deliver`.

    picture: the textures, stacked, (rows, columns, 3 or 4); coverage: likewise, uint8, the coverage
    picture. The GLB and the renders have 8 bits a channel. ``write``: how,
    :func:`service.reporting.delivery.write_files` unless it is given.
    Raises InputError("bad-output").
    """
    textures = np.split(picture, len(place.textures))
    files: dict[Path, Data] = {
        path: picture_writer(texture, dpi=place.dpi)
        for path, texture in zip(place.textures, textures, strict=True)
    }
    shown = in_eight_bits(picture)
    files[place.glb] = glb_bytes(loaded, np.split(shown, len(place.textures)))
    views = preview_views(loaded, shown)
    files |= {path: picture_writer(view) for path, view in zip(place.views, views, strict=True)}
    if coverage is not None:
        files[place.coverage] = picture_writer(coverage)
    if paint is not None:
        files[place.paint], receipt = with_paint(receipt, place.paint, paint)
    files[place.receipt] = receipt_bytes(receipt)
    (write or write_files)(files)


def _file_names(names: Sequence[str], taken: Sequence[str]) -> list[str]:
    """Names that any file system takes, none of those ``taken``, all different however capitals are
    treated."""
    found: list[str] = []
    for name in names:
        plain = re.sub(r"[^\w.-]+", "_", name).strip("._")[:60] or "texture"
        end, number = plain, 2
        while end.lower() in (other.lower() for other in (*taken, *found)):
            end, number = f"{plain}_{number}", number + 1
        found.append(end)
    return found


def _head(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(_HEAD)
