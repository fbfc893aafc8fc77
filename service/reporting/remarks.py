"""What is out of the ordinary in the figures of a receipt, with what helps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

SYMMETRY = 1.0  # RMS in 1/255: more than rounding and interpolation leave
BORDER = 2.0  # a step across a border, in steps inside: 95 % of pictures stay below 1.5
UV_SEAM = 1.1  # the same for UV seams, which are many lines
PALETTE = 0.08  # Wasserstein-1 of colours: the means of all spaces are 0.02 to 0.06
HIDDEN = 0.05  # part of the surface that no view saw
SMALL = 0.001  # part of a surface or texture that is not worth a word


def remarks(receipt: Mapping[str, Any]) -> Iterator[str]:
    """Sentences about a picture; none where all is as it should be."""
    quality, recipe = receipt["quality"], receipt["recipe"]
    error = quality["symmetry_rms"]
    if error is not None and error > SYMMETRY and recipe["folds"] is None:
        yield (
            f"the symmetry is off by {error:.1f}/255 on average: details are finer than the copies "
            "can show. A larger --size, or a larger --style-scale, brings them closer."
        )
    palette = quality.get("palette")
    if palette is not None and palette > PALETTE:
        yield (
            f"the colours differ from the style's by {100 * palette:.0f} % on average. A larger "
            "--size, or a higher --quality, brings them closer."
        )
    surface = receipt.get("surface")
    if surface is None:
        worst = max((ratio for ratio in quality["seams"].values() if ratio), default=0.0)
        if worst > BORDER and not _mirrors_change_colours(receipt):
            yield (
                f"the colour step across the border is {worst:.1f} times as large as inside: it "
                "may show where the picture is repeated. Try another --seed."
            )
        return
    ratios = [ratio for ratio in surface["seams"].values() if ratio is not None]
    if ratios and max(ratios) > UV_SEAM:
        yield (
            f"UV seams can be seen: the step across them is {max(ratios):.2f} times as large as "
            "elsewhere. A larger --size, or a larger --seam, hides them."
        )
    collapsed = surface["collapsed"]
    if (hidden := 1 - surface["coverage"] - collapsed) > HIDDEN:
        yield (
            f"no view saw {100 * hidden:.0f} % of the surface, which is filled smoothly; "
            f"--views {max(12, 2 * recipe['views'])} would show more."
        )
    if collapsed > SMALL:
        yield (
            f"{surface['collapsed_triangles']} triangles, {100 * collapsed:.1f} % of the surface, "
            "have no area in the UV map, so each has a single colour; unwrap them (in Blender: "
            "UV > Smart UV Project), or use --unwrap."
        )


def _mirrors_change_colours(receipt: Mapping[str, Any]) -> bool:
    """Then there are steps of colour by rule, of which a border may be one."""
    for generator in receipt["generators"]:
        (a, b, _), (c, d, _), _ = generator["matrix"]
        if a * d - b * c < 0 and generator["colour"] != [1, 2, 3]:
            return True
    return False
