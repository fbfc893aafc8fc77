"""Pictures of finished jobs made anew from their paint, for clients who try one step after the
other: the painting that was asked for last is kept. No torch until it is used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from geometry.errors import InputError
from service.finisher import with_steps
from service.inputs.styles import load_styles, pictures_matched
from service.painting.kept import Paint
from service.painting.steering import parse_steering, steered
from service.recipe.parsing import parse_recipe
from service.recipe.recipe import Recipe
from service.reporting.receipt import finished_anew
from service.scene import wire_scene
from service.serving.jobs.job_folder import JobFolder
from service.serving.protocol.wire import LIMITS

if TYPE_CHECKING:
    from service.anew import Anew


@dataclass(frozen=True, eq=False)
class _Open:
    """A painting that is asked about. recipe: as it was at the end; buffers: that its job has."""

    folder: str
    recipe: Recipe
    receipt: Mapping[str, Any]
    painting: Anew
    buffers: Mapping[str, np.ndarray]


class Refinisher:
    """Answers the wire's 'refinish' about jobs in their folders."""

    def __init__(self) -> None:
        self._open: _Open | None = None

    def __call__(
        self,
        folder: str,
        steps: Mapping[str, Any],
        draft: bool,
        buffers: Mapping[str, np.ndarray],
    ) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """Fields and buffers of the reply; ``buffers``: pictures that the steps name. Raises
        InputError as recipes, paint and :class:`service.finisher.Finisher` do, and as
        :func:`service.inputs.styles.pictures_matched`."""
        if self._open is None or self._open.folder != folder:
            self._open = None  # room for the next one
            self._open = _opened(folder)
        recipe = with_steps(self._open.recipe, steps)
        painting = self._open.painting
        painting.bring(pictures_matched(recipe, {**self._open.buffers, **buffers}))
        if draft:
            return {"receipt": None}, {"pixels": painting.draft(recipe)}
        done = painting.finished(recipe)
        receipt = finished_anew(self._open.receipt, recipe) | done.about()
        return {"receipt": receipt}, {"pixels": done.delivered}


def _opened(path: str) -> _Open:
    from service.anew import Anew  # torch: seconds

    folder = JobFolder(Path(path))
    receipt = folder.read_result().receipt
    recipe = parse_recipe(receipt["recipe"])
    changes = [a.changes for a in parse_steering(recipe, receipt.get("steering", []))]
    recipe = steered(recipe, changes)
    inputs = folder.read_inputs()
    paint = folder.read_paint(LIMITS.total_bytes)
    if paint is None:
        raise InputError(
            "not-painted", "job", "The paint of this job is not kept.", "Paint it again."
        )
    scene = wire_scene(recipe, inputs.cameras, inputs.buffers)
    styles = load_styles(recipe, inputs.buffers)
    painting = Anew(recipe, scene, styles, Paint.from_bytes(paint))
    return _Open(path, recipe, receipt, painting, inputs.buffers)
