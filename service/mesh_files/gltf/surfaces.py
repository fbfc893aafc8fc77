"""The surface of one primitive: triangles with what their vertices carry, morphed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.mesh_files.gltf.accessors import has_data, integers, numbers, scaled
from service.mesh_files.gltf.document import Document
from service.mesh_files.gltf.errors import GltfError
from service.mesh_files.gltf.extensions import DRACO, extension

_TRIANGLES, _STRIP, _FAN = 4, 5, 6  # other modes are points and lines


@dataclass(frozen=True, eq=False)
class Surface:
    """Of V vertices, all of them used. points: (V, 3) float64; triangles: (F, 3) int64; normals:
    (V, 3); uvs: (V, 2), v down, as glTF has them; colours: (V, 4) linear light and alpha; joints:
    (V, K) int64 and weights (V, K), which sum to 1: what moves a vertex of a skin."""

    points: NDArray[np.float64]
    triangles: NDArray[np.int64]
    normals: NDArray[np.float64] | None
    uvs: NDArray[np.float64] | None
    colours: NDArray[np.float64] | None
    joints: NDArray[np.int64] | None
    weights: NDArray[np.float64] | None


def read_surface(
    document: Document, primitive: dict[str, Any], uv_map: int, morphs: Sequence[float]
) -> Surface | None:
    """A primitive's surface with its UV map TEXCOORD_``uv_map`` (or else the first), its morph
    targets added by the weights ``morphs``. None for points, lines and what has no triangles.

    Raises GltfError.
    """
    mode = primitive.get("mode", _TRIANGLES)
    attributes = primitive["attributes"]
    if mode not in (_TRIANGLES, _STRIP, _FAN) or "POSITION" not in attributes:
        return None
    vertices = _Vertices(document, primitive, morphs)
    points = vertices.values("POSITION", 3)
    assert points is not None
    order = vertices.order(len(points))
    if len(order) and not 0 <= order.min() <= order.max() < len(points):
        raise GltfError("it has triangles whose corners do not exist")
    triangles = _triangles(order, mode)
    if not len(triangles):
        return None
    uvs = vertices.values(f"TEXCOORD_{uv_map}", 2)
    uvs = vertices.values("TEXCOORD_0", 2) if uvs is None else uvs
    normals, colours = vertices.values("NORMAL", 3), vertices.values("COLOR_0")
    if colours is not None:
        colours = np.column_stack([colours, np.ones(len(colours))])[:, :4].clip(0, 1)
    joints, weights = vertices.skin()
    # Primitives often share one large array, and use a part of it each
    used = np.zeros(len(points), bool)
    used[triangles] = True
    place = np.cumsum(used) - 1

    def kept(array: NDArray[Any] | None) -> Any:
        if array is not None and len(array) != len(points):
            raise GltfError("its vertices have too few UVs, normals, colours or weights")
        return None if array is None else array[used]

    return Surface(
        points[used],
        place[triangles],
        *(kept(array) for array in (normals, uvs, colours, joints, weights)),
    )


class _Vertices:
    """What a primitive's vertices carry, be it compressed or not."""

    def __init__(
        self, document: Document, primitive: dict[str, Any], morphs: Sequence[float]
    ) -> None:
        self._document, self._primitive = document, primitive
        self._attributes: dict[str, int] = primitive["attributes"]
        targets = zip(primitive.get("targets", ()), morphs, strict=False)
        self._targets = [(target, weight) for target, weight in targets if weight]
        packed = extension(primitive, DRACO)
        # Files may hold the surface twice, for those who know no compression
        hollow = packed is not None and not has_data(document, self._attributes["POSITION"])
        self._draco = _decoded(document, packed) if packed is not None and hollow else None

    def values(self, name: str, width: int | None = None) -> NDArray[np.float64] | None:
        """An attribute (V, width) with its morph targets; None if there is none."""
        if name not in self._attributes:
            return None
        accessor = self._document.entry("accessors", self._attributes[name])
        if self._draco is not None and name in self._draco.attributes:
            raw = self._draco.attributes[name]
            found = scaled(raw.reshape(len(raw), -1), bool(accessor.get("normalized")))
        else:
            found = numbers(self._document, self._attributes[name])
        for target, weight in self._targets:
            if name in target:
                moved = numbers(self._document, target[name])
                if moved.shape != found.shape:
                    raise GltfError("a morph target has another number of vertices")
                found = found + weight * moved
        if width not in (None, found.shape[1]):
            raise GltfError(f"its {name} are not of {width} numbers each")
        return found

    def order(self, count: int) -> NDArray[np.int64]:
        """The vertices' numbers (N,) in the order in which triangles use them."""
        if self._draco is not None:
            return self._draco.faces
        if "indices" not in self._primitive:
            return np.arange(count)
        return integers(self._document, self._primitive["indices"])[:, 0]

    def skin(self) -> tuple[NDArray[np.int64] | None, NDArray[np.float64] | None]:
        """The joints (V, K) and weights (V, K) of all sets of four."""
        joints: list[NDArray[np.int64]] = []
        weights: list[NDArray[np.float64]] = []
        while f"JOINTS_{len(joints)}" in self._attributes:
            number = len(joints)
            part, weight = self.values(f"JOINTS_{number}"), self.values(f"WEIGHTS_{number}")
            if part is None or weight is None or part.shape != weight.shape:
                raise GltfError("a skin's joints have no weights")
            joints.append(part.astype(np.int64))
            weights.append(weight)
        if not joints:
            return None, None
        whole = np.concatenate(weights, axis=1)
        sums = whole.sum(axis=1, keepdims=True)
        whole = np.where(sums > 0, whole / np.where(sums > 0, sums, 1), 0)
        return np.concatenate(joints, axis=1), whole


@dataclass(frozen=True, eq=False)
class _Draco:
    attributes: Mapping[str, NDArray[Any]]
    faces: NDArray[np.int64]


def _decoded(document: Document, packed: dict[str, Any]) -> _Draco:
    """A surface compressed by Draco, decoded."""
    import DracoPy

    data = bytes(document.view(packed["bufferView"]))
    try:
        mesh = DracoPy.decode(data)
        found = {entry["unique_id"]: entry["data"] for entry in mesh.attributes}
        wanted = {name: found[number] for name, number in packed["attributes"].items()}
        return _Draco(wanted, np.asarray(mesh.faces, np.int64).ravel())
    except Exception:  # whatever broken data make it raise
        raise GltfError(
            "its Draco data cannot be decoded", "Export it again, without compression."
        ) from None


def _triangles(order: NDArray[np.int64], mode: int) -> NDArray[np.int64]:
    """(F, 3): the corners of triangles, of a strip or of a fan."""
    if mode == _TRIANGLES:
        return order[: len(order) // 3 * 3].reshape(-1, 3)
    first = np.arange(max(len(order) - 2, 0))
    if mode == _FAN:
        corners = np.column_stack([first + 1, first + 2, 0 * first])
    else:
        odd = first % 2
        corners = np.column_stack([first, first + 1 + odd, first + 2 - odd])
    return order[corners]
