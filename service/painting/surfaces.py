"""Surfaces: how paint on the canvas becomes a texture, and what is seen of it.

A surface is a scene at one resolution. It knows the canvas it wants, turns logits into a texture,
and offers views: windows on a tiling, cameras around a sphere or a mesh. All of it is made of
precomputed sparse operators, so a step of the optimiser costs a few sparse products and the
network. Views are only worked out when asked for: a surface that just bakes a texture needs none.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from geometry import plane, sphere
from geometry.cameras import Camera, pixel_rays, resized, surrounding_cameras
from geometry.colour import act
from geometry.errors import InputError
from geometry.groups import Elements
from geometry.mesh import uv_surface
from geometry.pyramid import pyramid_shapes
from geometry.sampling import SamplingMap, average_groups
from geometry.visibility import trace_ready, view_map
from service.painting.canvas import resize
from service.painting.operators import SparseOperator
from service.scene import Scene

# Texels of a canvas per texel of the texture, along a side. Below 1, so that the paint cannot hold
# single-pixel noise, which the networks' strided first layers would otherwise reward.
FINENESS = 0.6
OVERSAMPLING = 2  # texels of a sphere's chart per texel of the canvas
COSINE_CUT = 0.15  # surfaces seen flatter than this (cosine) do not count
WINDOW = 0.75  # side of a window on a tiling, relative to the picture's width
MAX_PIXELS = 2**26  # of a tile: colour rules can make a period many cells tall
MARGIN_TEXELS = 16  # painted around UV islands, for bilinear lookups and mip levels


@dataclass(frozen=True, eq=False)
class Look:
    """One view's picture. pixels: (1, 3, H, W) in 0..1; weight: (1, 1, H, W) in 0..1, how much a
    pixel counts, or None where all count fully."""

    pixels: Tensor
    weight: Tensor | None


class Surface(Protocol):
    """A scene at one resolution; see the module."""

    canvas_shape: tuple[int, int, int]  # (charts, height, width)
    wrap: bool  # whether the canvas is a torus
    views: int  # number of views prepared
    unit: int  # the length in view pixels that a style picture of scale 1 spans

    def prepare_views(self, seed: int) -> None:
        """Work the views out; ``seed`` moves them."""

    def look(self, logits: Tensor, which: Sequence[int]) -> list[Look]:
        """The views ``which`` of paint (canvas texels, 3), differentiable."""

    def picture(self, logits: Tensor) -> NDArray[np.uint8]:
        """The texture as delivered: (H, W, 3) uint8 sRGB, top row first."""


def make_surface(scene: Scene, width: int, views: int, device: torch.device) -> Surface:
    """The surface of a scene whose texture is ``width`` pixels wide."""
    if scene.target == "tile":
        return PlaneSurface(scene, width, views, device)
    if scene.target == "sphere":
        return SphereSurface(scene, width, views, device)
    return MeshSurface(scene, width, views, device)


def _to_bytes(values: Tensor) -> NDArray[np.uint8]:
    return (values.clamp(0, 1) * 255).round().to(torch.uint8).cpu().numpy()


def _image(rows: Tensor, shape: tuple[int, int]) -> Tensor:
    """(H·W, C) row-major → (1, C, H, W), channels last in memory without a copy."""
    return rows.reshape(1, *shape, rows.shape[1]).permute(0, 3, 1, 2)


def _enlarged(
    logits: Tensor, canvas: tuple[int, int, int], size: tuple[int, int], wrap: bool
) -> Tensor:
    """Paint (charts · h · w, 3) of a canvas brought to ``size`` texels per chart."""
    charts = logits.reshape(*canvas, 3).permute(0, 3, 1, 2)
    return resize(charts, size, wrap).permute(0, 2, 3, 1).reshape(-1, 3)


class PlaneSurface:
    """A wallpaper group on its lattice chart, seen through windows of the infinite picture."""

    wrap = True

    def __init__(self, scene: Scene, width: int, views: int, device: torch.device) -> None:
        self.chart = plane.plane_chart(scene.group, scene.colouring, width)
        self.shape = plane.picture_shape(self.chart, width)
        if self.shape[0] * self.shape[1] > MAX_PIXELS:
            raise InputError(
                "too-large",
                "size",
                f"One period of this colouring is {self.shape[1]} × {self.shape[0]} pixels.",
                "Choose a smaller size.",
            )
        self.views = views
        average, self._unfold_map = plane.kaleidoscope(self.chart)
        self._average = SparseOperator(average, device)
        self._unfold = SparseOperator(self._unfold_map, device)
        self._size = (self.chart.rows, self.chart.columns)
        rows, columns = (max(8, round(n * FINENESS)) for n in self._size)
        self.canvas_shape = (1, rows, columns)
        self._device = device
        self._windows: list[SparseOperator] = []
        side = min(max(round(width * WINDOW), 64), 512)
        self._window = (side, side)
        self.unit = width

    def prepare_views(self, seed: int) -> None:
        random = np.random.default_rng(seed)
        self._windows = []
        for _ in range(self.views):
            corner = (float(random.uniform(0, self.shape[0])), random.uniform(0, self.shape[1]))
            self._windows.append(
                SparseOperator(
                    plane.window_map(
                        self.chart,
                        self.shape,
                        self._window,
                        corner,
                        turn=random.normal() * 0.1,
                        zoom=math.exp(random.normal() * 0.06),
                    ),
                    self._device,
                )
            )

    def _orbits(self, logits: Tensor) -> Tensor:
        return self._average(_enlarged(logits, self.canvas_shape, self._size, True))

    def look(self, logits: Tensor, which: Sequence[int]) -> list[Look]:
        texture = torch.sigmoid(self._unfold(self._orbits(logits)))
        return [Look(_image(self._windows[k](texture), self._window), None) for k in which]

    def picture(self, logits: Tensor) -> NDArray[np.uint8]:
        # Rounded once per orbit and then copied through the colours in whole numbers:
        # the symmetry of the 8-bit picture is exact. (On a hexagonal chart an inverting rule wants
        # 127.5 at its centres; the resampling to pixels then weighs more than that rounding.)
        orbits = _to_bytes(torch.sigmoid(self._orbits(logits)))
        unfold = self._unfold_map
        assert unfold.colours is not None
        texels = np.empty((unfold.rows, 3), np.uint8)
        for number, element in enumerate(unfold.palette):
            chosen = unfold.colours == number
            texels[chosen] = act(element, orbits[unfold.indices[chosen]])
        texture = texels.reshape(*self._size, 3)
        if plane.on_grid(self.chart, self.shape):
            return texture
        return np.rint(
            np.clip(plane.resample(texture.astype(float), self.chart, self.shape), 0, 255)
        ).astype(np.uint8)


@dataclass(frozen=True, eq=False)
class _Picture:
    """A view of a body before a background. weight, coverage: (H·W, 1) in 0..1."""

    operator: SparseOperator
    weight: Tensor
    coverage: Tensor
    shape: tuple[int, int]

    @classmethod
    def of(
        cls,
        sampling: SamplingMap,
        weight: NDArray,
        coverage: NDArray,
        shape: tuple[int, int],
        device: torch.device,
    ) -> _Picture:
        def column(x: NDArray) -> Tensor:
            return torch.tensor(x.reshape(-1, 1), dtype=torch.float32, device=device)

        return cls(SparseOperator(sampling, device), column(weight), column(coverage), shape)

    def look(self, seen: Tensor) -> Look:
        """``seen``: (H·W, 3), colours times coverage. What is not covered takes the view's own
        mean colour, so that there is no edge for the network to look at."""
        total = (self.coverage * self.weight).sum().clamp(min=1e-6)
        mean = (seen.detach() * self.weight).sum(0) / total
        pixels = seen + (1 - self.coverage) * mean
        return Look(_image(pixels, self.shape), _image(self.weight, self.shape))


class _Folding:
    """The charts of a group on the sphere and the coarser canvas that paints on them. Charts are
    OVERSAMPLING times as fine as the canvas: their bilinear taps then add no error of their own to
    the paint, which is smooth at their scale."""

    def __init__(self, elements: Elements, width: int) -> None:
        texel = 2 * math.pi / width / FINENESS
        self.chart = sphere.sphere_chart(elements, texel / OVERSAMPLING)
        side = max(8, round(self.chart.size / OVERSAMPLING))
        self.canvas_shape = (len(self.chart.frames), side, side)

    def enlarged(self, logits: Tensor) -> Tensor:
        """Paint of the canvas brought to the charts' texels."""
        size = (self.chart.size, self.chart.size)
        return _enlarged(logits, self.canvas_shape, size, wrap=False)


class SphereSurface:
    """The unit sphere as an equirectangular texture. Views need no texture: every sub-pixel's
    point of the sphere is folded straight onto the canvas."""

    wrap = False
    _SUBSAMPLES = 2

    def __init__(self, scene: Scene, width: int, views: int, device: torch.device) -> None:
        self.shape = (width // 2, width)
        # texels are means over their area, like a view's pixels: point samples would alias
        self._fine_shape = (self.shape[0] * self._SUBSAMPLES, self.shape[1] * self._SUBSAMPLES)
        self._folding = _Folding(scene.elements, width)
        self.canvas_shape = self._folding.canvas_shape
        self.views = views
        self._device = device
        self._bake: SparseOperator | None = None
        self._pictures: list[_Picture] = []
        self._side = self.unit = view_side(width)

    def prepare_views(self, seed: int) -> None:
        cameras = surrounding_cameras(sphere.spiral(256), self.views, self._side, seed)
        self._pictures = []
        for camera in cameras:
            points, cosine = _sphere_points(camera, self._SUBSAMPLES)
            hit = cosine > COSINE_CUT
            folded = sphere.fold(points[hit], self._folding.chart)
            merged = average_groups(_spread(folded, hit), self._SUBSAMPLES**2)
            weight, coverage = (
                x.reshape(-1, self._SUBSAMPLES**2).mean(axis=1) for x in (hit * cosine, hit)
            )
            self._pictures.append(
                _Picture.of(merged, weight, coverage, (self._side, self._side), self._device)
            )

    def look(self, logits: Tensor, which: Sequence[int]) -> list[Look]:
        looks = []
        paint = self._folding.enlarged(logits)
        for picture in (self._pictures[k] for k in which):
            mean_logits = picture.operator(paint) / picture.coverage.clamp(min=1e-6)
            looks.append(picture.look(picture.coverage * torch.sigmoid(mean_logits)))
        return looks

    def picture(self, logits: Tensor) -> NDArray[np.uint8]:
        if self._bake is None:
            points = sphere.equirectangular(*self._fine_shape)
            self._bake = SparseOperator(sphere.fold(points, self._folding.chart), self._device)
        fine = torch.sigmoid(self._bake(self._folding.enlarged(logits)))
        texture = F.avg_pool2d(_image(fine, self._fine_shape), self._SUBSAMPLES)
        return _to_bytes(texture[0].permute(1, 2, 0))


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
        self._cameras = scene.cameras or surrounding_cameras(scene.mesh, views, self._side)
        self.views = len(self._cameras)
        self._pictures: list[_Picture] = []
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
        traced = trace_ready(self._mesh)
        cameras = [resized(camera, self._side) for camera in self._cameras]
        with ThreadPoolExecutor(2) as pool:  # Warp's kernels let go of the interpreter's lock
            maps = list(pool.map(lambda camera: view_map(traced, camera, self.shape), cameras))
        pictures = [
            _Picture.of(
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
            return torch.sigmoid(_enlarged(logits, self.canvas_shape, self.shape, False))
        return torch.sigmoid(self._fold(self._folding.enlarged(logits)))

    def look(self, logits: Tensor, which: Sequence[int]) -> list[Look]:
        pyramid = _pyramid(self._texture(logits), self.shape)
        pictures = (self._pictures[k] for k in which)
        return [picture.look(picture.operator(pyramid)) for picture in pictures]

    def picture(self, logits: Tensor) -> NDArray[np.uint8]:
        return _to_bytes(self._texture(logits)).reshape(*self.shape, 3)


def view_side(texture_width: int) -> int:
    """Side of a view in pixels at which its pixels are about as fine as the texture's texels: a
    sphere's disc is 1/π of its equator wide, and a view shows a little more than the disc."""
    return min(max(round(texture_width * 0.375 / 8) * 8, 64), 512)


def _pyramid(texture: Tensor, shape: tuple[int, int]) -> Tensor:
    """The packed mip pyramid (:mod:`geometry.pyramid`) of a texture (H·W, 3)."""
    level = _image(texture, shape)
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
