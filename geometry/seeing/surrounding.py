"""Views evenly spread around an object."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from geometry.mesh.mesh import Mesh
from geometry.seeing.cameras import Camera, bad_value, matrix_rows, pose_looking_back

VIEW_FOV = math.radians(30)  # of surrounding views: close enough for depth, no wide-angle stretch
VIEW_FILL = 0.95  # part of the frame's width or height that the object takes up


def surrounding_cameras(
    mesh_or_points: Mesh | NDArray[np.float64], count: int, size: int, seed: int | None = None
) -> tuple[Camera, ...]:
    """``count`` square cameras of ``size`` pixels all around an object, evenly spread.

    They look at the centre of the bounding box from a golden-spiral sphere (Swinbank and Purser
    2006) on which the object's bounding sphere spans 30°; lens and shift of each are then set so
    that the object's outline fills 95 % of the frame's width or height. ``seed`` turns the whole
    spiral by a random rotation (None: upright). Points: (N, 3).

    Raises InputError("camera-bad-value") if count or size is below 1.
    """
    for name, value in (("count", count), ("size", size)):
        if value < 1:
            raise bad_value(name, "must be at least 1")
    points = mesh_or_points.vertices if isinstance(mesh_or_points, Mesh) else mesh_or_points
    away = golden_spiral(count)
    if seed is not None:
        away = away @ _random_rotation(seed).T
    return cameras_from(away, points, size)


def cameras_from(
    away: NDArray[np.float64], points: NDArray[np.float64], size: int
) -> tuple[Camera, ...]:
    """Such cameras in the directions ``away`` (n, 3), unit vectors."""
    centre = (points.min(axis=0) + points.max(axis=0)) / 2
    radius = float(np.linalg.norm(points - centre, axis=1).max()) or 1.0
    distance = radius / math.sin(VIEW_FOV / 2)
    return tuple(_fitted(points, centre, direction, distance, radius, size) for direction in away)


def golden_spiral(count: int) -> NDArray[np.float64]:
    """(count, 3): unit vectors spread evenly over the sphere, from +z to −z (Swinbank and Purser
    2006)."""
    k = np.arange(count)
    return unit_vectors(1 - (2 * k + 1) / count, k * math.pi * (3 - math.sqrt(5)))


def unit_vectors(z: NDArray[np.float64], longitude: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 3), from their heights and longitudes, (n,) each. Even in both, they are even by area."""
    directions = np.column_stack([np.cos(longitude), np.sin(longitude), z])
    directions[:, :2] *= np.sqrt(1 - z * z)[:, None]
    return directions


def _random_rotation(seed: int) -> NDArray[np.float64]:
    # QR of a Gaussian matrix with the signs fixed is uniform on O(3) (Mezzadri 2007).
    q, r = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))
    q = q * np.sign(np.diag(r))
    return q * np.linalg.det(q)


def _fitted(
    points: NDArray[np.float64],
    centre: NDArray[np.float64],
    away: NDArray[np.float64],
    distance: float,
    radius: float,
    size: int,
) -> Camera:
    pose = pose_looking_back(centre + distance * away, away, np.array([0.0, 0.0, 1.0]))
    seen = (points - pose[:3, 3]) @ pose[:3, :3]
    window = seen[:, :2] / -seen[:, 2:]
    low, high = window.min(axis=0), window.max(axis=0)
    extent = float((high - low).max()) or 2 * math.tan(VIEW_FOV / 2)
    sensor = Camera.sensor_width
    lens = VIEW_FILL * sensor / extent
    # The frame's middle, (low + high)/2 on the plane at depth 1, is lens/sensor sides away.
    shift = (low + high) / 2 * lens / sensor
    return Camera(
        matrix_world=matrix_rows(pose),
        width=size,
        height=size,
        lens=lens,
        shift_x=float(shift[0]),
        shift_y=float(shift[1]),
        clip_start=(distance - radius) * 0.5,
        clip_end=distance + 2 * radius,
    )
