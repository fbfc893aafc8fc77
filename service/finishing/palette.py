"""Palette: the picture in a few inks and no other colours, which its colour rule permutes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

from geometry.spaces import Array
from geometry.symmetry.colour_frame import CLAMP
from geometry.symmetry.ink_sets import check_permuted, permuted_inks
from service.tables.finishing_step import FinishingStep, Seen

MOST = 16
PATTERN = rf"[2-9]|1[0-6]|#[0-9a-fA-F]{{6}}(,#[0-9a-fA-F]{{6}}){{1,{MOST - 1}}}"
_APART = 0.03  # of red, green or blue: as far an ink may be from the image of another


def ink_places(value: str, seen: Seen) -> Array:
    """The places (k, 3) of the inks: those given, or as many as wanted, found in the
    picture. Raises InputError("bad-inks")."""
    if not value.startswith("#"):
        return permuted_inks(seen.space.places(seen.logits), int(value), seen.space.elements)
    logits = special.logit(np.clip(ink_bytes(value) / 255, CLAMP, 1 - CLAMP))
    inks = seen.space.places(logits)
    step = seen.space.places(special.logit(np.clip(special.expit(logits) + _APART, 0.001, 0.999)))
    apart = float(np.linalg.norm(step - inks, axis=1).max())
    check_permuted(inks, seen.space.elements, apart, seen.rule, "finishing.palette")
    return inks


def ink_bytes(value: str) -> NDArray[np.uint8]:
    """'#rrggbb,#rrggbb' as (k, 3)."""
    return np.array([list(bytes.fromhex(ink[1:])) for ink in value.split(",")], np.uint8)


STEP = FinishingStep(
    name="palette",
    title="Inks",
    description="Exact inks: how many, 2 to 16, or which, as in #1b2a5c,#e8b030.",
    rank=60,
    default=None,
    pattern=PATTERN,
    inks=ink_places,
)
