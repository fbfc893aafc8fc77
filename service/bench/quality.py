"""Time to a quality: how soon a painting is as near to its style as it will be, to the eyes of a
network that does not paint."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from service.bench.metrics import distance, judged
from service.inputs.styles import load_styles
from service.painting.paint import paint
from service.painting.stage import scaled
from service.perception.network import load_network
from service.recipe.parsing import parse_recipe
from service.scene import make_scene

PAINTER, JUDGE = "squeezenet", "vgg16-hed"
CASES: dict[str, dict[str, Any]] = {
    "p1": {"target": "tile", "group": "p1"},
    "p4": {"target": "tile", "group": "p4"},
    "p6m": {"target": "tile", "group": "p6m"},
}
SIZE, STYLE = 384, "night_strokes"
WITHIN = 1.05  # of the final distance
LOOKS = 16  # times that the judge looks


@dataclass(frozen=True)
class QualityRow:
    """seconds: until the distance stays within 5 % of the last; of ``whole``, the painting's.
    track: (seconds, distance) each time that the judge looked; its own time does not count."""

    case: str
    quality: str
    seconds: float
    whole: float
    track: tuple[tuple[float, float], ...]


def quality_rows(quality: str = "draft") -> Iterator[QualityRow]:
    """A row for every case. Raises InputError("weights-missing") without the judge's weights."""
    judge = load_network(JUDGE)
    for title, fields in CASES.items():
        recipe = parse_recipe(
            fields
            | {"size": SIZE, "network": PAINTER, "quality": quality}
            | {"styles": [{"source": STYLE}], "seed": 1}
        )
        styles = load_styles(recipe)
        own = scaled(styles[0].pixels, SIZE)[0].permute(1, 2, 0).numpy()
        wanted = judged([own], judge)
        seconds, track = 0.0, []
        painting = paint(recipe, make_scene(recipe), styles)
        while True:
            start = time.perf_counter()
            progress = next(painting, None)
            seconds += time.perf_counter() - start
            if progress is None:
                break
            every = max(1, progress.steps // LOOKS)
            if progress.step % every == 0 or progress.step == progress.steps:
                seen = progress.texture(0).astype(np.float64) / 255
                track.append((seconds, distance(judged([seen], judge), wanted)))
        good = WITHIN * track[-1][1]
        late = max((k for k, (_, found) in enumerate(track) if found > good), default=-1)
        yield QualityRow(title, quality, track[late + 1][0], seconds, tuple(track))
