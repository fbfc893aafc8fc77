"""Parts of a mesh, each of one look, and how they are put together."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geometry.errors import InputError
from service.pictures.look import Look

MAX_TRIANGLES = 20_000_000


@dataclass(frozen=True, eq=False)
class Part:
    """Triangles of one look. vertices: (V, 3) float64; triangles: (F, 3) int64, counter-clockwise
    seen from outside; uvs: (V, 2) float64, v up, as in the file, nan where only other vertices have
    any; normals: (V, 3) float64; colours: (V, 4) uint8 sRGB with alpha: they multiply the look's
    image, in linear light, and stand in the place of its colour where it has no image."""

    vertices: NDArray[np.float64]
    triangles: NDArray[np.int64]
    uvs: NDArray[np.float64] | None
    normals: NDArray[np.float64] | None
    look: Look
    colours: NDArray[np.uint8] | None = None


def expect_paintable(path: Path, triangles: int) -> None:
    """Raise InputError("mesh-too-large") if a file has more triangles than can be painted."""
    if triangles > MAX_TRIANGLES:
        raise InputError(
            "mesh-too-large",
            "mesh",
            f"{str(path)[:200]} has over {MAX_TRIANGLES:,} triangles.",
            "Reduce it (in Blender: Decimate).",
        )


def merged(parts: Sequence[Part]) -> list[Part]:
    """One part for each look, in the order of first appearance; looks that are equal in all but
    the object they are stored in are one."""
    groups: dict[tuple[str, bytes], list[Part]] = {}
    for part in parts:
        groups.setdefault((part.look.name, part.look.fingerprint), []).append(part)
    return [joined(group, group[0].look) for group in groups.values()]


def by_texture(parts: Sequence[Part]) -> list[Part]:
    """One part for each texture: looks with the same image share one. Names are made different."""
    groups: dict[bytes, list[Part]] = {}
    for part in parts:
        own = str(len(groups)).encode()  # without an image: a texture of its own
        key = own if part.look.image is None else part.look.fingerprint
        groups.setdefault(key, []).append(part)
    found: dict[str, Part] = {}
    for group in groups.values():
        name, number = group[0].look.name, 2
        while name in found:
            name, number = f"{group[0].look.name}_{number}", number + 1
        found[name] = joined(group, dataclasses.replace(group[0].look, name=name))
    return list(found.values())


def joined(parts: Sequence[Part], look: Look) -> Part:
    """The parts as one with ``look``. Normals are kept if all have them, UVs and vertex colours if
    any has: others get nan for UVs, and their looks' colours."""
    starts = np.cumsum([0] + [len(part.vertices) for part in parts])
    mapped = any(part.uvs is not None for part in parts)
    uvs = [np.full((len(p.vertices), 2), np.nan) if p.uvs is None else p.uvs for p in parts]
    normals = [part.normals for part in parts if part.normals is not None]
    coloured = any(part.colours is not None for part in parts)
    return Part(
        np.concatenate([part.vertices for part in parts]),
        np.concatenate([p.triangles + start for p, start in zip(parts, starts, strict=False)]),
        np.concatenate(uvs) if mapped else None,
        np.concatenate(normals) if len(normals) == len(parts) else None,
        look,
        np.concatenate([own_colours(part) for part in parts]) if coloured else None,
    )


def own_colours(part: Part) -> NDArray[np.uint8]:
    """(V, 4) uint8 sRGB: the part's vertex colours; without any, its look's colour, or white."""
    if part.colours is not None:
        return part.colours
    flat = part.look.image is None and part.look.colour is not None
    colour = part.look.colour if flat else (255, 255, 255, 255)
    return np.tile(np.array(colour, np.uint8), (len(part.vertices), 1))
