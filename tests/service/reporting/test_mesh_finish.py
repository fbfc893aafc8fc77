"""A painted mesh made whole: filled, its seams erased, the base kept where the mask says so."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from shapes import cube, plane, uv_sphere, vase

from geometry.mesh.mesh import make_mesh
from geometry.mesh.surface import uv_surface
from geometry.texture.coverage import SEEN_PIXELS
from service.inputs.body import Body
from service.recipe.recipe import Recipe
from service.reporting.mesh_finish import finish_mesh
from service.scene import make_scene

SIDE = 96
ALL = np.ones((8, 8))  # seen


def noise(rows, columns=SIDE, seed=0, smooth=1.5):
    """A smooth random texture, bytes."""
    rough = np.random.default_rng(seed).normal(size=(rows, columns, 3))
    smoothed = gaussian_filter(rough, (smooth, smooth, 0), mode="wrap")
    return np.uint8(np.clip(128 + 60 * smoothed / smoothed.std(), 0, 255))


def scene_of(mesh, base=None, mask=None, group="1", **fields):
    recipe = Recipe(target="mesh", group=group, size=SIDE, **fields)
    return make_scene(recipe, Body(mesh, base=base, mask=mask))


def random_base(rows, columns=SIDE, seed=5):
    base = np.random.default_rng(seed).integers(0, 256, (rows, columns, 4), np.uint8)
    base[..., 3] = 255
    return base


def test_where_the_mask_is_black_the_base_stays_to_the_bit():
    base, mask = random_base(SIDE), np.zeros((SIDE, SIDE), np.uint8)
    mask[20:50, 30:70] = 255
    mask[50:60, 30:70] = 100
    base[:5, :5, 3] = 0  # a hole
    base[70:75, :5, 3] = 130
    scene = scene_of(cube(), base, mask)
    picture = noise(SIDE)
    done = finish_mesh(scene, picture, ALL)
    np.testing.assert_array_equal(done.texture[mask == 0], base[mask == 0])
    np.testing.assert_array_equal(done.texture[..., 3], base[..., 3])
    unmasked = finish_mesh(scene_of(cube(), base), picture, ALL).texture.astype(float)
    np.testing.assert_array_equal(done.texture[mask == 255], unmasked[mask == 255])
    mixed = (100 * unmasked + 155 * base.astype(float))[mask == 100] / 255
    assert np.abs(done.texture[mask == 100] - mixed)[:, :3].max() <= 0.5 + 1e-9


def test_a_mask_of_another_size_keeps_what_is_black_all_around():
    base, mask = random_base(SIDE), np.zeros((20, 30), np.uint8)
    mask[:10] = 255
    done = finish_mesh(scene_of(cube(), base, mask), noise(SIDE), ALL).texture
    np.testing.assert_array_equal(done[55:], base[55:, :, :3])
    assert (done[:40] != base[:40, :, :3]).any(axis=2).mean() > 0.9


def test_a_flat_base_is_kept_too():
    mask = np.zeros((SIDE, SIDE), np.uint8)
    mask[:40] = 255
    base = np.uint8([[(200, 176, 144, 255)]])
    done = finish_mesh(scene_of(cube(), base, mask), noise(SIDE), ALL).texture
    assert (done[40:] == (200, 176, 144)).all() and done[:40].std() > 10


def test_textures_are_opaque_unless_the_base_is_not():
    assert finish_mesh(scene_of(plane()), noise(SIDE), ALL).texture.shape == (SIDE, SIDE, 3)
    solid = finish_mesh(scene_of(plane(), random_base(SIDE)), noise(SIDE), ALL)
    assert solid.texture.shape == (SIDE, SIDE, 3)


def test_what_no_view_saw_is_filled_from_its_surroundings():
    """A hole in the middle of a ramp: filled, without a trace of what stood there."""
    ramp = np.tile(np.linspace(60, 200, SIDE)[:, None], (1, SIDE))
    texture = np.dstack([np.round(ramp)] * 3).astype(np.uint8)
    seen = np.full((SIDE, SIDE), 9.0)
    seen[36:60, 36:60] = SEEN_PIXELS / 2
    garbage = texture.copy()
    garbage[36:60, 36:60] = (255, 0, 255)
    done = finish_mesh(scene_of(plane(4, 4)), garbage, seen)
    filled = done.texture[36:60, 36:60].astype(float)
    assert np.abs(filled - texture[36:60, 36:60]).max() < 12
    np.testing.assert_array_equal(done.texture[5:30, 40:60], texture[5:30, 40:60])
    assert done.figures.coverage == pytest.approx(1 - (24 / SIDE) ** 2, abs=0.01)
    marked = (done.coverage.astype(int) != done.texture).any(axis=2)
    assert marked[36:60, 36:60].mean() > 0.2 and not marked[:30].any()


def test_the_sight_of_coarse_views_counts_at_full_size():
    seen = np.zeros((4, 4))
    seen[:2] = 1
    done = finish_mesh(scene_of(plane(4, 4)), noise(SIDE), seen)
    assert done.figures.coverage == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("textures", [1, 2])
def test_seams_are_erased_on_every_mip_level(textures):
    mesh = cube(seed=4, textures=textures)
    done = finish_mesh(scene_of(mesh), noise(SIDE * textures, smooth=3), ALL)
    assert list(done.figures.seams) == ["mip0", "mip1", "mip2", "mip3"]
    assert max(done.figures.seams.values()) <= 1.05
    assert done.quality.seams == done.figures.seams
    assert done.texture.shape == done.coverage.shape == (SIDE * textures, SIDE, 3)


def test_a_surface_without_seams_has_no_ratio():
    figures = finish_mesh(scene_of(plane(4, 4)), noise(SIDE), ALL).figures
    assert set(figures.seams.values()) == {None}
    assert figures.overlap == 0 and figures.coverage == pytest.approx(1)
    assert figures.density == pytest.approx(SIDE / 2)  # a square of side 2
    assert figures.stretch_median == figures.stretch_95 == pytest.approx(1)
    assert figures.spread == pytest.approx(1) and figures.deviation is None


def test_stretch_and_overlap_are_told():
    wide = plane(4, 4)
    wide = make_mesh(wide.vertices * (3, 1, 1), wide.triangles, wide.uvs)
    assert finish_mesh(scene_of(wide), noise(SIDE), ALL).figures.stretch_median == (
        pytest.approx(3)
    )
    twice = make_mesh(
        np.concatenate([wide.vertices, wide.vertices + (0, 0, 5)]),
        np.concatenate([wide.triangles, wide.triangles + len(wide.vertices)]),
        np.concatenate([wide.uvs, wide.uvs]),
    )
    assert finish_mesh(scene_of(twice), noise(SIDE), ALL).figures.overlap > 0.95


def test_each_of_several_textures_keeps_its_own_base_and_margins():
    mesh = cube(textures=2)
    base, mask = random_base(2 * SIDE), np.full((2 * SIDE, SIDE), 255, np.uint8)
    mask[SIDE:] = 0  # the second is kept
    done = finish_mesh(scene_of(mesh, base, mask), noise(2 * SIDE), ALL).texture
    np.testing.assert_array_equal(done[SIDE:], base[SIDE:, :, :3])
    texels = uv_surface(mesh, SIDE, 2 * SIDE, 0)
    assert (done[:SIDE][texels.covered[:SIDE]].std(axis=0) > 10).all()


def test_symmetry_is_measured_where_the_group_moves_the_surface():
    mesh = vase(columns=48, rows=24)
    rough = finish_mesh(scene_of(mesh, group="C12"), noise(SIDE), ALL)
    assert rough.figures.deviation < 0.01 and rough.quality.symmetry_rms > 5
    plain = np.full((SIDE, SIDE, 3), 99, np.uint8)
    assert finish_mesh(scene_of(mesh, group="C12"), plain, ALL).quality.symmetry_rms < 1e-9
    for fields in ({"group": "432", "action": "direction"}, {}):
        done = finish_mesh(scene_of(uv_sphere(16, 8), **fields), plain, ALL)
        assert done.figures.deviation is None and not done.quality.symmetry


def test_faces_without_area_in_the_layout_are_counted_and_not_called_seen():
    box = cube()
    uvs = box.uvs.copy()
    uvs[:2] = uvs[0, 0]
    box = make_mesh(box.vertices, box.triangles, uvs)
    figures = finish_mesh(scene_of(box), noise(SIDE), ALL).figures
    part = box.areas[:2].sum() / box.areas.sum()
    assert figures.collapsed_triangles == 2 and figures.collapsed == pytest.approx(part)
    assert figures.coverage == pytest.approx(1 - part)
    whole = finish_mesh(scene_of(cube()), noise(SIDE), ALL).figures
    assert whole.collapsed == whole.collapsed_triangles == 0
