"""Symmetric textures of a mesh that is itself symmetric: fold over its surface.

As on the sphere (:mod:`geometry.sphere.fold`), every point p of the surface sees the paint at g·p
for the few g that bring it near a fundamental domain,

    F(p) = Σ w(g·p) c(g)⁻¹ K(g·p) / Σ w(g·p),

g·p being the nearest point of the surface. The weights are those of the sphere's charts: of p's
direction from the centre for round domains, of its longitude for lunes between turns about an axis.
F is invariant as far as the surface is symmetric and K's bilinear interpolation exact.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from geometry.maps.sampling import Reads, SamplingMap, from_reads
from geometry.mesh.images import SurfaceSearch
from geometry.mesh.mesh import Mesh
from geometry.mesh.seams import lookup_taps
from geometry.mesh.surface import TexelSearch, uv_surface
from geometry.mesh.symmetry import Placement
from geometry.spaces import Array
from geometry.sphere.fold import NARROW
from geometry.sphere.lune_charts import LuneChart, lune_chart, turns_about_axis
from geometry.sphere.seed_charts import seed_shares, spread_seeds
from geometry.symmetry.colour import IDENTITY, ColourElement, compose, palette_of
from geometry.symmetry.folds import Folds
from geometry.symmetry.groups import Colouring, Elements, Group, elements, invert_colour

# points (n, 3) of the group's frame → their numbers (k,), sorted, the elements' numbers, weights
Shares = Callable[[Array], tuple[NDArray[np.int64], NDArray[np.int64], Array]]

_CHUNK = 1 << 18  # texels at a time
_FEW = 1024  # texels across a texture of which is counted how many are covered
_CORE = 0.1  # nearer to the centre, relative to the mesh's radius, directions lose their meaning
_STRIP = 0.125  # half the width of the strip between two copies, relative to their distance
_BLUR = 4.0  # and at least so many texels: bilinear taps cannot follow anything steeper


class MeshFold:
    """Texels → texels (of ``texture_shape``, rows of all textures): the kaleidoscope over the
    surface. The texels of K, the columns, are ``finer`` times as many along each side: copies that
    do not line up with them are then as sharp as those that do.

    A covered texel's row is F at its surface point; within ``margin`` texels of an island it is F
    at the island's nearest border; beyond it is empty. Taps of K can lie in the margin.

    With ``folds`` the powers of the group's first generator are weighted instead: F(p) =
    Σ_k w_k c⁻ᵏ K(gᵏ·p).
    """

    def __init__(
        self,
        mesh: Mesh,
        group: Group,
        colouring: Colouring,
        placement: Placement,
        texture_shape: tuple[int, int],
        margin: float,
        folds: Folds | None = None,
        finer: int = 1,
    ) -> None:
        self._mesh, self._placement = mesh, placement
        rows, columns = texture_shape
        self._texels, self._shape = rows * columns, (finer * rows, finer * columns)
        if folds is None:
            found = elements(group, colouring)
            vertices, texel = placement.inward(_used_vertices(mesh)), _texel(mesh, texture_shape)
            self._shares = _domain_shares(found, vertices, texel)
        else:
            found = _powers(group, colouring, folds)
            weights = np.array([weight for weight in folds.weights if weight])
            self._shares = _weighted(weights)
        self._of_element, self._palette = palette_of(invert_colour(found))
        self._turned = placement.matrix(found.matrices)
        self._layout = TexelSearch(mesh, texture_shape, margin)
        self._surface = SurfaceSearch(mesh)

    def whole(self) -> SamplingMap:
        """The rows of all texels."""
        return self.at(np.arange(self._texels))

    def at(self, texels: NDArray[np.int64]) -> SamplingMap:
        """The rows of texels (n,)."""
        read = math.prod(self._shape)
        return from_reads(read, texels, _CHUNK, self._reads, self._palette)

    def _reads(self, texels: NDArray[np.int64]) -> Reads:
        """What texels (n,) read of K; nothing where they lie beyond the margin."""
        mesh, placement = self._mesh, self._placement
        triangle, position, _ = self._layout.find(texels)
        painted = np.flatnonzero(triangle >= 0)
        points = position[painted]
        row, element, weight = self._shares(placement.inward(points))
        away = (points - placement.centre)[row]
        facing = self._surface.facing[triangle[painted]][row]
        for k in np.unique(element):  # a matrix for each entry would cost more than the search
            own = element == k
            away[own] @= self._turned[k].T
            facing[own] @= self._turned[k].T
        there = self._surface.find(placement.centre + away, facing)
        position_there = np.einsum("nk,nkd->nd", there.barycentric, mesh.uvs[there.triangle])
        taps, parts = lookup_taps(
            position_there, mesh.texture[there.triangle], mesh.textures, self._shape
        )
        parts *= weight[:, None]
        return Reads(painted[row], taps.astype(np.int32), parts, self._of_element.take(element))


def _domain_shares(found: Elements, vertices: Array, texel: float) -> Shares:
    """The weights of a group's fundamental domain in a mesh with ``vertices`` (n, 3), in the
    group's frame. texel: its width, in the mesh's units."""
    if len(found) == 1:
        return _weighted(np.ones(1))
    radii = np.full(3, np.linalg.norm(vertices, axis=1).max())
    turns = turns_about_axis(found)
    if turns:
        # scaling along the axis commutes with the group: flat and tall bodies become round, and
        # upper and lower halves mix only in a strip
        around, along = np.hypot(vertices[:, 0], vertices[:, 1]).max(), np.abs(vertices[:, 2]).max()
        radii = np.array([around, around, along or around])
    if turns >= NARROW:
        return _lune_shares(lune_chart(found, texel / radii[0]), radii)
    return _seed_shares(found, radii, texel / radii.max())


def _lune_shares(chart: LuneChart, radii: Array) -> Shares:
    def shares(points: Array) -> tuple[NDArray[np.int64], NDArray[np.int64], Array]:
        x, y, z = (points / radii).T
        return chart.shares(np.arctan2(y, x), np.hypot(x, y), z)[:3]

    return shares


def _seed_shares(found: Elements, radii: Array, texel: float) -> Shares:
    images = spread_seeds(found, 1)[0] @ found.matrices
    cosines = images @ images.T
    apart = math.sqrt(2 * (1 - np.sort(cosines[0])[-2]))
    overlap = apart * max(_STRIP * min(apart, 1.0), _BLUR * texel)
    everywhere = np.argsort(-cosines, axis=1, kind="stable")

    def shares(points: Array) -> tuple[NDArray[np.int64], NDArray[np.int64], Array]:
        scaled = points / radii
        away = np.maximum(np.linalg.norm(scaled, axis=1, keepdims=True), _CORE)
        return seed_shares(scaled / away, images, everywhere, overlap)[:3]

    return shares


def _weighted(weights: Array) -> Shares:
    """All elements everywhere, with fixed ``weights`` (n,)."""

    def shares(points: Array) -> tuple[NDArray[np.int64], NDArray[np.int64], Array]:
        row = np.arange(len(points)).repeat(len(weights))
        return row, np.tile(np.arange(len(weights)), len(points)), np.tile(weights, len(points))

    return shares


def _powers(group: Group, colouring: Colouring, folds: Folds) -> Elements:
    """The powers of the first generator that ``folds`` uses, with their colours."""
    turn = group.generators[0]
    colours: list[ColourElement] = [IDENTITY]
    for _ in folds.weights[1:]:
        colours.append(compose(colouring.images[turn.letter], colours[-1]))
    used = [k for k, weight in enumerate(folds.weights) if weight]
    matrices = [np.linalg.matrix_power(turn.matrix, k) for k in used]
    return Elements(np.stack(matrices), tuple(colours[k] for k in used))


def _texel(mesh: Mesh, texture_shape: tuple[int, int]) -> float:
    """A texel's width on the surface, on average. Of a large texture a smaller one is asked, which
    takes less long."""
    rows, columns = texture_shape
    less = max(1, columns // _FEW)
    few = mesh.textures * max(1, rows // mesh.textures // less), columns // less
    covered = uv_surface(mesh, few[1], few[0], 0).covered.mean() * rows * columns
    return math.sqrt(mesh.areas.sum() / max(1, covered))


def _used_vertices(mesh: Mesh) -> Array:
    return mesh.vertices[np.unique(mesh.triangles)]
