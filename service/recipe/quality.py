"""Quality presets: how long and how carefully a recipe is painted."""

from __future__ import annotations

from dataclasses import dataclass

DRAFT_SUBSAMPLES = 4  # along each side of a pixel, in a mesh's views


@dataclass(frozen=True)
class Quality:
    """What a quality preset decides: how many resolutions, how many steps at each."""

    title: str
    stages: int  # √2 apart, ending at the full size
    steps: int  # at each
    subsamples: int = DRAFT_SUBSAMPLES  # in a mesh's views at full size


QUALITIES: dict[str, Quality] = {
    "draft": Quality("Draft: a first look", stages=4, steps=24),
    "standard": Quality("Standard", stages=5, steps=60),
    "final": Quality("Final: slow and careful", stages=6, steps=200, subsamples=8),
}
