"""What a camera sees of a mesh: views against an oracle, and what must hold of all."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from brute_force import (
    RING,
    RING_VIEW,
    cast,
    expect_brute_force,
    matrix_of,
    reference,
)
from scipy.ndimage import binary_erosion
from shapes import plane, torus, uv_sphere

from geometry.errors import InputError
from geometry.maps.pyramid import build_pyramid, pyramid_offsets
from geometry.mesh.mesh import make_occluders
from geometry.mesh.surface import uv_surface
from geometry.seeing.cameras import Camera, pixel_rays
from geometry.seeing.surrounding import surrounding_cameras
from geometry.seeing.visibility import trace_ready, view_map

OVERHEAD = ((1.0, 0, 0, 0), (0, 1.0, 0, 0), (0, 0, 1.0, 4.0), (0, 0, 0, 1.0))


# 16: magnified, level 0 only. 256: minified, several levels. The other two are not square.
@pytest.mark.parametrize(
    "shape", [(16, 16), pytest.param((256, 256), marks=pytest.mark.slow), (96, 64), (7, 10)]
)
@pytest.mark.parametrize("kind", ["PERSP", "ORTHO"])
@pytest.mark.parametrize("method", ["auto", "rays"])
def test_the_view_is_that_of_brute_force(shape, kind, method):
    camera = replace(RING_VIEW, kind=kind, ortho_scale=3.0)
    coverage = expect_brute_force(RING, camera, shape, method)
    assert 0.2 < coverage.mean() < 0.9


def two_textures(mesh):
    """The mesh with every third face painted by a second texture."""
    return replace(mesh, texture=(np.arange(len(mesh.triangles)) % 3 == 0).astype(np.int32))


def posed(camera, eye, target):
    """The camera moved to look from ``eye`` at ``target``."""
    away = np.subtract(eye, target) / np.linalg.norm(np.subtract(eye, target))
    right = np.cross((0.0, 0.0, 1.0), away)
    right /= np.linalg.norm(right)
    pose = np.eye(4)
    pose[:3] = np.column_stack([right, np.cross(away, right), away, eye])
    return replace(camera, matrix_world=tuple(map(tuple, pose.tolist())))


@pytest.mark.parametrize("kind", ["PERSP", "ORTHO"])
@pytest.mark.parametrize("method", ["auto", "rays"])
def test_clip_planes_cut_triangles_as_rays_do(kind, method):
    """From within the tube, wide-angled, near and far plane through the mesh: its backs are seen
    as well, corners lie behind the camera and far outside the picture."""
    camera = Camera(
        width=20, height=16, lens=20.0, kind=kind, ortho_scale=2.0, clip_start=0.15, clip_end=1.8
    )
    camera = posed(camera, (0.9, -0.8, 0.1), (0.1, 0.3, 0.0))
    coverage = expect_brute_force(RING, camera, (32, 32), method)
    assert 0.3 < coverage.mean() < 0.99
    whole = reference(RING, replace(camera, clip_start=1e-6, clip_end=1e6), (32, 32), 3)[1]
    assert not np.array_equal(coverage, whole)


@pytest.mark.parametrize("kind", ["PERSP", "ORTHO"])
@pytest.mark.parametrize("method", ["auto", "rays"])
def test_occluders_hide_and_are_not_painted(kind, method):
    camera = replace(RING_VIEW, kind=kind, ortho_scale=3.0)
    bar = torus(12, 6, radius=0.7, tube=0.2)
    turned = bar.vertices[:, [2, 0, 1]] + (0.3, 0.6, 0.1)
    ground = np.array([(-900.0, -900, -0.2), (900, -900, -0.2), (0, 1200, -0.2)])
    both = make_occluders(
        np.concatenate([turned, ground]),
        np.concatenate([bar.triangles, len(turned) + np.arange(3)[None]]),
    )
    coverage = expect_brute_force(RING, camera, (64, 64), method, occluders=both)
    alone = view_map(RING, camera, (64, 64), 3).coverage.ravel()
    assert 0.1 < coverage.sum() / alone.sum() < 0.9
    assert (coverage <= alone).all()


@pytest.mark.parametrize("method", ["auto", "rays"])
def test_each_texture_is_read_in_its_own_rows(method):
    mesh = two_textures(RING)
    expect_brute_force(mesh, RING_VIEW, (32, 16), method)
    # Much minified: the pyramid ends where its levels would mix the textures.
    colours = np.repeat([[1.0, 0, 0], [0, 1.0, 0]], 3 * 128, axis=0)[:, None].repeat(3 * 128, 1)
    view = view_map(mesh, replace(RING_VIEW, width=4, height=3), colours.shape[:2], 2)
    picture = matrix_of(view) @ build_pyramid(colours)
    numbers = replace(mesh, uvs=np.full_like(mesh.uvs, 0.5))  # a texture's middle: no wrapping
    plain = matrix_of(view_map(numbers, replace(RING_VIEW, width=4, height=3), (2, 1), 2))
    assert np.allclose(picture[:, :2], plain.toarray()[:, :2], atol=1e-6)
    assert plain.toarray().min(axis=1).max() > 0.1  # pixels that see both


@pytest.mark.parametrize("method", ["auto", "rays"])
@pytest.mark.parametrize("textures", [1, 2])
def test_the_view_goes_on_through_holes(method, textures):
    """Lace: most of the ring's front is clear, and its back is seen through it."""
    mesh = RING if textures == 1 else two_textures(RING)
    holes = np.random.default_rng(3).random((12, 10)) < 0.6
    bar = torus(6, 4, radius=0.5, tube=0.1)
    hiding = make_occluders(np.add(bar.vertices, (0.5, 0, 0)), bar.triangles)
    scene = {"holes": holes, "occluders": hiding}
    coverage = expect_brute_force(mesh, RING_VIEW, (32, 32), method, **scene)
    alone = view_map(RING, RING_VIEW, (32, 32), 3).coverage.ravel()
    assert 0.3 < coverage.sum() / alone.sum() < 0.9


def test_a_mesh_full_of_holes_is_not_seen():
    ready = trace_ready(RING, holes=np.ones((4, 4), bool))
    assert view_map(ready, RING_VIEW, (8, 8)).coverage.max() == 0


@pytest.mark.parametrize(("rows", "holes"), [(9, None), (8, np.ones((3, 4), bool))])
def test_rows_that_textures_cannot_share_are_refused(rows, holes):
    with pytest.raises(InputError) as refused:
        view_map(trace_ready(two_textures(RING), holes=holes), RING_VIEW, (rows, 8))
    assert refused.value.code == "texture-bad-size"


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
    monkeypatch.setattr("geometry.seeing.visibility.BAND_ENTRIES", 24 * 16 * 5)
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


BELOW = ((1.0, 0, 0, 0), (0, -1.0, 0, 0), (0, 0, -1.0, -4.0), (0, 0, 0, 1.0))


@pytest.mark.parametrize("method", ["auto", "rays"])
def test_backs_are_seen_but_do_not_count(method):
    view = view_map(plane(), Camera(BELOW, 16, 16), (8, 8), method=method)
    assert view.coverage[8, 8] == 1
    assert view.sampling.indptr[8 * 16 + 9] > view.sampling.indptr[8 * 16 + 8]
    assert view.cosine.max() == 0


@pytest.mark.parametrize("pose", [OVERHEAD, BELOW])
def test_both_sides_count_where_faces_disagree_about_the_front(pose):
    grid = plane(4, 4)
    flipped = np.arange(len(grid.triangles)) % 2 == 0
    triangles, uvs = grid.triangles.copy(), grid.uvs.copy()
    triangles[flipped], uvs[flipped] = triangles[flipped, ::-1], uvs[flipped, ::-1]
    mixed = replace(grid, triangles=triangles, uvs=uvs)
    assert not mixed.oriented
    assert view_map(mixed, Camera(pose, 16, 16), (8, 8)).cosine[5:10, 5:10].min() > 0.9


def test_a_mesh_turned_inside_out_is_turned_back():
    outside = view_map(RING, RING_VIEW, (16, 16))
    inverted = replace(RING, triangles=RING.triangles[:, ::-1], uvs=RING.uvs[:, ::-1])
    view = view_map(inverted, RING_VIEW, (16, 16))
    assert np.allclose(view.cosine, outside.cosine, atol=1e-5)
    assert view.cosine.max() > 0.9


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


def test_a_floor_has_no_cracks_where_it_is_cut():
    """A finely divided floor, 10 km wide, from 1 m above it: cut by the near plane below the
    camera, with corners behind it and a million pixels away; each pixel below is full."""
    floor = plane(120, 120)
    floor = replace(floor, vertices=floor.vertices * (5e3, 5e3, 0) + (1.7, -2.3, 0))
    eye = posed(Camera(width=64, height=64, lens=10, clip_start=0.9), (0, 0, 1), (0, 10, 0.3))
    eye = replace(eye, clip_end=3e3)
    y, x = np.mgrid[0:64, 0:64] + 0.5
    origins, directions = pixel_rays(eye, np.column_stack([x.ravel(), y.ravel()]))
    with np.errstate(divide="ignore"):
        depth = (
            -origins[:, 2] / directions[:, 2] * (directions @ -np.array(eye.matrix_world)[:3, 2])
        )
    below = ((depth > 0.9) & (depth < 3e3)).reshape(64, 64)
    coverage = view_map(floor, eye, (8, 8), 8).coverage
    assert 0.2 < below.mean() < 0.8
    assert coverage[binary_erosion(below, border_value=1)].min() == 1
    assert coverage[binary_erosion(~below, border_value=1)].max() == 0


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
