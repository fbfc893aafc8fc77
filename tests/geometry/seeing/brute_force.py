"""A view as a sparse map, worked out anew by brute force: an oracle."""

from dataclasses import replace

import numpy as np
from scipy.sparse import csr_matrix
from shapes import torus

from geometry.maps.pyramid import pyramid_offsets, pyramid_shapes
from geometry.seeing.cameras import pixel_rays
from geometry.seeing.surrounding import surrounding_cameras
from geometry.seeing.visibility import trace_ready, view_map

RING = torus(16, 8)
RING_VIEW = replace(
    surrounding_cameras(RING, 5, 24, seed=2)[1], height=18, shift_x=0.1, shift_y=-0.05
)


def matrix_of(view):
    s = view.sampling
    return csr_matrix((s.weights, s.indices, s.indptr), shape=(s.rows, s.columns))


def every_hit(corners, camera, xy):
    """Distances (N, F) to all triangles by brute force in float64 (Möller and Trumbore 1997), inf
    where a ray misses or the hit is not between the clip planes."""
    origins, directions = pixel_rays(camera, xy)
    a, b, c = np.moveaxis(corners, 1, 0)
    e1, e2 = b - a, c - a
    p = np.cross(directions[:, None], e2)
    det = np.einsum("nfk,fk->nf", p, e1)
    s = origins[:, None] - a
    q = np.cross(s, e1)
    forward = -np.array(camera.matrix_world)[:3, 2]
    with np.errstate(divide="ignore", invalid="ignore"):
        v = np.einsum("nfk,nfk->nf", s, p) / det
        w = np.einsum("nfk,nk->nf", q, directions) / det
        t = np.einsum("nfk,fk->nf", q, e2) / det
        depth = t * (directions @ forward)[:, None]
        hit = (v >= 0) & (w >= 0) & (v + w <= 1)
        hit &= (depth >= camera.clip_start) & (depth <= camera.clip_end)
    return np.where(hit, t, np.inf)


def cast(mesh, camera, xy, occluders=None, holes=None):
    """The painted triangle that each ray sees or -1, and the distance, (N,) each."""
    t = every_hit(mesh.corners, camera, xy)
    if holes is not None:
        high = len(holes) // mesh.textures
        for n, f in np.argwhere(np.isfinite(t)):
            x, y = texel_coordinates(mesh, camera, xy[[n]], [f], (high, holes.shape[1]))[0]
            row = int(np.floor(y)) % high + mesh.texture[f] * high
            if holes[row, int(np.floor(x)) % holes.shape[1]]:
                t[n, f] = np.inf
    triangle, distance = t.argmin(axis=1), t.min(axis=1)
    hidden = np.isinf(distance)
    if occluders is not None:
        before = every_hit(occluders.vertices[occluders.triangles], camera, xy).min(axis=1)
        hidden |= before < distance
    return np.where(hidden, -1, triangle), distance


def texel_coordinates(mesh, camera, xy, triangle, shape):
    """Where the rays of xy meet the *planes* of the triangles, in texels (right, down)."""
    origins, directions = pixel_rays(camera, xy)
    a, b, c = np.moveaxis(mesh.corners[triangle], 1, 0)
    normal = np.cross(b - a, c - a)
    t = np.einsum("nk,nk->n", a - origins, normal) / np.einsum("nk,nk->n", directions, normal)
    point = origins + t[:, None] * directions
    edges = np.stack([b - a, c - a], axis=2)
    weights = np.einsum("nij,nj->ni", np.linalg.pinv(edges), point - a)
    uv0, uv1, uv2 = np.moveaxis(mesh.uvs[triangle], 1, 0)
    uv = uv0 + weights[:, :1] * (uv1 - uv0) + weights[:, 1:] * (uv2 - uv0)
    return np.column_stack([uv[:, 0] * shape[1], (1 - uv[:, 1]) * shape[0]])


def reference(mesh, camera, shape, subsamples, **scene):
    """The view matrix, coverage and cosine of an oriented mesh, written for clarity in float64."""
    shapes, offsets = pyramid_shapes(shape), pyramid_offsets(shape)
    shapes = [(h // mesh.textures, w) for h, w in shapes if h % mesh.textures == 0]
    ticks = (np.arange(subsamples) + 0.5) / subsamples
    matrix = np.zeros((camera.height * camera.width, offsets[-1]))
    hits, cosine = np.zeros(len(matrix)), np.zeros(len(matrix))
    rows, columns = np.divmod(np.arange(len(matrix)), camera.width)
    for dy in ticks:
        for dx in ticks:
            xy = np.column_stack([columns + dx, rows + dy])
            triangle, _ = cast(mesh, camera, xy, **scene)
            seen = np.flatnonzero(triangle >= 0)
            triangle, xy = triangle[seen], xy[seen]
            a, b, c = np.moveaxis(mesh.corners[triangle], 1, 0)
            normal = np.cross(b - a, c - a)
            normal /= np.linalg.norm(normal, axis=1, keepdims=True)
            _, directions = pixel_rays(camera, xy)
            hits[seen] += 1
            cosine[seen] += np.maximum(-np.einsum("nk,nk->n", normal, directions), 0)
            move = [
                texel_coordinates(mesh, camera, xy + step, triangle, shapes[0])
                - texel_coordinates(mesh, camera, xy - step, triangle, shapes[0])
                for step in ([1e-4, 0], [0, 1e-4])
            ]
            axes = np.linalg.svd(np.stack(move, axis=2) / 2e-4, compute_uv=False)
            stride = np.maximum(axes[:, 1] / 3, axes[:, 0] / subsamples)
            level = np.clip(np.floor(np.log2(stride)), 0, len(shapes) - 1).astype(int)
            place = texel_coordinates(mesh, camera, xy, triangle, (1, 1))
            number = mesh.texture[triangle]
            for pixel, k, (x, y), texture in zip(seen, level, place, number, strict=True):
                h, w = shapes[k]
                x, y = x * w - 0.5, y * h - 0.5
                for i, j in np.ndindex(2, 2):
                    row, column = int(np.floor(y)) + i, int(np.floor(x)) + j
                    weight = (1 - abs(y - row)) * (1 - abs(x - column))
                    row = row % h + texture * h
                    matrix[pixel, offsets[k] + row * w + column % w] += weight
    share = subsamples**2
    return matrix / share, hits / share, cosine / np.maximum(hits, 1)


def expect_brute_force(mesh, camera, shape, method, **scene):
    """The view equals the reference; returns the reference's coverage."""
    ready = trace_ready(mesh, **scene)
    view = view_map(ready, camera, shape, subsamples=3, method=method)
    matrix, coverage, cosine = reference(mesh, camera, shape, 3, **scene)
    assert np.abs(view.coverage.ravel() - coverage).max() == 0
    assert np.allclose(view.cosine.ravel(), cosine, atol=1e-4)
    # A footprint within rounding of a level's border may fall on the other side of it.
    agrees = np.abs(matrix_of(view).toarray() - matrix).max(axis=1) < 2e-3
    assert agrees.mean() > 0.99
    return coverage
