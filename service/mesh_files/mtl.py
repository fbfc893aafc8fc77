"""MTL files: what the materials of an OBJ file look like."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from service.mesh_files.parts import Part
from service.mesh_files.rows import decoded
from service.mesh_files.textures import laid_out, named_file, read_texture
from service.pictures.look import Look, srgb_bytes

_PLACES = ("-o", "-s", "-t")  # options of a map that take up to three numbers
_OPTIONS = {  # how many words the options of a map take
    **dict.fromkeys(("-blendu", "-blendv", "-bm", "-boost", "-cc", "-clamp"), 1),
    **dict.fromkeys(("-imfchan", "-texres", "-type"), 1),
    "-mm": 2,
    **dict.fromkeys(_PLACES, 3),
}
_NAMELESS = ("", "none", "(null)")  # what exporters write for no material


@dataclass(frozen=True)
class Material:
    """A material of the MTL file ``file``. colour: Kd, (r, g, b) linear light; picture:
    map_Kd, which is looked up at UV · scale + offset."""

    file: Path
    colour: tuple[float, ...] | None = None
    picture: str | None = None
    scale: tuple[float, float] = (1.0, 1.0)
    offset: tuple[float, float] = (0.0, 0.0)


class Materials:
    """The materials of an OBJ file. Each picture is read once, and only if it is used."""

    def __init__(
        self, path: Path, known: Mapping[str, Material], lost: Sequence[str], read: Sequence[str]
    ) -> None:
        """path: the OBJ file; lost, read: the names of MTL files that could not be read, and of
        those that were."""
        self.known = known
        self._path, self._lost, self._read = path, lost, read
        self._pictures: dict[tuple[Path, str], NDArray[np.uint8] | str] = {}

    def unread(self, name: str) -> str | None:
        """A sentence on why nothing is known of a material; None for what is no name, or where no
        MTL file is named."""
        files = ", ".join(self._lost or self._read)[:80]
        if not files or name.casefold() in _NAMELESS:
            return None
        if self._lost:
            return f"{self._path.name} names the material file {files}, which cannot be read."
        return f"{files} has no material '{name[:80]}'."

    def shown(self, part: Part, name: str) -> Part:
        """The part as a known material looks. A picture stands in the place of vertex colours, and
        they in that of a flat colour."""
        material = self.known[name]
        image: NDArray[np.uint8] | None = None
        unread: str | None = None
        if material.picture is not None:
            read = self._picture(material.file, material.picture)
            if isinstance(read, str):
                unread = read
            else:
                image = read
        colour = None
        if image is None and material.colour is not None:
            colour = srgb_bytes(np.array([*material.colour, 1.0]).clip(0, 1))
        look = Look(name, image, colour, unread)
        colours = part.colours if image is None else None
        seen = dataclasses.replace(part, look=look, colours=colours)
        return laid_out(seen, material.scale, material.offset)

    def _picture(self, file: Path, name: str) -> NDArray[np.uint8] | str:
        """A picture that an MTL file names: in its own folder or in that of the OBJ file."""
        if (file, name) not in self._pictures:
            folders = dict.fromkeys((file.parent, self._path.parent))
            self._pictures[file, name] = read_texture(folders, name, file.name)
        return self._pictures[file, name]


def read_materials(path: Path, libraries: Sequence[str]) -> Materials:
    """The materials of an OBJ file. libraries: what stands behind its 'mtllib', a line each: the
    name of a file, which may have blanks, or of several."""
    known: dict[str, Material] = {}
    lost: list[str] = []
    read: list[str] = []
    for line in dict.fromkeys(libraries):
        whole = named_file(path.parent, line) is not None
        for name in (line,) if whole else line.split():
            file = named_file(path.parent, name)
            try:
                text = None if file is None else decoded(file.read_bytes())
            except OSError:
                text = None
            if file is None or text is None:
                lost.append(name)
                continue
            read.append(file.name)
            known = _materials(text, file) | known
    return Materials(path, known, lost, read)


def _materials(text: str, file: Path) -> dict[str, Material]:
    found: dict[str, Material] = {}
    name: str | None = None
    for line in text.splitlines():
        word, rest = [*line.split(None, 1), "", ""][:2]
        word, rest = word.lower(), rest.strip()
        if word == "newmtl":
            name = rest
            found[name] = Material(file)
        elif name is None or not rest:
            continue
        elif word == "kd":
            colour = _numbers(rest.split()[:3])
            if len(colour) in (1, 3):  # one number is a grey; words are a spectrum's
                found[name] = dataclasses.replace(found[name], colour=(colour * 3)[:3])
        elif word == "map_kd":
            found[name] = _with_picture(found[name], rest)
    return found


def _with_picture(material: Material, rest: str) -> Material:
    """A material with what its map_Kd says: options, then the picture's name, which may have
    blanks."""
    placed = {"-s": (1.0, 1.0), "-o": (0.0, 0.0)}
    while True:
        option, *more = rest.split(None, 1)
        option = option.lower()
        if option not in _OPTIONS or not more:
            break
        words = more[0].split()
        # up to three numbers, as many as there are; but a picture may be called 7.png, or 7
        many = len(_numbers(words[:-1][:3])) if option in _PLACES else _OPTIONS[option]
        if option in placed and many:
            given = (*_numbers(words[:many]), placed[option][1])
            placed[option] = (given[0], given[1])
        if len(words) <= many:
            break
        rest = more[0].split(None, many)[many]
    return dataclasses.replace(
        material, picture=rest.strip(), scale=placed["-s"], offset=placed["-o"]
    )


def _numbers(words: Sequence[str]) -> tuple[float, ...]:
    """The finite numbers that some words begin with."""
    found = []
    for word in words:
        try:
            found.append(float(word))
        except ValueError:
            break
        if not math.isfinite(found[-1]):
            return tuple(found[:-1])
    return tuple(found)
