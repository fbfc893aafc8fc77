"""Looks at a painting while it grows: small ones, so that they take little of its time."""

from __future__ import annotations

import numpy as np
import torch
from PIL import Image

from service.spaces.frame import Picture
from service.spaces.space import Scene
from service.surfaces.surface import Surface, make_surface

GLANCES = (256, 512, 1024)  # pixels across of what is looked at: few, as each takes memory


class Glances:
    """Small surfaces of a scene, whose painting is ``full`` pixels wide in the end. Each is made
    when it is first looked at."""

    def __init__(self, scene: Scene, full: int, device: torch.device) -> None:
        self._scene, self._full, self._device = scene, full, device
        self._made: dict[int, Surface] = {}

    def surface(self, painted: Surface, width: int, max_size: int) -> Surface:
        """What to look at for a picture whose longest side is ``max_size`` pixels: ``painted``,
        whose texture is ``width`` pixels wide, or a smaller one that has as many.

        Pictures in bands take maps of their own, of a disc as long as several steps: those of one
        size serve all stages, also smaller ones, until the full size is there, whose maps the
        result wants, too."""
        own_maps = painted.in_bands and (width < self._full or painted.is_large)
        fewer = [across for across in GLANCES if across < width + own_maps]
        if own_maps and not fewer and GLANCES[0] < self._full:
            fewer = [GLANCES[0]]
        last = fewer[-1] if own_maps and fewer else None
        glance = next((across for across in fewer if across >= max_size), last)
        if glance is None:
            return painted
        if glance not in self._made:
            self._made[glance] = make_surface(self._scene, glance, 1, self._device, rough=True)
        return self._made[glance]


def at_most(max_size: int, picture: Picture) -> Picture:
    """``picture`` (H, W, 3) with its longest side at most ``max_size`` pixels: means of what each
    covers."""
    scale = max_size / max(picture.shape[:2])
    if scale >= 1:
        return picture
    height, width = (max(1, round(side * scale)) for side in picture.shape[:2])
    return np.asarray(Image.fromarray(picture).resize((width, height), Image.Resampling.BOX))
