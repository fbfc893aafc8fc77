"""A symmetry on any picture, at once: no network, no optimisation, no torch."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import special

from geometry.spaces import Array
from service.designs import make_design
from service.reporting.finish import trimmed
from service.scene import Scene

_SLOPE = 1.6  # of the plasma's amplitude over the frequency: clouds with some detail
_COARSEST, _FINEST = 1.5, 48.0  # waves along a side
_CONTRAST = 1.8  # standard deviation of the logits
_OWN = 0.8  # how far the channels go their own ways


def preview(scene: Scene, width: int, seed: int, picture: NDArray[np.uint8] | None) -> NDArray:
    """What a scene's symmetry makes of plasma, or of a ``picture`` (H, W, 3) laid on its charts:
    (H, W, 3) or, where parts are transparent, (H, W, 4) uint8, ``width`` pixels wide."""
    design = make_design(scene, width)
    shape = design.chart_shape
    paint = plasma(shape, seed) if picture is None else picture_paint(picture, shape)
    return trimmed(scene, width, design.bake(paint))[0]


def plasma(shape: tuple[int, int, int], seed: int) -> Array:
    """Cloudy noise on charts of ``shape`` (charts, rows, columns), as logits (texels, 3): random
    phases under a power law, which wrap around at the borders. The same clouds at every size."""
    random = np.random.default_rng(seed)
    charts, rows, columns = shape
    waves = np.arange(-int(_FINEST), int(_FINEST) + 1)
    phases = np.exp(2j * np.pi * random.random((4, charts, len(waves), len(waves))))
    length = np.hypot(waves[:, None], waves[None, :])
    band = (length >= _COARSEST) & (length <= min(_FINEST, (min(rows, columns) - 1) / 2))
    amplitude = np.where(band, np.maximum(length, 1) ** -_SLOPE, 0)
    spectrum = np.zeros((4, charts, rows, columns), complex)
    np.add.at(
        spectrum,
        np.ix_(np.arange(4), np.arange(charts), waves % rows, waves % columns),
        phases * amplitude,
    )
    clouds = np.fft.ifft2(spectrum).real
    clouds /= np.maximum(clouds.std(axis=(2, 3), keepdims=True), 1e-12)
    mixed = (1 - _OWN) * clouds[0] + _OWN * clouds[1:]
    return np.moveaxis(mixed * (_CONTRAST / mixed.std()), 0, -1).reshape(-1, 3)


def picture_paint(pixels: NDArray[np.uint8], shape: tuple[int, int, int]) -> Array:
    """A picture (H, W, 3) laid on every chart, its middle cut to the chart's form, as logits."""
    charts, rows, columns = shape
    height, width = pixels.shape[:2]
    scale = min(height / rows, width / columns)
    x, y = (width - columns * scale) / 2, (height - rows * scale) / 2
    box = (x, y, width - x, height - y)
    image = Image.fromarray(pixels).resize((columns, rows), Image.Resampling.LANCZOS, box=box)
    values = (np.asarray(image, float) + 0.5) / 256
    return np.tile(special.logit(values).reshape(-1, 3), (charts, 1))
