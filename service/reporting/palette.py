"""Whether a painting kept the colours of its style."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from geometry.spaces import Array
from geometry.symmetry.colour import generated, white
from service.colours import in_wanted_colours
from service.inputs.styles import StylePicture
from service.recipe.recipe import Recipe
from service.spaces.frame import Picture
from service.spaces.space import Scene

_SAMPLES = 1 << 15  # pixels, of the picture and of each style: 0.002 of the distance
_TRIED = 8 * _SAMPLES  # pixels of which those are chosen by how much they count
_MIXING = ("content", "natural_colours")  # terms that want other colours, too


def palette_distance(
    recipe: Recipe,
    scene: Scene,
    styles: Sequence[StylePicture],
    picture: Picture,
    weigh: Callable[[NDArray[np.int64]], Array],
) -> float | None:
    """How far a painting's colours are from its styles', 0..1: the Wasserstein-1 distance of the
    histograms of red, green and blue, their mean. Of styles under all images of the colour rule, as
    they are painted. None where the styles alone do not decide the colours. ``picture``: (H, W, 3);
    ``weigh``: how much pixels count, by their numbers."""
    asked = recipe.objective.weights
    begun = recipe.start == "base" or recipe.motif is not None
    mixed = any(asked.get(name) for name in _MIXING) or recipe.dreams or begun
    if not styles or not asked.get("style") or mixed or scene.light:
        return None
    random = np.random.default_rng(0)
    # of a few, as pictures may be too large for a list of their pixels
    tried = random.integers(picture.shape[0] * picture.shape[1], size=_TRIED)
    weights = weigh(tried)
    if not weights.any():
        return None
    painted = picture.reshape(-1, 3)[random.choice(tried, _SAMPLES, p=weights / weights.sum())]
    elements = generated(tuple(scene.colouring.images.values()))
    total = sum(style.weight for style in styles)
    wanted = []
    for style in in_wanted_colours(recipe, scene, styles):
        count = round(_SAMPLES * style.weight / total / len(elements))
        sample = random.choice(style.pixels.reshape(-1, 3), max(1, count)) / 255
        wanted += [scene.frame.act(element, sample) for element in elements]
    return channel_distance(painted / white(picture.dtype), np.concatenate(wanted))


def channel_distance(one: Array, other: Array) -> float:
    """The mean Wasserstein-1 distance of the channels of colours (n, 3) and (m, 3)."""
    from scipy import stats  # a third of a second: it is wanted at the end only

    pairs = zip(one.T, other.T, strict=True)
    return float(np.mean([stats.wasserstein_distance(a, b) for a, b in pairs]))
