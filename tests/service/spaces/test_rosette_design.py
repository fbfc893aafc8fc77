"""Rosettes as they are delivered."""

import dataclasses
import math

import numpy as np
import pytest
from deliveries import CPU, delivered, scene_of

from service.preview import plasma_paper
from service.reporting.quality import measure_quality
from service.surfaces.surface import make_surface


@pytest.mark.parametrize(
    ("group", "rule"), [("C2", "2a"), ("C4", "4a"), ("D1", "2b"), ("D2", "4a"), ("D4", "none")]
)
def test_where_pixels_go_to_pixels_it_is_symmetric_to_the_bit(group, rule, tmp_path):
    """As a painting is delivered: in the network's single precision."""
    pixels, receipt = delivered(tmp_path, "rosette", group, colouring=rule, size=97)
    assert pixels.shape == (96, 96, 4)
    assert receipt["projection"] == "rosette" and receipt["center"] == [48, 48]
    assert all(error["exact"] for error in receipt["quality"]["symmetry"])
    assert receipt["quality"]["symmetry"]


@pytest.mark.parametrize("group", ["C3", "C5", "C11", "D5", "D7"])
def test_else_it_is_symmetric_within_the_bars(group):
    design = scene_of("rosette", group).design(160)
    quality = measure_quality(design.bake(design.laid_out(plasma_paper(1))), design.picture_frame())
    assert 0 < quality.symmetry_rms < 1.5


def test_around_the_disc_it_is_clear_with_a_smooth_rim():
    shown = scene_of("rosette", "D5").design(128).shown(plasma_paper(1))
    alpha = shown[..., 3]
    assert alpha[64, 64] == 255 and alpha[0].max() == 0 and alpha[:, 0].max() == 0
    assert abs(alpha.sum() / 255 - math.pi * 63**2) < 1
    assert ((alpha > 0) & (alpha < 255)).sum() > 128  # no stairs
    for same in (alpha.T, alpha[::-1], alpha[:, ::-1]):
        assert np.array_equal(alpha, same)
    mean = shown[..., :3].reshape(-1, 3)[alpha.ravel() == 0]
    assert len(np.unique(mean, axis=0)) > 1  # the pattern goes on under the rim: no fringe


def test_the_figure_stays_in_the_disc():
    figure = scene_of("rosette", "D6").design(128).figure()
    ends = np.concatenate([stroke.points for stroke in figure.strokes])
    assert len(ends) and np.hypot(*(ends - 64).T).max() < 64
    assert abs(figure.inside.sum() / (math.pi * 63**2) - 1 / 12) < 0.005
    assert [label.text for label in figure.labels] == ["m", "n"]


def test_a_mirrored_picture_winds_the_other_way():
    scene = scene_of("rosette", "C5", chirality="ccw")
    paint = np.random.default_rng(5).normal(size=(math.prod(scene.design(96).chart_shape), 3))
    design = scene.design(96)
    turn = scene.group.generators[0]
    assert design.rings(turn, 5, paint).shape[2] == 3
    over = dataclasses.replace(scene, mirrored=True).design(96)
    assert np.array_equal(over.bake(paint), design.bake(paint)[::-1])


def test_views_show_only_what_is_painted():
    design = scene_of("rosette", "C3").design(128)
    for view in design.views(6, seed=1):
        reach = np.hypot(*view.points[:, :2].T).max()
        assert reach < 1.1 + 0.05 and view.coverage.mean() > 0.4
        assert np.array_equal(view.starts[-1:], [len(view.points)])


def test_partial_folds_leave_the_centre_and_no_exact_symmetry():
    scene = scene_of("rosette", "C6", folds="1/6")
    design = scene.design(96)
    assert design.picture_frame().generators == () and design.figure().symbols == ()
    assert make_surface(scene, 96, 1, CPU).canvas_shape == design.canvas_shape
