"""Partial degeneracy: a symmetry that is imposed a little ("fold only once").

Full symmetry under a rotation or translation ρ of order N is the superposition of all N copies,
Σ_k ρ^k. Any other weights w_k on the powers of ρ give a picture that is almost symmetric: equal
weights are the exact symmetry, a single one is none, and {1, ρ} repeats things with slow change.
What is linear in the paint stays linear: a dial, not a projection.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np

from geometry.errors import InputError, excerpt
from geometry.symmetry.groups import Group

MAX_ORDER = 64


@dataclass(frozen=True)
class Folds:
    """weights: w_k of ρ^k, k = 0 … N−1, not all zero; of unit norm, since unrelated copies of
    paint add up like noise: Σ w_k² = 1 keeps the contrast."""

    weights: tuple[float, ...]

    @property
    def order(self) -> int:
        """N, of the rotation or translation that is folded."""
        return len(self.weights)


def parse_folds(text: str) -> Folds:
    """'K/N', the K-th of N folds: the paint and its copy under ρ^K ('1/5' repeats things next to
    each other, '2/5' farther apart). Or N explicit weights: '1,0.5,0,0,0,0.5'.

    Raises InputError("bad-folds").
    """
    single = re.fullmatch(r"\s*(\d+)\s*/\s*(\d+)\s*", text)
    if single:
        fold, order = int(single[1]), int(single[2])
        if not (2 <= order <= MAX_ORDER and 1 <= fold < order):
            raise _bad(text, f"K/N wants 1 ≤ K < N ≤ {MAX_ORDER}")
        weights = [1.0 if k in (0, fold) else 0.0 for k in range(order)]
    else:
        try:
            weights = [float(part) for part in text.split(",")]
        except ValueError:
            raise _bad(text, "it is neither K/N nor a list of numbers") from None
        if not 2 <= len(weights) <= MAX_ORDER or not all(abs(w) <= 1e3 for w in weights):
            raise _bad(text, f"there must be 2 to {MAX_ORDER} weights of at most 1000")
        if not any(weights):
            raise _bad(text, "all weights are 0")
    norm = math.hypot(*weights)
    return Folds(tuple(w / norm for w in weights))


def check_axis(group: Group, folds: Folds) -> None:
    """Raise InputError("bad-folds") unless a group of the sphere or the hyperbolic plane has a
    first generator of the order that is folded, and what else it has stays exact beside it."""
    if not group.generators:
        raise InputError(
            "bad-folds", "folds", f"{group.name} has nothing to fold.", "Choose another group."
        )
    tiling = group.tiling
    if tiling is not None and (tiling.kind != "turned" or tiling.r != 2):
        raise InputError(
            "bad-folds",
            "folds",
            f"The turns of {group.name} cannot be folded partly: nothing exact would be left.",
            "Use --group turned of a regular tiling: the mirrors in the tiles' sides stay.",
        )
    first = group.generators[0]
    order, power = 1, first.matrix
    while not np.allclose(power, np.eye(3), atol=1e-6):
        order, power = order + 1, power @ first.matrix
    if order != folds.order:
        raise InputError(
            "bad-folds",
            "folds",
            f"{first.title} has {order} folds, not {folds.order}.",
            f"Write 1/{order}, or {order} weights.",
        )


def _bad(text: str, reason: str) -> InputError:
    return InputError(
        "bad-folds",
        "folds",
        f"'{excerpt(text)}' cannot be used: {reason}.",
        "Write 1/6 for the first of six folds, or six weights such as 1,1,0,0,0,0.",
    )
