"""From a painting to what is delivered: the picture cut, repeated or with a clear rim, a mesh's
texture made whole, and the receipt."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geometry.hyperbolic_models import find_model
from geometry.hyperbolic_views import coverage
from geometry.plane_chart import plane_chart
from geometry.plane_tiles import TileCut, cut_cell, repeated
from service.painting.progress import Progress
from service.recipe import Recipe
from service.reporting.frame import moved_frame, picture_frame
from service.reporting.quality import measure_quality
from service.reporting.receipt import build_receipt, numbers
from service.scene import Scene, StylePicture
from service.steering import recoloured, steered

Picture = NDArray[np.uint8]


class Finished(NamedTuple):
    """A finished painting. picture: as delivered, (H, W, 3) uint8, or (H, W, 4) where parts are
    clear; receipt: ready for JSON; painted: (H, W, 3), the picture before it was cut or laid over a
    base; coverage: of meshes, a picture of what no view saw."""

    picture: Picture
    receipt: dict[str, Any]
    painted: Picture
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
    recipe = recipe.model_copy(update={"network": last.network or recipe.network})
    scene = dataclasses.replace(scene, mirrored=last.mirrored, style_frame=last.frame)
    if last.steering:
        scene = recoloured(scene, steered(recipe, [a.changes for a in last.steering]))
    picture = last.texture(0)
    height, width, _ = picture.shape
    frame = picture_frame(scene, recipe.size, (height, width))
    if last.seen is not None:
        from service.reporting.mesh_finish import finish_mesh  # Warp: half a second

        whole = finish_mesh(scene, picture, last.seen(), last.kept and last.kept())
        receipt = build_receipt(
            recipe, scene, styles, last, frame, whole.quality, whole.texture, weights
        )
        receipt["surface"] = numbers(dataclasses.asdict(whole.figures))
        return Finished(whole.texture, receipt, whole.painted, whole.coverage)
    quality = measure_quality(picture, frame)  # of one whole period, before it is cut
    delivered, corner = trimmed(scene, recipe.size, picture)
    frame = moved_frame(frame, corner)
    receipt = build_receipt(recipe, scene, styles, last, frame, quality, delivered, weights)
    return Finished(delivered, receipt, picture)


def trimmed(scene: Scene, width: int, picture: Picture) -> tuple[Picture, tuple[int, int]]:
    """What is delivered of a picture (H, W, 3) of a scene at a recipe's size ``width``, and where
    in the picture's pixels (x, y) it begins."""
    if scene.target == "hyperbolic":
        alpha = np.rint(255 * coverage(find_model(scene.model), (len(picture), width)))
        if alpha.min() == 255:
            return picture, (0, 0)
        return np.dstack([picture, alpha.astype(np.uint8)]), (0, 0)
    if scene.target == "tile":
        return _cut_tile(scene, width, picture)
    return picture, (0, 0)


def _cut_tile(scene: Scene, width: int, picture: Picture) -> tuple[Picture, tuple[int, int]]:
    chart = plane_chart(scene.group, scene.colouring, width, scene.torus_map, scene.folds)
    if scene.mirrored:  # the chart is that of the other hand
        picture = picture[:, ::-1]
    if scene.cut == "period":
        cut = TileCut(repeated(picture, chart, *scene.repeat), np.empty((0, 0), np.uint8), (0, 0))
        pixels = cut.rgb
    else:
        cut = cut_cell(picture, chart, "parallelogram" if scene.cut == "cell" else "dirichlet")
        pixels = np.dstack([cut.rgb, cut.alpha])
    x, y = cut.corner
    if scene.mirrored:
        return pixels[:, ::-1], (picture.shape[1] - x - pixels.shape[1], y)
    return pixels, (x, y)
