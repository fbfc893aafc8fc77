"""The other files that a mesh file names: OBJ its materials and their pictures, glTF its buffers
and pictures, PLY its texture. What is wrong with a file is told elsewhere, by what reads it."""

from __future__ import annotations

import json
import mmap
import os
import re
import struct
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote

from service.mesh_files.textures import named_file

_LIBRARIES = re.compile(rb"^[ \t]*mtllib[ \t]+([^\r\n]+)", re.MULTILINE)
_PICTURES = re.compile(
    rb"^[ \t]*(?:map_\w+|bump|disp|decal|norm|refl)[ \t]+([^\r\n]+)", re.MULTILINE | re.IGNORECASE
)
_PLY_TEXTURE = re.compile(rb"^comment[ \t]+TextureFile[ \t]+([^\r\n]+)", re.MULTILINE)
_PLY_HEADER = 1 << 16  # bytes of a PLY file that are searched
_BROKEN = (
    OSError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    RecursionError,
    struct.error,
)
_GLB_JSON = 20  # where a GLB's header begins


def referenced_files(path: Path) -> list[Path]:
    """The files that are there of those that a mesh file names, with what these name in turn. Of a
    file that is broken, or of another kind, there are fewer, or none."""
    found: list[Path] = []
    with suppress(*_BROKEN):
        kind = path.suffix.lower()
        if kind == ".obj":
            libraries = list(_named(path, _LIBRARIES, path.parent))
            found += libraries
            for library in libraries:
                for folder in dict.fromkeys((library.parent, path.parent)):
                    found += _named(library, _PICTURES, folder)
        elif kind in (".gltf", ".glb"):
            found += _of_gltf(path)
        elif kind == ".ply":
            with path.open("rb") as stream:
                header = stream.read(_PLY_HEADER)
            for line in _PLY_TEXTURE.findall(header):
                found += _files(path.parent, os.fsdecode(line))
    return list(dict.fromkeys(found))


def _named(path: Path, statement: re.Pattern[bytes], folder: Path) -> Iterator[Path]:
    """What the statements of a text file, which may be huge, name in a folder."""
    with (
        path.open("rb") as stream,
        mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as text,
    ):
        lines = [match[1] for match in statement.finditer(text)]
    for line in lines:
        words = os.fsdecode(line).split()
        # Options may stand before a name, and a name may have spaces: any end of the line may be
        # one. Several libraries may share a line, too.
        for name in (*(" ".join(words[k:]) for k in range(len(words))), *words):
            yield from _files(folder, name)


def _of_gltf(path: Path) -> Iterator[Path]:
    data = path.read_bytes()
    if data[:4] == b"glTF":  # told by its content, as where it is read
        length = struct.unpack_from("<I", data, _GLB_JSON - 8)[0]
        data = data[_GLB_JSON : _GLB_JSON + length]
    header = json.loads(data)
    for entry in (*header.get("buffers", ()), *header.get("images", ())):
        uri = entry.get("uri")
        if isinstance(uri, str) and not uri.startswith("data:"):
            yield from _files(path.parent, unquote(uri))
            yield from _files(path.parent, uri)  # some exporters escape nothing


def _files(folder: Path, name: str) -> Iterator[Path]:
    """The file that a name means to those who read mesh files, if it is there."""
    found = named_file(folder, name)
    if found is not None:
        yield found
