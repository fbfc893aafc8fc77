"""From a painting to what is delivered: the picture cut, repeated or with a clear rim, a mesh's
texture made whole, and the receipt."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geometry.spaces import Array
from service.finisher import unique_colours
from service.inputs.styles import StylePicture
from service.painting.kept import Backdrop
from service.painting.progress import Progress
from service.painting.steering import recoloured, steered
from service.recipe.recipe import AUTOMATIC, Recipe
from service.reporting.palette import palette_distance
from service.reporting.quality import Quality, measure_quality
from service.reporting.receipt import build_quality, build_receipt, numbers, sha256_of
from service.spaces.frame import Frame, Picture, moved_frame
from service.spaces.mesh import MeshScene
from service.spaces.space import Scene

if TYPE_CHECKING:
    from service.reporting.mesh_finish import MeshFigures


class Finished(NamedTuple):
    """A finished painting. picture: as delivered, (H, W, 3), or (H, W, 4) where parts are clear;
    receipt: ready for JSON; painted: (H, W, 3), the picture before it was cut or laid over a base;
    scene: as it was in the end, turned over or recoloured; coverage: of meshes, a picture of what
    no view saw."""

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
    surface = last.surface(False)[0] if isinstance(scene, MeshScene) else None
    whole = measured(
        *(recipe, scene, styles, last.texture(0)),
        None if surface is None else surface.seen,
        last.kept and last.kept(),
    )
    receipt = build_receipt(
        *(recipe, scene, styles, last, whole.frame, whole.quality),
        *(whole.delivered, weights),
    )
    receipt |= whole.about()
    return Finished(whole.delivered, receipt, whole.painted, scene, whole.coverage)


@dataclass(frozen=True, eq=False)
class Measured:
    """A picture at full size made into what is delivered. delivered, painted, coverage: see
    Finished; palette: distance from the styles' colours; surface: of meshes; inks: of a picture in
    inks, as '#rrggbb'."""

    delivered: Picture
    painted: Picture
    frame: Frame
    quality: Quality
    palette: float | None
    surface: MeshFigures | None = None
    coverage: Picture | None = None
    inks: tuple[str, ...] | None = None

    def about(self) -> dict[str, Any]:
        """What a receipt says of it."""
        height, width = self.delivered.shape[:2]
        about: dict[str, Any] = {
            "picture": {"width": width, "height": height, "sha256": sha256_of(self.delivered)},
            "quality": build_quality(self.quality) | numbers({"palette": self.palette}),
            "inks": None if self.inks is None else list(self.inks),
        }
        if self.surface is not None:
            about["surface"] = numbers(dataclasses.asdict(self.surface))
        return about


def measured(
    recipe: Recipe,
    scene: Scene,
    styles: Sequence[StylePicture],
    picture: Picture,
    seen: NDArray[np.floating] | None = None,
    backdrop: Backdrop | None = None,
) -> Measured:
    """What is delivered of a ``picture`` (H, W, 3) of all of a scene. Of meshes, ``seen``: how many
    of the views' pixels each texel fills; ``backdrop``: of one that was repainted."""
    frame = scene.design(recipe.size).picture_frame()
    in_inks = recipe.finishing.values["palette"] is not None
    if isinstance(scene, MeshScene):
        from service.reporting.mesh_finish import finish_mesh  # Warp: half a second

        assert seen is not None
        whole = finish_mesh(scene, picture, seen, backdrop, in_inks)
        counts = whole.seen.ravel()
        distance = palette_distance(
            recipe, scene, styles, whole.painted, lambda pixels: counts[pixels].astype(float)
        )
        return Measured(
            *(whole.texture, whole.painted, frame, whole.quality, distance),
            *(whole.figures, whole.coverage, _inks(whole.painted) if in_inks else None),
        )
    quality = measure_quality(picture, frame)  # of one whole period, before it is cut
    delivered, corner = scene.design(recipe.size).trimmed(picture)
    frame = moved_frame(frame, corner)
    layout = frame.layout

    def weigh(pixels: NDArray[np.int64]) -> Array:
        return np.ones(len(pixels)) if layout is None else layout.points(pixels)[1]

    distance = palette_distance(recipe, scene, styles, picture, weigh)
    inks = _inks(picture) if in_inks else None
    return Measured(delivered, picture, frame, quality, distance, inks=inks)


def _inks(picture: Picture) -> tuple[str, ...]:
    return tuple(f"#{bytes(ink).hex()}" for ink in unique_colours(picture)[0])
