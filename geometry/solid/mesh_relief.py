"""A closed mesh whose surface is carved by what its texture shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from geometry.errors import InputError
from geometry.mesh.mesh import Mesh
from geometry.solid.body import Body, Cuts, check_wall, cut, refined, rounded
from geometry.solid.cavity import cavity
from geometry.solid.checks import Triangles, check_closed, crossings, place_words, volume
from geometry.solid.sampling import heights_of, sampled
from geometry.spaces import Array

_ROUNDS = 20


@dataclass(frozen=True, eq=False)
class Refined:
    """A closed mesh in small triangles. points: (V, 3); triangles: (F, 3); places: (F, 3, 3), of
    each face's corners: u, v and the number of the texture."""

    points: Array
    triangles: Triangles
    places: Array


def fine_surface(mesh: Mesh, height: float, edge: float, up: str) -> Refined:
    """A closed mesh, turned so that ``up``, "Y" or "Z", is z, scaled to a height in mm, its faces
    cut into triangles with edges of about ``edge`` mm. Raises InputError "mesh-open",
    "mesh-not-manifold", "mesh-not-oriented", "mesh-crosses-itself"."""
    corners = mesh.welded.astype(np.int64)
    solid = np.array([len(set(face)) == 3 for face in corners.tolist()])
    corners, uvs, texture = corners[solid], mesh.uvs[solid], mesh.texture[solid]
    points = np.zeros((int(corners.max()) + 1, 3))
    points[corners] = mesh.corners[solid]
    check_closed(points, corners, "mesh")
    pairs = crossings(points, corners)
    if len(pairs):
        raise InputError(
            "mesh-crosses-itself",
            "mesh",
            f"The mesh goes through itself at {len(pairs):,} places, as near "
            f"{place_words(points[corners[pairs[0, 0]]].mean(axis=0))}.",
            "Join its parts (in Blender: the modifier Boolean with Union, or Remesh).",
        )
    if up == "Y":
        points = np.stack([points[:, 0], -points[:, 2], points[:, 1]], axis=1)
    points = points * (height / float(np.ptp(points[:, 2])))
    if volume(points, corners) < 0:
        corners, uvs = corners[:, ::-1], uvs[:, ::-1]
    numbers = np.concatenate([uvs, np.repeat(texture[:, None, None], 3, axis=1)], axis=2)
    return Refined(*refined(points, corners, numbers, edge))


def carved_mesh(
    surface: Refined, read: Callable[[Array], Array], height: float, depth: float
) -> tuple[Body, Array]:
    """The body of ``height`` mm whose darkest places are ``depth`` mm deep, and the points (V, 3)
    of the surface that it is carved out of. read: u, v and texture (n, 3) to colours 0..255 and a
    height (n, 4). Raises InputError "flat-picture", "relief-crosses-itself"."""
    values = sampled(surface.places, surface.triangles, read)
    inward = depth * (1 - heights_of(values))[:, None] * _normals(surface)
    scale, tall = 1.0, float(np.ptp(surface.points[:, 2]))
    for _ in range(_ROUNDS):  # what is carved from top and bottom makes it lower
        lacking = height - float(np.ptp((scale * surface.points - inward)[:, 2]))
        scale += lacking / tall
        if abs(lacking) < 1e-6 * height:
            break
    points = rounded(scale * surface.points - inward)
    _check_relief(surface, points, depth)
    return Body.of(points, surface.triangles, values[:, :3]), scale * surface.points


def finished_mesh(body: Body, around: Array, depth: float, cuts: Cuts) -> Body:
    """A carved body with its cuts; around: the points that it was carved out of. Raises InputError
    as :func:`geometry.solid.body.cut` and :func:`geometry.solid.body.check_wall`."""
    inner = None
    if cuts.wall is not None:
        check_wall(cuts.wall, depth)
        inner = cavity(around, body.triangles, cuts.wall)
    return cut(body, inner, cuts)


def _normals(surface: Refined) -> Array:
    """(V, 3): the faces' normals, weighted by their angles at the corner (Thürmer and Wüthrich,
    Computing vertex normals from polygonal facets, 1998)."""
    corners = surface.points[surface.triangles]
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    across /= np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-300)
    total = np.zeros(surface.points.shape)
    for k in range(3):
        a, b = (corners[:, (k + step) % 3] - corners[:, k] for step in (1, 2))
        angle = np.arctan2(np.linalg.norm(np.cross(a, b), axis=1), np.einsum("fk,fk->f", a, b))
        np.add.at(total, surface.triangles[:, k], angle[:, None] * across)
    return total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-300)


def _check_relief(surface: Refined, points: Array, depth: float) -> None:
    """Raise InputError("relief-crosses-itself")."""
    pairs = crossings(points, surface.triangles)
    before, after = (
        np.cross(p[:, 1] - p[:, 0], p[:, 2] - p[:, 0])
        for p in (surface.points[surface.triangles], points[surface.triangles])
    )
    turned = np.flatnonzero(np.einsum("fk,fk->f", before, after) < 0)
    if len(pairs) or len(turned) > len(points) // 10:
        face = pairs[0, 0] if len(pairs) else turned[0]
        raise InputError(
            "relief-crosses-itself",
            "depth",
            f"Carved {depth:g} mm deep the surface goes through itself, as near "
            f"{place_words(points[surface.triangles[face]].mean(axis=0))} mm.",
            "Choose a smaller --depth or a larger --mm: walls must be thicker than the relief.",
        )


