"""How fine canvases, charts and views are, relative to the delivered picture."""

from __future__ import annotations

# Texels of a canvas per texel of the picture, along a side. Less paints softer than any style is;
# more holds what no pixel shows.
FINENESS = 1.0
# The same of tilings whose texels are no pixels, relative to the chart's: as sharp as a picture can
# be whose symmetry survives the bicubic resampling to pixels.
RESAMPLED_FINENESS = 0.75
OVERSAMPLING = 2  # texels of a folded chart per texel of the canvas: bilinear taps add no error


def view_side(texture_width: int) -> int:
    """Side of a view in pixels at which its pixels are about as fine as the texture's texels: a
    sphere's disc is 1/π of its equator wide, and a view shows a little more than the disc."""
    return min(max(round(texture_width * 0.375 / 8) * 8, 64), 512)


def views_needed(order: int | None) -> int:
    """Views that a step takes: one where a finite group of ``order`` shows all of its fundamental
    domain on every side, else two, whose statistics are pooled."""
    return 1 if order is not None and order >= 12 else 2
