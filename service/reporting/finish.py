"""From a painting to what is delivered: the picture cut, repeated or with a clear rim, a mesh's
texture made whole, and the receipt."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geometry.spaces import Array
from service.inputs.styles import StylePicture
from service.painting.progress import Progress
from service.painting.steering import recoloured, steered
from service.recipe.recipe import AUTOMATIC, Recipe
from service.reporting.palette import palette_distance
from service.reporting.quality import measure_quality
from service.reporting.receipt import build_receipt, numbers
from service.spaces.frame import Picture, moved_frame
from service.spaces.mesh import MeshScene
from service.spaces.space import Scene


class Finished(NamedTuple):
    """A finished painting. picture: as delivered, (H, W, 3) uint8, or (H, W, 4) where parts are
    clear; receipt: ready for JSON; painted: (H, W, 3), the picture before it was cut or laid over a
    base; scene: as it was in the end, turned over or recoloured; coverage: of meshes, a picture of
    what no view saw."""

    picture: Picture
    receipt: dict[str, Any]
    painted: Picture
    scene: Scene
    coverage: Picture | None = None


def finish(
    recipe: Recipe,
    scene: Scene,
    styles: Sequence[StylePicture],
    last: Progress,
    weights: Path | None = None,
) -> Finished:
    """What is delivered of a painting. ``last``: the last step taken; ``weights``: the file of the
    network, if one was named."""
    chosen = {field: getattr(last, field) or getattr(recipe, field) for field in AUTOMATIC}
    recipe = recipe.model_copy(update=chosen)
    scene = dataclasses.replace(scene, mirrored=last.mirrored, style_frame=last.frame)
    if last.steering:
        scene = recoloured(scene, steered(recipe, [a.changes for a in last.steering]))
    picture = last.texture(0)
    design = scene.design(recipe.size)
    frame = design.picture_frame()
    if isinstance(scene, MeshScene):
        from service.reporting.mesh_finish import finish_mesh  # Warp: half a second

        surface, _ = last.surface(False)
        in_inks = recipe.finishing.values["palette"] is not None
        whole = finish_mesh(scene, picture, surface.seen, last.kept and last.kept(), in_inks)
        receipt = build_receipt(
            recipe, scene, styles, last, frame, whole.quality, whole.texture, weights
        )
        seen = whole.seen.ravel()
        distance = palette_distance(
            recipe, scene, styles, whole.painted, lambda pixels: seen[pixels].astype(float)
        )
        receipt["quality"] |= numbers({"palette": distance})
        receipt["surface"] = numbers(dataclasses.asdict(whole.figures))
        return Finished(whole.texture, receipt, whole.painted, scene, whole.coverage)
    quality = measure_quality(picture, frame)  # of one whole period, before it is cut
    delivered, corner = design.trimmed(picture)
    frame = moved_frame(frame, corner)
    receipt = build_receipt(recipe, scene, styles, last, frame, quality, delivered, weights)
    layout = frame.layout

    def weigh(pixels: NDArray[np.int64]) -> Array:
        return np.ones(len(pixels)) if layout is None else layout.points(pixels)[1]

    distance = palette_distance(recipe, scene, styles, picture, weigh)
    receipt["quality"] |= numbers({"palette": distance})
    return Finished(delivered, receipt, picture, scene)
