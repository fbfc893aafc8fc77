import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from shapes import cube, plane, torus

from geometry.mesh.mesh import make_mesh
from geometry.mesh.seams import find_seams
from geometry.mesh.surface import uv_surface
from geometry.texture.margins import margin_map
from geometry.texture.seam_erasure import erase_seams
from geometry.texture.seam_steps import seam_ratio

BAR = 1.05
LEVELS = range(4)


def noise(shape, features: float, seed: int = 0):
    """Colours (rows, columns, 3) around ½, in features of so many texels, all over the layout:
    islands do not agree about what is on their seams."""
    grains = np.random.default_rng(seed).normal(size=(*shape, 3))
    smooth = gaussian_filter(grains, (features / 2, features / 2, 0), mode="wrap")
    return np.clip(0.5 + 0.12 * smooth / smooth.std(), 0, 1)


def rounded(texture, shape):
    return np.rint(np.clip(texture, 0, 1) * 255).astype(np.uint8).reshape(*shape, 3)


def ratios(picture, mesh, seams):
    return [seam_ratio(picture, mesh, seams, level) for level in LEVELS]


@pytest.mark.parametrize("features", [4, 16])
@pytest.mark.parametrize("mesh", [cube(), cube(1), cube(2, textures=2)])
def test_seams_of_a_cube_are_erased_on_all_levels(mesh, features):
    seams, shape = find_seams(mesh), (256 * mesh.textures, 256)
    texture = noise(shape, features)
    before = ratios(texture, mesh, seams)
    erased = erase_seams(texture.reshape(-1, 3), mesh, seams, shape, 16)
    after = ratios(rounded(erased, shape), mesh, seams)
    assert before[0] > 3
    assert before[0] == max(before)
    assert max(after) <= BAR
    # Not by wiping everything out near the seams.
    assert min(after) > 0.3


@pytest.mark.slow
def test_seams_of_an_unwrapped_monkey_are_erased(empty_blender):
    bpy = empty_blender
    bpy.ops.mesh.primitive_monkey_add()
    bpy.ops.object.mode_set(mode="EDIT")
    bpy.ops.mesh.select_all(action="SELECT")
    bpy.ops.uv.smart_project(island_margin=0.01)
    bpy.ops.object.mode_set(mode="OBJECT")
    data = bpy.context.object.data
    data.calc_loop_triangles()
    points = np.array([vertex.co[:] for vertex in data.vertices])
    triangles = np.array([triangle.vertices[:] for triangle in data.loop_triangles])
    loops = np.array([triangle.loops[:] for triangle in data.loop_triangles])
    uvs = np.array([loop.uv[:] for loop in data.uv_layers.active.data])[loops]
    mesh, shape = make_mesh(points, triangles, uvs), (512, 512)
    seams = find_seams(mesh)
    assert len(seams.cut.length) > 100
    for features in (4, 12):
        texture = noise(shape, features)
        erased = erase_seams(texture.reshape(-1, 3), mesh, seams, shape, 8)
        assert ratios(texture, mesh, seams)[0] > 2
        assert max(ratios(rounded(erased, shape), mesh, seams)) <= BAR


def test_what_is_far_from_seams_hardly_changes_and_islands_keep_their_look():
    mesh, shape = cube(1), (512, 512)
    texture = noise(shape, 5)
    erased = erase_seams(texture.reshape(-1, 3), mesh, find_seams(mesh), shape, 16)
    change = np.abs(erased.reshape(*shape, 3) - texture).max(axis=2)
    texels = uv_surface(mesh, 512, 512, 0)
    # The cube's points by how far the nearest edge is: the second largest coordinate is 1 there.
    depth = 1 - np.sort(np.abs(texels.position), axis=2)[..., 1]
    assert change[texels.covered & (depth > 0.7)].mean() < 0.25 * texture.std()
    assert (
        change[texels.covered & (depth < 0.05)].mean()
        > change[texels.covered & (depth > 0.3)].mean()
    )


def test_a_solid_pattern_has_no_seams_and_is_left_about_as_it_is():
    """A pattern of space, smooth over the cube's edges, measures 1 or less (an edge is nearer
    through space than over the surface), and its islands are what they were."""
    mesh, shape = cube(1), (256, 256)
    seams = find_seams(mesh)
    texels = uv_surface(mesh, 256, 256, 4)
    waves = np.array([[3.0, 1, 2], [-1, 2, 3], [2, 3, -1]])
    solid = 0.5 + 0.2 * np.sin(1.5 * texels.position @ waves)
    filled = margin_map(mesh, shape, 8, seams=seams).apply(solid.reshape(-1, 3))
    assert max(ratios(filled.reshape(*shape, 3), mesh, seams)) <= 1
    erased = erase_seams(solid.reshape(-1, 3), mesh, seams, shape, 8)
    change = np.abs(erased.reshape(*shape, 3) - solid)[texels.covered]
    assert np.sqrt((change**2).mean()) < 0.1 * solid[texels.covered].std()


def test_without_seams_nothing_moves():
    texture = noise((64, 64), 4)
    for mesh in (plane(2, 2), torus(12, 8)):
        seams = find_seams(mesh)
        assert seam_ratio(texture, mesh, seams, 0) is None
        erased = erase_seams(texture.reshape(-1, 3), mesh, seams, (64, 64), 4)
        assert np.array_equal(erased, texture.reshape(-1, 3))


def test_the_ratio_is_that_of_the_steps():
    """Stripes that climb by one per texel inside, and by one more where the cut is."""
    square = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], float)
    halves = [[0, 1, 2], [0, 2, 3]]
    points = np.concatenate([square, np.add(square, (1, 0, 0))])
    faces = np.concatenate([halves, np.add(halves, 4)])
    uv = square[:, :2] * 0.25 + 0.125
    uvs = np.concatenate([uv[halves], np.add(uv[halves], (0.5, 0))])
    mesh = make_mesh(points, faces, uvs)
    columns = np.arange(64, dtype=float)
    climb = np.where(columns < 32, columns - 8, columns - 24 + 1)  # islands end at 24, begin at 40
    texture = np.broadcast_to(climb[None, :, None], (64, 64, 3))
    # Inner edges run diagonally: the same climb, 1/√2 of a texel each way along it.
    assert np.isclose(seam_ratio(texture, mesh, find_seams(mesh), 0), 2 * np.sqrt(2))
    assert np.isclose(seam_ratio(texture, mesh, find_seams(mesh), 1), 1.5 * np.sqrt(2))
    assert seam_ratio(texture, mesh, find_seams(mesh), 7) is None
    assert seam_ratio(np.ones((64, 64, 3)), mesh, find_seams(mesh), 0) is None


def test_single_triangles_are_measured_by_lines_inside_them():
    """Where every face is an island, no edge is inner."""
    mesh = cube(3)
    moved = mesh.uvs.copy()
    moved[1::2] += 0.02 * np.array([1, -1])
    apart = make_mesh(mesh.vertices, mesh.triangles, moved)
    seams = find_seams(apart)
    assert len(seams.inner.length) == 0
    texture = noise((192, 192), 6)
    assert seam_ratio(texture, apart, seams, 0) > 2
    smooth = erase_seams(texture.reshape(-1, 3), apart, seams, (192, 192), 4)
    assert seam_ratio(rounded(smooth, (192, 192)), apart, seams, 0) < 1.5
