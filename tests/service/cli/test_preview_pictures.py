"""What a picture looks like in a preview: whole, upright, in its own colours."""

import numpy as np
import pytest

from geometry.catalogue import find_group
from service.preview import preview
from service.recipe.parsing import parse_recipe
from service.scene import make_scene
from service.spaces import with_pictures

GROUPS = ["p1", "pgg", "p6", "332", "*55", "1", "[4,6]+", "[7,3]", "spiral1", "spiral5"]


def shown(name, width=64, picture=None, seed=0, **given):
    target = with_pictures()[find_group(name).space.name].target
    recipe = parse_recipe({"target": target, "group": name, "size": width, **given})
    return preview(make_scene(recipe), width, seed, picture)


@pytest.mark.parametrize("name", GROUPS)
def test_a_picture_of_one_colour_stays_that_colour(name):
    """The copies' weights sum to 1 everywhere: nothing gets paler or darker at their edges."""
    colour = np.array([200, 90, 30], np.uint8)
    pixels = shown(name, picture=np.tile(colour, (40, 60, 1)))
    assert np.abs(pixels[..., :3].astype(int) - colour).max() <= 2


def test_a_picture_is_seen_whole_and_upright_in_a_copy():
    """Of p2 with its two copies: sky above, grass below, a sun between them."""
    picture = np.zeros((90, 90, 3), np.uint8)
    picture[:] = 20
    picture[:45] = 120
    picture[38:53, 38:53] = 250
    pixels = shown("p2", 128, picture)[..., 0]
    for level, share in ((20, 0.5), (120, 0.46), (250, 0.03)):
        seen = (np.abs(pixels.astype(int) - level) < 12).mean()
        assert seen == pytest.approx(share, rel=0.5)


def test_colours_go_with_the_copies():
    """Under a rule that inverts, half of the picture is the colour, half its inverse."""
    pixels = shown("p2", picture=np.full((8, 8, 3), 230, np.uint8), colouring="r=-r-g-b s=-r-g-b")
    assert (pixels > 215).mean() == pytest.approx((pixels < 40).mean(), rel=0.1)
    assert (pixels > 215).mean() > 0.3
