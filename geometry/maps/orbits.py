"""The kaleidoscope of a chart whose texels the group permutes: plain superposition, exact to the
bit.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from geometry.maps.sampling import SamplingMap, from_taps
from geometry.symmetry.colour import ColourElement, inverse, palette_of


def superposition(
    images: NDArray[np.integer], colours: tuple[ColourElement, ...]
) -> tuple[SamplingMap, SamplingMap]:
    """The two factors of a kaleidoscope from ``images`` (elements, texels), the texel to which each
    element of the group takes each texel, and the elements' colours.

    ``average``: canvas → one texel per orbit, F(r) = Σ_g c(g)⁻¹ K(g·r) / √|G|.
    ``unfold``: orbit → all texels, F(p) = c(g)⁻¹ F(g·p) for a g that takes p to its
    representative: one entry per row, weight 1, so the symmetry of what it makes is exact.
    """
    count, texels = images.shape
    orbit, row_of = np.unique(images.min(axis=0), return_inverse=True)
    of_element, palette = palette_of([inverse(c) for c in colours])
    average = from_taps(
        texels,
        images[:, orbit].T,
        np.full((len(orbit), count), 1 / math.sqrt(count)),
        np.broadcast_to(of_element, (len(orbit), count)),
        palette,
    )
    unfold = from_taps(
        len(orbit),
        row_of[:, None],
        np.ones((texels, 1)),
        of_element[images.argmin(axis=0)][:, None],
        palette,
    )
    return average, unfold
