"""Friezes as they are delivered."""

import numpy as np
import pytest
from deliveries import scene_of

from geometry.errors import InputError
from service.preview import plasma_paper
from service.reporting.quality import measure_quality


@pytest.mark.parametrize(("group", "rule"), [("p2mg", "none"), ("p11g", "3a"), ("p2mm", "2b")])
def test_a_strip_is_symmetric_to_the_bit_and_ends_above_and_below(group, rule):
    design = scene_of("frieze", group, colouring=rule).design(192)
    picture = design.bake(design.laid_out(plasma_paper(1)))
    quality = measure_quality(picture, design.picture_frame())
    assert quality.symmetry and all(error.exact for error in quality.symmetry)
    assert set(quality.seams) == {"horizontal"} and quality.seams["horizontal"] < 1.5
    assert picture.std() > 20  # there is something to see


def test_what_is_delivered_repeats_along_the_axis():
    design = scene_of("frieze", "hop", repeat="3x1", aspect=0.25).design(96)
    shown = design.shown(plasma_paper(1))
    assert shown.shape == (24, 288, 3)
    assert np.array_equal(shown, np.roll(shown, 96, axis=1))
    assert {stroke.kind for stroke in design.figure().strokes} >= {"step"}


def test_it_is_not_repeated_across_it():
    with pytest.raises(InputError, match="along its axis only") as refused:
        scene_of("frieze", "p1", repeat="2x3")
    assert refused.value.hint == "Write --repeat 2x1."


def test_edges_above_and_below_know_nothing_of_each_other():
    """A texel of the lowest rows of the canvas shows nowhere near the upper edge."""
    design = scene_of("frieze", "p1").design(96)
    texels = np.zeros(design.canvas_shape, bool)
    texels[0, design.delivered_rows.stop - 2 :][:2] = True
    rows = np.flatnonzero(design.reach().pixels(texels).any(axis=1))
    assert len(rows) and rows.min() > design.shape[0] // 2
