"""Solids, nets and gores: what is folded is the sphere again."""

import dataclasses

import numpy as np
import pytest
from scipy.spatial import ConvexHull

from geometry.catalogue import find_group
from geometry.sphere.nets import gores, overlap, unfold
from geometry.sphere.solids import SOLIDS, solid

EULER = {
    "tetrahedron": (4, 6, 4, 3),
    "cube": (8, 12, 6, 4),
    "octahedron": (6, 12, 8, 3),
    "dodecahedron": (20, 30, 12, 5),
    "icosahedron": (12, 30, 20, 3),
}
OF_GROUP = {"tetrahedron": "332", "cube": "*432", "octahedron": "*432"}
every_solid = pytest.mark.parametrize("name", SOLIDS)


@every_solid
def test_solids_are_regular_and_have_the_group(name):
    corners, edges, faces, sides = EULER[name]
    body = solid(name)
    assert body.corners.shape == (corners, 3) and len(body.faces) == faces
    lengths = []
    for face in body.faces:
        assert len(face) == sides and face[0] == min(face)
        places = body.corners[list(face)]
        normal = np.cross(places[1] - places[0], places[2] - places[1])
        assert normal @ places[0] > 0, "counterclockwise from outside"
        lengths += np.linalg.norm(places - np.roll(places, 1, axis=0), axis=1).tolist()
    assert np.allclose(lengths, body.edge) and len(lengths) == 2 * edges
    hull = ConvexHull(body.corners)
    assert np.isclose(np.abs(hull.equations[:, 3]).min(), body.inner)
    for generator in find_group(OF_GROUP.get(name, "*532")).generators:
        images = body.corners @ generator.matrix.T
        apart = np.linalg.norm(images[:, None] - body.corners, axis=2)
        assert apart.min(axis=1).max() < 1e-9


@every_solid
def test_nets_have_room_and_fold_to_the_solid(name):
    body = solid(name)
    net = unfold(body)
    _, edges, faces, _ = EULER[name]
    assert not overlap(net)
    assert len(net.tabs) == len(net.cuts) == edges - (faces - 1)
    assert len(net.folds) == edges
    for face, corners_of in zip(net.faces, body.faces, strict=True):
        flat = np.column_stack([face.outline, np.ones(len(face.outline))])
        assert np.allclose(flat @ face.to_space.T, body.corners[list(corners_of)])
        sides = np.linalg.norm(face.outline - np.roll(face.outline, 1, axis=0), axis=1)
        assert np.allclose(sides, 1)
        turn = face.outline[1] - face.outline[0], face.outline[2] - face.outline[1]
        assert turn[0][0] * turn[1][1] - turn[0][1] * turn[1][0] > 0, "not mirrored"


@every_solid
def test_tabs_go_under_the_face_across_their_edge(name):
    net = unfold(solid(name))
    for tab in net.tabs:
        ends = tab.outline[[0, 3]]
        own = next(
            face
            for face in net.faces
            if all(np.linalg.norm(face.outline - end, axis=1).min() < 1e-9 for end in ends)
        )
        folded = np.column_stack([ends, [1, 1]]) @ own.to_space.T
        other = net.faces[tab.under - 1]
        there = np.column_stack([other.outline, np.ones(len(other.outline))]) @ other.to_space.T
        assert own is not other
        for place in folded:
            assert np.linalg.norm(there - place, axis=1).min() < 1e-9


def test_faces_over_each_other_are_told():
    net = unfold(solid("cube"))
    moved = dataclasses.replace(net.faces[0], outline=net.faces[0].outline + 0.9)
    assert overlap(dataclasses.replace(net, faces=(*net.faces, moved)))


@pytest.mark.parametrize("count", [3, 12])
def test_gores_keep_middles_and_parallels(count):
    made = gores(count)
    assert len(made.outlines) == count
    latitude = np.linspace(-1.5, 1.5, 31)
    middle = np.stack([np.full(31, 0.5 * 2 * np.pi / count), latitude], axis=1)
    space, outside = made.to_space(middle)
    assert np.allclose(np.arcsin(space[:, 2]), latitude) and not outside.any()
    for left, right in zip(made.outlines, (*made.outlines[1:], made.outlines[0]), strict=True):
        # a little inside of both borders: the same meridian
        points = len(left) // 2
        inner = left.mean(axis=0), right.mean(axis=0)
        east = made.to_space(left[:points] + 1e-9 * (inner[0] - left[:points]))[0]
        west = made.to_space(right[points:][::-1] + 1e-9 * (inner[1] - right[points:][::-1]))[0]
        assert np.abs(east[5:-5] - west[: len(east)][5:-5]).max() < 1e-6
    wide = 2 * np.pi * np.cos(0.7)
    border = [np.interp(0.7, o[: len(o) // 2, 1], o[: len(o) // 2, 0]) for o in made.outlines]
    across = 2 * sum(b - (n + 0.5) * 2 * np.pi / count for n, b in enumerate(border))
    assert np.isclose(across, wide, rtol=1e-3)
