"""A mesh's textures at one resolution: one scale for all cameras, gradual detail, base and mask at
the size that views read."""

import dataclasses

import numpy as np
import pytest
from shapes import cube, plane, uv_sphere, vase

from geometry.errors import InputError
from geometry.mesh.mesh import make_mesh
from geometry.mesh.surface import uv_surface
from geometry.seeing.cameras import Camera
from geometry.seeing.surrounding import surrounding_cameras
from geometry.seeing.visibility import trace_ready, view_map
from geometry.texture.layout import pixels_per_unit
from geometry.texture.margins import margin_map
from service.inputs.body import Body
from service.recipe.recipe import Recipe
from service.scene import make_scene
from service.spaces.mesh_design import MARGIN_TEXELS

BALL = uv_sphere(16, 8)


def design_of(body, width=128, group="1", **fields):
    body = body if isinstance(body, Body) else Body(body)
    scene = make_scene(Recipe(target="mesh", group=group, size=width, **fields), body)
    return scene.design(width)


def above(height=3.0, side=96, **fields):
    pose = ((1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, height), (0, 0, 0, 1))
    return Camera(width=side, height=side, matrix_world=pose, **fields)


def seen_by(mesh, shape, calls=None):
    traced = trace_ready(mesh)

    def see(camera):
        if calls is not None:
            calls.append(camera)
        return view_map(traced, camera, shape, 2)

    return see


# --- cameras ---------------------------------------------------------------------------------


def test_all_cameras_see_strokes_at_one_size():
    """Near and far, long and short lenses, upright and lying: a pixel is as long on the mesh."""
    near = above(3, lens=35)
    cameras = (
        near,
        above(9, lens=120),
        dataclasses.replace(near, width=200, height=50),
        dataclasses.replace(near, kind="ORTHO", ortho_scale=3.0),
    )
    design = design_of(Body(plane(8, 8), cameras), width=256)
    found = design.cameras(99)
    scales = np.array([pixels_per_unit(camera, plane(8, 8)) for camera in found])
    assert len(found) == 4
    assert scales == pytest.approx(np.full(4, scales[0]), rel=0.03)
    assert scales[0] == pytest.approx(128, rel=0.03)  # the texels': 256 across a square of side 2
    assert design.unit == pytest.approx(128 * 2 * np.sqrt(2), rel=0.01)  # its diameter


def test_automatic_cameras_are_few_and_share_a_scale():
    design = design_of(vase(), width=128)
    found = design.cameras(6)
    scales = [pixels_per_unit(camera, vase()) for camera in found]
    assert 4 <= len(found) <= 6
    assert max(scales) < 1.35 * min(scales)


def test_views_of_great_size_are_bounded_together():
    """A small thing far below, in a picture that is mostly empty: coarser, not without end."""
    design = design_of(Body(plane(), (above(300, lens=20), above(3))), width=4096)
    found = design.cameras(2)
    assert sum(camera.width * camera.height for camera in found) <= 1.1 * 24_000_000
    assert all(max(camera.width, camera.height) <= 4096 for camera in found)


def test_style_size_is_a_length_on_the_mesh():
    usual = design_of(BALL)
    half = design_of(BALL, style_size=1.0)  # of a ball of diameter 2
    assert half.unit == pytest.approx(usual.unit / 2, abs=1)
    large = make_mesh(50 * BALL.vertices, BALL.triangles, BALL.uvs)
    assert design_of(large).unit == pytest.approx(usual.unit, abs=1)


def test_cameras_that_see_nothing_are_left_out():
    away, behind = above(-9), above(3, clip_end=0.5)
    good = surrounding_cameras(BALL, 1, 64)[0]
    design = design_of(Body(BALL, (away, good, behind)), width=64)
    views = design.views(8, seen_by(BALL, design.coarse_shape))
    assert len(views) == 1 and views[0].coverage.max() > 0.9


def test_when_no_camera_sees_anything_it_is_said():
    design = design_of(Body(BALL, (above(-9),)), width=64)
    with pytest.raises(InputError, match="No view sees the mesh") as refused:
        design.views(8, seen_by(BALL, design.coarse_shape))
    assert refused.value.code == "nothing-seen" and refused.value.field == "cameras"


# --- detail ----------------------------------------------------------------------------------


def test_even_layouts_are_painted_as_fine_as_their_texels():
    design = design_of(plane(8, 8))
    design.cameras(4)
    assert design.detail().shape == design.canvas_shape
    assert design.detail().max() < 0.05


def test_dense_islands_are_painted_no_finer_than_views_show():
    """One side of the cube has an island three times as large as the others."""
    mesh = cube()
    uvs = mesh.uvs.copy()
    uvs[2:] = mesh.uvs[2:] / 3
    small = make_mesh(mesh.vertices, mesh.triangles, uvs)
    design = design_of(small, width=192)
    design.cameras(6)
    octaves = design.detail()[0]
    assert octaves.min() >= 0
    rows, columns = design.coarse_shape
    texels = uv_surface(small, columns, rows, 0)
    dense = octaves[texels.covered & (texels.triangle < 2)]
    sparse = octaves[texels.covered & (texels.triangle >= 2)]
    assert np.median(dense) == pytest.approx(np.log2(3), abs=0.3)
    assert np.median(sparse) < 0.3


def test_canvases_of_directions_have_no_detail_of_texels():
    design = design_of(BALL, group="432", action="direction")
    assert design.by_direction and design.detail() is None
    assert design.canvas_shape != (1, *design.coarse_shape)


# --- shapes, base and mask -------------------------------------------------------------------


@pytest.mark.parametrize("textures", [1, 2])
def test_shapes_follow_the_bases_aspect(textures):
    mesh = cube(textures=textures)
    base = np.full((40 * textures, 80, 4), 200, np.uint8)
    design = design_of(Body(mesh, base=base), width=160)
    assert design.shape == (80 * textures, 160)
    rows, columns = design.coarse_shape
    assert design.canvas_shape == (textures, rows // textures, columns)
    assert rows // textures % 32 == 0 == columns % 32
    assert columns / (rows // textures) == pytest.approx(2, rel=0.3)
    assert design_of(mesh, width=160).shape == (160 * textures, 160)
    flat = np.full((textures, 1, 4), 9, np.uint8)
    assert design_of(Body(mesh, base=flat), width=160).shape == (160 * textures, 160)


@pytest.mark.parametrize(("rows", "columns"), [(4, 4000), (4000, 4)])
def test_strips_of_colours_make_no_endless_textures(rows, columns):
    base = np.full((rows, columns, 4), 200, np.uint8)
    height, width = design_of(Body(BALL, base=base), width=128).shape
    assert 1 / 8 <= height / width <= 8


def test_base_and_mask_of_any_size_are_read_at_the_views_size():
    """A base whose left is red and right is blue, a mask whose upper half is painted."""
    base = np.zeros((60, 120, 4), np.uint8)
    base[:, :60], base[:, 60:] = (200, 0, 0, 255), (0, 0, 200, 255)
    mask = np.zeros((7, 14), np.uint8)
    mask[:3] = 255
    mask[3] = 128
    design = design_of(Body(BALL, base=base, mask=mask), width=120)
    rows, columns = design.coarse_shape
    seen = design.base.reshape(rows, columns, 3)
    assert np.allclose(seen[:, : columns // 2 - 3], (200 / 255, 0, 0), atol=0.01)
    assert np.allclose(seen[:, columns // 2 + 3 :], (0, 0, 200 / 255), atol=0.01)
    painted = design.mask.reshape(rows, columns)
    assert painted.min() >= 0 and painted.max() <= 1
    assert (painted[: rows // 4] > 0.99).all() and (painted[-rows // 4 :] < 0.01).all()
    assert painted.mean() == pytest.approx(0.5, abs=0.02)
    assert design_of(BALL).base is None and design_of(BALL).mask is None


def test_a_texel_of_colour_is_the_base_everywhere():
    base = np.uint8([[(10, 20, 30, 255)], [(1, 2, 3, 40)]])
    design = design_of(Body(cube(textures=2), base=base), width=64)
    rows, _ = design.coarse_shape
    colours = design.base.reshape(2, -1, 3)
    assert len(design.base) == rows * design.coarse_shape[1]
    np.testing.assert_allclose(colours[0], np.tile((10, 20, 30), (colours.shape[1], 1)) / 255)
    np.testing.assert_allclose(colours[1], np.tile((1, 2, 3), (colours.shape[1], 1)) / 255)


def test_stacked_bases_do_not_mix():
    random = np.random.default_rng(0).integers(0, 256, (2, 40, 40, 4), np.uint8)
    random[..., 3] = 255
    both = design_of(Body(cube(textures=2), base=random.reshape(80, 40, 4)), width=64)
    for k, base in enumerate(random):
        alone = design_of(Body(cube(), base=base), width=64)
        np.testing.assert_array_equal(np.split(both.base, 2)[k], alone.base)


# --- paint -----------------------------------------------------------------------------------


def test_without_a_group_paint_is_the_margins():
    design = design_of(cube(seed=1))
    expected = margin_map(cube(seed=1), design.coarse_shape, MARGIN_TEXELS)
    for name in ("indptr", "indices", "weights"):
        np.testing.assert_array_equal(getattr(design.paint, name), getattr(expected, name))


def test_what_one_image_shows_all_images_show():
    """Half of a ball that turns onto its other half: seen from one side, known on both."""
    design = design_of(BALL, width=96, group="44", colouring="2a")
    rows, columns = design.coarse_shape
    seen = np.zeros((rows, columns))
    seen[:, : columns // 4] = 1
    plain = design_of(BALL, width=96).with_images(seen)
    folded = design.with_images(seen)
    assert (plain[:, columns // 2 : -columns // 8] == 0).all()  # margins aside
    assert (folded[rows // 8 : -rows // 8] > 0).mean() > 0.95
