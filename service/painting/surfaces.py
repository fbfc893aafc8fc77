"""Surfaces: how paint on the canvas becomes a texture, and what is seen of it.

A surface is a scene at one resolution. It knows the canvas it wants, turns logits into a texture,
and offers views: windows on a tiling, cameras around a sphere or a mesh. All of it is made of
precomputed sparse operators, so a step of the optimiser costs a few sparse products and the
network. Views are only worked out when asked for: a surface that just bakes a texture needs none.
"""

from __future__ import annotations

import torch

from service.painting.bodies import MeshSurface, SphereSurface
from service.painting.tiles import PlaneSurface
from service.painting.views import Surface
from service.scene import Scene


def make_surface(scene: Scene, width: int, views: int, device: torch.device) -> Surface:
    """The surface of a scene whose texture is ``width`` pixels wide."""
    if scene.target == "tile":
        return PlaneSurface(scene, width, views, device)
    if scene.target == "sphere":
        return SphereSurface(scene, width, views, device)
    return MeshSurface(scene, width, views, device)
