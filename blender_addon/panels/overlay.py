"""Draws the symmetry's axes, mirrors and one fundamental domain about the active object."""

from __future__ import annotations

import functools
from typing import Any

import bpy
import numpy as np

from ..offer import catalogue
from ..picture import live_image
from ..problems import ProblemError
from ..scene import gather
from ..settings.properties import settings_of
from . import figure_lines

SAMPLE = 4096  # vertices that are looked at
MARGIN = 1.05  # the sphere of the figure, relative to the object's own
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
    """What is to be drawn about ``obj``; None if it is switched off or its group's figure is not
    known: no service has been asked yet, or the group is not in its offer."""
    if obj is None or obj.type != "MESH" or not settings_of(obj).overlay:
        return None
    settings = settings_of(obj)
    figure = catalogue.known().figures.get(settings.group)
    if figure is None:
        return None
    try:
        rigid, stretch = gather.split_frame(np.array(obj.matrix_world))
    except ProblemError:  # a flat object
        return None
    box = tuple(number for corner in obj.bound_box for number in corner)
    points = _points(live_image.uid_of(obj), box) @ stretch.T
    scene, to_object = context.scene, np.linalg.inv(rigid)
    centre = _centre(settings.centre, scene, to_object, points)
    radius = np.linalg.norm(points - centre, axis=1).max() * MARGIN
    place = np.eye(4)
    axis = _axis(settings.axis, scene, to_object)
    place[:3, :3], place[:3, 3] = figure_lines.frame(axis), centre
    return figure_lines.lines(figure, rigid @ place, max(float(radius), 1e-6))


@functools.lru_cache(maxsize=8)
def _points(uid: Any, box: tuple[float, ...]) -> np.ndarray:
    """(n, 3): some of the object's vertices, modifiers included. Kept until the object's box
    changes: a redraw must not walk through a mesh."""
    obj = live_image.by_uid(bpy.data.objects, uid)
    mesh = obj.evaluated_get(bpy.context.evaluated_depsgraph_get()).data
    vertices = gather.positions(mesh).astype(np.float64)
    return vertices[:: 1 + len(vertices) // SAMPLE] if len(vertices) else np.zeros((1, 3))


def _axis(axis: str, scene: Any, to_object: np.ndarray) -> np.ndarray:
    if axis == "CURSOR":
        return gather.cursor_axis(scene, to_object)
    return np.eye(3)["XYZ".index(axis)]


def _centre(centre: str, scene: Any, to_object: np.ndarray, points: np.ndarray) -> np.ndarray:
    if centre == "CURSOR":
        return gather.cursor_place(scene, to_object)
    # The service weighs by area; to show where it is the middle of the box will do.
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    return np.asarray(middle) if centre == "CENTROID" else np.zeros(3)


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
