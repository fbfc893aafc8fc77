"""A finished painting whose picture is made anew from its paint, finished in one way or another.

All that does not depend on the steps is kept, for those who try one after the other. A draft is
made of the colours of the picture as it was painted: these are far fewer than its pixels, and what
is done to colours is done once for each.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import special

from geometry.errors import InputError
from geometry.spaces import Array
from geometry.symmetry.colour_frame import rounded
from service.finisher import Finisher
from service.finishing import STEPS
from service.inputs.styles import StylePicture
from service.painting.kept import Paint
from service.recipe.parts import QUALITIES
from service.recipe.recipe import Recipe
from service.reporting.finish import Measured, measured
from service.reporting.mesh_finish import with_base
from service.spaces.frame import Picture
from service.spaces.mesh import MeshScene
from service.spaces.space import Scene
from service.surfaces.surface import Surface, make_surface
from service.tables.finishing_step import DARKEST

_BETWEEN = 0.5  # the threshold of a dither that makes flat inks


class Anew:
    """``recipe``: of the painting, as it was at the end; ``scene``: what :func:`read_scene` or its
    like makes of it; ``paint``: what was kept. On the CPU. All that is made raises InputError, as
    :meth:`service.finisher.Finisher.of`, and "damaged-paint"."""

    def __init__(
        self, recipe: Recipe, scene: Scene, styles: Sequence[StylePicture], paint: Paint
    ) -> None:
        self.scene = dataclasses.replace(scene, mirrored=paint.mirrored, style_frame=paint.frame)
        self._recipe, self._styles, self._paint = recipe, styles, paint
        self._before: _Coloured | None = None

    def bring(self, pictures: Mapping[str, Picture]) -> None:
        """Pictures of a client that the steps of the next recipes name, by their sources."""
        self.scene = dataclasses.replace(self.scene, pictures=pictures)

    def finished(self, recipe: Recipe) -> Measured:
        """What is delivered by a recipe that differs in its steps, measured again."""
        finish = Finisher.of(recipe, self.scene)
        with torch.no_grad():
            logits = torch.tensor(self._paint.logits.reshape(-1, 3))
            picture = self._surface.delivered(logits, finish, recipe.dtype)
        return measured(recipe, self.scene, self._styles, picture, self._seen)

    def draft(self, recipe: Recipe) -> Picture:
        """The same picture quickly, within a grey level or two and without a dither. One with other
        filters than those before takes as long as :meth:`finished`."""
        finish = Finisher.of(recipe, self.scene)
        filters = {n: x for n, x in recipe.finishing.used.items() if STEPS[n].gaussians is not None}
        if self._before is None or self._before.filters != filters:
            self._before = _Coloured.of(self._filtered(recipe, filters), filters, self._visible)
        painted = self._before.finished(finish)
        if isinstance(self.scene, MeshScene):
            return with_base(painted, self.scene.body)
        return self.scene.design(recipe.size).trimmed(painted)[0]

    def _filtered(self, recipe: Recipe, filters: Mapping[str, Any]) -> Picture:
        """The picture with filters alone, before it is cut or laid over a base."""
        if self._paint.picture is not None and filters == self._recipe.finishing.used:
            return self._paint.picture  # as it was painted
        alone = recipe.model_copy(update={"finishing": type(recipe.finishing)(**filters)})
        return self.finished(alone).painted

    @functools.cached_property
    def _surface(self) -> Surface:
        recipe, device = self._recipe, torch.device("cpu")
        subsamples = QUALITIES[recipe.quality].subsamples
        surface = make_surface(self.scene, recipe.size, recipe.views, device, subsamples)
        if self._paint.logits.shape[:3] != surface.canvas_shape:
            raise InputError(
                "damaged-paint",
                "receipt",
                "The paint has another size than this version would give it.",
                "Paint it again: service run.",
            )
        return surface

    @functools.cached_property
    def _visible(self) -> NDArray[np.bool_] | None:
        if not isinstance(self.scene, MeshScene):
            return None
        return self.scene.design(self._recipe.size).visible

    @functools.cached_property
    def _seen(self) -> NDArray[np.floating] | None:
        if not isinstance(self.scene, MeshScene):
            return None
        self._surface.prepare_views(0)
        return self._surface.seen


@dataclass(frozen=True, eq=False)
class _Coloured:
    """A picture after its ``filters`` alone, as its colours. logits: (k, 3); which: (H, W), the
    colour of each pixel; picture: (H, W, 3); visible: (H, W), the pixels that can be seen, None for
    all."""

    filters: Mapping[str, Any]
    logits: Array
    which: NDArray[np.int32]
    picture: Picture
    visible: NDArray[np.bool_] | None

    @classmethod
    def of(
        cls, picture: Picture, filters: Mapping[str, Any], visible: NDArray[np.bool_] | None
    ) -> _Coloured:
        """Sort the pixels of a picture by their colours."""
        packed = picture.astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32)
        found, which = np.unique(packed, return_inverse=True)
        colours = np.stack([found >> 16, found >> 8 & 255, found & 255], axis=1) / 255
        logits = special.logit(np.clip(colours, DARKEST, 1 - DARKEST))
        which = which.reshape(picture.shape[:2]).astype(np.int32)
        return cls(filters, logits, which, picture, visible)

    @functools.cached_property
    def _sample(self) -> Array:
        """Logits of pixels from all over the picture, to which steps are fitted."""
        seen = self.which.ravel() if self.visible is None else self.which[self.visible]
        return self.logits[seen]

    def finished(self, finish: Finisher | None) -> Picture:
        """What the other steps make of it, (H, W, 3)."""
        if finish is None:
            return self.picture
        fitted = finish.fitted(self._sample)
        done = fitted.inked(self.logits, np.full(len(self.logits), _BETWEEN))
        colours = fitted.settled(rounded(special.expit(done))[:, None])[:, 0]
        picture: Picture = colours[self.which]
        return picture
