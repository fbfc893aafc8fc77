"""The mirrors' fold and the groups against what is published about regular tilings."""

import numpy as np
import pytest

from geometry.catalogue import colourings
from geometry.hyperbolic.groups import tiling_group
from geometry.hyperbolic.mirrors import make_mirrors, reduce
from geometry.spaces import HYPERBOLIC
from geometry.symmetry.groups import word_matrix

CENTRE = np.array([0.0, 0.0, 1.0])


def layers(start, steps, depth):
    """Points of an orbit by the number of steps, which are matrices that act on the right of the
    element: lists of (points, elements) per layer."""
    shells, seen = [], set()
    elements = [np.eye(3)]
    for _ in range(depth + 1):
        fresh = []
        for element in elements:
            key = tuple(np.rint((element @ start)[:2] * 1e4).astype(int))
            if key not in seen:
                seen.add(key)
                fresh.append(element)
        shells.append(fresh)
        elements = [element @ step for element in fresh for step in steps]
    return shells


def tiles(p, q, depth):
    """Elements of the rotation group, one per tile, by the number of sides to be crossed."""
    group = tiling_group(p, q, "rotations")
    over_side = word_matrix(group, "rs")  # a half turn about the middle of a side
    turns = [word_matrix(group, f"r^{k}") if k else np.eye(3) for k in range(p)]
    return layers(CENTRE, [turn @ over_side for turn in turns], depth)


@pytest.mark.parametrize(
    ("p", "q", "counts"),
    [
        # vertices of {3,p} by distance, (1 + 4z + z²)/(1 − (p − 4)z + z²): Paul and Pippenger, A
        # Census of Vertices by Generations in Regular Tessellations of the Plane, Electronic
        # Journal of Combinatorics 18 (2011), P87
        (7, 3, [1, 7, 21, 56, 147]),
        (8, 3, [1, 8, 32, 120, 448]),
        (5, 4, [1, 5, 15, 40, 105, 275]),  # OEIS A054888: pentagons of angle π/2
        (7, 6, [1, 7, 42, 245, 1428]),  # OEIS A054890: heptagons of angle π/3
    ],
)
def test_tiles_by_layers_are_as_many_as_published(p, q, counts):
    assert [len(shell) for shell in tiles(p, q, len(counts) - 1)] == counts


@pytest.mark.parametrize(
    ("p", "q", "counts"),
    [
        # OEIS A265062, (2,4,7): Cannon and Wagreich, Growth functions of surface groups,
        # Mathematische Annalen 293 (1992), proposition 3.1
        (7, 4, [1, 3, 5, 8, 12, 17, 25, 36, 50, 70, 98]),
        (4, 7, [1, 3, 5, 8, 12, 17, 25, 36, 50, 70, 98]),
    ],
)
def test_triangles_by_layers_are_as_many_as_published(p, q, counts):
    group = tiling_group(p, q, "full")
    mirrors = make_mirrors(group, colourings(group)[0])
    generic = (mirrors.corners / mirrors.corners[:, 2:] * [[0.2], [0.3], [0.5]]).sum(axis=0)
    generic /= np.sqrt(-HYPERBOLIC.inner(generic, generic))
    shells = layers(generic, [g.matrix for g in group.generators], len(counts) - 1)
    assert [len(shell) for shell in shells] == counts
    images = np.stack([element @ generic for shell in shells for element in shell])
    assert np.allclose(reduce(images, mirrors)[0], generic, atol=1e-9)


def discs_points(count, radius, seed=0):
    random = np.random.default_rng(seed)
    angle, t = random.uniform(0, 2 * np.pi, count), random.uniform(1, np.cosh(radius), count)
    ring = np.sqrt(t**2 - 1)
    return np.stack([ring * np.cos(angle), ring * np.sin(angle), t], axis=1)


@pytest.mark.parametrize(("p", "q", "depth"), [(7, 3, 6), (4, 6, 4), (5, 4, 5), (3, 8, 7)])
def test_the_fold_finds_the_nearest_tile_of_the_list(p, q, depth):
    """Folded, a point is as far from the centre as it was from the nearest centre of all tiles."""
    group = tiling_group(p, q, "full")
    centres = np.stack([g @ CENTRE for shell in tiles(p, q, depth) for g in shell])
    points = discs_points(2000, 2.0)
    nearest = (-points @ (centres * HYPERBOLIC.form).T).min(axis=1)
    folded, _ = reduce(points, make_mirrors(group, colourings(group)[0]))
    assert np.allclose(folded[:, 2], nearest, atol=1e-9)


@pytest.mark.slow  # importing numba takes longer than the test
def test_the_fold_finds_the_tiles_of_hypertiling():
    """The PyPI package's lists of polygons: the same centres, up to the pattern's first angle."""
    hypertiling = pytest.importorskip("hypertiling")
    for p, q, count in ((7, 3, 5), (4, 6, 4)):
        tiling = hypertiling.HyperbolicTiling(p, q, count, kernel="SRS")
        z = np.array([tiling.get_center(k) for k in range(len(tiling))])
        z = z[np.abs(z) < 0.98]
        square = np.abs(z) ** 2
        centres = np.stack([2 * z.real, 2 * z.imag, 1 + square], axis=1) / (1 - square)[:, None]
        near = np.argmin(np.where(square > 1e-6, square, 9))  # a tile across a side
        group = tiling_group(p, q, "full")
        side = make_mirrors(group, colourings(group)[0]).corners[2]
        angle = np.angle(z[near]) - np.arctan2(side[1], side[0])
        c, s = np.cos(angle), np.sin(angle)
        turned = centres @ np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
        folded, _ = reduce(turned, make_mirrors(group, colourings(group)[0]))
        assert len(z) > 20
        assert np.allclose(folded, CENTRE, atol=1e-5)
