"""From the scene to frozen arrays: the mesh of one object, and the frame that all is sent in.

The frame of all that is sent. The symmetry group turns about the object's origin and axes, so
vertices are sent in the *object's own frame with its scale applied*, and cameras relative to that
frame. With the polar decomposition ``matrix_world = T·R·S`` (T translation, R proper rotation,
S symmetric: scale and shear) a vertex is ``S·v`` and a camera ``(T·R)⁻¹·camera``. Distances are
those of the world; turning or moving the object changes neither mesh nor views. A mirrored
object (negative determinant) has the sign in S and its triangles rewound, so that they keep
facing outwards.

The mesh is the evaluated one with the *viewport's* modifier levels: what the artist sees.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..problems import Problem, ProblemError, refuse
from . import instances

SMART_UV = ("orbitex.smart_uv", "Smart UV Project")
UV_THIN = 1e-6  # of the texture's side: a face that is thinner in the layout cannot be painted
SMALL = 0.001  # part of the surface that is not worth a word


@dataclass(frozen=True)
class MeshInput:
    """One mesh, ready for the wire.

    ``vertices`` float32 (V, 3) in the object's own frame, scale applied, in metres;
    ``triangles`` int32 (F, 3), rows of ``vertices``, counter-clockwise seen from outside;
    ``uvs`` float32 (F, 3, 2), one per triangle corner, v up.
    """

    vertices: np.ndarray
    triangles: np.ndarray
    uvs: np.ndarray

    def buffers(self) -> dict[str, np.ndarray]:
        """The named arrays of a 'submit'."""
        return {"vertices": self.vertices, "triangles": self.triangles, "uvs": self.uvs}


def check(obj: Any, uv_map: str = "") -> Problem | None:
    """The first problem that can be seen without evaluating the mesh; None if there is none.

    Cheap: a panel asks on every redraw.
    """
    if obj is None:
        return Problem("no-object", "No active object.", "Select a mesh object.")
    if obj.type != "MESH":
        instanced = instances.check_empty(obj)
        if instanced is not None:
            return instanced
        return Problem("no-mesh", f"'{obj.name}' is not a mesh.", "Select a mesh object.")
    mesh: Any = obj.data
    # In edit mode the counts are those from before; update_from_editmode comes with gathering.
    if obj.mode != "EDIT" and not mesh.polygons and not obj.modifiers:
        return Problem("no-faces", f"'{obj.name}' has no faces.")
    if obj.library or mesh.library:
        what = f"'{obj.name}'" if obj.library else f"The mesh of '{obj.name}'"
        hint = "Object > Relations > Make Local > Selected Objects and Data."
        return Problem("linked", f"{what} is linked from another file.", hint)
    # Geometry Nodes may make the UV map: then only the evaluated mesh can tell.
    if not any(modifier.type == "NODES" for modifier in obj.modifiers):
        if not mesh.uv_layers:
            return Problem("no-uv", f"'{obj.name}' has no UV map.", "Unwrap it first.", *SMART_UV)
        if uv_map and uv_map not in mesh.uv_layers:
            names = ", ".join(layer.name for layer in mesh.uv_layers)
            return Problem(
                "no-uv",
                f"'{obj.name}' has no UV map '{uv_map}'.",
                f"It has: {names}.",
                "orbitex.use_active_uv",
                "Use Active UV Map",
            )
    return _tiled(obj)


def _tiled(obj: Any) -> Problem | None:
    for slot in obj.material_slots:
        tree = slot.material.node_tree if slot.material else None
        for node in tree.nodes if tree else ():
            image = getattr(node, "image", None)
            if image is not None and image.source == "TILED":
                return Problem(
                    "udim",
                    f"Material '{slot.material.name}' uses the UDIM image '{image.name}'.",
                    "Orbitex paints a single tile: use an ordinary image.",
                )
    return None


def chosen_uv_map(obj: Any, uv_map: str) -> str:
    """``uv_map``, or the active UV map's name where none was chosen; "" if there is none."""
    if uv_map:
        return uv_map
    active = obj.data.uv_layers.active
    return active.name if active else ""


def split_frame(matrix_world: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(rigid, stretch) with ``matrix_world = rigid · stretch``: rigid (4, 4) a proper rotation
    and a translation, stretch (3, 3) symmetric. float64.

    Raises ProblemError "flat-scale" for a singular or non-finite matrix.
    """
    matrix = np.asarray(matrix_world, np.float64)
    linear = matrix[:3, :3]
    if not np.isfinite(matrix).all():
        refuse("flat-scale", "The object's transform is not finite.")
    left, sizes, right = np.linalg.svd(linear)
    if sizes[2] <= 1e-9 * max(sizes[0], 1e-30):
        refuse("flat-scale", "The object's scale is zero along some axis.", "Apply another scale.")
    rotation, stretch = left @ right, right.T @ np.diag(sizes) @ right
    if np.linalg.det(rotation) < 0:
        rotation, stretch = -rotation, -stretch
    rigid = np.eye(4)
    rigid[:3, :3], rigid[:3, 3] = rotation, matrix[:3, 3]
    return rigid, stretch


def gather_mesh(obj: Any, depsgraph: Any, uv_map: str = "") -> MeshInput:
    """The evaluated, triangulated mesh of ``obj`` with one UV map ("" = the active one).

    Raises ProblemError: "no-mesh", "instances-only", "no-faces", "no-uv", "udim",
    "non-finite", "flat-scale", "zero-area", "zero-uv-area".
    """
    problem = check(obj, uv_map) or instances.check_mesh(obj, depsgraph)
    if problem is not None:
        raise ProblemError(problem)
    with evaluated_mesh(obj, depsgraph) as mesh:
        layer = uv_layer(obj, mesh, uv_map)
        vertices, triangles, mirrored = _surface(obj, mesh)
        uvs = corner_uvs(mesh, layer)
    if not np.isfinite(uvs).all():
        refuse("non-finite", f"'{obj.name}' has UVs that are not finite numbers.")
    uvs = uvs[:, ::-1] if mirrored else uvs
    u, v = np.moveaxis(uvs[:, 1:] - uvs[:, :1], -1, 0).astype(np.float64)
    if not np.abs(u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]).sum() > 0:
        name = chosen_uv_map(obj, uv_map)
        refuse("zero-uv-area", f"The UV map '{name}' has no area.", "Unwrap again.", *SMART_UV)
    return MeshInput(vertices, triangles, np.ascontiguousarray(uvs, np.float32))


def gather_surface(obj: Any, depsgraph: Any) -> dict[str, np.ndarray]:
    """The arrays ``vertices`` and ``triangles`` of :func:`gather_mesh`, which need no UV map.

    Raises ProblemError: "no-faces", "non-finite", "flat-scale", "zero-area".
    """
    with evaluated_mesh(obj, depsgraph) as mesh:
        vertices, triangles, _ = _surface(obj, mesh)
    return {"vertices": vertices, "triangles": triangles}


def _surface(obj: Any, mesh: Any) -> tuple[np.ndarray, np.ndarray, bool]:
    """Vertices and triangles of an evaluated mesh as they are sent, and whether its scale mirrors
    it."""
    _, stretch = split_frame(np.array(obj.matrix_world))
    if not mesh.loop_triangles:
        refuse("no-faces", f"'{obj.name}' has no faces.")
    vertices, triangles = positions(mesh), triangle_vertices(mesh)
    if not np.isfinite(vertices).all():
        refuse("non-finite", f"'{obj.name}' has vertices that are not finite numbers.")
    vertices = vertices @ stretch.astype(np.float64).T
    mirrored = bool(np.linalg.det(stretch) < 0)
    triangles = triangles[:, ::-1] if mirrored else triangles
    corners = vertices[triangles]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    if not np.linalg.norm(normals, axis=1).sum() > 0:
        refuse("zero-area", f"The faces of '{obj.name}' have no area.")
    return (
        np.ascontiguousarray(vertices, np.float32),
        np.ascontiguousarray(triangles, np.int32),
        mirrored,
    )


def collapsed_faces(name: str, uv_map: str, buffers: Mapping[str, np.ndarray]) -> Problem | None:
    """The faces of what is sent that have no area in the layout: they are painted in one colour
    each. Stops nothing."""
    corners = buffers["vertices"][buffers["triangles"]].astype(np.float64)
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    areas = np.linalg.norm(normals, axis=1)
    sides = np.roll(buffers["uvs"], -1, axis=1).astype(np.float64) - buffers["uvs"]
    double = np.abs(sides[:, 0, 0] * sides[:, 1, 1] - sides[:, 0, 1] * sides[:, 1, 0])
    collapsed = double <= UV_THIN * np.linalg.norm(sides, axis=2).max(axis=1)
    part = float(areas[collapsed].sum() / areas.sum())
    if part <= SMALL:
        return None
    layout = f"the UV map '{uv_map}'" if uv_map else "its UV map"
    return Problem(
        "collapsed-uvs",
        f"{100 * part:.1f} % of '{name}' has no area in {layout}: faces there get a single colour.",
        "Unwrap it again, as after Extrude. If a modifier makes these faces, apply it first.",
        *SMART_UV,
    )


@contextmanager
def evaluated_mesh(obj: Any, depsgraph: Any) -> Iterator[Any]:
    """The mesh of ``obj`` with its modifiers, triangulated; gone afterwards."""
    if obj.mode == "EDIT":
        obj.update_from_editmode()  # else the mesh data is what it was before edit mode
        depsgraph.update()
    evaluated = obj.evaluated_get(depsgraph)
    mesh = evaluated.to_mesh()
    try:
        mesh.calc_loop_triangles()
        yield mesh
    finally:
        evaluated.to_mesh_clear()


def uv_layer(obj: Any, mesh: Any, uv_map: str) -> Any:
    """The UV map of this name ("" = the active one) of an evaluated mesh of ``obj``.

    Raises ProblemError "no-uv".
    """
    layer = mesh.uv_layers.get(uv_map) if uv_map else mesh.uv_layers.active
    if layer is None:
        missing = f"UV map '{uv_map}'" if uv_map else "UV map"
        refuse("no-uv", f"'{obj.name}' has no {missing}.", "Unwrap it first.", *SMART_UV)
    return layer


def positions(mesh: Any) -> np.ndarray:
    """float32 (V, 3): the vertices of a mesh."""
    values = np.empty(len(mesh.vertices) * 3, np.float32)
    mesh.vertices.foreach_get("co", values)
    return values.reshape(-1, 3)


def triangle_vertices(mesh: Any) -> np.ndarray:
    """int32 (F, 3): the vertices of a mesh's loop triangles."""
    values = np.empty(len(mesh.loop_triangles) * 3, np.int32)
    mesh.loop_triangles.foreach_get("vertices", values)
    return values.reshape(-1, 3)


def corner_uvs(mesh: Any, layer: Any) -> np.ndarray:
    """float32 (F, 3, 2): the UVs of a layer at the corners of a mesh's loop triangles."""
    loops = np.empty(len(mesh.loop_triangles) * 3, np.int32)
    mesh.loop_triangles.foreach_get("loops", loops)
    values = np.empty(len(mesh.loops) * 2, np.float32)
    if hasattr(layer, "uv"):
        layer.uv.foreach_get("vector", values)  # 45 times faster than layer.data
    else:  # before Blender 3.5
        layer.data.foreach_get("uv", values)
    return values.reshape(-1, 2)[loops].reshape(-1, 3, 2)


def triangle_slots(mesh: Any, count: int) -> np.ndarray:
    """int32 (F,): the material slot of each loop triangle, of ``count`` slots; 0 if there are none.

    A face may keep the number of a slot that is gone: Blender shows it with the last one.
    """
    values = np.empty(len(mesh.loop_triangles), np.int32)
    mesh.loop_triangles.foreach_get("material_index", values)
    return np.clip(values, 0, max(count - 1, 0))


def frame_of(obj: Any) -> np.ndarray:
    """(4, 4) float64: from the world to the frame of the object's gathered vertices."""
    rigid, _ = split_frame(np.array(obj.matrix_world))
    inverse: np.ndarray = np.linalg.inv(rigid)
    return inverse


def cursor_axis(scene: Any, to_object: np.ndarray) -> np.ndarray:
    """(3,) float64: the Z axis of the 3D cursor in the frame of :func:`frame_of`."""
    up: np.ndarray = to_object[:3, :3] @ np.array(scene.cursor.matrix, np.float64)[:3, 2]
    return up


def cursor_place(scene: Any, to_object: np.ndarray) -> np.ndarray:
    """(3,) float64: where the 3D cursor is, in the frame of :func:`frame_of`."""
    place: np.ndarray = to_object @ np.append(np.array(scene.cursor.location, np.float64), 1.0)
    return place[:3]
