"""Vertex colours as a base colour."""

import numpy as np

from geometry.mesh.mesh import make_mesh
from service.inputs.vertex_colours import coloured_base
from service.mesh_files.loading import LoadedMesh
from service.mesh_files.parts import Part
from service.pictures.look import Look, to_linear, to_srgb

POINTS = np.array([(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0)], float)
FACES = np.array([(0, 1, 2), (0, 2, 3)])
ENDS = np.uint8([(255, 0, 0, 255), (0, 0, 255, 255), (0, 0, 255, 255), (255, 0, 0, 255)])
CHECKS = np.full((8, 8, 4), (200, 100, 50, 255), np.uint8)


def loaded(*parts):
    faces = np.concatenate([p.triangles + 4 * k for k, p in enumerate(parts)])
    mesh = make_mesh(
        np.concatenate([p.vertices for p in parts]),
        faces,
        np.concatenate([p.uvs[p.triangles] for p in parts]),
        np.repeat(np.arange(len(parts)), 2),
    )
    return LoadedMesh(mesh, parts, (), "Y")


def square(look, colours=None, side=1.0):
    return Part(POINTS, FACES, side * POINTS[:, :2], None, look, colours)


def test_vertex_colours_are_drawn_over_the_layout_and_mixed_as_light():
    base = coloured_base(None, loaded(square(Look("a"), ENDS)), 64)
    assert base.shape == (64, 64, 4) and (base[..., 3] == 255).all()
    assert (abs(base[:, 0, :3].astype(int) - (255, 0, 0)) < 25).all()
    assert (abs(base[:, -1, :3].astype(int) - (0, 0, 255)) < 25).all()
    red = to_srgb(1 - (np.arange(64) + 0.5) / 64) * 255
    np.testing.assert_allclose(base[..., 0], np.broadcast_to(red, (64, 64)), atol=1)


def test_they_tint_pictures_and_keep_their_alpha():
    half = np.full((4, 4), (255, 255, 255, 128), np.uint8)
    half[:, 1] = np.rint(255 * to_srgb(np.array(0.5)))
    pictured = square(Look("p", CHECKS), half)
    base = coloured_base(CHECKS, loaded(pictured), 64)
    assert base.shape == CHECKS.shape
    green = 255 * to_srgb(to_linear(np.array(100 / 255)) / 2)
    np.testing.assert_allclose(base.reshape(-1, 4), np.tile((200, green, 50, 128), (64, 1)), atol=1)


def test_textures_without_vertex_colours_stay_as_they_are():
    both = loaded(
        square(Look("c"), ENDS), square(Look("p", CHECKS)), square(Look("f", None, ENDS[1]))
    )
    given = np.concatenate([CHECKS // 2, CHECKS, CHECKS // 3])
    base = coloured_base(given, both, 64)
    assert base.shape == (24, 8, 4) and base[:8, 0, 0].min() > 200 > base[:8, -1, 0].max()
    np.testing.assert_array_equal(base[8:16], CHECKS)
    assert (base[16:] == ENDS[1]).all()
    assert coloured_base(given, loaded(square(Look("p", CHECKS))), 64) is given


def test_texels_far_from_all_islands_have_the_mean_colour():
    base = coloured_base(None, loaded(square(Look("a"), ENDS, side=0.25)), 128)
    corner = base[:32, 52:96].reshape(-1, 4)
    assert len(np.unique(corner, axis=0)) == 1 and 150 < corner[0, 0] < 220
    assert (abs(base[-8, 0, :3].astype(int) - (255, 0, 0)) < 40).all()
