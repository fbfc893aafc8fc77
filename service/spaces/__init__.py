"""Designs: a scene at one resolution, without torch. A design knows the chart that carries its
paint, how paint becomes the delivered picture, and where its views look. The service's surfaces
(:mod:`service.painting.surfaces`) put it on a device; ``service preview`` uses it as it is.
"""

from __future__ import annotations

from collections.abc import Callable

from service.spaces.folded import FoldedDesign
from service.spaces.hyperbolic import HyperbolicDesign
from service.spaces.plane import PlaneDesign
from service.spaces.sphere import SphereDesign
from service.spaces.spiral import SpiralDesign
from service.scene import Scene

Design = PlaneDesign | FoldedDesign | SpiralDesign


DESIGNS: dict[str, Callable[[Scene, int], Design]] = {
    "tile": PlaneDesign,
    "sphere": SphereDesign,
    "hyperbolic": HyperbolicDesign,
    "spiral": SpiralDesign,
}


def make_design(scene: Scene, width: int) -> Design:
    """The design of a scene whose picture is ``width`` pixels wide; not for meshes."""
    return DESIGNS[scene.target](scene, width)
