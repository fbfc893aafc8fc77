"""What is asked of a solid, and its heights."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from geometry.errors import InputError
from geometry.solid.body import Cuts
from geometry.spaces import Array
from service.pictures.look import to_linear

MOST_TRIANGLES = 4_000_000
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722])  # of linear sRGB (IEC 61966-2-1)
_NO_CUTS = Cuts()


@dataclass(frozen=True)
class Order:
    """mm: how large, over all; depth: of the relief, from the lightest places to the darkest;
    detail: edges of triangles, mm; inverted: the darkest are highest; raised: of a mesh, the lowest
    places are on its surface, not the highest; heights: a picture that takes the place of how light
    the painting is."""

    mm: float
    depth: float
    detail: float = 0.4
    cuts: Cuts = _NO_CUTS
    inverted: bool = False
    raised: bool = False
    heights: Path | None = None

    def check(self, area: float) -> None:
        """Raise InputError for a relief too deep for the size, and for more triangles than are
        made. area: of the surface, mm²."""
        if self.depth > self.mm / 4:
            raise InputError(
                "bad-value",
                "depth",
                f"A relief {self.depth:g} mm deep leaves little of {self.mm:g} mm.",
                f"Choose --depth {self.mm / 4:g} or less, or a larger --mm.",
            )
        for field, size in (("base", self.cuts.base), ("drain", self.cuts.drain)):
            if size > self.mm / 2:
                raise InputError(
                    "bad-value",
                    field,
                    f"{size:g} mm are more than half of {self.mm:g} mm.",
                    f"Choose --{field} {self.mm / 2:g} or less.",
                )
        triangles = area / (self.detail**2 * np.sqrt(3) / 4)
        if triangles > MOST_TRIANGLES:
            coarser = self.detail * np.sqrt(triangles / MOST_TRIANGLES)
            raise InputError(
                "too-large",
                "detail",
                f"That would be {triangles / 1e6:.0f} million triangles.",
                f"Choose --detail {np.ceil(coarser * 100) / 100:g} or more, or a smaller --mm.",
            )

    def with_height(self, colours: Array, heights: Array | None) -> Array:
        """Colours (n, 3), 0..255, and how high each place is (n, 4), by a picture's colours there
        if there is one, else by these."""
        light = lightness(colours if heights is None else heights)
        return np.concatenate([colours, (1 - light if self.inverted else light)[:, None]], axis=1)


def lightness(colours: Array) -> Array:
    """CIE 1976 L* / 100 of sRGB colours (n, 3), 0..255."""
    luminance = to_linear(colours / 255) @ _LUMINANCE
    root = np.where(luminance > (6 / 29) ** 3, np.cbrt(luminance), 0)
    return np.where(root > 0, 1.16 * root - 0.16, luminance * (29 / 3) ** 3 / 100)
