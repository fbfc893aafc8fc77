"""From where the service looks: cameras, the viewport, or nothing: automatic views."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..problems import refuse
from ..settings.surface import AUTOMATIC
from ..settings.table import BY_NAME
from .gather import frame_of

VIEW_SIDE = 512  # longest side of a view, in pixels: what the network looks at
SENSOR = 36.0  # mm, of the camera that a viewport becomes; any value would do
KINDS = BY_NAME["view_kind"].names
RING = ("orbitex.use_ring", "Use Ring of Views")


def gather_views(kind: str, obj: Any, context: Any, depsgraph: Any) -> list[dict[str, Any]]:
    """The cameras of one of KINDS, as the wire's 'submit' lists them; none for automatic views.

    Raises ProblemError "bad-value", "no-camera", "panoramic-camera", "no-viewport".
    """
    if kind in AUTOMATIC:
        return []
    if kind == "VIEWPORT":
        return [_viewport(context, frame_of(obj))]
    if kind not in KINDS:
        refuse("bad-value", f"There is no kind of views '{kind}'.", f"One of {', '.join(KINDS)}.")
    return gather_cameras(obj, context.scene, depsgraph, active_only=kind == "ACTIVE")


def gather_cameras(
    obj: Any, scene: Any, depsgraph: Any, active_only: bool = False
) -> list[dict[str, Any]]:
    """All cameras of ``scene``, or its active one, as the wire's 'submit' lists them, relative to
    the vertices.

    Views have the render's aspect and at most VIEW_SIDE pixels on the longest side.
    Raises ProblemError "no-camera" and "panoramic-camera".
    """
    to_object = frame_of(obj)
    cameras = scene_cameras(scene, active_only)
    return [_camera(camera.evaluated_get(depsgraph), scene.render, to_object) for camera in cameras]


def scene_cameras(scene: Any, active_only: bool) -> list[Any]:
    """All cameras of ``scene``, or its active one. Raises ProblemError "no-camera" and
    "panoramic-camera"."""
    if active_only:
        cameras = [scene.camera] if scene.camera and scene.camera.type == "CAMERA" else []
        missing = "The scene has no active camera."
    else:
        cameras = [camera for camera in scene.objects if camera.type == "CAMERA"]
        missing = "The scene has no camera."
    if not cameras:
        refuse("no-camera", missing, "Add one or choose automatic views.", *RING)
    for camera in cameras:
        if camera.data.type not in ("PERSP", "ORTHO"):
            refuse(
                "panoramic-camera",
                f"Camera '{camera.name}' is of type {camera.data.type}.",
                "Use perspective or orthographic cameras.",
                *RING,
            )
    return cameras


def _camera(camera: Any, render: Any, to_object: np.ndarray) -> dict[str, Any]:
    data = camera.data
    # normalized(): Blender ignores a camera's own scale when it renders.
    matrix = to_object @ np.array(camera.matrix_world.normalized(), np.float64)
    # Blender cuts the fraction of a pixel off (BKE_render_resolution).
    full = [
        max(1, side * render.resolution_percentage // 100)
        for side in (render.resolution_x, render.resolution_y)
    ]
    width, height, stretch = view_size(*full)
    return {
        "matrix_world": matrix.tolist(),
        "width": width,
        "height": height,
        "pixel_aspect_x": render.pixel_aspect_x,
        "pixel_aspect_y": render.pixel_aspect_y * stretch,
        "kind": data.type,
        "lens": data.lens,
        "sensor_width": data.sensor_width,
        "sensor_height": data.sensor_height,
        "sensor_fit": data.sensor_fit,
        "shift_x": data.shift_x,
        "shift_y": data.shift_y,
        "ortho_scale": data.ortho_scale,
        "clip_start": data.clip_start,
        "clip_end": data.clip_end,
    }


def view_size(width: int, height: int) -> tuple[int, int, float]:
    """(width, height, stretch) of a view of a picture of this size: at most VIEW_SIDE pixels long.

    Rounding to whole pixels changes the aspect a little; pixels higher by ``stretch`` make up for
    it, so that the view has exactly the picture's frame.
    """
    shrink = min(1.0, VIEW_SIDE / max(width, height))
    small = max(1, round(width * shrink)), max(1, round(height * shrink))
    return *small, (height * small[0]) / (width * small[1])


def _viewport(context: Any, to_object: np.ndarray) -> dict[str, Any]:
    """The 3-D viewport from which the operator was called, or else the largest one."""
    area = context.area if context.area and context.area.type == "VIEW_3D" else None
    if area is None:
        screens = [window.screen for window in context.window_manager.windows]
        areas = [area for screen in screens for area in screen.areas if area.type == "VIEW_3D"]
        if not areas:
            refuse(
                "no-viewport",
                "There is no 3D viewport.",
                "Choose cameras or automatic views.",
                *RING,
            )
        area = max(areas, key=lambda area: area.width * area.height)
    # In quad view the last region is the free one, the one that region_3d describes.
    region = [region for region in area.regions if region.type == "WINDOW"][-1]
    view = area.spaces.active.region_3d
    return camera_of_matrices(
        np.array(view.view_matrix, np.float64),
        np.array(view.window_matrix, np.float64),
        (region.width, region.height),
        to_object,
    )


def camera_of_matrices(
    view: np.ndarray, projection: np.ndarray, size: tuple[int, int], to_object: np.ndarray
) -> dict[str, Any]:
    """The camera, as the wire has it, with an OpenGL ``projection`` (4, 4) and a ``view`` matrix
    (4, 4, world to camera), for a picture of ``size`` (width, height).

    The inverse of the closed form of Blender's ``calc_matrix_camera`` with the fit HORIZONTAL:
    whatever made the matrices (lens, zoom, offset, a camera seen through the viewport) is in them.
    Raises ProblemError "no-viewport" for matrices that are none: of a viewport never drawn.
    """
    p = projection
    perspective = p[3, 3] == 0
    if not (np.isfinite(p).all() and np.isfinite(view).all() and p[0, 0] > 0 and p[1, 1] > 0):
        refuse("no-viewport", "The 3D viewport shows nothing yet.", "Choose other views.", *RING)
    world = np.linalg.inv(view)
    width, height, _ = view_size(*size)
    # In units of the picture's width: how high it is, hence how high a pixel is.
    high = p[0, 0] / p[1, 1]
    camera: dict[str, Any] = {
        "width": width,
        "height": height,
        "pixel_aspect_x": 1.0,
        "pixel_aspect_y": high * width / height,
        "sensor_fit": "HORIZONTAL",
        "sensor_width": SENSOR,
    }
    if perspective:
        near = p[2, 3] / (p[2, 2] - 1)
        far = p[2, 3] / min(p[2, 2] + 1, -1e-6)  # in single precision it may be as good as 0
        camera |= {
            "kind": "PERSP",
            "lens": p[0, 0] * SENSOR / 2,
            "shift_x": p[0, 2] / 2,
            "shift_y": p[1, 2] * high / 2,
        }
    else:
        near, far = (p[2, 3] + 1) / p[2, 2], (p[2, 3] - 1) / p[2, 2]
        # An orthographic viewport shows what is behind it too; a camera does not: step back.
        back = min(near, 0.0)
        world[:3, 3] += world[:3, 2] * -back
        near, far = near - back, far - back
        camera |= {
            "kind": "ORTHO",
            "ortho_scale": 2 / p[0, 0],
            "shift_x": -p[0, 3] / 2,
            "shift_y": -p[1, 3] * high / 2,
        }
    camera |= {"clip_start": near, "clip_end": far, "matrix_world": (to_object @ world).tolist()}
    return {name: float(x) if isinstance(x, np.floating) else x for name, x in camera.items()}
