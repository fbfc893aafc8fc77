"""The other objects of the scene: they hide parts of the painted one and are not painted."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..problems import refuse
from . import gather

MAX_TRIANGLES = 10_000_000  # of all occluders: 0.25 to 0.5 GB on the wire, whose limit is 1 GiB


def gather_occluders(obj: Any, depsgraph: Any) -> dict[str, np.ndarray]:
    """The buffers ``occluder_vertices`` float32 (V, 3), in the frame of the object's own vertices,
    and ``occluder_triangles`` int32 (F, 3); nothing if there is no other object.

    These are the surfaces that the artist sees and that a render shows too: modifiers at viewport
    level, instances, text and metaballs; not what is drawn as wire or bounds (boolean cutters), is
    off in renders, or is invisible to the camera.
    Raises ProblemError "too-many-occluders".
    """
    to_object = gather.frame_of(obj)
    vertices: list[np.ndarray] = []
    triangles: list[np.ndarray] = []
    shapes: dict[int, tuple[np.ndarray, np.ndarray]] = {}
    points = faces = 0
    for instance in depsgraph.object_instances:
        if not _hides(instance, obj):
            continue
        positions, corners = _shape(instance.object, shapes)
        faces += len(corners)
        if faces > MAX_TRIANGLES:
            refuse(
                "too-many-occluders",
                f"The other objects have over {MAX_TRIANGLES:,} triangles.",
                "Hide some, or switch 'Occluded by Others' off.",
                "orbitex.ignore_others",
                "Ignore other objects",
            )
        place = to_object @ np.array(instance.matrix_world, np.float64)
        vertices.append((positions @ place[:3, :3].T + place[:3, 3]).astype(np.float32))
        triangles.append(corners + np.int32(points))
        points += len(positions)
    if not faces:
        return {}
    return {
        "occluder_vertices": np.concatenate(vertices),
        "occluder_triangles": np.concatenate(triangles),
    }


def _hides(instance: Any, obj: Any) -> bool:
    other = instance.object
    # Text and metaballs come a second time, as the meshes that they make: those are taken.
    if other.type != "MESH" or not instance.show_self:
        return False
    if other.original == obj and not instance.is_instance:
        return False
    return (
        other.display_type in ("SOLID", "TEXTURED")
        and not other.hide_render
        and getattr(other, "visible_camera", True)
    )


def _shape(
    other: Any, shapes: dict[int, tuple[np.ndarray, np.ndarray]]
) -> tuple[np.ndarray, np.ndarray]:
    """Vertices and triangles of an evaluated mesh object; each mesh is read only once."""
    key = other.data.as_pointer()
    if key not in shapes:
        mesh = other.to_mesh()
        mesh.calc_loop_triangles()
        positions, corners = gather.positions(mesh), gather.triangle_vertices(mesh)
        other.to_mesh_clear()
        finite = np.isfinite(positions).all(axis=1)
        # A wild vertex must not stop the painting of another object.
        shapes[key] = np.where(finite[:, None], positions, 0), corners[finite[corners].all(axis=1)]
    return shapes[key]
