"""Figures in pixels, against the pictures that they are drawn over."""

import dataclasses

import numpy as np
import pytest
from deliveries import scene_of

from geometry.errors import InputError
from geometry.hyperbolic.models import find_model
from geometry.hyperbolic.views import placement
from geometry.spaces import HYPERBOLIC
from geometry.sphere.pictures import PROJECTIONS
from geometry.symmetry.groups import elements
from service.preview import preview


def shown(target, group, size=64, mirrored=False, **fields):
    """(picture, figure) of plasma."""
    scene = dataclasses.replace(scene_of(target, group, **fields), mirrored=mirrored)
    return preview(scene, size, 5, None), scene.design(size).figure()


def turned_about(picture, place, times):
    """A square period turned by quarter turns about a place in it, (x, y)."""
    x, y = np.rint(2 * np.array(place)).astype(int)
    rows, columns = np.indices(picture.shape[:2])
    for _ in range(times):
        rows, columns = (y - x) // 2 + columns, (x + y) // 2 - 1 - rows
    return picture[rows % len(picture), columns % len(picture)]


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("group", ["p4", "p2", "pmm", "cmm", "pgg"])
def test_the_picture_turns_about_its_symbols(group, mirrored):
    picture, figure = shown("tile", group, mirrored=mirrored)
    assert {symbol.order for symbol in figure.symbols} == ({2, 4} if group == "p4" else {2})
    for symbol in figure.symbols:
        times = 4 // symbol.order
        assert np.array_equal(turned_about(picture, symbol.place, times), picture)


@pytest.mark.parametrize("group", ["p4g", "cmm", "pm", "p4m"])
def test_the_picture_is_its_image_in_mirrors_and_glides(group):
    picture, figure = shown("tile", group, mirrored=True)
    rows, columns = np.indices(picture.shape[:2])
    size = len(picture)
    lines = [stroke for stroke in figure.strokes if stroke.kind in ("mirror", "glide")]
    assert lines
    for stroke in lines:
        (x0, y0), (x1, y1) = stroke.points
        along = np.array([x1 - x0, y1 - y0]) / np.hypot(x1 - x0, y1 - y0)
        x, y = columns + 0.5 - x0, rows + 0.5 - y0
        twice = 2 * (x * along[0] + y * along[1])
        i, j = twice * along[1] - y + y0 - 0.5, twice * along[0] - x + x0 - 0.5
        shifts = np.arange(size) if stroke.kind == "glide" else [0]
        same = [
            np.array_equal(
                picture[
                    np.rint(i + shift * along[1]).astype(int) % size,
                    np.rint(j + shift * along[0]).astype(int) % size,
                ],
                picture,
            )
            for shift in np.array(shifts) * (1 if min(abs(along)) < 1e-6 else 2**0.5)
        ]
        assert any(same)
        assert not (stroke.kind == "glide" and same[0])


def test_repeated_cut_and_hexagonal_pictures_have_all_their_centres():
    _, figure = shown("tile", "p4", repeat="2x2")
    assert sum(symbol.order == 4 for symbol in figure.symbols) == 9 + 4
    _, figure = shown("tile", "p6", cut="domain")
    assert [symbol.order for symbol in figure.symbols].count(6) == 1
    assert [symbol.order for symbol in figure.symbols].count(2) == 6
    _, figure = shown("tile", "p6", size=90)
    assert [symbol.order for symbol in figure.symbols].count(6) == 5  # corners and the middle


@pytest.mark.parametrize(("group", "order"), [("p4g", 8), ("p6m", 24), ("p31m", 12), ("p2", 2)])
def test_the_domain_is_a_fair_share_of_the_picture(group, order):
    picture, figure = shown("tile", group, size=120)
    assert figure.inside.shape == picture.shape[:2]
    assert figure.inside.mean() * order == pytest.approx(1, abs=0.12)


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("projection", list(PROJECTIONS))
def test_on_the_sphere_all_is_where_the_group_keeps_it(projection, mirrored):
    scene = scene_of("sphere", "3*2", projection=projection)
    scene = dataclasses.replace(scene, mirrored=mirrored)
    matrices = elements(scene.group, scene.colouring).matrices
    design = scene.design(96)
    figure = design.figure()
    over = np.diag([1.0, -1.0 if mirrored else 1.0, 1.0])

    def on_sphere(place):
        (x, y), (height, width) = np.array(place).T, design.shape
        inside = np.clip(y, 1e-6, height - 1e-6), np.clip(x, 1e-6, width - 1e-6)
        return PROJECTIONS[projection].to_sphere(*inside, design.shape) @ over

    for symbol in figure.symbols:
        point = on_sphere(symbol.place[None])[0]
        kept = np.linalg.norm(matrices @ point - point, axis=1) < 0.02
        assert (kept & (np.linalg.det(matrices) > 0)).sum() == symbol.order
    mirrors = [m for m in matrices if np.linalg.det(m) < 0 and np.trace(m) > 0.9]
    strokes = [stroke for stroke in figure.strokes if stroke.kind == "mirror"]
    assert strokes
    for stroke in strokes:
        points = on_sphere(stroke.points)
        assert min(np.abs(points @ m.T - points).max() for m in mirrors) < 0.02
    assert {label.text for label in figure.labels} == set(scene.group.letters)


@pytest.mark.parametrize("model", ["poincare", "band", "halfplane", "square"])
def test_hyperbolic_mirrors_are_geodesics(model):
    scene = scene_of("hyperbolic", "[4,6]", model=model)
    design = scene.design(96)
    figure = design.figure()
    assert {label.text for label in figure.labels} == {"m", "n", "o"}
    assert {2, 4, 6} == {symbol.order for symbol in figure.symbols}
    scale, centre = placement(find_model(model), design.shape)
    strokes = [stroke for stroke in figure.strokes if stroke.kind == "mirror"]
    assert sum(stroke.named for stroke in strokes) >= 3
    for stroke in strokes:
        xy = (stroke.points - centre) * (1, -1) / scale
        points, inside = find_model(model).to_space(xy)
        points = points[inside & (points[:, 2] < 20)]
        if len(points) > 2:  # in a plane through the origin
            normal = np.linalg.svd(points)[2][2]
            assert np.abs(points @ normal).max() < 1e-4
            assert HYPERBOLIC.inner(normal * (1, 1, -1), normal * (1, 1, -1)) > 0


def test_symbols_shrink_towards_the_rim():
    _, figure = shown("hyperbolic", "[4,6]+", size=256)
    radii = np.array([symbol.radius for symbol in figure.symbols])
    away = np.array([np.linalg.norm(symbol.place - 128) for symbol in figure.symbols])
    assert radii[away < 60].min() > 1.5 * radii[away > 120].max()


def test_what_is_folded_partly_keeps_its_translations_only():
    _, figure = shown("tile", "p4", folds="1/4")
    assert not figure.symbols
    assert {stroke.kind for stroke in figure.strokes} == {"domain", "step"}
    assert figure.inside.all()
    _, figure = shown("sphere", "44", folds="1/4")
    assert not figure.symbols
    assert not figure.strokes
    assert figure.inside.all()


def test_of_a_turned_tile_that_is_folded_partly_the_mirrors_stay():
    _, whole = shown("hyperbolic", "[4+,6]", size=128)
    _, rest = shown("hyperbolic", "[4+,6]", size=128, folds="1/4")
    drawn = [[len(s.points) for s in f.strokes if s.kind == "mirror"] for f in (whole, rest)]
    assert drawn[0] == drawn[1]
    assert {symbol.order for symbol in whole.symbols} == {3, 4}
    assert {symbol.order for symbol in rest.symbols} == {3}
    assert 3.5 < rest.inside[32:96, 32:96].sum() / whole.inside[32:96, 32:96].sum() < 4.5


def test_a_spiral_has_none():
    with pytest.raises(InputError, match="spiral") as error:
        scene_of("spiral", "spiral2").design(64).figure()
    assert (error.value.code, error.value.field) == ("no-figure", "figure")


def test_a_tile_of_over_8192_pixels_has_none():
    with pytest.raises(InputError, match="67 million pixels at most") as error:
        scene_of("tile", "p4", size=16384).design(16384).figure()
    assert (error.value.code, error.value.field) == ("no-figure", "figure")
