"""A symmetry on any picture, at once: no network, no optimisation, no torch."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray
from scipy import special

from geometry.cells import Paper
from geometry.spaces import Array
from geometry.symmetry.colour_frame import rounded
from service.pictures.motif import FITTED, Placement, picture_paper
from service.spaces.space import Scene

_COARSEST, _FINEST = 1.2, 24.0  # waves of the plasma along a side of a square
_SLOPE = 2.6  # of its amplitude over the frequency: few large forms, some detail
_BANDS = 0.5  # how many times it runs through the palette, for a standard deviation
# from dark to light: warm colours, whose images under all colour rules are far from them
_PALETTE = np.array(
    [
        [0.13, 0.04, 0.16],
        [0.45, 0.06, 0.22],
        [0.78, 0.20, 0.16],
        [0.95, 0.55, 0.14],
        [0.98, 0.88, 0.55],
        [0.97, 0.95, 0.88],
    ]
)


def preview(
    scene: Scene,
    width: int,
    seed: int,
    picture: NDArray[np.uint8] | None,
    placement: Placement = FITTED,
) -> NDArray:
    """What a scene's symmetry makes of plasma, or of a ``picture`` (H, W, 3) in every copy of its
    domain: (H, W, 3) or, where parts are transparent, (H, W, 4) uint8, ``width`` pixels wide."""
    paper = plasma_paper(seed) if picture is None else picture_paper(picture, placement)
    return scene.design(width).shown(paper)


def plasma_colours() -> NDArray[np.uint8]:
    """All colours of plasma, (1, n, 3), in 0..255."""
    return rounded(_shades(np.linspace(0, 1, 256)[None]))


def plasma_paper(seed: int) -> Paper:
    """Cloudy noise, the same at every size: random phases under a power law, read through a
    palette."""
    return functools.partial(_plasma, seed)


def _plasma(seed: int, shape: tuple[int, int], number: int) -> Array:
    random = np.random.default_rng([seed, number])
    rows, columns = shape
    waves = np.arange(-int(_FINEST) * 4, int(_FINEST) * 4 + 1)
    phases = np.exp(2j * np.pi * random.random((len(waves), len(waves))))
    side = np.sqrt(rows * columns)
    length = np.hypot(waves[:, None] * side / rows, waves[None, :] * side / columns)
    band = (length >= _COARSEST) & (length <= min(_FINEST, side / 4))
    band &= (np.abs(waves)[:, None] < rows / 2) & (np.abs(waves)[None, :] < columns / 2)
    amplitude = np.where(band, np.maximum(length, 1) ** -_SLOPE, 0)
    spectrum = np.zeros((rows, columns), complex)
    np.add.at(spectrum, np.ix_(waves % rows, waves % columns), phases * amplitude)
    clouds = np.fft.ifft2(spectrum).real
    height = 0.5 + _BANDS * clouds / clouds.std()
    height = 1 - np.abs(1 - height % 2)  # up and down the palette
    return special.logit(_shades(height))


def _shades(height: Array) -> Array:
    """Colours (..., 3) of the palette at heights (...) from 0, dark, to 1, light."""
    steps = np.linspace(0, 1, len(_PALETTE))
    return np.stack([np.interp(height, steps, channel) for channel in _PALETTE.T], axis=-1)
