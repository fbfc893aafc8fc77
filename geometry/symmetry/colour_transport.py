"""Colour transfer: the colours of one picture brought to those of another.

Let m, C and m′, C′ be the mean and the covariance of the logits of two pictures' colours. Of all
linear maps that give the first those of the second,

    x ↦ m′ + T·(x − m),   T = C^−½ (C^½ C′ C^½)^½ C^−½

moves colours the least: Monge and Kantorovich's transport between two normal distributions (F.
Pitié, A. Kokaram, "The linear Monge–Kantorovitch linear colour mapping for example-based colour
transfer", 2007). T is symmetric and positive, so that no direction turns over: what was light stays
light. On logits no colour leaves the range of colours.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from geometry.spaces import Array
from geometry.symmetry.colour_frame import ColourMoments

GAIN = 8.0  # by how much differences of colour grow, at most: a grey picture has noise only
_LEAST = 1e-6  # of a variance, logits²: a picture may have only one colour
_STRIP = 1 << 22  # bytes of pixels at a time: bounds the memory


@dataclass(frozen=True)
class ColourTransport:
    """linear: T (3, 3), shift: t (3,); logits x become T·x + t."""

    linear: Array
    shift: Array

    @classmethod
    def between(
        cls, source: ColourMoments, target: ColourMoments, gain: float = GAIN
    ) -> ColourTransport:
        """The least change that gives colours with the moments of ``source`` the mean of
        ``target``, and its covariance, but for axes that would have to be stretched by more than
        ``gain``. Moments of other places than logits will do, too."""
        root, inverse = _roots(source.covariance)
        wanted = _roots(target.covariance)[0]
        middle = _roots(root @ wanted @ wanted @ root, _LEAST**2)[0]
        gains, axes = np.linalg.eigh(inverse @ middle @ inverse)
        linear = (axes * np.minimum(gains, gain)) @ axes.T
        return cls(linear, target.mean - linear @ source.mean)

    def on_pixels(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """What becomes of pixels (H, W, 3); what does not change stays as it is, to the bit."""
        strips = np.array_split(pixels, max(1, min(len(pixels), pixels.size // _STRIP)))
        return np.concatenate([self._on_strip(strip) for strip in strips])

    def _on_strip(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        moved = special.expit(special.logit(as_colours(pixels)) @ self.linear.T + self.shift)
        return np.minimum(256 * moved, 255).astype(np.uint8)


def as_colours(pixels: NDArray[np.uint8]) -> Array:
    """Bytes as colours in 0..1, each in the middle of its 256th: black and white have logits, too,
    and they count. (Were they clamped where colours are measured, and not where they are moved, the
    covariance would not become the wanted one.)"""
    return (pixels + 0.5) / 256


def moments_of(pixels: NDArray[np.uint8]) -> ColourMoments:
    """Of pixels (..., 3)."""
    return ColourMoments.of(as_colours(pixels.reshape(-1, 3)), least=0.0)


def _roots(covariance: Array, least: float = _LEAST) -> tuple[Array, Array]:
    """The symmetric square root of a covariance (3, 3) whose variances are at least ``least``, and
    its inverse."""
    variances, axes = np.linalg.eigh(covariance)
    deviations = np.sqrt(np.maximum(variances, least))
    return (axes * deviations) @ axes.T, (axes / deviations) @ axes.T
