import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from geometry.sphere.pictures import (
    CUBE,
    EQUIRECTANGULAR,
    FACES,
    OCTAHEDRAL,
    PROJECTIONS,
    cube_face,
    faces,
)
from geometry.sphere.seed_charts import spiral

ALL = list(PROJECTIONS.values())
AXES = {"px": (1, 0, 0), "nx": (-1, 0, 0), "py": (0, 1, 0), "ny": (0, -1, 0)}
AXES |= {"pz": (0, 0, 1), "nz": (0, 0, -1)}


@pytest.fixture(params=ALL, ids=lambda projection: projection.name)
def projection(request):
    return request.param


def random_points(count, seed=0):
    return Rotation.random(count, random_state=seed).as_matrix()[:, 2]


def smooth_picture(projection, width, subsamples=3):
    """Area means of a smooth random function of the sphere: a few plane waves."""
    shape = projection.shape(width)
    waves = np.random.default_rng(3).normal(size=(12, 3)) * 4
    points = projection.points(shape, subsamples)
    values = np.sin(points @ waves.T + np.arange(12)).reshape(*shape, subsamples**2, 3, 4)
    return values.mean(axis=(2, 4))


def steps(lines):
    """Mean colour step between neighbouring lines of a picture (lines, texels, 3)."""
    return np.abs(np.diff(lines, axis=0)).mean()


def rims(face):
    """The two outermost lines of a face's four sides, outermost first: (4, 2, F, 3)."""
    sides = (face[:2], face[:-3:-1], face[:, :2].swapaxes(0, 1), face[:, :-3:-1].swapaxes(0, 1))
    return [np.ascontiguousarray(side) for side in sides]


def test_pictures_have_the_sizes_that_are_asked_for():
    assert EQUIRECTANGULAR.shape(1024) == (512, 1024)
    assert OCTAHEDRAL.shape(1024) == (1024, 1024)
    assert OCTAHEDRAL.shape(511)[0] % 2 == 0
    assert CUBE.shape(1536) == (1024, 1536)
    assert CUBE.shape(1024) == (682, 1023)
    assert all(min(projection.shape(1)) >= 1 for projection in ALL)


def test_points_and_positions_undo_each_other(projection):
    shape = projection.shape(24)
    points = random_points(2000)
    row, column = projection.positions(points, shape)
    assert np.allclose(projection.to_sphere(row, column, shape), points, atol=1e-12)
    i, j = np.divmod(np.arange(shape[0] * shape[1]), shape[1])
    row, column = projection.positions(projection.points(shape), shape)
    assert np.allclose(row, i + 0.5, atol=1e-9)
    assert np.allclose(column, j + 0.5, atol=1e-9)


def test_sub_samples_of_a_texel_lie_together_in_it(projection):
    shape = projection.shape(12)
    points = projection.points(shape, 3)
    assert np.allclose(np.linalg.norm(points, axis=1), 1)
    row, column = (x.reshape(*shape, 3, 3) for x in projection.positions(points, shape))
    offsets = np.array([1, 3, 5]) / 6
    i, j = np.indices(shape)[:, :, :, None, None]
    assert np.allclose(row - i, offsets[:, None], atol=1e-9)
    assert np.allclose(column - j, offsets, atol=1e-9)


def test_areas_are_solid_angles(projection):
    """They add up to 4π, and of points that are spread evenly every texel gets its share."""
    shape = projection.shape(12)
    area = projection.area(shape)
    assert area.sum() == pytest.approx(4 * np.pi, rel=1e-12)
    points = spiral(400_000)
    row, column = (x.astype(int) for x in projection.positions(points, shape))
    share = np.bincount(row * shape[1] + column, minlength=len(area)) / len(points)
    assert np.allclose(area, 4 * np.pi * share, rtol=0.02)


def test_equirectangular_conventions():
    """Longitude −π..π left to right with x in the middle, latitude +π/2 at the top, z up."""
    grid = EQUIRECTANGULAR.points((6, 12)).reshape(6, 12, 3)
    longitude = np.degrees(np.arctan2(grid[..., 1], grid[..., 0]))
    latitude = np.degrees(np.arcsin(grid[..., 2]))
    assert np.allclose(longitude, np.arange(-165, 180, 30))
    assert np.allclose(latitude, np.array([75, 45, 15, -15, -45, -75])[:, None])


def opengl(vector):
    """Table 8.19 of OpenGL 4.6, line by line: face, s, t of a direction (rx, ry, rz)."""
    rx, ry, rz = vector
    name, sc, tc, ma = {
        (0, True): ("px", -rz, -ry, rx),
        (0, False): ("nx", rz, -ry, rx),
        (1, True): ("py", rx, rz, ry),
        (1, False): ("ny", rx, -rz, ry),
        (2, True): ("pz", rx, -ry, rz),
        (2, False): ("nz", -rx, -ry, rz),
    }[int(np.argmax(np.abs(vector))), bool(vector[np.argmax(np.abs(vector))] > 0)]
    return name, (sc / abs(ma) + 1) / 2, (tc / abs(ma) + 1) / 2


def test_cube_faces_are_opengls():
    side = 10
    points = random_points(500)
    row, column = CUBE.positions(points, (2 * side, 3 * side))
    for point, i, j, face in zip(points, row, column, cube_face(points), strict=True):
        name, s, t = opengl(point)
        assert FACES[face] == name
        down, across = divmod(FACES.index(name), 3)
        assert (i, j) == pytest.approx(((down + t) * side, (across + s) * side))


def test_a_cube_picture_falls_into_its_faces():
    picture = CUBE.points((8, 12)).reshape(8, 12, 3)
    parts = faces(picture)
    assert tuple(parts) == FACES
    for name, part in parts.items():
        assert part.shape == (4, 4, 3)
        assert part.mean(axis=(0, 1)) @ AXES[name] > 0.75


def test_the_cube_map_has_no_seams():
    """The colour step from a face to its neighbour is that of the two lines inside, on all twelve
    edges; neighbours are found by continuing the face's lattice beyond its rim."""
    side = 48
    picture = smooth_picture(CUBE, 3 * side)
    parts, centres = (
        faces(picture),
        faces(CUBE.points((2 * side, 3 * side)).reshape(*picture.shape)),
    )
    flat = {name: part.reshape(-1, 3) for name, part in parts.items()}
    across, inside = [], []
    for name, part in parts.items():
        for colours, points in zip(rims(part), rims(centres[name]), strict=True):
            inside.append(np.abs(colours[0] - colours[1]).mean())
            others = [other for other in FACES if np.dot(AXES[other], AXES[name]) == 0]
            best = {o: (points[0] @ centres[o].reshape(-1, 3).T) for o in others}
            other = max(best, key=lambda o: best[o].max(axis=1).mean())
            neighbour = flat[other][best[other].argmax(axis=1)]
            across.append(np.abs(colours[0] - neighbour).mean())
    assert len(across) == 24
    assert np.mean(across) / np.mean(inside) <= 1.05


def test_octahedral_conventions():
    """z in the middle, x at the right, y at the top, −z at all corners; Cigolle et al.'s code."""
    shape = (64, 64)
    rows, columns = np.array([32.0, 32, 0, 0, 0, 64, 64]), np.array([32.0, 64, 32, 0, 64, 0, 64])
    expected = [(0, 0, 1), (1, 0, 0), (0, 1, 0)] + 4 * [(0, 0, -1)]
    assert np.allclose(OCTAHEDRAL.to_sphere(rows, columns, shape), expected, atol=1e-12)
    for point in random_points(200):
        p = point[:2] / np.abs(point).sum()
        if point[2] <= 0:
            p = (1 - np.abs(p[::-1])) * np.where(p >= 0, 1, -1)
        row, column = OCTAHEDRAL.positions(point[None], shape)
        assert (column[0], row[0]) == pytest.approx((32 * (p[0] + 1), 32 * (1 - p[1])))


def test_octahedral_borders_are_folded_onto_themselves():
    """Texel (0, k) lies next to (0, W − 1 − k), also on the other sides, and without a seam."""
    points = OCTAHEDRAL.points((64, 64)).reshape(64, 64, 3)
    picture = smooth_picture(OCTAHEDRAL, 64)
    for side, colours in zip(rims(points), rims(picture), strict=True):
        gap = np.linalg.norm(side[0] - side[0][::-1], axis=1)
        inside = np.linalg.norm(side[0] - side[1], axis=1)
        assert (gap < 1.3 * inside).all()
        across = np.abs(colours[0] - colours[0][::-1]).mean()
        assert across / np.abs(colours[0] - colours[1]).mean() < 1.15


def test_the_equirectangular_picture_goes_round():
    picture = smooth_picture(EQUIRECTANGULAR, 128)
    columns = picture.swapaxes(0, 1)
    assert np.abs(columns[0] - columns[-1]).mean() < 1.2 * steps(columns)
