"""Draws the symmetry's axes, mirrors and one fundamental domain on the active object."""

from __future__ import annotations

import functools
from typing import Any

import bpy
import numpy as np
from mathutils import Vector
from mathutils.bvhtree import BVHTree

from ..offer import catalogue
from ..picture import live_image
from ..problems import ProblemError
from ..scene import gather
from ..scene.form import form_of
from ..settings.groups import chosen_one
from ..settings.properties import settings_of
from . import figure_lines

WIDTHS = {"axes": 2.0, "mirrors": 1.0, "domain": 3.5}  # pixels
AXIS_COLOURS = {
    2: (0.75, 0.75, 0.78),
    3: (0.35, 0.80, 0.45),
    4: (0.95, 0.60, 0.20),
    5: (0.90, 0.30, 0.30),
}
OTHER_AXIS = (0.65, 0.45, 0.90)
MIRROR_COLOUR = (0.35, 0.60, 0.95)
DOMAIN_COLOUR = (1.0, 0.85, 0.10)
HIDDEN = 0.25  # how much shows of lines behind the object

_handle: Any = None


def lines_of(obj: Any, context: Any) -> figure_lines.Lines | None:
    """What is to be drawn on ``obj``; None if it is switched off or its group's figure is not
    known: no service has been asked yet, or it knows none."""
    if obj is None or obj.type != "MESH" or not settings_of(obj).overlay:
        return None
    settings = settings_of(obj)
    figure = catalogue.known().figure(settings.group)
    if figure is None:
        return None
    try:
        rigid, stretch = gather.split_frame(np.array(obj.matrix_world))
    except ProblemError:  # a flat object
        return None
    scene, to_object = context.scene, np.linalg.inv(rigid)
    place = np.eye(4)
    found = chosen_one(settings)
    axis = _axis(settings, scene, to_object)
    place[:3, :3] = figure_lines.frame(axis) if found is None else found.frame
    middle = _middle(live_image.uid_of(obj), form_of(obj)) @ stretch.T
    place[:3, 3] = _centre(settings.centre, scene, to_object, middle)
    key = tuple(place.ravel().round(6))
    on_surface = _on_surface(live_image.uid_of(obj), form_of(obj), figure, key)
    rigid_lines = {order: _moved(pairs, rigid) for order, pairs in on_surface.axes.items()}
    return figure_lines.Lines(
        rigid_lines, _moved(on_surface.mirrors, rigid), _moved(on_surface.domain, rigid)
    )


def _moved(pairs: np.ndarray, rigid: np.ndarray) -> np.ndarray:
    moved: np.ndarray = pairs @ rigid[:3, :3].T + rigid[:3, 3]
    return moved


# Kept until the object's form changes: a redraw must not walk through a mesh.
@functools.lru_cache(maxsize=8)
def _on_surface(uid: Any, form: Any, figure: Any, key: tuple[float, ...]) -> figure_lines.Lines:
    """The lines in the object's own frame, scale applied."""
    place = np.reshape(key, (4, 4))
    tree, corners = _surface(uid, form)
    inward = np.linalg.inv(place)
    points = corners @ inward[:3, :3].T + inward[:3, 3]
    radius = max(float(np.linalg.norm(points, axis=1).max()), 1e-6)

    def reach(directions: np.ndarray) -> np.ndarray:
        """From outside: the outermost of several layers; where there is none, the sphere around."""
        outward = directions @ place[:3, :3].T
        found = np.full(len(directions), radius)
        for k, direction in enumerate(outward):
            start = place[:3, 3] + 2 * radius * direction
            hit, _, _, distance = tree.ray_cast(Vector(start), Vector(-direction), 2 * radius)
            if hit is not None:
                found[k] = max(2 * radius - distance, 0.02 * radius)
        return found

    return figure_lines.lines(figure, place, reach)


@functools.lru_cache(maxsize=2)
def _surface(uid: Any, form: Any) -> tuple[Any, np.ndarray]:
    """A tree of the object's surface, modifiers and scale included, and its vertices."""
    obj = live_image.by_uid(bpy.data.objects, uid)
    try:
        surface = gather.gather_surface(obj, bpy.context.evaluated_depsgraph_get())
    except ProblemError:
        return BVHTree.FromPolygons([], []), np.zeros((1, 3))
    vertices, triangles = surface["vertices"], surface["triangles"]
    tree = BVHTree.FromPolygons(vertices.tolist(), triangles.tolist(), all_triangles=True)
    return tree, vertices.astype(np.float64)


@functools.lru_cache(maxsize=8)
def _middle(uid: Any, form: Any) -> np.ndarray:
    """(3,): the surface's centre of mass, before the scale."""
    obj = live_image.by_uid(bpy.data.objects, uid)
    with gather.evaluated_mesh(obj, bpy.context.evaluated_depsgraph_get()) as mesh:
        corners = gather.positions(mesh).astype(np.float64)[gather.triangle_vertices(mesh)]
    if not len(corners):
        return np.zeros(3)
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    areas = np.linalg.norm(normals, axis=1) + 1e-30
    middle: np.ndarray = np.average(corners.mean(axis=1), axis=0, weights=areas)
    return middle


def _axis(settings: Any, scene: Any, to_object: np.ndarray) -> np.ndarray:
    if settings.axis == "CURSOR":
        return gather.cursor_axis(scene, to_object)
    if settings.axis == "CUSTOM":
        return np.array(settings.direction) if any(settings.direction) else np.eye(3)[2]
    return np.eye(3)["XYZ".index(settings.axis)]


def _centre(centre: str, scene: Any, to_object: np.ndarray, middle: np.ndarray) -> np.ndarray:
    if centre == "CURSOR":
        return gather.cursor_place(scene, to_object)
    return middle if centre == "CENTROID" else np.zeros(3)


def draw() -> None:
    """Blender calls this for every 3D viewport that shows overlays."""
    context: Any = bpy.context
    if not context.space_data.overlay.show_overlays:
        return
    lines = lines_of(context.active_object, context)
    if lines is None:
        return
    import gpu

    parts = [
        (pairs, AXIS_COLOURS.get(order, OTHER_AXIS), WIDTHS["axes"])
        for order, pairs in lines.axes.items()
    ]
    parts.append((lines.mirrors, MIRROR_COLOUR, WIDTHS["mirrors"]))
    parts.append((lines.domain, DOMAIN_COLOUR, WIDTHS["domain"]))
    gpu.state.blend_set("ALPHA")
    # Twice: faintly through the object, then what is in front of it.
    passes: Any = (("NONE", HIDDEN), ("LESS_EQUAL", 1.0))  # Any: the stubs want literals
    for depth, alpha in passes:
        gpu.state.depth_test_set(depth)
        for pairs, colour, width in parts:
            _draw_lines(pairs, (*colour, alpha), width, context)
    gpu.state.depth_test_set("NONE")
    gpu.state.blend_set("NONE")


def _draw_lines(pairs: np.ndarray, colour: tuple[float, ...], width: float, context: Any) -> None:
    if not len(pairs):
        return
    import gpu
    from gpu_extras.batch import batch_for_shader

    prefix = "" if bpy.app.version >= (4, 0, 0) else "3D_"
    shader = gpu.shader.from_builtin(f"{prefix}POLYLINE_UNIFORM_COLOR")
    points = pairs.reshape(-1, 3).astype(np.float32).tolist()
    batch = batch_for_shader(shader, "LINES", {"pos": points})
    shader.bind()
    shader.uniform_float("viewportSize", (context.region.width, context.region.height))
    shader.uniform_float("lineWidth", width * context.preferences.system.ui_scale)
    shader.uniform_float("color", colour)
    batch.draw(shader)


def register() -> None:
    """Draw in all 3D viewports; a Blender without a window has none."""
    global _handle
    if not bpy.app.background:
        space: Any = bpy.types.SpaceView3D
        _handle = space.draw_handler_add(draw, (), "WINDOW", "POST_VIEW")


def unregister() -> None:
    """Draw no more."""
    global _handle
    if _handle is not None:
        space: Any = bpy.types.SpaceView3D
        space.draw_handler_remove(_handle, "WINDOW")
        _handle = None
