"""A painted mesh as a GLB file (glTF 2.0, binary): one material for each texture, the pictures
inside, in the layout that the textures were painted in."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geometry.mesh.mesh import Mesh
from service.mesh_files.loading import LoadedMesh
from service.mesh_files.parts import Part
from service.pictures.look import linear_factor, to_linear
from service.reporting.formats import picture_bytes

GENERATOR = "Orbitex"  # how its own files are known again
CREASE = math.radians(40)  # edges sharper than this stay sharp where the file has no normals
_FLOAT, _UINT32 = 5126, 5125
_ARRAY, _ELEMENTS = 34962, 34963
_Z_UP = np.array([(1, 0, 0), (0, 0, 1), (0, -1, 0)], float)  # glTF's own up is Y
_FAR = 64  # of its own size that a mesh may be from the origin: float32 keeps 18 of 24 bits then


class SurfaceMaps(NamedTuple):
    """Of a texture, each (H, W, 3) uint8: normal, green upward; packed: occlusion, roughness and
    metallic."""

    normal: NDArray[np.uint8]
    packed: NDArray[np.uint8]


def glb_bytes(
    loaded: LoadedMesh,
    textures: Sequence[NDArray[np.uint8]],
    maps: Sequence[SurfaceMaps] = (),
) -> bytes:
    """The GLB of a mesh with ``textures``, one (H, W, 3 or 4) uint8 sRGB for each of its own, and,
    if there are any, as many ``maps``; what was not painted keeps its look. Normals are the file's,
    or smooth but at sharp edges. A mesh far from the origin is written about its own centre, and
    its node moves it to its place."""
    file = _File(_home(loaded))
    primitives = []
    for number, (part, texture) in enumerate(zip(loaded.painted, textures, strict=True)):
        clear = texture.shape[2] == 4 and bool(texture[..., 3].min() < 255)
        own = maps[number] if maps else None
        material = file.material(part.look.name, {"texture": texture}, clear, own)
        primitives.append(file.primitive(part, material))
    for part in loaded.others:
        look = part.look
        clear = look.image is not None and bool(look.image[..., 3].min() < 255)
        shown: dict[str, Any] = {} if look.image is None else {"texture": look.image}
        if look.image is None and look.colour is not None:
            shown, clear = {"factor": linear_factor(look.colour)}, bool(look.colour[3] < 255)
        if part.colours is not None:  # they stand in the place of a flat colour
            shown.pop("factor", None)
            clear |= bool(part.colours[:, 3].min() < 255)
        material = file.material(look.name, shown, clear)
        primitives.append(file.primitive(part, material, part.colours))
    node: dict[str, Any] = {"mesh": 0, "name": loaded.names[0]}
    turn = _Z_UP if loaded.up == "Z" else np.eye(3)
    if file.home.any():
        node["translation"] = (turn @ file.home).tolist()
    if loaded.up == "Z":
        node["rotation"] = [-math.sqrt(0.5), 0, 0, math.sqrt(0.5)]
    tree = {
        "asset": {"version": "2.0", "generator": GENERATOR},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [node],
        "meshes": [{"name": loaded.names[0], "primitives": primitives}],
        **file.tree,
    }
    return _packed(tree, file.blob)


def _home(loaded: LoadedMesh) -> NDArray[np.float64]:
    """(3,): what points are written relative to: 0, or the middle of a mesh that is far away."""
    points = np.concatenate([part.vertices for part in (*loaded.painted, *loaded.others)])
    low, high = points.min(axis=0), points.max(axis=0)
    far = np.abs((low, high)).max() > _FAR * (high - low).max()
    return (low + high) / 2 if far else np.zeros(3)


class _File:
    """The lists of a glTF file, filled one by one. home: (3,), where its points are relative to."""

    def __init__(self, home: NDArray[np.float64]) -> None:
        self.home = home
        names = ("materials", "textures", "images", "accessors", "bufferViews")
        self.tree: dict[str, list[Any]] = {name: [] for name in names}
        self.blob = bytearray()

    def _add(self, name: str, entry: dict[str, Any]) -> int:
        self.tree[name].append(entry)
        return len(self.tree[name]) - 1

    def _view(self, data: bytes, target: int | None) -> int:
        self.blob += b"\0" * (-len(self.blob) % 4)
        view = {"buffer": 0, "byteOffset": len(self.blob), "byteLength": len(data)}
        self.blob += data
        return self._add("bufferViews", view if target is None else {**view, "target": target})

    def _array(self, values: NDArray[np.generic], kind: str, bounds: bool = False) -> int:
        number, target = (_UINT32, _ELEMENTS) if kind == "SCALAR" else (_FLOAT, _ARRAY)
        entry: dict[str, Any] = {
            "bufferView": self._view(np.ascontiguousarray(values).tobytes(), target),
            "componentType": number,
            "count": len(values),
            "type": kind,
        }
        if bounds:
            entry |= {"min": values.min(axis=0).tolist(), "max": values.max(axis=0).tolist()}
        return self._add("accessors", entry)

    def _picture(self, pixels: NDArray[np.uint8], name: str) -> dict[str, int]:
        view = self._view(picture_bytes(pixels), None)
        image = {"bufferView": view, "mimeType": "image/png", "name": name}
        source = {"source": self._add("images", image)}
        return {"index": self._add("textures", source)}

    def material(
        self, name: str, shown: dict[str, Any], clear: bool, maps: SurfaceMaps | None = None
    ) -> int:
        surface: dict[str, Any] = {"metallicFactor": 0.0, "roughnessFactor": 0.9}
        if "texture" in shown:
            surface["baseColorTexture"] = self._picture(shown["texture"], name)
        if "factor" in shown:
            surface["baseColorFactor"] = shown["factor"]
        entry = {"name": name, "pbrMetallicRoughness": surface, "doubleSided": True}
        if maps is not None:
            packed = self._picture(maps.packed, f"{name} occlusion-roughness-metallic")
            surface |= {"metallicFactor": 1.0, "roughnessFactor": 1.0}
            surface["metallicRoughnessTexture"] = entry["occlusionTexture"] = packed
            entry["normalTexture"] = self._picture(maps.normal, f"{name} normal")
        if clear:
            entry["alphaMode"] = "BLEND"
        return self._add("materials", entry)

    def primitive(
        self, part: Part, material: int, colours: NDArray[np.uint8] | None = None
    ) -> dict[str, Any]:
        """The triangles of a part. colours: (V, 4) uint8 sRGB, those of its vertices that show."""
        vertices, triangles, normals = part.vertices, part.triangles, part.normals
        uvs = part.uvs
        if normals is None:
            source, triangles, normals = _smooth(part)
            vertices = vertices[source]
            uvs = None if uvs is None else uvs[source]
            colours = None if colours is None else colours[source]
        attributes = {
            "POSITION": self._array((vertices - self.home).astype("<f4"), "VEC3", bounds=True),
            "NORMAL": self._array(normals.astype("<f4"), "VEC3"),
        }
        if uvs is not None:
            down = np.nan_to_num(np.column_stack([uvs[:, 0], 1 - uvs[:, 1]]))
            attributes["TEXCOORD_0"] = self._array(down.astype("<f4"), "VEC2")
        if colours is not None:
            light = np.column_stack([to_linear(colours[:, :3] / 255), colours[:, 3] / 255])
            attributes["COLOR_0"] = self._array(light.astype("<f4"), "VEC4")
        indices = self._array(triangles.astype("<u4").ravel(), "SCALAR")
        return {"attributes": attributes, "indices": indices, "material": material}


def _smooth(
    part: Part,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """A part's vertices split at sharp edges: which vertex each new one is, the triangles, and unit
    normals. Corners around a point are one if edges that bend less than CREASE lead from one to
    the next; their normal is the mean by area."""
    a, b, c = np.moveaxis(part.vertices[part.triangles], 1, 0)
    areas = np.cross(b - a, c - a)
    units = areas / np.maximum(np.linalg.norm(areas, axis=1, keepdims=True), 1e-300)
    count = len(part.triangles)
    no_uvs, one = np.broadcast_to(0.0, (count, 3, 2)), np.zeros(count, np.int32)
    whole = Mesh(part.vertices, part.triangles.astype(np.int32), no_uvs, one)
    points = whole.welded.astype(np.int64)
    # every side of every face, from its lower to its higher point; equal ones lie side by side
    corner = np.arange(3 * count).reshape(-1, 3)
    ends = np.stack([points, np.roll(points, -1, axis=1)], axis=2).reshape(-1, 2)
    corners = np.stack([corner, np.roll(corner, -1, axis=1)], axis=2).reshape(-1, 2)
    swapped = ends[:, 0] > ends[:, 1]
    ends[swapped], corners[swapped] = ends[swapped, ::-1], corners[swapped, ::-1]
    keys = ends[:, 0] * (int(points.max()) + 1) + ends[:, 1]
    order = np.argsort(keys, kind="stable")
    first, second = order[:-1], order[1:]
    bend = np.einsum("sk,sk->s", units[first // 3], units[second // 3])
    joined = (keys[first] == keys[second]) & (bend > math.cos(CREASE))
    links = np.concatenate([corners[first[joined]], corners[second[joined]]], axis=1)
    links = links.reshape(-1, 2, 2).transpose(0, 2, 1).reshape(-1, 2)
    weights = np.ones(len(links), np.int8)
    graph = coo_array((weights, (links[:, 0], links[:, 1])), shape=(3 * count, 3 * count))
    groups, group = connected_components(graph, directed=False)
    sums = np.stack(
        [np.bincount(group, np.repeat(areas[:, k], 3), groups) for k in range(3)], axis=1
    )
    sums[~sums.any(axis=1)] = (0, 0, 1)  # a face without area
    normals = sums / np.linalg.norm(sums, axis=1, keepdims=True)
    pairs = group.astype(np.int64) * len(part.vertices) + part.triangles.ravel()
    unique, triangles = np.unique(pairs, return_inverse=True)
    source, owner = unique % len(part.vertices), unique // len(part.vertices)
    return source, triangles.reshape(-1, 3), normals[owner]


def _packed(tree: dict[str, Any], blob: bytearray) -> bytes:
    blob += b"\0" * (-len(blob) % 4)
    tree = {key: value for key, value in tree.items() if value} | {"scene": 0}
    tree["buffers"] = [{"byteLength": len(blob)}]
    # names from files need not be valid text, and Blender opens no GLB in which they are not
    text = json.dumps(tree, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace")
    text += b" " * (-len(text) % 4)
    total = 12 + 8 + len(text) + 8 + len(blob)
    head = struct.pack("<4sIIII", b"glTF", 2, total, len(text), 0x4E4F534A)
    return b"".join([head, text, struct.pack("<II", len(blob), 0x004E4942), blob])
