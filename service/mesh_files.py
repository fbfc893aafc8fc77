"""Mesh files (OBJ, glTF, GLB, PLY, STL), read by trimesh into one checked mesh in the file's own
frame, with what the file says of its colours."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geometry.errors import InputError, unknown_name
from geometry.mesh import Mesh, make_mesh
from service.gltf_header import readable_gltf
from service.mesh_looks import Look, read_look
from service.ply_faces import readable_ply

UP = {".obj": "Y", ".gltf": "Y", ".glb": "Y", ".ply": "Z", ".stl": "Z"}  # as the formats are used
MAX_TRIANGLES = 20_000_000
_MEMORY = {".obj": 9}  # needed to read a file, over its size: measured with 5 million triangles
_MEMORY_BINARY = 25


@dataclass(frozen=True, eq=False)
class Part:
    """Triangles of one look. vertices: (V, 3) float64; triangles: (F, 3) int64, counter-clockwise
    seen from outside; uvs: (V, 2) float64, v up, as in the file; normals: (V, 3) float64."""

    vertices: NDArray[np.float64]
    triangles: NDArray[np.int64]
    uvs: NDArray[np.float64] | None
    normals: NDArray[np.float64] | None
    look: Look


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

    def hiding(self) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Points (V, 3) and triangles (F, 3) of the others: what may hide the mesh."""
        if not self.others:
            return np.zeros((0, 3)), np.zeros((0, 3), np.int64)
        whole = _joined(self.others, self.others[0].look)
        return whole.vertices, whole.triangles


def load_mesh(path: Path, unwrap: bool = False, material: str | None = None) -> LoadedMesh:
    """The mesh of a file: all of its objects, placed as its scene says, in one.

    Materials with one image share a texture; so do materials without an image that look alike.
    ``material``: only faces of the material of this name are painted. ``unwrap``: a new layout for
    what is painted, with a single texture and the base colour lost unless it is flat; the file
    itself is never changed.

    Raises InputError: "missing-file", "bad-mesh-file" (unreadable, empty, of another kind, without
    triangles), "mesh-too-large", "unknown-material", "mesh-no-uv" and the others of
    :func:`geometry.mesh.make_mesh`, "mesh-unwrap".
    """
    parts, others = _chosen(path, material)
    if unwrap:
        parts = [_unwrapped(parts)]
    for part in parts:
        if part.uvs is None:
            whose = f", in its material '{part.look.name}'" if len(parts) > 1 else ""
            raise InputError(
                "mesh-no-uv",
                "mesh",
                f"{str(path)[:200]} has no UV map{whose}.",
                "Let --unwrap make one, or unwrap it in Blender (UV > Smart UV Project).",
            )
    parts = _by_texture(parts)
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
    whole = _joined(parts, parts[0].look)
    uvs = np.broadcast_to([(0.0, 0.0), (1.0, 0.0), (0.0, 1.0)], (len(whole.triangles), 3, 2))
    return make_mesh(whole.vertices, whole.triangles, uvs)


def _chosen(path: Path, material: str | None) -> tuple[list[Part], list[Part]]:
    """The parts that are painted, one for each look, and the others."""
    parts = _merged(_parts(path))
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
        parts = _read(path, kind)
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
    except Exception as error:  # trimesh's readers raise whatever a broken file makes them raise
        reason = str(error)[:80] if type(error) is ValueError else type(error).__name__
        raise _bad(f"{shown} cannot be read ({reason}).", "Export it again.") from None
    count = sum(len(part.triangles) for part in parts)
    if count > MAX_TRIANGLES:
        raise InputError(
            "mesh-too-large",
            "mesh",
            f"{shown} has {count:,} triangles; {MAX_TRIANGLES:,} can be painted.",
            "Reduce it (in Blender: Decimate).",
        )
    return parts


def _read(path: Path, kind: str) -> list[Part]:
    import trimesh  # slow to import, and only needed here

    source: Any = path
    if kind in (".gltf", ".glb"):
        source = io.BytesIO(readable_gltf(path.read_bytes(), kind == ".glb"))
    elif kind == ".ply":
        source = io.BytesIO(readable_ply(path.read_bytes()))
    # 'maintain_order' would give vertices on a UV seam the UVs of one side only
    scene = trimesh.load_scene(
        source,
        file_type=kind[1:],
        resolver=trimesh.resolvers.FilePathResolver(str(path)),
        process=False,
        maintain_order=False,
    )
    looks: dict[int, Look] = {}
    parts = []
    for node in scene.graph.nodes_geometry:
        matrix, name = scene.graph[node]
        shape = scene.geometry[name]
        if not isinstance(shape, trimesh.Trimesh) or not len(shape.faces):
            continue
        material = getattr(shape.visual, "material", None)
        if id(material) not in looks:
            looks[id(material)] = read_look(material, path.stem)
        parts.append(_placed(shape, np.asarray(matrix, np.float64), looks[id(material)]))
    return parts


def _placed(shape: Any, matrix: NDArray[np.float64], look: Look) -> Part:
    """One object in the scene's frame. A mirrored one is turned right side out again."""
    linear = matrix[:3, :3]
    triangles = np.asarray(shape.faces, np.int64)
    if np.linalg.det(linear) < 0:
        triangles = triangles[:, ::-1]
    vertices = np.asarray(shape.vertices, np.float64)
    count = len(vertices)
    if triangles.min() < 0 or triangles.max() >= count:
        raise ValueError("has triangles whose corners do not exist")
    normals = None
    if "vertex_normals" in shape._cache:  # where trimesh keeps those that the file gives
        normals = np.asarray(shape.vertex_normals, np.float64) @ _cofactors(linear).T
        lengths = np.linalg.norm(normals, axis=1, keepdims=True)
        normals = normals / lengths if lengths.min() > 0 and count == len(normals) else None
    uvs = getattr(shape.visual, "uv", None)
    if uvs is not None:
        uvs = np.asarray(uvs, np.float64)[:, :2]
        uvs = uvs if uvs.shape == (count, 2) else None
    return Part(vertices @ linear.T + matrix[:3, 3], triangles, uvs, normals, look)


def _cofactors(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """What turns normals as ``matrix`` turns surfaces, for flat and mirrored ones too."""
    a, b, c = matrix
    cofactors = np.stack([np.cross(b, c), np.cross(c, a), np.cross(a, b)])
    return cofactors if np.linalg.det(matrix) >= 0 else -cofactors


def _merged(parts: Sequence[Part]) -> list[Part]:
    """One part for each look, in the order of first appearance; looks that are equal in all but
    the object they are stored in are one."""
    groups: dict[tuple[str, bytes], list[Part]] = {}
    for part in parts:
        groups.setdefault((part.look.name, part.look.fingerprint), []).append(part)
    return [_joined(group, group[0].look) for group in groups.values()]


def _by_texture(parts: Sequence[Part]) -> list[Part]:
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
        found[name] = _joined(group, dataclasses.replace(group[0].look, name=name))
    return list(found.values())


def _joined(parts: Sequence[Part], look: Look) -> Part:
    starts = np.cumsum([0] + [len(part.vertices) for part in parts])
    uvs = [part.uvs for part in parts if part.uvs is not None]
    normals = [part.normals for part in parts if part.normals is not None]
    return Part(
        np.concatenate([part.vertices for part in parts]),
        np.concatenate([p.triangles + start for p, start in zip(parts, starts, strict=False)]),
        np.concatenate(uvs) if len(uvs) == len(parts) else None,
        np.concatenate(normals) if len(normals) == len(parts) else None,
        look,
    )


def _unwrapped(parts: Sequence[Part]) -> Part:
    from service.unwrap import unwrap  # brings another process

    colours = {part.look.fingerprint for part in parts}
    flat = len(colours) == 1 and parts[0].look.image is None
    look = Look(parts[0].look.name, None, parts[0].look.colour if flat else None)
    whole = _joined(parts, look)
    if not np.isfinite(whole.vertices).all():
        return whole  # make_mesh says what is wrong
    source, triangles, uvs = unwrap(whole.vertices, whole.triangles)
    normals = None if whole.normals is None else whole.normals[source]
    return Part(whole.vertices[source], triangles, uvs, normals, look)


def _bad(message: str, hint: str) -> InputError:
    return InputError("bad-mesh-file", "mesh", message, hint)
