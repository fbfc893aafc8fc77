"""Cameras exactly as Blender's: projection, view matrix, pixel rays.

A camera looks down its −Z with +Y up. Pixel coordinates are (x right, y down) from the top left
corner of the picture; pixel (i, j) (row, column) has its centre at (j + .5, i + .5).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import NDArray

from geometry.errors import InputError, unknown_name

Matrix = tuple[tuple[float, float, float, float], ...]
IDENTITY: Matrix = tuple(tuple(float(i == j) for j in range(4)) for i in range(4))  # type: ignore[misc]
MAX_SIDE = 16384

COSINE_CUT = 0.15  # surfaces seen flatter than this (cosine) do not count


@dataclass(frozen=True)
class Camera:
    """A Blender camera and the picture it makes; the fields of the wire's ``submit``.

    matrix_world: 4 rows of 4, camera to world. width, height: picture in pixels. lens,
    sensor_width, sensor_height: mm (PERSP). sensor_fit: which side of the picture the sensor
    spans, AUTO: the longer. shift_x, shift_y: in units of that side. pixel_aspect_x/y: width
    and height of a pixel. ortho_scale: what that side spans in the world (ORTHO). clip_start,
    clip_end: depths along −Z between which things are seen.
    """

    matrix_world: Matrix = IDENTITY
    width: int = 512
    height: int = 512
    lens: float = 50.0
    sensor_width: float = 36.0
    sensor_height: float = 24.0
    sensor_fit: Literal["AUTO", "HORIZONTAL", "VERTICAL"] = "AUTO"
    shift_x: float = 0.0
    shift_y: float = 0.0
    pixel_aspect_x: float = 1.0
    pixel_aspect_y: float = 1.0
    kind: Literal["PERSP", "ORTHO"] = "PERSP"
    ortho_scale: float = 6.0
    clip_start: float = 0.1
    clip_end: float = 1000.0


@dataclass(frozen=True, eq=False)
class RayFrame:
    """The rays of a camera, affine in pixel coordinates: the ray of (x, y) is
    origin·(x, y, 1) + depth · direction·(x, y, 1), with depth measured along the camera's −Z.

    origin, direction: (3, 3) float64; the columns multiply x, y and 1.
    """

    origin: NDArray[np.float64]
    direction: NDArray[np.float64]


def camera_from_fields(given: Mapping[str, Any]) -> Camera:
    """A checked :class:`Camera` from the fields of the wire; what is left out is as in Blender.

    Raises InputError: "camera-kind" (PANO or unknown), "camera-bad-value" (its field names the
    value), "camera-unknown-field".
    """
    if not isinstance(given, Mapping):
        raise InputError("camera-bad-value", "cameras", "A camera must be an object of fields.")
    names = [field.name for field in fields(Camera)]
    for name in given:
        if name not in names:
            raise unknown_name("camera-unknown-field", "camera", str(name), names)
    values = {field.name: given.get(field.name, field.default) for field in fields(Camera)}
    kind, fit = values["kind"], values["sensor_fit"]
    if kind not in ("PERSP", "ORTHO"):
        raise InputError(
            "camera-kind",
            "camera.kind",
            f"A camera of kind {kind!r} has no flat picture.",
            "Set the camera's type to Perspective or Orthographic.",
        )
    if fit not in ("AUTO", "HORIZONTAL", "VERTICAL"):
        raise bad_value("sensor_fit", "must be AUTO, HORIZONTAL or VERTICAL")
    for name in ("width", "height"):
        side = values[name]
        if isinstance(side, bool) or not isinstance(side, int) or not 1 <= side <= MAX_SIDE:
            raise bad_value(name, f"must be a whole number of pixels from 1 to {MAX_SIDE}")
    positive = ("lens", "sensor_width", "sensor_height", "pixel_aspect_x", "pixel_aspect_y")
    for name in (*positive, "ortho_scale", "clip_end", "shift_x", "shift_y", "clip_start"):
        values[name] = _number(name, values[name])
    for name in (*positive, "ortho_scale", "clip_end"):
        if values[name] <= 0:
            raise bad_value(name, "must be above 0")
    if values["clip_start"] < 0 or (kind == "PERSP" and values["clip_start"] == 0):
        raise bad_value("clip_start", "must be above 0")
    if values["clip_end"] <= values["clip_start"]:
        raise bad_value("clip_end", "must be greater than clip_start")
    values["matrix_world"] = _pose(values["matrix_world"])
    return Camera(**values)


def bad_value(name: str, demand: str) -> InputError:
    """The refusal of a camera whose value ``name`` does not meet a demand."""
    return InputError("camera-bad-value", f"camera.{name}", f"The value {demand}.")


def _number(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise bad_value(name, "must be a finite number")
    return float(value)


def _pose(value: object) -> Matrix:
    try:
        matrix = np.asarray(value, np.float64)
    except (TypeError, ValueError):
        matrix = np.empty(0)
    if matrix.shape != (4, 4) or not np.isfinite(matrix).all():
        raise bad_value("matrix_world", "must be 4 rows of 4 finite numbers")
    lengths = np.linalg.norm(matrix[:3, :3], axis=0)
    if (
        not np.allclose(matrix[3], (0, 0, 0, 1), atol=1e-6)
        or lengths.min() == 0
        or abs(np.linalg.det(matrix[:3, :3] / lengths)) < 1e-6
    ):
        raise bad_value("matrix_world", "must place the camera: its three axes may not be flat")
    return matrix_rows(matrix)


def matrix_rows(pose: NDArray[np.float64]) -> Matrix:
    """A (4, 4) matrix as a camera's ``matrix_world``."""
    return cast(Matrix, tuple(tuple(float(x) for x in row) for row in pose))


def camera_pose(camera: Camera) -> NDArray[np.float64]:
    """(4, 4): camera to world, without the scale, as Blender's ``matrix_world.normalized()``."""
    pose = np.array(camera.matrix_world, np.float64)
    pose[:3, :3] /= np.linalg.norm(pose[:3, :3], axis=0)
    return pose


def view_matrix(camera: Camera) -> NDArray[np.float64]:
    """(4, 4): world to camera. The camera's own scale does not count, as in Blender."""
    return np.linalg.inv(camera_pose(camera))


def projection_matrix(camera: Camera) -> NDArray[np.float64]:
    """(4, 4): camera to clip space, OpenGL style, equal to Blender's ``calc_matrix_camera``.

    The closed form follows ``BKE_camera_params_compute_viewplane``: the sensor (or ortho_scale)
    spans the fitted side, pixels are pixel_aspect wide and high, shifts count in that side.
    AUTO takes ``sensor_width`` also for portrait pictures, where it spans the height.
    """
    wide, high = camera.pixel_aspect_x * camera.width, camera.pixel_aspect_y * camera.height
    horizontal = camera.sensor_fit == "HORIZONTAL" or (camera.sensor_fit == "AUTO" and wide >= high)
    if camera.kind == "ORTHO":
        span = camera.ortho_scale
    else:
        span = camera.sensor_height if camera.sensor_fit == "VERTICAL" else camera.sensor_width
    scale = span / (wide if horizontal else high)
    wide, high = wide * scale, high * scale
    near, far = camera.clip_start, camera.clip_end
    p = np.zeros((4, 4))
    if camera.kind == "ORTHO":
        p[0, 0], p[1, 1] = 2 / wide, 2 / high
        p[0, 3] = -2 * camera.shift_x * span / wide
        p[1, 3] = -2 * camera.shift_y * span / high
        p[2, 2], p[2, 3], p[3, 3] = -2 / (far - near), -(far + near) / (far - near), 1
    else:
        p[0, 0], p[1, 1] = 2 * camera.lens / wide, 2 * camera.lens / high
        p[0, 2] = 2 * camera.shift_x * span / wide
        p[1, 2] = 2 * camera.shift_y * span / high
        p[2, 2], p[2, 3], p[3, 2] = -(far + near) / (far - near), -2 * far * near / (far - near), -1
    return p


def ray_frame(camera: Camera) -> RayFrame:
    """The camera's rays in world space, as affine functions of pixel coordinates."""
    p = projection_matrix(camera)
    # Rows: camera-space X, Y, Z; columns multiply x, y and 1. A pixel is ndc = (2x/w − 1, 1 − 2y/h)
    # and its point on the plane Z = −1 (PERSP) or Z = 0 (ORTHO) solves P·(X, Y, Z, 1) ~ ndc.
    plane = np.zeros((3, 3))
    plane[0] = np.array([2 / camera.width, 0, -1 + p[0, 2] - p[0, 3]]) / p[0, 0]
    plane[1] = np.array([0, -2 / camera.height, 1 + p[1, 2] - p[1, 3]]) / p[1, 1]
    forward = np.zeros((3, 3))
    forward[2, 2] = -1
    pose = camera_pose(camera)
    axes, place = pose[:3, :3], np.zeros((3, 3))
    place[:, 2] = pose[:3, 3]
    if camera.kind == "ORTHO":
        return RayFrame(place + axes @ plane, axes @ forward)
    return RayFrame(place, axes @ (plane + forward))


def pixel_rays(
    camera: Camera, xy: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """World-space rays through (N, 2) pixel coordinates (x right, y down, centres at +.5).

    Returns origins (N, 3), at the camera (PERSP) or on its plane (ORTHO; clip_start is not
    applied), and unit directions (N, 3).
    """
    frame = ray_frame(camera)
    homogeneous = np.column_stack([xy, np.ones(len(xy))])
    directions = homogeneous @ frame.direction.T
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    return homogeneous @ frame.origin.T, directions


def resized(camera: Camera, longest_side: int) -> Camera:
    """The same framing with a longest side of ``longest_side`` pixels; the shorter is rounded."""
    factor = longest_side / max(camera.width, camera.height)
    return replace(
        camera,
        width=max(1, round(camera.width * factor)),
        height=max(1, round(camera.height * factor)),
    )


def middle_of(camera: Camera, side: int) -> Camera:
    """The middle ``side`` pixels, each way, of what a square camera sees."""
    more = camera.width / side
    return replace(
        camera,
        width=side,
        height=side,
        lens=camera.lens * more,
        shift_x=camera.shift_x * more,
        shift_y=camera.shift_y * more,
    )


def part_of(camera: Camera, top: int, left: int, height: int, width: int) -> Camera:
    """A part of what a camera sees, in its own pixels: rows from ``top`` on, columns from
    ``left``."""
    seen = projection_matrix(camera)
    # The part's middle and half its size, of the whole's from −1 to 1.
    middle = 2 * (left + width / 2) / camera.width - 1, 1 - 2 * (top + height / 2) / camera.height
    size = width / camera.width, height / camera.height
    is_flat = camera.kind == "ORTHO"
    shift = -seen[:2, 3] if is_flat else seen[:2, 2]
    wide = (2 if is_flat else 2 * camera.lens) / seen[0, 0] * size[0]
    high = (2 if is_flat else 2 * camera.lens) / seen[1, 1] * size[1]
    return replace(
        camera,
        width=width,
        height=height,
        sensor_fit="HORIZONTAL",
        sensor_width=camera.sensor_width if is_flat else wide,
        ortho_scale=wide if is_flat else camera.ortho_scale,
        shift_x=(shift[0] + middle[0]) / size[0] / 2,
        shift_y=(shift[1] + middle[1]) / size[1] * high / wide / 2,
    )


def pose_looking_back(
    place: NDArray[np.float64], away: NDArray[np.float64], upward: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(4, 4): camera to world of a camera at ``place`` that looks along −``away`` and sees
    ``upward`` upright, or another direction where it looks along that. Unit vectors."""
    if abs(away @ upward) >= 0.999:
        upward = np.eye(3)[(int(np.abs(upward).argmax()) + 2) % 3]
    right = np.cross(upward, away)
    right /= np.linalg.norm(right)
    pose = np.eye(4)
    pose[:3, :3] = np.column_stack([right, np.cross(away, right), away])
    pose[:3, 3] = place
    return pose
