"""Automatic views: which cameras around a mesh show most of its surface.

Candidates look from many sides. What each would see is worked out on points spread evenly over the
surface, and the best are taken one after the other: greedy choice, within 1 − 1/e of the best one
(Nemhauser, Wolsey and Fisher 1978). What no outside view sees (between legs, in a vase) is seen by
*sections*: outside views whose near plane stands behind the obstacles and cuts them away.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from geometry.errors import InputError
from geometry.mesh.mesh import Mesh, Occluders
from geometry.seeing.cameras import Camera, matrix_rows, pose_looking_back
from geometry.seeing.sights import Ball, Scene, Sights
from geometry.seeing.surrounding import VIEW_FILL, VIEW_FOV, golden_spiral

CANDIDATES = 4  # directions tried per view,
LEAST_CANDIDATES, MOST_CANDIDATES = 64, 256  # within these bounds
RINGS = (0.0, 30.0, -30.0)  # elevations of a ring's candidates, in degrees
ENOUGH = 2e-4  # a view that adds less of the surface, or less than 0.2 % of cosine, is not worth it
LEAST_VIEWS = 4
SECTIONS = 1 / 3  # part of the views that may be sections
ASIDE = 24  # directions tried for sections only, along the normals of what is hidden
CLEARANCE = 0.01  # gap, in radii, that a section needs between an obstacle and what it hides


def choose_views(
    mesh: Mesh,
    count: int,
    size: int,
    layout: Literal["sphere", "ring"] = "sphere",
    axis: tuple[float, float, float] = (0.0, 0.0, 1.0),
    occluders: Occluders | None = None,
) -> tuple[Camera, ...]:
    """At most ``count`` square cameras of ``size`` pixels that show a mesh, the most useful first.

    All stand equally far from the middle of the bounding box and have one lens: the bounding
    sphere fills 95 % of their frame, and a pixel is equally long on the surface in all of them.
    "sphere": from all sides; "ring": from three rings around ``axis``, which is upright in either.
    Each camera is the one that adds most: nine tenths for a part of the surface that none has seen,
    the rest for its cosine, how squarely it is seen. Surfaces flatter than a cosine of 0.15 and,
    on oriented meshes, back faces do not count. Up to a third of the views are sections, whose
    ``clip_start`` stands behind what hides a part of the surface, be it the mesh itself or one of
    the ``occluders``. Things outside the bounding sphere hide nothing. The choice ends early where
    a view would add less than 0.02 % of the surface and less than 0.2 % to its mean cosine, but
    not below 4 views. The same mesh gives the same views.

    Raises InputError("camera-bad-value") if count or size is below 1 or the axis has no length.
    """
    for name, value in (("count", count), ("size", size)):
        if value < 1:
            raise InputError("camera-bad-value", f"camera.{name}", "The value must be at least 1.")
    length = float(np.linalg.norm(axis))
    if not (math.isfinite(length) and length > 0):
        raise InputError("camera-bad-value", "axis", "The axis must have a direction.")
    upward = np.asarray(axis, np.float64) / length
    used = mesh.vertices[np.unique(mesh.triangles)]
    centre = (used.min(axis=0) + used.max(axis=0)) / 2
    ball = Ball(centre, float(np.linalg.norm(used - centre, axis=1).max()))
    directions = _directions(count, layout, upward)
    scene = Scene(mesh, ball, occluders)
    outside = scene.sights(directions)
    hidden = ~outside.seen(np.full(len(directions), ball.near, np.float32)).any(axis=0)
    normals = scene.normals[hidden]
    if not mesh.oriented:
        normals = np.concatenate([normals, -normals])
    aside = _normal_directions(normals, directions)
    sights = outside.and_also(scene.sights(aside))
    directions = np.concatenate([directions, aside])
    return tuple(
        _camera(ball, directions[which], near, upward, size)
        for which, near in _greedy(sights, hidden, len(directions) - len(aside), count, ball)
    )


def _directions(count: int, layout: str, upward: NDArray[np.float64]) -> NDArray[np.float64]:
    """(M, 3): where the candidates look from, as unit vectors."""
    number = min(max(CANDIDATES * count, LEAST_CANDIDATES), MOST_CANDIDATES)
    if layout == "sphere":
        upright = golden_spiral(number)
    else:
        rings = np.radians(RINGS)
        around = math.ceil(number / len(rings))
        turn = 2 * math.pi / around * (np.arange(around) + np.arange(len(rings))[:, None] / 2)
        upright = np.stack(
            np.broadcast_arrays(
                np.cos(rings)[:, None] * np.cos(turn),
                np.cos(rings)[:, None] * np.sin(turn),
                np.sin(rings)[:, None],
            ),
            axis=-1,
        ).reshape(-1, 3)
    # Columns: a right-handed frame whose third axis is ``upward``; the identity for +z.
    return upright @ pose_looking_back(np.zeros(3), upward, np.array([0.0, 1.0, 0.0]))[:3, :3].T


def _normal_directions(
    normals: NDArray[np.float64], directions: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(at most ASIDE, 3): mean normals of the largest groups of the normals (n, 3), each grouped
    with the nearest of the directions: gaps between parallel walls are only seen straight on."""
    group = (normals @ directions.T).argmax(axis=1)
    members = np.bincount(group, minlength=len(directions))
    means = np.zeros((len(directions), 3))
    np.add.at(means, group, normals)
    largest = np.argsort(-members, kind="stable")[:ASIDE]
    means = means[largest[members[largest] > 0]]
    return means / np.linalg.norm(means, axis=1, keepdims=True)


def _greedy(
    sights: Sights, hidden: NDArray[np.bool_], outside: int, count: int, ball: Ball
) -> list[tuple[int, float]]:
    """The chosen views: number of the direction, depth of the near plane. hidden: (N,), what no
    outside view shows; these may have the first ``outside`` directions, sections all."""
    directions, points = sights.value.shape
    before = np.full(directions, ball.near, np.float32)
    whole = sights.seen(before)
    free = np.arange(directions) < outside
    best = np.zeros(points, np.float32)
    chosen: list[tuple[int, float]] = []
    sections_left = int(count * SECTIONS)
    while len(chosen) < count:
        near, seen = before, whole
        gain = np.where(free, np.maximum(seen - best, 0).mean(axis=1), -1.0)
        wanted = hidden & (best == 0)
        if sections_left and wanted.any():
            cuts = np.array(
                [_best_cut(sights, m, wanted, ball) for m in range(directions)], np.float32
            )
            cut_seen = sights.seen(cuts)
            # Only for what no outside view shows: a picture without cuts is the better one.
            cut_gain = (np.maximum(cut_seen - best, 0) @ hidden) / points
            if cut_gain.max() > gain.max():
                near, seen, gain = cuts, cut_seen, cut_gain
        if gain.max() < ENOUGH:
            if len(chosen) >= LEAST_VIEWS or not free.any():
                break
            gain = np.where(free, whole.mean(axis=1), -1.0)
            near, seen = before, whole
        which = int(gain.argmax())
        if near is before:
            free[which] = False
        else:
            sections_left -= 1
        chosen.append((which, float(near[which])))
        best = np.maximum(best, seen[which])
    return chosen


def _best_cut(sights: Sights, m: int, wanted: NDArray[np.bool_], ball: Ball) -> float:
    """The depth of the near plane at which direction m shows most of the wanted points.

    A point shows while the plane is between its last obstacle and itself: the best plane lies in
    most of these intervals.
    """
    gap = CLEARANCE / 2 * ball.radius
    start, end = sights.obstacle[m] + gap, sights.depth[m] - gap
    some = wanted & (sights.value[m] > 0) & (start < end) & np.isfinite(start)
    if not some.any():
        return ball.near
    depths = np.concatenate([start[some], end[some]])
    step = np.concatenate([sights.value[m, some], -sights.value[m, some]])
    order = np.argsort(depths, kind="stable")
    after = int(np.cumsum(step[order])[:-1].argmax())
    return float(depths[order[after : after + 2]].mean())


def _camera(
    ball: Ball, away: NDArray[np.float64], near: float, upward: NDArray[np.float64], size: int
) -> Camera:
    pose = pose_looking_back(ball.centre + ball.distance * away, away, upward)
    return Camera(
        matrix_world=matrix_rows(pose),
        width=size,
        height=size,
        lens=VIEW_FILL * Camera.sensor_width / (2 * math.tan(VIEW_FOV / 2)),
        clip_start=near,
        clip_end=ball.distance + 1.001 * ball.radius,
    )
