"""Where the figure of the symmetry is drawn; the drawing itself needs a window."""

from __future__ import annotations

import math
from typing import Any

import bpy
import numpy as np
import pytest
from scenes import depsgraph

from blender_addon.link import detections
from blender_addon.offer import catalogue
from blender_addon.offer.symmetries import Symmetry
from blender_addon.panels import figure_lines, overlay
from blender_addon.picture import live_image
from blender_addon.scene.form import form_of
from blender_addon.settings.groups import choose


@pytest.fixture
def known() -> None:
    describe = pytest.importorskip("service.describe")
    groups = pytest.importorskip("geometry.catalogue")
    rows = [
        {"name": name, "space": "sphere", "figure": describe.figure_row(groups.find_group(name))}
        for name in ("532", "*432", "1", "*")
    ]
    catalogue.remember(catalogue.parse({"groups": rows}, {}))


def ball_of_two(directions: np.ndarray) -> np.ndarray:
    return np.full(len(directions), 2.0)


def test_axes_mirrors_and_domain(known: None) -> None:
    matrix = np.eye(4)
    matrix[:3, 3] = (1, 2, 3)
    lines = figure_lines.lines(catalogue.known().figures["*432"], matrix, ball_of_two)
    assert {order: len(pairs) for order, pairs in lines.axes.items()} == {2: 6, 3: 4, 4: 3}
    ends = np.concatenate(list(lines.axes.values())) - (1, 2, 3)
    np.testing.assert_allclose(np.linalg.norm(ends, axis=2), 2 * figure_lines.BEYOND, rtol=1e-4)
    np.testing.assert_allclose(ends.sum(axis=1), 0, atol=1e-12)
    for pairs, above in (
        (lines.mirrors, figure_lines.ABOVE),
        (lines.domain, figure_lines.HIGHER),
    ):
        radius = 2 * above
        np.testing.assert_allclose(np.linalg.norm(pairs - (1, 2, 3), axis=2), radius, rtol=1e-4)
    assert len(lines.mirrors) == 9 * figure_lines.STEPS
    none = figure_lines.lines(catalogue.known().figures["1"], matrix, ball_of_two)
    assert none.domain.shape == (0, 2, 3)


def test_the_frame_is_the_services() -> None:
    symmetry = pytest.importorskip("geometry.mesh.symmetry")
    for name, axis in zip("XYZ", np.eye(3), strict=True):
        np.testing.assert_allclose(figure_lines.frame(axis), symmetry._frame(name), atol=1e-12)
    random = np.random.default_rng(0)
    for axis in [*random.normal(size=(20, 3)), (0, 0, -1), (-1, 0.5, 0), (0, -3, 1)]:
        theirs = symmetry._frame(",".join(f"{x:.17g}" for x in axis))
        np.testing.assert_allclose(figure_lines.frame(np.array(axis)), theirs, atol=1e-9)


def test_it_stands_where_the_object_is_painted(sphere: Any, known: None) -> None:
    sphere.location, sphere.rotation_euler, sphere.scale = (3, 0, 0), (0, math.pi / 2, 0), (2, 2, 2)
    depsgraph()
    settings = sphere.orbitex
    assert overlay.lines_of(sphere, bpy.context) is None  # switched off
    settings.overlay, settings.group = True, "532"
    lines = overlay.lines_of(sphere, bpy.context)
    assert lines is not None
    middle = lines.axes[5].mean(axis=1)
    np.testing.assert_allclose(middle, np.broadcast_to((3, 0, 0), middle.shape), atol=1e-5)
    directions = lines.axes[5][:, 1] - lines.axes[5][:, 0]
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    # the object's Z axis points along the world's X
    assert np.isclose(np.abs(directions @ (1, 0, 0)), 1, atol=1e-5).sum() == 1
    radius = np.linalg.norm(lines.domain - (3, 0, 0), axis=2)
    assert (radius > 1.97).all() and (radius < 2.1).all()  # on the sphere, scale included
    cursor = bpy.context.scene.cursor
    cursor.location, cursor.rotation_euler = (0, 0, 7), (math.pi / 2, 0, 0)
    settings.axis = settings.centre = "CURSOR"
    lines = overlay.lines_of(sphere, bpy.context)
    assert lines is not None
    np.testing.assert_allclose(lines.axes[5].mean(axis=1)[0], (0, 0, 7), atol=1e-5)
    directions = lines.axes[5][:, 1] - lines.axes[5][:, 0]
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    assert np.isclose(np.abs(directions @ (0, -1, 0)), 1, atol=1e-5).sum() == 1


def test_it_lies_on_the_surface(addon: None, known: None) -> None:
    """On a cube, which is no ball; and it follows the shape."""
    bpy.ops.mesh.primitive_cube_add()
    cube = bpy.context.active_object
    cube.orbitex.group, cube.orbitex.overlay = "*432", True
    for scale in (1.0, 3.0):
        cube.scale = (scale, scale, scale)
        depsgraph()
        lines = overlay.lines_of(cube, bpy.context)
        assert lines is not None
        for pairs, above in (
            (lines.mirrors, figure_lines.ABOVE),
            (lines.domain, figure_lines.HIGHER),
        ):
            np.testing.assert_allclose(np.abs(pairs).max(axis=2), scale * above, rtol=1e-3)


def test_it_stands_where_the_symmetry_was_found(addon: None, known: None) -> None:
    """A mirror that no axis has as it is: its normal is half way between X and Y."""
    bpy.ops.mesh.primitive_cube_add()
    cube = bpy.context.active_object
    depsgraph()
    side = np.sqrt(0.5)
    frame = np.array([[side, side, 0], [side, -side, 0], [0, 0, -1.0]])
    found = Symmetry("*432", "Octahedral", "Z", "ORIGIN", 0.0, frame)
    detections.remember(live_image.uid_of(cube), form_of(cube), (found,))
    choose(cube.orbitex, found)
    cube.orbitex.overlay = True
    lines = overlay.lines_of(cube, bpy.context)
    assert lines is not None
    fourfold = lines.axes[4][:, 1] / np.linalg.norm(lines.axes[4][:, 1], axis=1, keepdims=True)
    assert np.isclose(np.abs(fourfold @ frame[:, 0]), 1, atol=1e-4).sum() == 1


def test_a_mirror_is_drawn(known: None) -> None:
    """Its domain's side is a whole circle, whose angle was rounded up."""
    assert len(catalogue.known().figures["*"].domain) == 1


def test_nothing_is_drawn_where_nothing_is_known(sphere: Any, known: None) -> None:
    sphere.orbitex.overlay, sphere.orbitex.group = True, "12.12"
    assert overlay.lines_of(sphere, bpy.context) is None
    sphere.orbitex.group = "532"
    sphere.scale = (1, 1, 0)
    depsgraph()
    assert overlay.lines_of(sphere, bpy.context) is None
    assert overlay.lines_of(None, bpy.context) is None
