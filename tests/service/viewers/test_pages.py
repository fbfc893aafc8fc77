"""Pages as text, and what is said of receipts that are none."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path

import numpy as np
import pytest
from paintings import write_painting
from scipy import linalg
from typer.testing import CliRunner

import service.viewers
from geometry.catalogue import GROUPS
from geometry.errors import InputError
from geometry.rosette.groups import rosette_group
from geometry.spaces import HYPERBOLIC, PLANE, SPHERE
from service.cli.app import app
from service.viewers.movements import movement
from service.viewers.page import viewer_page
from service.viewers.reading import read_painting
from service.viewers.rosettes import wedge
from service.viewers.scenes import scene_json
from service.viewers.symmetries import uncoloured

HERE = Path(service.viewers.__file__).parent
P4 = {"target": "tile", "group": "p4", "colouring": "2a", "size": 64}


def test_bundles_are_made_of_the_sources():
    names = [
        f for f in (HERE / "src").iterdir() if re.fullmatch(r".*\.m?js|package.*\.json", f.name)
    ]
    digest = hashlib.sha256()
    for file in sorted(names, key=lambda file: file.name):
        digest.update(f"{file.name}\n".encode() + file.read_bytes())
    for bundle in ("symmetric.js", "mesh.js"):
        first = (HERE / "dist" / bundle).read_text("utf-8").partition("\n")[0]
        assert first.startswith(f"/* sources {digest.hexdigest()};"), "npm run build in src/"


def test_a_page_is_one_file_without_addresses(tmp_path):
    text = viewer_page(read_painting(write_painting(tmp_path, P4)))
    assert not re.search(r"""(src|href)\s*=\s*["']?(https?:)?//""", text)
    assert "default-src 'none'" in text
    assert 'aria-label="A pattern of the plane, with the symmetry p4 and the colour rule' in text
    assert len(text) < 1e6


def test_the_tile_and_the_groups_that_fit_it(tmp_path):
    scene = scene_json(read_painting(write_painting(tmp_path, P4)))
    names = [symmetry["name"] for symmetry in scene["symmetries"]]
    assert names[0] == "painted" and {"p4m", "p4g", "cmm", "pg"} <= set(names)
    assert not {"p3", "p6m"} & set(names)
    hexagonal = scene_json(
        read_painting(write_painting(tmp_path, P4 | {"group": "p3", "colouring": "none"}))
    )
    names = [symmetry["name"] for symmetry in hexagonal["symmetries"]]
    assert {"p6m", "p31m", "cmm"} <= set(names) and "p4" not in names


@pytest.mark.parametrize("space", [PLANE, SPHERE, HYPERBOLIC], ids=lambda space: space.name)
def test_what_is_moved_little_by_little_arrives(space):
    """Mirrors, glides and rotary reflections, too; of generators and of some of their products."""
    for group in [group for group in GROUPS.values() if group.space is space][:40]:
        basis = np.eye(3)
        if group.lattice is not None:
            basis[:2, :2] = 90 * group.lattice.basis
        letters = [basis @ g.matrix @ np.linalg.inv(basis) for g in group.generators]
        for matrix in [*letters, *(a @ b for a in letters for b in letters)]:
            moves = movement(space, matrix)
            log, mirror = (np.reshape(moves[name], (3, 3)) for name in ("log", "mirror"))
            half = linalg.expm(log / 2)
            assert np.allclose(half @ half @ mirror, matrix, atol=1e-6), group.name
            assert np.allclose(mirror @ mirror, np.eye(3)) and np.allclose(
                mirror @ half, half @ mirror, atol=1e-6
            )
            assert np.linalg.det(half) > 0 and space.is_isometry(half, 1e-6)


def test_a_frieze_is_folded_by_groups_that_it_has_not(tmp_path):
    recipe = {"target": "frieze", "group": "p2mg", "colouring": "none", "size": 64}
    scene = scene_json(read_painting(write_painting(tmp_path, {**recipe, "repeat": "2x1"})))
    names = [symmetry["name"] for symmetry in scene["symmetries"]]
    assert {"frieze-p11m", "frieze-p2mm"} <= set(names)
    assert not {"frieze-p1", "frieze-p2", "frieze-p11g", "frieze-p2mg"} & set(names)
    assert scene["periods"][0] == [64, 0]
    axis = scene["source"]["numbers"]["strip"][2]
    log, mirror = (np.reshape(scene["moves"][0][name], (3, 3)) for name in ("log", "mirror"))
    turn = linalg.expm(log) @ mirror
    assert np.allclose(turn @ (10, 5, 1), (-10, -5, 1)) and axis == 16


def test_groups_that_change_nothing_are_not_offered(tmp_path):
    def offered(**recipe):
        painting = read_painting(write_painting(tmp_path, {**recipe, "size": 64}))
        return {symmetry["name"] for symmetry in scene_json(painting)["symmetries"]}

    names = offered(target="tile", group="p4g")
    assert not {"p1", "p2"} & names and {"p4m", "pmm"} <= names
    # half turns change colours: without that the picture is another
    assert "p2" in offered(target="tile", group="p4", colouring="4m")
    names = offered(target="sphere", group="*432")
    assert "432" not in names and {"532", "332"} <= names  # the axes of 332 lie otherwise


@pytest.mark.parametrize("radius", ["zoom", "tunnel"])
def test_spirals_are_folded_by_wallpaper_groups(tmp_path, radius):
    recipe = {"target": "spiral", "group": "spiral3", "radius": radius, "size": 64}
    scene = scene_json(read_painting(write_painting(tmp_path, recipe)))
    names = [symmetry["name"] for symmetry in scene["symmetries"]]
    assert names[0] == "painted" and {"p2", "pmm", "p4g", "p6m", "cm"} <= set(names)
    for symmetry in scene["symmetries"][1:]:
        pairings = [np.reshape(side["matrix"], (3, 3)) for side in symmetry["sides"]]
        covectors = np.array([side["covector"] for side in symmetry["sides"]])

        def folded(point, pairings=pairings, covectors=covectors):
            for _ in range(500):
                heights = covectors @ point
                if heights.min() >= -1e-9:
                    return point
                point = pairings[heights.argmin()] @ point
            raise AssertionError("no end")

        for place in np.random.default_rng(0).uniform((-2, -3), (1, 3), (20, 2)):
            once = folded(np.array([*place, 1]))
            around = folded(np.array([place[0], place[1] + 2 * np.pi, 1]))
            assert np.allclose(once, around, atol=1e-6), symmetry["name"]  # no seam
            assert once[0] <= (0 if radius == "zoom" else 1) + 1e-9  # inside of the picture
            assert radius == "zoom" or once[0] > 0


@pytest.mark.parametrize(
    "changes, field",
    [
        ({"schema": "other"}, "receipt"),
        ({"projection": "mercator"}, "projection"),
        ({"picture": {"width": 5, "height": 64}}, "picture"),
        ({"lattice": None}, "lattice"),
        ({"projection": "frieze"}, "strip"),
        ({"lattice": {"a": [1e300, 0], "b": [0, 1], "origin": [0, 0]}}, "lattice.a.0"),
        ({"generators": "all"}, "generators"),
        ({"projection": "uv"}, "mesh"),
    ],
)
def test_bad_receipts_are_refused_by_name(tmp_path, changes, field):
    receipt = write_painting(tmp_path, P4, **changes)
    with pytest.raises(InputError) as caught:
        viewer_page(read_painting(receipt))
    assert caught.value.field == field


@pytest.mark.parametrize("kind", ["C", "D"])
@pytest.mark.parametrize("turns", [1, 2, 3, 8, 60])
def test_the_wedge_of_a_rosette_has_one_of_each_orbit(kind, turns):
    group = rosette_group(kind, turns)
    elements = uncoloured(group)
    domain = wedge(elements, 100.0)
    places = np.random.default_rng(0).uniform(-70, 70, (20, 2))
    points = np.column_stack([places, np.ones(20)])
    folded, _ = domain.fold(points)
    assert len(np.unique(np.hypot(*folded.T[:2]).round(6))) == 20
    angles = np.arctan2(*folded.T[:2])
    assert _width(angles) <= 2 * np.pi / group.order + 1e-9
    for element in elements:
        moved, _ = domain.fold(points @ element.matrix.T)
        assert np.allclose(moved, folded, atol=1e-6)


def _width(angles):
    """Of the narrowest sector that has all directions."""
    ordered = np.sort(angles)
    return 2 * np.pi - np.diff(np.append(ordered, ordered[0] + 2 * np.pi)).max()


def test_a_rosette_is_folded_by_turns_and_mirrors_that_it_has_not(tmp_path):
    receipt = write_painting(tmp_path, {"target": "rosette", "group": "D4", "size": 64})
    scene = scene_json(read_painting(receipt))
    names = {symmetry["name"] for symmetry in scene["symmetries"]}
    assert {"painted", "rosette-C3", "rosette-C8", "rosette-D8", "rosette-D5"} <= names
    assert not {"rosette-C1", "rosette-C2", "rosette-C4", "rosette-D1", "rosette-D2"} & names
    moved = json.loads(receipt.read_text("utf-8"))
    moved["center"] = [30, 32]
    receipt.write_text(json.dumps(moved), "utf-8")
    with pytest.raises(InputError, match="generators"):
        viewer_page(read_painting(receipt))


def test_generators_that_make_no_group_are_refused(tmp_path):
    receipt = write_painting(tmp_path, P4)
    data = json.loads(receipt.read_text("utf-8"))
    for matrix in ([[1, 0, 0], [0, 1, 0], [0, 0, 0]], [[0.6, -0.8, 3], [0.8, 0.6, 9], [0, 0, 1]]):
        data["generators"][0]["matrix"] = matrix
        receipt.write_text(json.dumps(data), "utf-8")
        with pytest.raises(InputError, match="generator"):
            viewer_page(read_painting(receipt))


def test_the_command_writes_a_page(tmp_path):
    receipt = write_painting(tmp_path, P4)
    page = tmp_path / "p4.html"
    result = CliRunner().invoke(app, ["view", str(receipt.with_suffix(".png")), "-o", str(page)])
    assert result.exit_code == 0 and page.read_text("utf-8").startswith("<!doctype html>")


def test_a_mesh_with_several_textures_is_shown_by_its_glb(tmp_path):
    size = {"width": 64, "height": 64}
    receipt = write_painting(tmp_path, P4, projection="uv", picture=size)
    receipt.with_suffix(".png").rename(tmp_path / "painting_lid.png")
    receipt.with_suffix(".glb").write_bytes(b"glTF of several textures")
    for given in (receipt, receipt.with_suffix(".glb")):
        page = tmp_path / "mesh.html"
        assert not CliRunner().invoke(app, ["view", str(given), "-o", str(page)]).exit_code
        assert base64.b64encode(b"glTF of several").decode()[:16] in page.read_text("utf-8")
