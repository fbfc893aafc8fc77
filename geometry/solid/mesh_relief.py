"""A closed mesh with its texture as a relief, carved into its surface or raised over it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_matrix, diags, eye

from geometry.errors import InputError
from geometry.mesh.mesh import Mesh
from geometry.solid.body import Body, Cuts, check_wall, cut, refined
from geometry.solid.cavity import cavity
from geometry.solid.checks import Surface, Triangles, check_closed, crossings, place_words, volume
from geometry.solid.rounding import rounded
from geometry.solid.sampling import heights_of, sampled
from geometry.spaces import Array

_ROUNDS = 20
_REACH = 2.0  # in depths: directions that turn by a right angle within 1.6 would fold

_SLENDER = 0.5  # of the depth: if no more is left on average, normals all around have cancelled out


@dataclass(frozen=True, eq=False)
class Refined:
    """A closed mesh in small triangles. points: (V, 3); triangles: (F, 3); places: (F, 3, 3), of
    each face's corners: u, v and the number of the texture. coarse: points and triangles as they
    were."""

    points: Array
    triangles: Triangles
    places: Array
    coarse: Surface


def fine_surface(mesh: Mesh, height: float, edge: float, up: str) -> Refined:
    """A closed mesh, turned so that ``up``, "Y" or "Z", is z, scaled to a height in mm, with the
    middle of its box in the origin, its faces cut into triangles with edges of about ``edge`` mm.
    Raises InputError "mesh-open", "mesh-not-manifold", "mesh-not-oriented",
    "mesh-crosses-itself"."""
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
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    points = (points - middle) * (height / float(np.ptp(points[:, 2])))
    if volume(points, corners) < 0:
        corners, uvs = corners[:, ::-1], uvs[:, ::-1]
    numbers = np.concatenate([uvs, np.repeat(texture[:, None, None], 3, axis=1)], axis=2)
    return Refined(*refined(points, corners, numbers, edge), (points, corners))


@dataclass(frozen=True)
class Relief:
    """depth: mm between the highest and the lowest places; raised: the lowest are on the surface,
    else the highest."""

    depth: float
    raised: bool = False

    @property
    def inward(self) -> float:
        """How deep it goes below the surface, mm."""
        return 0.0 if self.raised else self.depth


def with_relief(
    surface: Refined, read: Callable[[Array], Array], height: float, relief: Relief
) -> tuple[Body, Surface]:
    """A body of ``height`` mm, and its surface without the relief. read: u, v
    and texture (n, 3) to colours 0..255 and a height (n, 4). Raises InputError "flat-picture",
    "relief-too-deep", "relief-crosses-itself"."""
    values = sampled(surface.places, surface.triangles, read)
    outward = relief.depth * heights_of(values) - relief.inward
    directions = _directions(surface, _REACH * relief.depth)
    if np.linalg.norm(directions, axis=1).mean() < _SLENDER:
        raise InputError(
            "relief-too-deep",
            "depth",
            f"The mesh is too slender for a relief {relief.depth:g} mm deep.",
            "Choose a smaller --depth or a larger --mm.",
        )
    shift = outward[:, None] * directions
    scale, tall = 1.0, float(np.ptp(surface.points[:, 2]))
    for _ in range(_ROUNDS):  # the relief of top and bottom counts, too
        lacking = height - float(np.ptp((scale * surface.points + shift)[:, 2]))
        scale += lacking / tall
        if abs(lacking) < 1e-6 * height:
            break
    points = rounded(scale * surface.points + shift)
    _check_relief(surface, points, relief)
    points_before, triangles = surface.coarse
    return Body.of(points, surface.triangles, values[:, :3]), (scale * points_before, triangles)


def finished_mesh(body: Body, around: Surface, relief: Relief, cuts: Cuts) -> Body:
    """A body with its cuts; around: its surface without the relief. Raises InputError as
    :func:`geometry.solid.cavity.cavity` and :mod:`geometry.solid.body`."""
    inner = None
    if cuts.wall is not None:
        check_wall(cuts.wall, relief.inward)
        inner = cavity(*around, cuts.wall, body.floor(cuts.base))
    return cut(body, inner, cuts)


def _directions(surface: Refined, reach: float) -> Array:
    """(V, 3): where and how far a place is moved, per mm of the relief: the mean of the normals
    about ``reach`` mm around. At a sharp edge normals jump, and a surface that is moved along them
    folds over; these turn slowly from face to face, and become shorter, most on thin rims."""
    ends = np.stack([surface.triangles, np.roll(surface.triangles, -1, axis=1)])
    start, end = ends.reshape(2, -1)
    squared = np.sum((surface.points[start] - surface.points[end]) ** 2, axis=1)
    count = len(surface.points)
    beside = coo_matrix((np.ones(len(start)), (start, end)), (count, count)).tocsr()
    mean = diags(1 / (1 + np.asarray(beside.sum(axis=1)).ravel())) @ (beside + eye(count))
    directions = _normals(surface)
    for _ in range(round(2 * reach**2 / float(squared.mean()))):
        directions = mean @ directions
    return np.asarray(directions)


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


def _check_relief(surface: Refined, points: Array, relief: Relief) -> None:
    """Raise InputError("relief-crosses-itself")."""
    pairs = crossings(points, surface.triangles)
    if not len(pairs) and volume(points, surface.triangles) > 0:
        return
    face = pairs[0, 0] if len(pairs) else 0
    where = place_words(points[surface.triangles[face]].mean(axis=0))
    how, why, instead = ("Carved", "Walls", "--raised") if relief.inward else ("Raised", "Gaps", "")
    raise InputError(
        "relief-crosses-itself",
        "depth",
        f"{how} by {relief.depth:g} mm, the surface goes through itself at {len(pairs):,} places, "
        f"as near {where} mm. {why} there are thinner than that.",
        f"Choose a smaller --depth or a larger --mm{', or ' + instead if instead else ''}.",
    )
