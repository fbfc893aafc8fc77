"""Surfaces: how paint on the canvas becomes a texture, and what is seen of it.

A surface is a scene at one resolution, on a device. It knows the canvas it wants, turns logits into
a texture, and offers views: windows on a tiling, cameras around a sphere or a mesh. All of it is
made of precomputed sparse operators, so a step of the optimiser costs a few sparse products and the
network. Views are only worked out when asked for: a surface that just bakes a texture needs none.
"""

from __future__ import annotations

import torch

from service.spaces import make_design
from service.spaces.plane import PlaneDesign
from service.spaces.spiral import SpiralDesign
from service.painting.folded import FoldedSurface
from service.painting.grids import ALIGNED, Phase
from service.painting.meshes import MeshSurface
from service.painting.spirals import SpiralSurface
from service.painting.tiles import PlaneSurface
from service.painting.views import Surface
from service.recipe import DRAFT_SUBSAMPLES
from service.scene import Scene


def make_surface(
    scene: Scene,
    width: int,
    views: int,
    device: torch.device,
    subsamples: int = DRAFT_SUBSAMPLES,
    frugal: bool = False,
    phases: tuple[Phase, ...] = (ALIGNED,),
) -> Surface:
    """The surface of a scene whose texture is ``width`` pixels wide. subsamples: along each side
    of a pixel of a mesh's views. frugal: see SparseOperator. phases: see Surface."""
    if scene.target == "mesh":
        return MeshSurface(scene, width, views, subsamples, device, frugal, phases)
    design = make_design(scene, width)
    if isinstance(design, PlaneDesign):
        return PlaneSurface(design, views, device, frugal, phases)
    if isinstance(design, SpiralDesign):
        return SpiralSurface(design, views, device, frugal, phases)
    return FoldedSurface(design, views, device, frugal, phases)
