"""From a delivered picture back to the paint: what is kept of it when a region is painted anew."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from service.spaces import make_design
from service.spaces.mesh_design import MeshDesign
from service.painting.kept import Kept, Paint, keep
from service.reporting.finish import trimmed
from service.scene import Scene


def kept_paint(scene: Scene, width: int, paint: Paint, region: NDArray[np.bool_]) -> Kept:
    """What is kept of ``paint``, and what is free. ``region``: (H, W) in the layout of what is
    delivered of a scene at a recipe's size ``width``, at any size. Raises InputError
    ("bad-region")."""
    scene = dataclasses.replace(scene, mirrored=paint.mirrored)
    design = MeshDesign if scene.target == "mesh" else make_design
    reach = design(scene, width).reach()
    return keep(reach, paint, _untrimmed(scene, width, reach.picture, region))


def _untrimmed(
    scene: Scene, width: int, size: tuple[int, int], region: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Where a region of what is delivered, (H, W), lies in the picture that it is made of, of
    ``size`` (rows, columns)."""
    numbers = np.arange(size[0] * size[1]).reshape(size)
    # pixels are only moved: a picture of their own numbers, in bytes, says from where
    parts = np.stack([numbers >> 8 * k & 255 for k in range(6)], axis=-1).astype(np.uint8)
    low, high = (trimmed(scene, width, parts[..., k : k + 3])[0] for k in (0, 3))
    origin = np.zeros(low.shape[:2], np.int64)
    for k, digit in enumerate([*np.moveaxis(low, -1, 0)[:3], *np.moveaxis(high, -1, 0)[:3]]):
        origin |= digit.astype(np.int64) << 8 * k
    if region.shape != origin.shape:
        wanted = Image.fromarray(region)
        region = np.asarray(
            wanted.resize((origin.shape[1], origin.shape[0]), Image.Resampling.NEAREST)
        )
    found = np.zeros(size, bool)
    found.ravel()[origin[region]] = True
    return found
