"""Where a glTF scene puts its meshes: nodes, skins and instances."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.mesh_files.gltf.accessors import numbers
from service.mesh_files.gltf.document import Document
from service.mesh_files.gltf.errors import GltfError
from service.mesh_files.gltf.extensions import INSTANCING, VISIBILITY, extension
from service.mesh_files.gltf.surfaces import Surface


class Scene:
    """The nodes of a file's scene, each with its matrix (4, 4) to the scene's frame."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def meshes(self) -> Iterator[tuple[dict[str, Any], int]]:
        """The nodes that show a mesh, with the meshes' numbers."""
        nodes = self._document.header.get("nodes", [])
        if not nodes:  # a library of meshes
            yield from (({}, mesh) for mesh in range(len(self._document.header.get("meshes", []))))
        for number in self._shown:
            if "mesh" in nodes[number]:
                yield nodes[number] | {"number": number}, nodes[number]["mesh"]

    def count(self, node: dict[str, Any]) -> int:
        """How many times a node shows its mesh."""
        attributes = (extension(node, INSTANCING) or {}).get("attributes", {})
        counts = [self._document.entry("accessors", k)["count"] for k in attributes.values()]
        return max(counts, default=1)

    def matrices(self, node: dict[str, Any]) -> NDArray[np.float64]:
        """(N, 4, 4): where a node's mesh stands, once or for each of its instances."""
        own = self._worlds[node["number"]] if "number" in node else np.eye(4)
        instances = extension(node, INSTANCING)
        if instances is None:
            return own[None]
        attributes = instances.get("attributes", {})
        parts = {
            key: numbers(self._document, attributes[name]) if name in attributes else None
            for key, name in (("t", "TRANSLATION"), ("r", "ROTATION"), ("s", "SCALE"))
        }
        count = max((len(part) for part in parts.values() if part is not None), default=0)
        if any(part is not None and len(part) != count for part in parts.values()):
            raise GltfError("its instances have too few places, turns or sizes")
        return own @ _composed(count, parts["t"], parts["r"], parts["s"])

    def joints(self, skin: int) -> NDArray[np.float64]:
        """(J, 4, 4): what each joint of a skin does to the vertices that hang on it."""
        entry = self._document.entry("skins", skin)
        numbers_of = entry["joints"]
        for number in numbers_of:
            self._document.entry("nodes", number)
        worlds = np.array([self._worlds[number] for number in numbers_of])
        if "inverseBindMatrices" not in entry:
            return worlds
        inverse = numbers(self._document, entry["inverseBindMatrices"])
        if inverse.shape[1] != 16 or len(inverse) < len(worlds):
            raise GltfError("a skin has too few matrices")
        matrices: NDArray[np.float64] = worlds @ inverse[: len(worlds)].reshape(-1, 4, 4).swapaxes(
            1, 2
        )
        return matrices

    @functools.cached_property
    def _parents(self) -> dict[int, int]:
        found: dict[int, int] = {}
        for number, node in enumerate(self._document.header.get("nodes", [])):
            for child in node.get("children", ()):
                self._document.entry("nodes", child)
                if child in found:
                    raise GltfError(f"nodes[{child}] has two parents")
                found[child] = number
        return found

    @functools.cached_property
    def _worlds(self) -> list[NDArray[np.float64]]:
        """Every node's matrix to the frame of the scene, those outside of it as well: skins may
        have joints there."""
        nodes = self._document.header.get("nodes", [])
        found: dict[int, NDArray[np.float64]] = {}
        for number in range(len(nodes)):
            path = [number]
            while path[-1] in self._parents and path[-1] not in found:
                path.append(self._parents[path[-1]])
                if len(path) > len(nodes):
                    raise GltfError(f"nodes[{number}] is its own parent")
            world = found.get(path[-1], np.eye(4))
            for step in reversed(path):
                if step not in found:
                    found[step] = world @ _local(nodes[step])
                world = found[step]
        return [found[number] for number in range(len(nodes))]

    @functools.cached_property
    def _shown(self) -> list[int]:
        """The nodes of the default scene, hidden ones left out."""
        header = self._document.header
        nodes = header.get("nodes", [])
        if header.get("scenes"):
            waiting = list(self._document.entry("scenes", header.get("scene", 0)).get("nodes", []))
        else:
            waiting = [number for number in range(len(nodes)) if number not in self._parents]
        waiting.reverse()
        found: dict[int, None] = {}
        while waiting:
            number = waiting.pop()
            node = self._document.entry("nodes", number)
            hidden = (extension(node, VISIBILITY) or {}).get("visible") is False
            if number not in found and not hidden:
                found[number] = None
                waiting += reversed(node.get("children", []))
        return list(found)


def skinned(surface: Surface, joints: NDArray[np.float64]) -> NDArray[np.float64]:
    """(V, 4, 4): the matrix of every vertex of a skin, the mean of its joints' (J, 4, 4)."""
    assert surface.joints is not None and surface.weights is not None
    if surface.joints.min() < 0 or surface.joints.max() >= len(joints):
        raise GltfError("a skin has no joint of a number that a vertex names")
    matrices = np.zeros((len(surface.points), 4, 4))
    for joint, weight in zip(surface.joints.T, surface.weights.T, strict=True):
        matrices += weight[:, None, None] * joints[joint]
    return matrices


def moved(points: NDArray[np.float64], matrices: NDArray[np.float64]) -> NDArray[np.float64]:
    """Points (V, 3) moved by one matrix (4, 4), or each by its own (V, 4, 4)."""
    found: NDArray[np.float64] = (matrices[..., :3, :3] @ points[..., None])[..., 0]
    return found + matrices[..., :3, 3]


def turned(normals: NDArray[np.float64], matrices: NDArray[np.float64]) -> NDArray[np.float64]:
    """Normals (V, 3) of surfaces that are moved so, of any length."""
    a, b, c = np.moveaxis(matrices[..., :3, :3], -2, 0)
    cofactors = np.stack([np.cross(b, c), np.cross(c, a), np.cross(a, b)], axis=-2)
    signs = np.where(mirrored(matrices), -1.0, 1.0)
    found: NDArray[np.float64] = signs[..., None] * (cofactors @ normals[..., None])[..., 0]
    return found


def mirrored(matrices: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether matrices (…, 4, 4) turn right into left."""
    return np.linalg.det(matrices[..., :3, :3]) < 0


def _local(node: dict[str, Any]) -> NDArray[np.float64]:
    """A node's matrix (4, 4) to its parent's frame."""
    if "matrix" in node:
        return np.array(node["matrix"], np.float64).reshape(4, 4).T
    parts = [node.get(name) for name in ("translation", "rotation", "scale")]
    rows = [None if part is None else np.array([part], np.float64) for part in parts]
    found: NDArray[np.float64] = _composed(1, *rows)[0]
    return found


def _composed(
    count: int,
    translation: NDArray[np.float64] | None,
    rotation: NDArray[np.float64] | None,
    scale: NDArray[np.float64] | None,
) -> NDArray[np.float64]:
    """(count, 4, 4): scaled by (count, 3), turned by quaternions (count, 4) x y z w, then moved."""
    found = np.tile(np.eye(4), (count, 1, 1))
    if rotation is not None:
        length = np.linalg.norm(rotation, axis=1, keepdims=True)
        x, y, z, w = np.where(
            length > 0, rotation / np.where(length > 0, length, 1), (0, 0, 0, 1)
        ).T
        found[:, 0, :3] = np.column_stack(
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)]
        )
        found[:, 1, :3] = np.column_stack(
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)]
        )
        found[:, 2, :3] = np.column_stack(
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)]
        )
    if scale is not None:
        found[:, :3, :3] *= scale[:, None, :]
    if translation is not None:
        found[:, :3, 3] = translation
    return found
