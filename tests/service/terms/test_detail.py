"""The term of detail: statistics of what is finer than its surroundings."""

import numpy as np
import pytest
import torch
from scipy import ndimage
from torch import Tensor

from geometry.symmetry.colour import IDENTITY
from geometry.symmetry.colour_frame import RGB
from service.inputs.styles import load_styles
from service.painting.stage import Sight, Stage
from service.perception.looks import Look, Weight
from service.perception.network import load_network
from service.recipe.parsing import parse_recipe
from service.tables.term import LOOK
from service.terms.detail import TERM, octaves

SIDE = 128


@pytest.fixture(scope="module")
def stage() -> Stage:
    recipe = parse_recipe(
        {"target": "tile", "group": "p1", "styles": [{"source": "stained_glass"}], "size": SIDE}
    )
    styles = load_styles(recipe)
    return Stage(recipe, load_network("squeezenet"), styles, (IDENTITY,), SIDE, RGB)


def picture(stage: Stage) -> Tensor:
    ((style, _),) = stage.style_pictures()
    return style


def loss(
    stage: Stage, pixels: Tensor, weight: Tensor | None = None, periodic: bool = True
) -> float:
    look = Look(pixels, None if weight is None else Weight(weight), periodic=periodic)
    wanted = TERM.prepare(stage)
    seen = TERM.observe(Sight(LOOK, pixels, None, stage.network, look), wanted)
    return float(TERM.loss({LOOK: seen + seen}, wanted))


def test_the_finest_octave_is_what_a_binomial_blur_takes_away(stage: Stage):
    pixels = picture(stage)
    binomial = np.outer([1, 2, 1], [1, 2, 1]) / 16
    for periodic, mode in ((True, "wrap"), (False, "mirror")):
        band, _ = next(octaves(pixels, None, periodic))
        for ours, channel in zip(band[0].numpy(), pixels[0].numpy(), strict=True):
            expected = channel - ndimage.convolve(channel, binomial, mode=mode)
            assert np.allclose(ours, expected, atol=1e-5)


def test_a_style_has_its_own_detail_wherever_it_is_rolled(stage: Stage):
    for shift in ((0, 0), (5, 7), (64, 3)):
        assert loss(stage, picture(stage).roll(shift, (2, 3))) < 0.12


@pytest.mark.parametrize("change", ["blurred", "sharpened", "grainy", "fringed", "scattered"])
def test_what_spoils_detail_costs(stage: Stage, change: str):
    pixels = picture(stage)
    blurred = torch.tensor(ndimage.gaussian_filter(pixels.numpy(), (0, 0, 0.7, 0.7)))
    generator = torch.Generator().manual_seed(0)
    noise = torch.randn(pixels.shape, generator=generator)
    spoilt = {
        "blurred": blurred,
        "sharpened": pixels + 0.7 * (pixels - blurred),
        "grainy": pixels + 0.1 * noise.mean(1, keepdim=True),
        "fringed": pixels + 0.1 * (noise - noise.mean(1, keepdim=True)),
        # as strong as before, but everywhere a little instead of in edges
        "scattered": blurred + (pixels - blurred).std() * noise,
    }[change]
    assert loss(stage, spoilt) > loss(stage, pixels) + 0.1


def test_nothing_counts_behind_a_mask_nor_at_its_border(stage: Stage):
    pixels = picture(stage)
    weight = torch.zeros(1, 1, *pixels.shape[-2:])
    weight[..., 24:-24, 24:-24] = 1
    hidden = torch.where(weight > 0, pixels, torch.rand(pixels.shape))
    behind = [loss(stage, p, weight, periodic=False) for p in (pixels, hidden)]
    assert behind[0] == pytest.approx(behind[1], abs=1e-4)
    assert loss(stage, hidden) > behind[0] + 0.1


def test_octaves_of_which_nothing_is_seen_do_not_count(stage: Stage):
    """As of a thin thing in a small view: its coarsest octave is border all over."""
    pixels = picture(stage).clone().requires_grad_()
    for shown in (3, 0):
        weight = torch.zeros(1, 1, *pixels.shape[-2:])
        weight[..., 60 : 60 + shown, :] = 1
        wanted = TERM.prepare(stage)
        look = Look(pixels, Weight(weight))
        seen = TERM.observe(Sight(LOOK, pixels, None, stage.network, look), wanted)
        found = TERM.loss({LOOK: seen}, wanted)
        (gradient,) = torch.autograd.grad(found, pixels)
        assert found.isfinite() and gradient.isfinite().all()
        assert (float(found.detach()) > 0) == (shown > 0)
