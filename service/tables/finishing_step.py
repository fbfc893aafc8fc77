"""What the table of finishing says of each step: a row of :mod:`service.finishing`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geometry.spaces import Array
from geometry.symmetry.colour_frame import ColourFrame
from geometry.symmetry.ink_sets import InkSpace
from service.tables.step import Step

DARKEST = 1 / 1024  # as near as levels come to 0 and to 1: a quarter of a byte's step
Tone = Callable[[Array], Array]  # logits (n, 3) → logits (n, 3), each colour by itself
Gaussian = tuple[float, float]  # its share, and its standard deviation


@dataclass(frozen=True, eq=False)
class Seen:
    """What a step may know of the picture that it changes. logits: (n, 3), some of it, as earlier
    steps have made it; frame: what the colour rule acts on; space: of inks under the rule; rule:
    its name; picture: (H, W, 3) uint8, the one that the step names, if it names one."""

    logits: Array
    frame: ColourFrame
    space: InkSpace
    rule: str
    picture: NDArray[np.uint8] | None = None


@dataclass(frozen=True, kw_only=True)
class FinishingStep(Step):
    """One row of the table of finishing: something that can be done to a painted picture.

    A step does one of these. gaussians(value, width): isotropic Gaussian means that are added up,
    of shares with the sum 1 and deviations in thousandths of the picture's width, which has so many
    pixels: on the surface, of logits. tone(value, seen): what becomes of each colour. Where there
    is a colour rule a tone must take images under it to images, which is tried before anything is
    painted. inks(value, seen): the places (k, 3) in that space of the only colours that are left,
    which the rule permutes, else it raises InputError. A row with none of them is a setting of
    another one. targets: those that it is for; none for all."""

    gaussians: Callable[[float, int], tuple[Gaussian, ...]] | None = None
    tone: Callable[[Any, Seen], Tone] | None = None
    inks: Callable[[Any, Seen], Array] | None = None
    targets: tuple[str, ...] = ()

    def is_for(self, target: str) -> bool:
        """Whether it can be done to a target."""
        return not self.targets or target in self.targets
