"""Bodies as surfaces to paint: the sphere, and meshes with their UV textures."""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from geometry import sphere
from geometry.cameras import Camera, pixel_rays, resized, surrounding_cameras
from geometry.errors import InputError
from geometry.groups import Elements
from geometry.mesh import uv_surface
from geometry.pyramid import pyramid_shapes
from geometry.sampling import SamplingMap, average_groups
from geometry.seed_charts import spiral
from geometry.sphere_pictures import EQUIRECTANGULAR
from geometry.visibility import trace_ready, view_map
from service.painting.operators import SparseOperator
from service.painting.views import (
    FINENESS,
    BodyView,
    Look,
    enlarged_paint,
    image_of,
    looks_needed,
    to_bytes,
    view_side,
)
from service.scene import Scene

OVERSAMPLING = 2  # texels of a sphere's chart per texel of the canvas
COSINE_CUT = 0.15  # surfaces seen flatter than this (cosine) do not count
MARGIN_TEXELS = 16  # painted around UV islands, for bilinear lookups and mip levels


class _Folding:
    """The charts of a group on the sphere and the coarser canvas that paints on them. Charts are
    OVERSAMPLING times as fine as the canvas: their bilinear taps then add no error of their own to
    the paint, which is smooth at their scale."""

    def __init__(self, elements: Elements, width: int) -> None:
        texel = 2 * math.pi / width / FINENESS
        self.chart = sphere.sphere_chart(elements, texel / OVERSAMPLING)
        charts, rows, columns = self.chart.shape
        self.canvas_shape = (
            charts,
            max(8, round(rows / OVERSAMPLING)),
            max(8, round(columns / OVERSAMPLING)),
        )

    def enlarged(self, logits: Tensor) -> Tensor:
        """Paint of the canvas brought to the charts' texels."""
        return enlarged_paint(logits, self.canvas_shape, self.chart.shape[1:], wrap=False)


class SphereSurface:
    """The unit sphere as an equirectangular texture. Views need no texture: every sub-pixel's
    point of the sphere is folded straight onto the canvas."""

    wrap = False
    _SUBSAMPLES = 2

    def __init__(self, scene: Scene, width: int, views: int, device: torch.device) -> None:
        self.shape = EQUIRECTANGULAR.shape(width)
        self._folding = _Folding(scene.elements, width)
        self.canvas_shape = self._folding.canvas_shape
        self.views = views
        self.looks = looks_needed(scene.group.order)
        self._device = device
        self._bake: SparseOperator | None = None
        self._pictures: list[BodyView] = []
        self._side = self.unit = view_side(width)

    def prepare_views(self, seed: int) -> None:
        """See Surface."""
        cameras = surrounding_cameras(spiral(256), self.views, self._side, seed)
        with ThreadPoolExecutor(2) as pool:  # NumPy and SciPy let go of the interpreter's lock
            self._pictures = list(pool.map(self._picture_of, cameras))

    def _picture_of(self, camera: Camera) -> BodyView:
        points, cosine = _sphere_points(camera, self._SUBSAMPLES)
        hit = cosine > COSINE_CUT
        folded = sphere.fold(points[hit], self._folding.chart)
        merged = average_groups(_spread(folded, hit), self._SUBSAMPLES**2)
        weight, coverage = (
            x.reshape(-1, self._SUBSAMPLES**2).mean(axis=1) for x in (hit * cosine, hit)
        )
        shape = (self._side, self._side)
        return BodyView.of(merged, weight, coverage, shape, self._device)

    def look(self, logits: Tensor, which: Sequence[int]) -> list[Look]:
        """See Surface."""
        looks = []
        paint = self._folding.enlarged(logits)
        for picture in (self._pictures[k] for k in which):
            mean_logits = picture.operator(paint) / picture.coverage.clamp(min=1e-6)
            looks.append(picture.look(picture.coverage * torch.sigmoid(mean_logits)))
        return looks

    def picture(self, logits: Tensor) -> NDArray[np.uint8]:
        """See Surface."""
        if self._bake is None:
            points = EQUIRECTANGULAR.points(self.shape, self._SUBSAMPLES)
            self._bake = SparseOperator(sphere.fold(points, self._folding.chart), self._device)
        # texels are means over their area, like a view's pixels: point samples would alias
        fine = torch.sigmoid(self._bake(self._folding.enlarged(logits)))
        return to_bytes(fine.reshape(*self.shape, -1, 3).mean(dim=2))


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
        self._folding = _Folding(scene.elements, width)
        self.canvas_shape = self._folding.canvas_shape
        texels = uv_surface(scene.mesh, width, width, MARGIN_TEXELS)
        painted = (texels.triangle >= 0).ravel()
        positions = texels.position.reshape(-1, 3)[painted]
        length = np.linalg.norm(positions, axis=1, keepdims=True)
        directions = np.where(length > 1e-12, positions / np.maximum(length, 1e-12), (0, 0, 1))
        self._fold = SparseOperator(
            _spread(sphere.fold(directions, self._folding.chart), painted), device
        )

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
        return torch.sigmoid(self._fold(self._folding.enlarged(logits)))

    def look(self, logits: Tensor, which: Sequence[int]) -> list[Look]:
        """See Surface."""
        pyramid = _pyramid(self._texture(logits), self.shape)
        pictures = (self._pictures[k] for k in which)
        return [picture.look(picture.operator(pyramid)) for picture in pictures]

    def picture(self, logits: Tensor) -> NDArray[np.uint8]:
        """See Surface."""
        return to_bytes(self._texture(logits)).reshape(*self.shape, 3)


def _pyramid(texture: Tensor, shape: tuple[int, int]) -> Tensor:
    """The packed mip pyramid (:mod:`geometry.pyramid`) of a texture (H·W, 3)."""
    level = image_of(texture, shape)
    levels = [texture]
    for _ in pyramid_shapes(shape)[1:]:
        level = F.avg_pool2d(level, 2)
        levels.append(level.permute(0, 2, 3, 1).reshape(-1, 3))
    return torch.cat(levels)


def _spread(sampling: SamplingMap, chosen: NDArray[np.bool_]) -> SamplingMap:
    """A map with a row for every entry of ``chosen`` (n,): those not chosen get an empty one."""
    counts = np.zeros(len(chosen), np.int64)
    counts[chosen] = np.diff(sampling.indptr)
    return SamplingMap(
        sampling.columns,
        np.concatenate([[0], counts.cumsum()]),
        sampling.indices,
        sampling.weights,
        sampling.colours,
        sampling.palette,
    )


def _sphere_points(camera: Camera, subsamples: int) -> tuple[NDArray, NDArray]:
    """Where the sub-pixels' rays meet the unit sphere: points (H·W·s², 3), sub-pixels of a pixel
    together, and the cosine between ray and normal (0 where the sphere is missed)."""
    offsets = (np.arange(subsamples) + 0.5) / subsamples
    y, x, b, a = np.meshgrid(
        np.arange(camera.height), np.arange(camera.width), offsets, offsets, indexing="ij"
    )
    origin, ray = pixel_rays(camera, np.stack([(x + a).ravel(), (y + b).ravel()], axis=1))
    along = np.einsum("nk,nk->n", origin, ray)
    inside = along**2 - np.einsum("nk,nk->n", origin, origin) + 1
    depth = -along - np.sqrt(np.maximum(inside, 0))
    points = origin + depth[:, None] * ray
    cosine = np.where(inside > 0, -np.einsum("nk,nk->n", points, ray), 0)
    return points / np.linalg.norm(points, axis=1, keepdims=True), cosine
