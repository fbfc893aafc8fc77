"""OBJ files (Wavefront), read in blocks: all kinds of faces and indices, colours of vertices."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geometry.mesh.polygons import triangulated
from service.mesh_files.mtl import Materials, read_materials
from service.mesh_files.parts import Part
from service.mesh_files.rows import Block, columns, lines_of, numbers, text_blocks
from service.pictures.look import Look

_NONE = 0  # an index that a face does not give: OBJ counts from 1


@dataclass(eq=False)
class _Content:
    """What has been read so far. points: arrays (n, 3); shades: (n, 4) colours as in the file, nan
    without, or None if no point has one; uvs: (n, 2); normals: (n, 3). corners: (C, 3) int32, the
    point, UV and normal of each corner, from 1, 0 for none; sizes: of each face; lines: the line
    that each face stands in. used: from which face on which material is used; libraries: the MTL
    files."""

    points: list[NDArray] = field(default_factory=list)
    shades: list[NDArray | None] = field(default_factory=list)
    uvs: list[NDArray] = field(default_factory=list)
    normals: list[NDArray] = field(default_factory=list)
    corners: list[NDArray] = field(default_factory=list)
    sizes: list[NDArray] = field(default_factory=list)
    lines: list[NDArray] = field(default_factory=list)
    used: list[tuple[int, str]] = field(default_factory=list)
    libraries: list[str] = field(default_factory=list)
    counts: list[int] = field(default_factory=lambda: [0, 0, 0])  # points, UVs, normals
    faces: int = 0


def read_obj(path: Path) -> list[Part]:
    """The faces of an OBJ file, a part for each material. Raises ValueError with a sentence's rest,
    and OSError."""
    content = _Content()
    for block in text_blocks(path):
        _read_block(block, content)
    if not content.faces:
        return []
    return _parts(path, content)


def _read_block(block: Block, content: _Content) -> None:
    before = list(content.counts)
    kinds = [block.begins(word) for word in (b"v", b"vt", b"vn")]
    for number, (lines, word, width) in enumerate(
        zip(kinds, (b"v", b"vt", b"vn"), (3, 1, 3), strict=True)
    ):
        if not len(lines):
            continue
        values, counts = _numbers(block, lines, word)
        if counts.min() < width:
            short = block.line + int(lines[counts.argmin()])
            raise ValueError(f"line {short} has less than {width} numbers")
        content.counts[number] += len(lines)
        if word == b"v":
            content.points.append(columns(values, counts, 0, 3, 0))
            content.shades.append(_shades(values, counts) if counts.max() >= 6 else None)
        elif word == b"vt":
            content.uvs.append(columns(values, counts, 0, 2, 0))
        else:
            content.normals.append(columns(values, counts, 0, 3, 0))
    faces = block.begins(b"f")
    if len(faces):
        _read_faces(block, faces, kinds, before, content)
    uses = block.begins(b"usemtl")
    firsts = content.faces + np.searchsorted(faces, uses)
    content.used += zip(firsts.tolist(), block.texts(uses, b"usemtl"), strict=True)
    content.libraries += block.texts(block.begins(b"mtllib"), b"mtllib")
    content.faces += len(faces)


def _numbers(
    block: Block, lines: NDArray[np.int64], word: bytes
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The numbers behind the first word of some lines, and how many each has."""
    text = lines_of(block.raw, block.starts[lines] + len(word), block.ends[lines])
    try:
        return numbers(text)
    except ValueError as error:
        raise _in_line(block, lines, word, str(error)) from None


def _in_line(block: Block, lines: NDArray[np.int64], word: bytes, wrong: str) -> ValueError:
    """An error about what only one of some lines has, with its number."""
    word_of = wrong.split("'")[1]
    for line, text in zip(lines.tolist(), block.texts(lines, word), strict=True):
        plain = text.split("#")[0]
        if word_of in plain.split() + plain.replace("/", " ").split():
            return ValueError(f"line {block.line + line}: {wrong}")
    return ValueError(wrong)


def _shades(values: NDArray[np.float64], counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """(n, 4) red, green, blue, alpha behind the coordinates; nan where there are none."""
    shades = columns(values, counts, 3, 4, np.nan)
    shades[counts < 6] = np.nan
    return shades


def _read_faces(
    block: Block,
    faces: NDArray[np.int64],
    kinds: list[NDArray[np.int64]],
    before: list[int],
    content: _Content,
) -> None:
    text = lines_of(block.raw, block.starts[faces] + 1, block.ends[faces])
    try:
        corners, sizes = _corners(text)
    except ValueError as error:
        raise _in_line(block, faces, b"f", str(error)) from None
    if corners.min() < 0:  # counted back from the line that the face stands in
        for k in range(3):
            so_far = np.repeat(before[k] + np.searchsorted(kinds[k], faces), sizes)
            own = corners[:, k]
            placed = np.where(own + so_far < 0, -1, own + so_far + 1)
            corners[:, k] = np.where(own < 0, placed, own)
    content.corners.append(corners.astype(np.int32))
    content.sizes.append(sizes)
    content.lines.append(faces + block.line)


def _corners(text: bytes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(C, 3) indices of corners as they are in the file, 0 for none, and (faces,) how many each
    face has. text: lines of words like 1, 1/2, 1//3 and 1/2/3."""
    raw = np.frombuffer(text, np.uint8)
    ink = raw > 32
    count = int(np.count_nonzero(ink[1:] & ~ink[:-1])) + int(ink[0])
    slashes, doubles = text.count(b"/"), text.count(b"//")
    places = {  # of the indices that all words have
        (0, 0): [0],
        (count, 0): [0, 1],
        (2 * count, 0): [0, 1, 2],
        (2 * count, count): [0, 2],
    }.get((slashes, doubles))
    if places is not None:
        values, per_line = numbers(text.replace(b"/", b" "), np.int64)
        if (per_line % len(places) == 0).all():
            corners = np.zeros((count, 3), np.int64)
            corners[:, places] = values.reshape(count, len(places))
            return corners, per_line // len(places)
    # words of several kinds: all are made 1/2/3
    text = re.sub(rb"/(?=[\s/])", b"/0", text)
    text = re.sub(rb"(?<!\S)([^\s/]+)(?!\S)", rb"\1/0/0", text)
    text = re.sub(rb"(?<!\S)([^\s/]+/[^\s/]+)(?!\S)", rb"\1/0", text)
    values, per_line = numbers(text.replace(b"/", b" "), np.int64)
    if len(values) != 3 * count or (per_line % 3).any():
        wrong = next((word for word in text.split() if word.count(b"/") > 2), b"")
        raise ValueError(f"'{wrong[:20].decode('ascii', 'replace')}' is no corner of a face")
    return values.reshape(-1, 3), per_line // 3


def _parts(path: Path, content: _Content) -> list[Part]:
    corners, sizes = np.concatenate(content.corners), np.concatenate(content.sizes)
    points = np.concatenate([np.empty((0, 3)), *content.points])
    _expect_there("vertex", corners[:, 0], sizes, content)
    if content.uvs:
        _expect_there("UV", corners[:, 1], sizes, content)
    else:
        corners[:, 1] = _NONE
    if not 0 <= corners[:, 2].min() <= corners[:, 2].max() <= content.counts[2]:
        corners[:, 2] = _NONE  # they can be done without
    uvs = np.concatenate([*content.uvs, np.full((1, 2), np.nan)])  # the last is none
    normals = np.concatenate([*content.normals, np.full((1, 3), np.nan)])
    colours = _colours(content.shades, content.points)
    triangles, owner = triangulated(np.nan_to_num(points), corners[:, 0] - 1, sizes)
    materials = read_materials(path, content.libraries)
    parts = []
    for name, unread, chosen in _by_material(content, materials, owner):
        own = corners[triangles[chosen]].reshape(-1, 3).astype(np.int64)
        rows, places = _unique_rows(own)
        at, uv, normal = rows.T
        part = Part(
            points[at - 1],
            places.reshape(-1, 3),
            uvs[uv - 1] if uv.any() else None,
            _units(normals[normal - 1]),
            Look(path.stem, unread=unread),
            None if colours is None else colours[at - 1],
        )
        parts.append(part if name is None else materials.shown(part, name))
    return parts


def _expect_there(
    what: str, indices: NDArray[np.int32], sizes: NDArray[np.int64], content: _Content
) -> None:
    """Raise ValueError with the line of the first face whose corner is not in the file."""
    count = content.counts[0 if what == "vertex" else 1]
    wrong = (indices < 0) | (indices > count)
    if what == "vertex":
        wrong |= indices == _NONE
    if wrong.any():
        face = int(np.searchsorted(np.cumsum(sizes), wrong.argmax(), side="right"))
        line = np.concatenate(content.lines)[face]
        raise ValueError(f"line {line} names a {what} that is not there: there are {count}")


def _by_material(
    content: _Content, materials: Materials, owner: NDArray[np.int64]
) -> Iterator[tuple[str | None, str | None, NDArray[np.int64]]]:
    """The triangles of each material with its name, in the order of first appearance. Those whose
    material is not known are one without a name, with a sentence on the first that was asked for.
    owner: (T,) the face of each triangle."""
    used = [(0, ""), *content.used]
    starts = [first for first, _ in used]
    steps = np.searchsorted(starts, owner, side="right") - 1
    chosen: dict[str | None, list[int]] = {}
    for step in np.flatnonzero(np.bincount(steps, minlength=len(used))).tolist():
        name = used[step][1]
        chosen.setdefault(name if name in materials.known else None, []).append(step)
    for known, own in chosen.items():
        sentences = (materials.unread(used[step][1]) for step in own) if known is None else ()
        unread = next((sentence for sentence in sentences if sentence), None)
        yield known, unread, np.flatnonzero(np.isin(steps, own))


def _unique_rows(rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The different ones of (N, 3) rows of whole numbers from 0 on, and (N,) which each is."""
    second, third = rows.max(axis=0)[1:] + 1
    pairs, places = np.unique(rows[:, 0] * second + rows[:, 1], return_inverse=True)
    if third == 1:
        return np.stack([pairs // second, pairs % second, 0 * pairs], axis=1), places
    triples, places = np.unique(places * third + rows[:, 2], return_inverse=True)
    pair = pairs[triples // third]
    return np.stack([pair // second, pair % second, triples % third], axis=1), places


def _colours(shades: list[NDArray | None], points: list[NDArray]) -> NDArray[np.uint8] | None:
    """(V, 4) uint8 sRGB: what stands behind the coordinates, if it can be a colour; white where
    only others have one. Some programs write 0 to 1, others 0 to 255."""
    if all(shade is None for shade in shades):
        return None
    none = [np.full((len(own), 4), np.nan) for own in points]
    values = np.concatenate([n if s is None else s for s, n in zip(shades, none, strict=True)])
    most, least = np.nanmax(values[:, :3]), np.nanmin(values[:, :3])
    if not 0 <= least <= most <= 255:
        return None  # normals, or whatever else
    values /= 255 if most > 1 else 1
    return np.rint(255 * np.nan_to_num(values, nan=1.0).clip(0, 1)).astype(np.uint8)


def _units(normals: NDArray[np.float64]) -> NDArray[np.float64] | None:
    lengths = np.linalg.norm(normals, axis=1, keepdims=True)
    return normals / lengths if len(lengths) and lengths.min() > 0 else None
