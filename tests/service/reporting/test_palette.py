"""Whether the colours of a style were kept."""

import numpy as np
import pytest

from service.inputs.styles import StylePicture
from service.recipe.parsing import parse_recipe
from service.reporting.palette import channel_distance, palette_distance
from service.reporting.remarks import PALETTE, remarks
from service.scene import make_scene

PIXELS = np.random.default_rng(0).integers(0, 128, (40, 40, 3), np.uint8)
STYLE = StylePicture.of("noise", PIXELS)


def distance(picture, weights=None, **fields):
    recipe = parse_recipe({"target": "tile", "group": "p4", **fields})
    counts = np.ones(picture.shape[0] * picture.shape[1]) if weights is None else weights
    return palette_distance(recipe, make_scene(recipe), [STYLE], picture, lambda k: counts[k])


def test_it_is_how_far_colours_have_to_be_moved():
    rows = np.random.default_rng(1).random((500, 3))
    assert channel_distance(rows, rows[::-1]) == 0
    assert channel_distance(rows + [0.3, 0, 0], rows) == pytest.approx(0.1)
    assert distance(PIXELS) < 0.01
    assert distance(PIXELS + np.uint8(51)) == pytest.approx(0.2, abs=0.01)


def test_a_rule_that_inverts_wants_both_halves():
    both = np.concatenate([PIXELS, 255 - PIXELS])
    rule = {"colouring": "r=-r,-g,-b s=rgb", "colours": "rgb"}
    assert distance(both, **rule) < 0.01 < 0.2 < distance(PIXELS, **rule)


def test_only_what_counts_is_looked_at():
    picture = np.concatenate([PIXELS, np.full_like(PIXELS, 255)])
    counts = np.repeat([1.0, 0.0], PIXELS.shape[0] * PIXELS.shape[1])
    assert distance(picture, counts) < 0.01 < distance(picture)


def test_where_others_decide_the_colours_too_it_is_not_measured():
    for fields in ({"dreams": [{"target": "class:1"}]}, {"objective": {"content": 1.0}}):
        assert distance(PIXELS, **fields) is None


@pytest.mark.parametrize(("palette", "said"), [(None, 0), (PALETTE / 2, 0), (2 * PALETTE, 1)])
def test_what_is_lost_is_said(palette, said):
    quality = {"symmetry_rms": 0.0, "seams": {}, "palette": palette}
    found = list(remarks({"quality": quality, "recipe": {"folds": None}}))
    assert len(found) == said and all("--size" in line for line in found)
