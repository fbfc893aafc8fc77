"""Meshes with their UV textures as surfaces to paint."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from geometry.cameras import resized, surrounding_cameras
from geometry.errors import InputError
from geometry.surface import uv_surface
from geometry.visibility import trace_ready, view_map
from service.designs.folded import spread
from service.designs.resolution import COSINE_CUT, FINENESS, looks_needed, view_side
from service.designs.sphere import SphereDesign
from service.painting.operators import SparseOperator
from service.painting.views import BodyView, Look, enlarged_paint, packed_pyramid, to_bytes
from service.scene import Scene

MARGIN_TEXELS = 16  # painted around UV islands, for bilinear lookups and mip levels


class MeshSurface:
    """A mesh's UV texture, seen by cameras. A symmetry group paints by direction from the frame's
    origin; without one the canvas is the texture itself."""

    wrap = False

    def __init__(self, scene: Scene, width: int, views: int, device: torch.device) -> None:
        assert scene.mesh is not None
        self.shape = (width, width)
        self._mesh = scene.mesh
        self._device = device
        self._side = self.unit = view_side(width)
        self._cameras = scene.cameras
        self.views = len(scene.cameras) or views
        self.looks = looks_needed(scene.group.order)
        self._pictures: list[BodyView] = []
        self._fold: SparseOperator | None = None
        if scene.group.order == 1:
            size = max(8, round(width * FINENESS))
            self.canvas_shape = (1, size, size)
            return
        design = SphereDesign(scene, width)
        self.canvas_shape, self._chart_shape = design.canvas_shape, design.chart_shape
        texels = uv_surface(scene.mesh, width, width, MARGIN_TEXELS)
        painted = (texels.triangle >= 0).ravel()
        positions = texels.position.reshape(-1, 3)[painted]
        length = np.linalg.norm(positions, axis=1, keepdims=True)
        directions = np.where(length > 1e-12, positions / np.maximum(length, 1e-12), (0, 0, 1))
        self._fold = SparseOperator(spread(design.fold(directions), painted), device)

    def prepare_views(self, seed: int) -> None:
        """See Surface."""
        traced = trace_ready(self._mesh)
        around = self._cameras or surrounding_cameras(self._mesh, self.views, self._side, seed)
        cameras = [resized(camera, self._side) for camera in around]
        with ThreadPoolExecutor(2) as pool:  # Warp's kernels let go of the interpreter's lock
            maps = list(pool.map(lambda camera: view_map(traced, camera, self.shape), cameras))
        pictures = [
            BodyView.of(
                view.sampling,
                view.coverage * np.where(view.cosine > COSINE_CUT, view.cosine, 0),
                view.coverage,
                (camera.height, camera.width),
                self._device,
            )
            for camera, view in zip(cameras, maps, strict=True)
        ]
        # a view that sees nothing has no statistics
        self._pictures = [picture for picture in pictures if picture.weight.sum() > 1]
        self.views = len(self._pictures)
        if not self._pictures:
            raise InputError(
                "nothing-seen", "cameras", "No camera sees the mesh.", "Aim one at it."
            )

    def _texture(self, logits: Tensor) -> Tensor:
        if self._fold is None:
            return torch.sigmoid(enlarged_paint(logits, self.canvas_shape, self.shape, False))
        paint = enlarged_paint(logits, self.canvas_shape, self._chart_shape[1:], wrap=False)
        return torch.sigmoid(self._fold(paint))

    def look(self, logits: Tensor, which: Sequence[int]) -> list[Look]:
        """See Surface."""
        pyramid = packed_pyramid(self._texture(logits), self.shape)
        pictures = (self._pictures[k] for k in which)
        return [picture.look(picture.operator(pyramid)) for picture in pictures]

    def picture(self, logits: Tensor) -> NDArray[np.uint8]:
        """See Surface."""
        return to_bytes(self._texture(logits)).reshape(*self.shape, 3)
