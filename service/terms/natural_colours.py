"""Natural colours: all views together have the colours of photographs. It is what tells a dream
without a style how bright and how colourful to be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.tables.term import RGB, Term

if TYPE_CHECKING:
    from torch import Tensor

    from service.painting.stage import Sight, Stage
    from service.perception.moments import Moments

# Of ImageNet's pictures the mean colour, and a square root of the colours' covariance, whose
# columns are brightness and two pairs of hues (lucid, color.py).
MEAN = (0.48, 0.46, 0.41)
ROOT = ((0.26, 0.09, 0.02), (0.27, 0.00, -0.05), (0.27, -0.09, 0.03))
# Relative to photographs: a little softer, since there is no sky and no shadow. With hues half as
# strong again dreams were gaudy: another network took blue fur for no fur.
SPREAD = (0.75, 1.0, 1.0)


@dataclass(frozen=True)
class Range:
    """The mean of natural colours, (3,), and what brings their differences from it to three numbers
    with deviation 1 that have nothing to do with each other, (3, 3)."""

    mean: Tensor
    whiten: Tensor


def prepare(stage: Stage) -> Range:
    """The range under every colour of a colour rule: what all of its images have together."""
    import torch

    from service.perception.colour_images import colour_images
    from service.perception.moments import blended, moments

    device = next(stage.network.parameters()).device
    mean = torch.tensor(MEAN, device=device)
    root = torch.tensor(ROOT, device=device) * torch.tensor(SPREAD, device=device)
    # six colours that have this mean and this covariance
    colours = mean[:, None] + 3**0.5 * torch.cat([root, -root], 1)
    images = colour_images(colours[None, :, None], stage.colours, stage.frame)
    together = blended([({RGB: moments(image)}, 1.0) for image in images])[RGB]
    covariance = together.raw - torch.outer(together.mean, together.mean)
    variances, axes = torch.linalg.eigh(covariance)
    return Range(together.mean, axes / variances.clamp(min=1e-4).sqrt())


def observe(sight: Sight, natural: Range) -> Moments:
    """The moments of a view's colours, in units of natural ones."""
    from service.perception.moments import moments

    colours = (sight.features.movedim(1, -1) - natural.mean) @ natural.whiten
    return moments(colours.movedim(-1, 1), sight.weight)


def loss(sums: Mapping[str, Moments], natural: Range) -> Tensor:
    """How far mean and deviations are from theirs. Brightness and hues weigh alike, though hues
    vary a fifth as much."""
    found = sums[RGB]
    return found.mean.square().sum() + (found.std - 1).square().sum()


TERM = Term(
    name="natural_colours",
    title="Natural Colours",
    description="How closely the colours keep to those of photographs.",
    rank=28,
    default=0.0,
    layers=lambda stage: (RGB,),
    prepare=prepare,
    observe=observe,
    loss=loss,
)
