"""Finishing where a group permutes the texels of a torus: done once for each orbit of texels, so
that what is exact stays so."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from geometry.maps.sampling import SamplingMap
from geometry.maps.smoothing import torus_filtered
from geometry.spaces import Array
from geometry.symmetry.ink_sets import thresholds
from service.finisher import Finisher, Fitted


@dataclass(frozen=True, eq=False)
class Torus:
    """Texels (rows, columns) on a torus: periods: (2, 2), as columns, in widths of the picture;
    copies above are shifted by ``skew`` texels. unfold: one logit per orbit → all texels.
    are_pixels: whether they are the picture's pixels, which can then be in inks. shown: the rows
    that are delivered, where not all are: steps are fitted to what is seen."""

    shape: tuple[int, int]
    periods: Array
    unfold: SamplingMap
    skew: int = 0
    are_pixels: bool = False
    shown: range | None = None


def finished_orbits(finish: Finisher, orbits: Array, torus: Torus) -> tuple[Array, Fitted]:
    """What becomes of the logits (orbits, 3), and what is done to the picture made of them."""
    first = np.unique(torus.unfold.indices, return_index=True)[1]  # each orbit's own texel
    orbits = orbits.astype(np.float64)
    if finish.gaussians:
        texels = torus.unfold.apply(orbits, finish.frame).reshape(*torus.shape, 3)
        filtered = torus_filtered(texels, torus.periods, torus.skew, finish.response)
        orbits = filtered.reshape(-1, 3)[first]
    seen = orbits
    if torus.shown is not None:
        rows = torus.unfold.indices.reshape(torus.shape)[torus.shown.start : torus.shown.stop]
        seen = orbits[np.unique(rows)]
    fitted = finish.fitted(seen)
    if not torus.are_pixels:
        return fitted.toned(orbits), fitted
    fitted = dataclasses.replace(fitted, are_pixels=True)
    done = fitted.inked(orbits, thresholds(*np.divmod(first, torus.shape[1])))
    if not fitted.is_flat:
        return done, fitted
    texels = torus.unfold.apply(done, finish.frame).reshape(*torus.shape, 3)
    return fitted.without_specks(texels, torus.skew).reshape(-1, 3)[first], fitted
