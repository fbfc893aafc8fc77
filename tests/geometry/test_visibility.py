from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import binary_erosion
from scipy.sparse import csr_matrix
from shapes import plane, torus, uv_sphere

from geometry.cameras import Camera, pixel_rays, surrounding_cameras
from geometry.errors import InputError
from geometry.pyramid import build_pyramid, pyramid_offsets, pyramid_shapes
from geometry.surface import uv_surface
from geometry.visibility import trace_ready, view_map

RING = torus(16, 8)
RING_VIEW = replace(
    surrounding_cameras(RING, 5, 24, seed=2)[1], height=18, shift_x=0.1, shift_y=-0.05
)
OVERHEAD = ((1.0, 0, 0, 0), (0, 1.0, 0, 0), (0, 0, 1.0, 4.0), (0, 0, 0, 1.0))


def matrix_of(view):
    s = view.sampling
    return csr_matrix((s.weights, s.indices, s.indptr), shape=(s.rows, s.columns))


def cast(mesh, camera, xy):
    """Nearest hits by brute force in float64 (Möller and Trumbore 1997): triangle or -1, and the
    distance, (N,) each."""
    origins, directions = pixel_rays(camera, xy)
    a, b, c = np.moveaxis(mesh.corners, 1, 0)
    e1, e2 = b - a, c - a
    p = np.cross(directions[:, None], e2)
    det = np.einsum("nfk,fk->nf", p, e1)
    s = origins[:, None] - a
    q = np.cross(s, e1)
    with np.errstate(divide="ignore", invalid="ignore"):
        v = np.einsum("nfk,nfk->nf", s, p) / det
        w = np.einsum("nfk,nk->nf", q, directions) / det
        t = np.einsum("nfk,fk->nf", q, e2) / det
        hit = (v >= 0) & (w >= 0) & (v + w <= 1) & (t > 0)
    t = np.where(hit, t, np.inf)
    triangle = t.argmin(axis=1)
    distance = t[np.arange(len(xy)), triangle]
    return np.where(np.isfinite(distance), triangle, -1), distance


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


def reference(mesh, camera, shape, subsamples):
    """The view matrix, coverage and cosine, written for clarity in float64."""
    shapes, offsets = pyramid_shapes(shape), pyramid_offsets(shape)
    ticks = (np.arange(subsamples) + 0.5) / subsamples
    matrix = np.zeros((camera.height * camera.width, offsets[-1]))
    hits, cosine = np.zeros(len(matrix)), np.zeros(len(matrix))
    rows, columns = np.divmod(np.arange(len(matrix)), camera.width)
    for dy in ticks:
        for dx in ticks:
            xy = np.column_stack([columns + dx, rows + dy])
            triangle, _ = cast(mesh, camera, xy)
            seen = np.flatnonzero(triangle >= 0)
            triangle, xy = triangle[seen], xy[seen]
            a, b, c = np.moveaxis(mesh.corners[triangle], 1, 0)
            normal = np.cross(b - a, c - a)
            normal /= np.linalg.norm(normal, axis=1, keepdims=True)
            _, directions = pixel_rays(camera, xy)
            hits[seen] += 1
            cosine[seen] += np.abs(np.einsum("nk,nk->n", normal, directions))
            move = [
                texel_coordinates(mesh, camera, xy + step, triangle, shape)
                - texel_coordinates(mesh, camera, xy - step, triangle, shape)
                for step in ([1e-4, 0], [0, 1e-4])
            ]
            axes = np.linalg.svd(np.stack(move, axis=2) / 2e-4, compute_uv=False)
            stride = np.maximum(axes[:, 1] / 3, axes[:, 0] / subsamples)
            level = np.clip(np.floor(np.log2(stride)), 0, len(shapes) - 1).astype(int)
            place = texel_coordinates(mesh, camera, xy, triangle, shape)
            for pixel, k, (x, y) in zip(seen, level, place, strict=True):
                h, w = shapes[k]
                x, y = x * w / shape[1] - 0.5, y * h / shape[0] - 0.5
                for i, j in np.ndindex(2, 2):
                    row, column = int(np.floor(y)) + i, int(np.floor(x)) + j
                    weight = (1 - abs(y - row)) * (1 - abs(x - column))
                    matrix[pixel, offsets[k] + row % h * w + column % w] += weight
    share = subsamples**2
    return matrix / share, hits / share, cosine / np.maximum(hits, 1)


# 16: magnified, level 0 only. 256: minified, several levels. The other two are not square.
@pytest.mark.parametrize("shape", [(16, 16), (256, 256), (96, 64), (7, 10)])
@pytest.mark.parametrize("kind", ["PERSP", "ORTHO"])
@pytest.mark.parametrize("method", ["auto", "rays"])
def test_the_view_is_that_of_brute_force(shape, kind, method):
    camera = replace(RING_VIEW, kind=kind, ortho_scale=3.0)
    view = view_map(RING, camera, shape, subsamples=3, method=method)
    matrix, coverage, cosine = reference(RING, camera, shape, subsamples=3)
    assert view.coverage.shape == view.cosine.shape == (18, 24)
    assert 0.2 < coverage.mean() < 0.9
    assert np.abs(view.coverage.ravel() - coverage).max() == 0
    assert np.allclose(view.cosine.ravel(), cosine, atol=1e-4)
    ours = matrix_of(view).toarray()
    assert ours.shape == matrix.shape
    # A footprint within rounding of a level's border may fall on the other side of it.
    agrees = np.abs(ours - matrix).max(axis=1) < 2e-3
    assert agrees.mean() > 0.99


@pytest.mark.parametrize("subsamples", [1, 4, 8])
def test_rows_sum_to_coverage_and_constants_stay_constant(subsamples):
    view = view_map(RING, RING_VIEW, (64, 32), subsamples)
    matrix = matrix_of(view)
    assert np.allclose(matrix.sum(axis=1).ravel(), view.coverage.ravel(), atol=1e-6)
    assert view.sampling.weights.min() >= 0
    picture = matrix @ build_pyramid(np.full((64, 32, 3), 0.7))
    assert np.allclose(picture, 0.7 * view.coverage.reshape(-1, 1), atol=1e-6)


def test_the_matrix_is_canonical_and_repeatable():
    view, again = (view_map(RING, RING_VIEW, (128, 128), 8) for _ in range(2))
    s = view.sampling
    assert matrix_of(view).has_canonical_format  # ascending columns, none twice
    assert (s.indptr.dtype, s.indices.dtype, s.weights.dtype) == (np.int64, np.int32, np.float64)
    assert s.columns == pyramid_offsets((128, 128))[-1]
    for name in ("indptr", "indices", "weights"):
        assert np.array_equal(getattr(s, name), getattr(again.sampling, name))


def test_views_may_be_made_in_threads():
    cameras = surrounding_cameras(RING, 6, 32)
    ready = trace_ready(RING)
    alone = [view_map(ready, camera, (64, 64)) for camera in cameras]
    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(lambda camera: view_map(ready, camera, (64, 64)), cameras))
    for one, other in zip(alone, together, strict=True):
        assert np.array_equal(one.sampling.indices, other.sampling.indices)
        assert np.array_equal(one.sampling.weights, other.sampling.weights)


def test_bands_join_without_a_seam(monkeypatch):
    whole = view_map(RING, RING_VIEW, (64, 64), 2)
    monkeypatch.setattr("geometry.visibility.BAND_ENTRIES", 24 * 16 * 5)
    banded = view_map(RING, RING_VIEW, (64, 64), 2)
    assert np.array_equal(whole.sampling.indptr, banded.sampling.indptr)
    assert np.array_equal(whole.sampling.weights, banded.sampling.weights)


def test_a_picture_plane_reads_its_texture_pixel_by_pixel():
    camera = Camera(OVERHEAD, 8, 8, kind="ORTHO", ortho_scale=2.0)
    view = view_map(plane(), camera, (8, 8), subsamples=1)
    texture = np.random.default_rng(0).random((8, 8, 3))
    assert np.allclose(matrix_of(view) @ build_pyramid(texture), texture.reshape(-1, 3), atol=1e-5)
    assert np.allclose(view.cosine, 1)


@pytest.mark.parametrize(("level", "size"), [(0, 16), (1, 64), (2, 128)])
def test_minification_reads_the_level_that_the_filter_names(level, size):
    # An 8 pixel picture of a size texel square: stride = size / 8 / min(3, subsamples = 4).
    camera = Camera(OVERHEAD, 8, 8, kind="ORTHO", ortho_scale=2.0)
    view = view_map(plane(), camera, (size, size), subsamples=4)
    offsets = pyramid_offsets((size, size))
    assert view.sampling.indices.min() >= offsets[level]
    assert view.sampling.indices.max() < offsets[level + 1]


def test_both_sides_of_an_open_mesh_are_seen():
    below = ((1.0, 0, 0, 0), (0, -1.0, 0, 0), (0, 0, -1.0, -4.0), (0, 0, 0, 1.0))
    view = view_map(plane(), Camera(below, 16, 16), (8, 8))
    assert view.coverage[8, 8] == 1
    assert view.cosine[8, 8] > 0.9


@pytest.mark.parametrize(
    ("start", "end", "seen"), [(0.1, 100.0, 1.0), (3.5, 100.0, 0.0), (0.1, 2.9, None)]
)
def test_clip_planes_cut_the_view(start, end, seen):
    """A sphere from above: its top, then without the top the bottom's inside, then nothing."""
    camera = Camera(OVERHEAD, 16, 16, clip_start=start, clip_end=end)
    view = view_map(uv_sphere(32, 16), camera, (64, 64), 2)
    if seen is None:
        assert view.coverage.max() == 0
        assert len(view.sampling.indices) == 0
        return
    north_white = np.repeat([1.0, 0.0], 32)[:, None, None] * np.ones((1, 64, 1))
    picture = (matrix_of(view) @ build_pyramid(north_white)).reshape(16, 16)
    # Beside the pole, where REPEAT mixes the poles' rows.
    assert picture[8, 10] == pytest.approx(seen, abs=1e-6)
    assert view.coverage[8, 10] == 1


@pytest.mark.parametrize("scale", [1e-4, 1.0, 1e4])
@pytest.mark.parametrize("far", [0.0, 1e4])
def test_float32_serves_any_scene(scale, far):
    """The same picture from the same place, wherever and how large the scene is."""
    move = np.array([far, -far, far]) * scale
    pose = np.array(RING_VIEW.matrix_world)
    pose[:3, 3] = pose[:3, 3] * scale + move
    camera = replace(
        RING_VIEW,
        matrix_world=tuple(map(tuple, pose.tolist())),
        clip_start=RING_VIEW.clip_start * scale,
        clip_end=RING_VIEW.clip_end * scale,
    )
    moved = replace(RING, vertices=RING.vertices * scale + move)
    texture = build_pyramid(np.random.default_rng(0).random((32, 32, 3)))
    here = matrix_of(view_map(RING, RING_VIEW, (32, 32))) @ texture
    there = matrix_of(view_map(moved, camera, (32, 32))) @ texture
    assert np.abs(here - there).mean() < 1e-3


@pytest.mark.parametrize("kind", ["PERSP", "ORTHO"])
def test_rasterising_agrees_with_rays(kind):
    mesh = torus(300, 150)
    camera = replace(surrounding_cameras(mesh, 5, 200)[3], kind=kind, ortho_scale=3.0)
    texture = build_pyramid(np.random.default_rng(0).random((64, 64, 1)))
    raster, rays = (view_map(mesh, camera, (64, 64), 4, method=m) for m in ("auto", "rays"))
    differs = np.abs(matrix_of(raster) @ texture - matrix_of(rays) @ texture).ravel() > 1e-3
    assert differs.mean() < 1e-4
    assert (raster.coverage != rays.coverage).mean() < 1e-4


@pytest.mark.parametrize("method", ["auto", "rays"])
def test_closed_meshes_have_no_cracks(method):
    sphere = uv_sphere(400, 200)
    camera = surrounding_cameras(sphere, 3, 200, seed=1)[0]
    coverage = view_map(sphere, camera, (8, 8), 4, method=method).coverage
    y, x = np.mgrid[0:200, 0:200] + 0.5 - 100
    inside = np.hypot(x, y) < 93
    assert coverage[inside].min() == 1
    assert coverage[np.hypot(x, y) > 97].max() == 0


@pytest.mark.parametrize("side", [64, 256])
def test_a_view_of_painted_positions_shows_where_each_pixel_is(side):
    """Texels know their surface point, views know their texels: through both, a pixel shows the
    point that its ray meets, up to the size of a texel."""
    surface = uv_surface(RING, side, side, margin=2)
    camera = replace(RING_VIEW, shift_x=0.0, shift_y=0.0)
    view = view_map(RING, camera, (side, side), 8)
    shown = matrix_of(view) @ build_pyramid(surface.position)
    whole = np.flatnonzero(binary_erosion(view.coverage == 1).ravel())
    rows, columns = np.divmod(whole, camera.width)
    xy = np.column_stack([columns, rows]) + 0.5
    origins, directions = pixel_rays(camera, xy)
    _, distance = cast(RING, camera, xy)
    error = np.linalg.norm(shown[whole] - (origins + distance[:, None] * directions), axis=1)
    assert len(whole) > 50
    assert np.median(error) < 0.01  # the ring is 2.8 wide, a pixel about 0.12


@pytest.mark.parametrize("inside", [(0.2, 0.1, 0.0), (0.97, 0.0, 0.0)])
def test_a_camera_inside_the_mesh_sees_it_all_around(inside):
    """Triangles behind the camera and across its near plane must not spoil the picture."""
    pose = np.array(OVERHEAD)
    pose[:3, 3] = inside
    camera = Camera(tuple(map(tuple, pose.tolist())), 24, 24, clip_start=0.05)
    view = view_map(uv_sphere(24, 12), camera, (8, 8), 2)
    assert view.coverage.min() == 1


@pytest.mark.parametrize("subsamples", [0, 17])
def test_impossible_subsamples_are_refused(subsamples):
    with pytest.raises(InputError) as refused:
        view_map(RING, RING_VIEW, (8, 8), subsamples)
    assert refused.value.code == "view-bad-subsamples"
