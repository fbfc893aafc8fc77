"""What a panel offers for a mesh: groups with names for those who never heard of orbifolds."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from geometry.catalogue import find_group, groups
from service.describe import full_group_row, offered_groups
from service.survey.labels import group_label
from service.survey.symmetries import symmetries

CORNERS = np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], np.float32)
SIDES = ((0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3))
TRIANGLES = np.array([t for a, b, c, d in SIDES for t in ((a, b, c), (a, c, d))], np.int32)


def first(vertices):
    found = symmetries(vertices.astype(np.float32), TRIANGLES)
    return found[0] if found else None


def test_a_cube_is_octahedral():
    found = symmetries(CORNERS, TRIANGLES)
    assert [row["label"] for row in found[:2]] == ["Octahedral with Mirrors", "Octahedral"]
    assert found[0]["order"] == 48 and found[0]["centre"] == "origin"
    assert found[0]["deviation"] < 1e-5
    assert [row["label"] for row in found[2:]] == ["Quarter Turns about Z"]


@pytest.mark.parametrize(
    ("across", "label", "axis"),
    [(0, "Mirror Left–Right", "Y"), (1, "Mirror Front–Back", "Z"), (2, "Mirror Top–Bottom", "X")],
)
def test_a_mirror_is_named_by_its_sides_and_drawn_where_it_is(across, label, axis):
    along = np.roll((1.0, 1.7, 2.6), across)
    bent = CORNERS * along
    bent[:, (across + 1) % 3] += 0.5 * (CORNERS[:, (across + 2) % 3] > 0)
    bent[:, (across + 2) % 3] *= 1 + 0.3 * (CORNERS[:, (across + 1) % 3] > 0)
    row = first(bent)
    assert (row["label"], row["axis"]) == (label, axis)
    frame = np.reshape(row["frame"], (3, 3))
    (normal,) = full_group_row(find_group("*", "sphere"))["figure"]["mirrors"]
    np.testing.assert_allclose(np.abs(frame @ normal), np.eye(3)[across], atol=1e-6)


def test_a_slanted_mirror():
    turn = Rotation.from_euler("xyz", (20, 30, 40), degrees=True).as_matrix()
    bent = CORNERS * (1.0, 1.7, 2.6)
    bent[:, 1] += 0.5 * (CORNERS[:, 2] > 0)
    bent[:, 2] *= 1 + 0.3 * (CORNERS[:, 1] > 0)
    row = first(bent @ turn.T)
    assert row["label"] == "Mirror" and row["axis"].count(",") == 2


def test_a_lathe_offers_few_turns():
    angles = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    ring = np.stack([np.cos(angles), np.sin(angles), np.zeros(48)], axis=1)
    cone = np.concatenate([ring, [(0, 0, 2), (0, 0, 0)]]).astype(np.float32)
    sides = [(k, (k + 1) % 48, 48) for k in range(48)] + [((k + 1) % 48, k, 49) for k in range(48)]
    found = symmetries(cone, np.array(sides, np.int32))
    assert found[0]["label"] == "12 Turns about Z with Mirrors"


def test_a_ball_has_the_icosahedron_first():
    columns, rows = 32, 16
    turns, falls = np.meshgrid(
        2 * np.pi * np.arange(columns) / columns, np.pi * np.arange(rows + 1) / rows
    )
    points = np.stack(
        [np.sin(falls) * np.cos(turns), np.sin(falls) * np.sin(turns), np.cos(falls)], -1
    )
    a = (np.arange(rows)[:, None] * columns + np.arange(columns)).ravel()
    b = (np.arange(rows)[:, None] * columns + np.roll(np.arange(columns), -1)).ravel()
    faces = np.concatenate(
        [np.stack([a, a + columns, b + columns], 1), np.stack([a, b + columns, b], 1)]
    )
    found = symmetries(points.reshape(-1, 3).astype(np.float32), faces.astype(np.int32))
    assert (found[0]["label"], found[0]["order"]) == ("Icosahedral", 60)
    assert "Prism with 8 Sides about Z" in [row["label"] for row in found]


def test_every_group_of_the_menu_has_a_name():
    labels = [group_label(group) for group in groups("sphere")]
    assert len(set(labels)) == len(labels) and all(label[0].isupper() for label in labels)
    offered = {group.name: group_label(group) for group in offered_groups()}
    assert offered["*"] == "Mirror" and offered["532"] == "Icosahedral"
    assert full_group_row(find_group("C12", "sphere"))["label"] == "Turns"
