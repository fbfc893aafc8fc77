"""What to dream of to paint like a picture: few directions, each of the channels of a layer that
describe it best."""

from __future__ import annotations

from collections.abc import Sequence

from service.survey.surveying import Described
from service.tables.dreams import direction_target

DIRECTIONS = 3  # for fine, middle and coarse things
CHANNELS = 8  # of a direction


def likeness(described: Sequence[Described], layers: Sequence[str]) -> list[str]:
    """Dream targets, at least one. ``described``: by a survey, strongest first; ``layers``: all of
    the network, in order. Of each third of them that layer is taken which describes the picture
    best: its textures, its forms, its things."""
    targets = []
    for number in range(DIRECTIONS):
        start, end = (len(layers) * k // DIRECTIONS for k in (number, number + 1))
        best: list[Described] = []
        for layer in layers[start:end]:
            own = [row for row in described if row.layer == layer][:CHANNELS]
            if _sum(own) > _sum(best):
                best = own
        if best:
            most = best[0].strength
            shares = {row.channel: row.strength / most for row in best}
            targets.append(direction_target(best[0].layer, shares))
    return targets


def _sum(rows: Sequence[Described]) -> float:
    return sum(row.strength for row in rows)
