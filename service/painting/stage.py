"""What the terms of the objective get to see: a stage as a whole, and one layer of one view."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from geometry.symmetry.colour import ColourElement
from geometry.symmetry.colour_frame import ColourFrame
from service.inputs.styles import StylePicture
from service.perception.colour_images import colour_images
from service.perception.looks import Look
from service.perception.network import Network
from service.recipe.recipe import Recipe
from service.spaces.space import Scene
from service.tables.term import LOOK, RGB

# A style's shorter side in pixels of the final picture, at least: in less its forms are not to be
# recognised, and a network sees noise.
STYLE_SIDE = 384
STYLE_SIDE_LEAST = 64.0  # at a stage: in less the deeper layers are one pixel
STYLE_SIDE_LIMIT = 1024  # pixels of a style's shorter side: more teaches little and costs much


@dataclass(frozen=True, eq=False)
class Stage:
    """What there is at one resolution. colours: the colour elements that the symmetry makes equally
    likely; frame: what they act on; style_side: pixels that a style picture of scale 1 spans."""

    recipe: Recipe
    network: Network
    styles: Sequence[StylePicture]
    colours: tuple[ColourElement, ...]
    style_side: float
    frame: ColourFrame

    def style_pictures(self) -> Iterator[tuple[Tensor, float]]:
        """Every style picture, (1, 3, h, w) in 0..1, and its share: brought to style side · style
        scale pixels on its shorter side, under every colour element, so that what is measured on
        them can be reached."""
        yield from self._pictures(range(len(self.styles)))

    def successive_styles(self) -> list[Iterator[tuple[Tensor, float]]]:
        """The same, by where they are wanted: all of them together or, in a metamorphosis, one
        after the other."""
        numbers = range(len(self.styles))
        groups = [(number,) for number in numbers] if self.stretches else [numbers]
        return [self._pictures(group) for group in groups]

    @property
    def stretches(self) -> tuple[float, ...]:
        """How long the stretch of each style is, relative to the others', where they follow one
        another; else nothing."""
        return tuple(s.weight for s in self.styles) if self.recipe.metamorphosis else ()

    def _pictures(self, numbers: Iterable[int]) -> Iterator[tuple[Tensor, float]]:
        for number in numbers:
            for image in colour_images(self._scaled[number], self.colours, self.frame):
                image = image.contiguous(memory_format=torch.channels_last)
                yield image, self.styles[number].weight

    @functools.cached_property
    def _scaled(self) -> list[Tensor]:
        """Several terms look at them."""
        device = next(self.network.parameters()).device
        side = self.style_side * self.recipe.style_scale
        return [scaled(style.pixels, side).to(device) for style in self.styles]


class Painted(Protocol):
    """What is painted, a surface or a ground: what terms ask it for."""

    def seam_energy(self, logits: Tensor) -> Tensor:
        """See Surface."""
        ...


@dataclass(frozen=True, eq=False)
class Sight:
    """What a term sees at a time, of a view or of B views of one size. layer: one of those that it
    asks for; seen: (B, C, h, w) of a layer, (B, classes) of the HEAD; of LOOK and RGB the views'
    pixels, (B, 3, H, W) in 0..1; of PAINT the logits of the canvas, (texels, 3), which belong to no
    view. What comes from the network is in its precision; features: the same in float32. look: the
    views, else None. step: of the painting; what a term does at random follows from it, so that a
    painting that is resumed is the same."""

    layer: str
    seen: Tensor
    surface: Painted
    network: Network
    look: Look | None = None
    step: int = 0

    @functools.cached_property
    def features(self) -> Tensor:
        """See above."""
        return self.seen.float()

    @property
    def weight(self) -> Tensor | None:
        """How much each place of views counts, (B, 1, h, w) in 0..1; None where all do fully."""
        if self.look is None or self.look.weight is None:
            return None
        return self.look.weight.at(self.seen)

    def weights(self, stretches: Sequence[float]) -> list[Tensor | None]:
        """The weight, or of styles that follow one another in ``stretches`` that for each."""
        if not stretches:
            return [self.weight]
        assert self.look is not None and self.look.along is not None, "the surface has a direction"
        size = self.seen.shape[-2], self.seen.shape[-1]
        shares = shares_along(self.look.along, stretches)
        found = [F.adaptive_avg_pool2d(share, size) for share in shares]
        return [share if self.weight is None else share * self.weight for share in found]

    @torch.no_grad()
    def before(self) -> Tensor:
        """The features of what the view showed before anything was painted. For terms that need a
        base."""
        assert self.look is not None and self.look.base is not None, "there is a base colour"
        if self.layer in (LOOK, RGB):
            return self.look.base
        ((_, features),) = self.network.layers(self.look.base, (self.layer,))
        return features.float()


def shares_along(along: Tensor, stretches: Sequence[float]) -> list[Tensor]:
    """How much each style counts where ``along`` is, 0..1 from the first to the last, in the shape
    of that: by itself in the middle of its stretch, and on both sides giving way to the next from
    the middle of the shorter stretch on. ``stretches``: their lengths, in any unit. The shares add
    up to 1."""
    lengths = np.array(stretches) / sum(stretches)
    ends = lengths.cumsum()[:-1]
    reach = np.minimum(lengths[:-1], lengths[1:]) / 2
    begun = [torch.ones_like(along)]  # of each style: how far it has taken the last one's place
    for end, half in zip(ends.tolist(), reach.tolist(), strict=True):
        begun.append(((along - end) / (2 * half) + 0.5).clamp(0, 1))
    begun.append(torch.zeros_like(along))
    return [here - there for here, there in itertools.pairwise(begun)]


def style_side(unit: int, scene: Scene, width: int, full_width: int) -> float:
    """The pixels that a style picture of scale 1 spans on a surface of a width, which has a
    ``unit`` (see Surface), of a painting of a full width: a period, a ball or a disc, or what the
    scene says; but where that would be too small in the final picture, more than one of them."""
    if scene.style_size is not None:
        return unit
    return max(unit, STYLE_SIDE * width / full_width)


def scaled(pixels: NDArray[np.uint8], side: float) -> Tensor:
    """A style (H, W, 3) as (1, 3, h, w) in 0..1 whose shorter side is ``side`` pixels, at most the
    limit."""
    factor = max(STYLE_SIDE_LEAST, min(side, STYLE_SIDE_LIMIT)) / min(pixels.shape[:2])
    size = (round(pixels.shape[1] * factor), round(pixels.shape[0] * factor))
    image = Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS)
    return torch.from_numpy(np.array(image)).permute(2, 0, 1)[None].float() / 255
