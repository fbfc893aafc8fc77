import numpy as np
import pytest
from shapes import plane, torus, uv_sphere

from geometry.maps.pyramid import build_pyramid
from geometry.mesh.mesh import make_mesh
from geometry.mesh.surface import uv_surface
from geometry.seeing.surrounding import surrounding_cameras
from geometry.seeing.visibility import trace_ready, view_map
from geometry.texture.coverage import (
    GREY,
    MAGENTA,
    SEEN_PIXELS,
    coverage_picture,
    seen_texels,
    surface_coverage,
)

RING = torus(32, 16)


def test_seen_texels_are_the_transpose_of_pyramid_and_views():
    shape = (48, 80)  # five levels, and small views: coarse levels are read
    traced = trace_ready(RING)
    views = [view_map(traced, camera, shape, 2) for camera in surrounding_cameras(RING, 3, 16)]
    rng = np.random.default_rng(1)
    texture, weights = rng.random((*shape, 3)), rng.random((3, 16, 16))
    seen = seen_texels([view.sampling for view in views], list(weights), shape)
    pyramid = build_pyramid(texture)
    there = sum(
        w.ravel() @ view.sampling.apply(pyramid) for w, view in zip(weights, views, strict=True)
    )
    assert np.einsum("ij,ijc->c", seen, texture) == pytest.approx(there, rel=1e-9)
    assert seen.sum() == pytest.approx(
        sum((w * view.coverage).sum() for w, view in zip(weights, views, strict=True)), rel=1e-5
    )


@pytest.mark.parametrize("side", [256, 16])  # 16: four triangles a texel
def test_coverage_is_a_part_of_the_surface_not_of_the_texture(side):
    texels = uv_surface(RING, side, side, 1)
    outer = np.linalg.norm(texels.position[..., :2], axis=-1) > 1  # half the texture, not the area
    ring = RING.corners.mean(axis=1)
    part = RING.areas[np.linalg.norm(ring[:, :2], axis=1) > 1].sum() / RING.areas.sum()
    assert part > 0.6
    assert surface_coverage(outer.astype(float), texels, RING) == pytest.approx(part, abs=0.03)
    assert surface_coverage(np.ones((side, side)), texels, RING) == pytest.approx(1)
    assert surface_coverage(np.full((side, side), SEEN_PIXELS), texels, RING) == 0


def test_faces_smaller_than_a_texel_count_with_the_texel_they_lie_in():
    fine = plane(64, 64)
    texels = uv_surface(fine, 8, 8, 1)
    seen = np.zeros((8, 8))
    seen[:3, :] = 1  # the top rows, v > 5/8
    assert surface_coverage(seen, texels, fine) == pytest.approx(3 / 8)


@pytest.mark.parametrize("uvs", [np.full((3, 2), 0.4), [(0.1, 0.1), (0.9, 0.7), (0.5, 0.4)]])
def test_faces_that_the_layout_collapses_are_never_seen(uvs):
    """To a point, or to a line with the rounding of 32 bits; also where others paint its texels."""
    layout = plane().uvs.copy()
    layout[1] = np.float32(uvs)
    mesh = make_mesh(plane().vertices, plane().triangles, layout)
    assert mesh.collapsed.tolist() == [False, True]
    texels = uv_surface(mesh, 16, 16, 1)
    assert surface_coverage(np.ones((16, 16)), texels, mesh) == pytest.approx(0.5)


def test_small_faces_and_faces_without_area_are_not_collapsed():
    assert not plane(3000, 1).collapsed.any()
    sphere = uv_sphere()  # triangles at its poles have no area on the surface
    assert (sphere.areas < 1e-12).any() and not sphere.collapsed.any()


def test_holes_are_no_surface():
    texels = uv_surface(plane(), 16, 16, 1)
    seen, holes = np.zeros((16, 16)), np.zeros((16, 16), bool)
    seen[:, :4], holes[:, 8:] = 1, True
    assert surface_coverage(seen, texels, plane()) == pytest.approx(1 / 4, abs=0.02)
    assert surface_coverage(seen, texels, plane(), holes) == pytest.approx(1 / 2, abs=0.02)
    seen[:, 12:] = 1  # what lies behind a hole's edge does not count
    assert surface_coverage(seen, texels, plane(), holes) == pytest.approx(1 / 2, abs=0.02)


def test_each_texture_of_a_mesh_counts_for_its_faces():
    one, number = plane(), np.array([0, 1])
    two = make_mesh(one.vertices, one.triangles, one.uvs, number)
    texels = uv_surface(two, 16, 32, 1)
    seen = np.zeros((32, 16))
    seen[16:] = 1
    assert surface_coverage(seen, texels, two) == pytest.approx(0.5, abs=0.01)


def test_the_picture_marks_what_is_not_seen():
    half = make_mesh(plane().vertices, plane().triangles[:1], plane().uvs[:1])
    texels = uv_surface(half, 64, 64, 2)
    texture = np.full((64, 64, 3), 30, np.uint8)
    seen = np.zeros((64, 64))
    seen[:, 40:] = 1
    picture = coverage_picture(texture, seen, texels)
    assert (picture[~texels.covered] == GREY).all()
    assert (picture[texels.covered & (seen > 0)] == 30).all()
    unseen = picture[texels.covered & (seen == 0)]
    marked = (unseen == MAGENTA).all(axis=-1)
    assert 0.4 < marked.mean() < 0.6
    assert (unseen[~marked] == 30).all()
