"""A mesh file as one checked mesh, with the errors of files put into words."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geometry.errors import InputError, unknown_name
from geometry.mesh.mesh import Mesh, make_mesh
from service.mesh_files.gltf.reader import read_gltf
from service.mesh_files.obj import read_obj
from service.mesh_files.parts import (
    Part,
    by_texture,
    expect_paintable,
    joined,
    merged,
    own_colours,
)
from service.mesh_files.ply import read_ply
from service.mesh_files.stl import read_stl
from service.pictures.look import Look

UP = {".obj": "Y", ".gltf": "Y", ".glb": "Y", ".ply": "Z", ".stl": "Z"}  # as the formats are used
_READERS: dict[str, Callable[[Path], list[Part]]] = {
    ".obj": read_obj,
    ".gltf": read_gltf,
    ".glb": read_gltf,
    ".ply": read_ply,
    ".stl": read_stl,
}
# needed to read a file, over its size: measured with millions of triangles
_MEMORY = {".obj": 6, ".glb": 15, ".ply": 20}
_MEMORY_BINARY = 25


@dataclass(frozen=True, eq=False)
class LoadedMesh:
    """What a mesh file holds, in the file's frame.

    mesh: what is painted. painted: the same, one part for each of the mesh's textures, whose
    ``look`` is what is known of the texture before painting; faces are in the mesh's order. others:
    what is seen but not painted. up: the axis, "Y" or "Z", that the format's users take as upward.
    """

    mesh: Mesh
    painted: tuple[Part, ...]
    others: tuple[Part, ...]
    up: str

    @property
    def names(self) -> tuple[str, ...]:
        """The textures' names: those of their materials."""
        return tuple(part.look.name for part in self.painted)

    @property
    def unread(self) -> tuple[str, ...]:
        """Sentences on what the file says of the painted parts' colours and could not be read."""
        sentences = (part.look.unread for part in self.painted)
        return tuple(dict.fromkeys(sentence for sentence in sentences if sentence))

    @property
    def corner_colours(self) -> NDArray[np.uint8] | None:
        """(F, 3, 4) uint8 sRGB: the corners' vertex colours; None if no part has any."""
        if all(part.colours is None for part in self.painted):
            return None
        return np.concatenate([own_colours(part)[part.triangles] for part in self.painted])

    def hiding(self) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Points (V, 3) and triangles (F, 3) of the others: what may hide the mesh."""
        if not self.others:
            return np.zeros((0, 3)), np.zeros((0, 3), np.int64)
        whole = joined(self.others, self.others[0].look)
        return whole.vertices, whole.triangles


def load_mesh(path: Path, unwrap: bool = False, material: str | None = None) -> LoadedMesh:
    """The mesh of a file: all of its objects, placed as its scene says, in one.

    Materials with one image share a texture; so do materials without an image that look alike.
    ``material``: only faces of the material of this name are painted. ``unwrap``: a new layout for
    what is painted, with a single texture; flat and vertex colours are kept, pictures are lost. The
    file itself is never changed.

    Raises InputError: "missing-file", "bad-mesh-file" (unreadable, empty, of another kind, without
    triangles), "mesh-too-large", "unknown-material", "mesh-no-uv" and the others of
    :func:`geometry.mesh.mesh.make_mesh`, "mesh-unwrap".
    """
    parts, others = _chosen(path, material)
    if unwrap:
        parts = [_unwrapped(parts)]
    for part in parts:
        _expect_uvs(path, part, len(parts) > 1)
    parts = by_texture(parts)
    starts = np.cumsum([0] + [len(part.vertices) for part in parts])
    mesh = make_mesh(
        np.concatenate([part.vertices for part in parts]),
        np.concatenate([p.triangles + start for p, start in zip(parts, starts, strict=False)]),
        np.concatenate([part.uvs[part.triangles] for part in parts if part.uvs is not None]),
        np.repeat(np.arange(len(parts)), [len(part.triangles) for part in parts]),
    )
    return LoadedMesh(mesh, tuple(parts), tuple(others), UP[path.suffix.lower()])


def load_shape(path: Path, material: str | None = None) -> Mesh:
    """Only the surface of what :func:`load_mesh` would paint, with made-up UVs: what a mesh's own
    symmetry is found in. Raises what :func:`load_mesh` does, but for UVs."""
    parts, _ = _chosen(path, material)
    whole = joined(parts, parts[0].look)
    uvs = np.broadcast_to([(0.0, 0.0), (1.0, 0.0), (0.0, 1.0)], (len(whole.triangles), 3, 2))
    return make_mesh(whole.vertices, whole.triangles, uvs)


def _chosen(path: Path, material: str | None) -> tuple[list[Part], list[Part]]:
    """The parts that are painted, one for each look, and the others."""
    parts = merged(_parts(path))
    if not parts:
        raise _bad(f"{str(path)[:200]} holds no triangles.", "Export a mesh, not points or curves.")
    names = list(dict.fromkeys(part.look.name for part in parts))
    if material not in (None, *names):
        raise unknown_name("unknown-material", "material", str(material), names)
    painted = [part for part in parts if material in (None, part.look.name)]
    return painted, [part for part in parts if material not in (None, part.look.name)]


def _parts(path: Path) -> list[Part]:
    """Every object of a file's scene, with the errors of a file put into words."""
    shown, kind = str(path)[:200], path.suffix.lower()
    if not path.is_file():
        raise InputError("missing-file", "mesh", f"There is no file {shown}.", "Check its name.")
    if kind not in UP:
        raise _bad(f"{shown} is not of a kind that is read.", f"Use {', '.join(UP)}.")
    size = path.stat().st_size
    if not size:
        raise _bad(f"{shown} is empty.", "Export it again.")
    try:
        parts = _READERS[kind](path)
    except InputError:
        raise
    except MemoryError:
        need = size * _MEMORY.get(kind, _MEMORY_BINARY) / 2**30
        raise InputError(
            "mesh-too-large",
            "mesh",
            f"{shown} does not fit into memory: it needs about {need:.0f} GiB.",
            "Reduce it (in Blender: Decimate), or save it as GLB.",
        ) from None
    except OSError as error:
        raise _bad(f"{shown} cannot be read: {error.strerror or error}.", "") from None
    except Exception as error:  # readers raise whatever a broken file makes them raise
        reason = str(error)[:120] if type(error) is ValueError else type(error).__name__
        raise _bad(f"{shown} cannot be read ({reason}).", "Export it again.") from None
    expect_paintable(path, sum(len(part.triangles) for part in parts))
    return parts


def _expect_uvs(path: Path, part: Part, several: bool) -> None:
    """Raise InputError("mesh-no-uv") unless every corner has a UV. several: name the material."""
    whose = f", in its material '{part.look.name}'" if several else ""
    hint = "Let --unwrap make one, or unwrap it in Blender (UV > Smart UV Project)."
    if part.uvs is None:
        raise InputError("mesh-no-uv", "mesh", f"{str(path)[:200]} has no UV map{whose}.", hint)
    lacking = np.isnan(part.uvs).any(axis=1)[part.triangles].any(axis=1)
    if lacking.any():
        raise InputError(
            "mesh-no-uv",
            "mesh",
            f"{str(path)[:200]} has UVs for some of its faces only{whose}: "
            f"{lacking.sum():,} of {len(lacking):,} triangles have none.",
            "Unwrap those in Blender (UV > Smart UV Project), or let --unwrap make a new layout.",
        )


def _unwrapped(parts: Sequence[Part]) -> Part:
    from service.mesh_files.unwrap import unwrap  # brings another process

    looks = {part.look.fingerprint for part in parts}
    pictures = any(part.look.image is not None for part in parts)
    flat = len(looks) == 1 and not pictures
    unread = [part.look.unread for part in parts if part.look.unread]
    if pictures:
        unread.append("--unwrap makes a new layout, which the old one's pictures do not fit.")
    name, colour = parts[0].look.name, parts[0].look.colour if flat else None
    look = Look(name, None, colour, unread[0] if unread else None)
    if not flat and not pictures and any(part.look.colour is not None for part in parts):
        parts = [dataclasses.replace(part, colours=own_colours(part)) for part in parts]
    whole = joined(parts, look)
    if not np.isfinite(whole.vertices).all():
        return whole  # make_mesh says what is wrong
    source, triangles, uvs = unwrap(whole.vertices, whole.triangles)
    normals = None if whole.normals is None else whole.normals[source]
    colours = None if whole.colours is None or pictures else whole.colours[source]
    return Part(whole.vertices[source], triangles, uvs, normals, look, colours)


def _bad(message: str, hint: str) -> InputError:
    return InputError("bad-mesh-file", "mesh", message, hint)
