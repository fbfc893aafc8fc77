"""Meshes with their UV textures as surfaces to paint."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import DTypeLike, NDArray
from scipy import special
from torch import Tensor

from geometry.maps.sampling import SamplingMap
from geometry.mesh.seams import find_seams, seam_samples
from geometry.seeing.cameras import Camera
from geometry.seeing.visibility import ViewMap, trace_ready, view_map
from geometry.seeing.windows import MeshView
from geometry.symmetry.colour_frame import rounded
from geometry.texture.coverage import seen_texels
from geometry.texture.seam_erasure import erase_seams
from service.finisher import Finisher
from service.perception.looks import Look
from service.spaces.frame import Picture
from service.spaces.mesh_design import MARGIN_TEXELS, MeshDesign
from service.spaces.resolution import OVERSAMPLING
from service.surfaces.host import to_host
from service.surfaces.operators import SparseOperator
from service.surfaces.surface import (
    BodyView,
    Making,
    Surface,
    enlarged_paint,
    logit,
    packed_pyramid,
    start_of,
    to_pixels,
)
from service.surfaces.view_cache import cached_view, content_key


class MeshSurface(Surface):
    """A mesh's textures, seen by cameras. The canvas is the texture itself, or, where a group moves
    directions, the charts of the sphere. Views read the mip pyramid of the paint's logits."""

    _design: MeshDesign

    def __init__(self, design: MeshDesign, views: int, making: Making) -> None:
        super().__init__(design, views, making)
        self._scene = scene = design.scene
        self._body = scene.body
        self._windows: list[Window] = []
        self._paint = self._operator(design.paint)
        self._seams = _Seams.of(design, self._device)
        self._full: SparseOperator | None = None
        self._start: Tensor | None = None
        if scene.starts_from_base:
            self._start = start_of(scene, design.base_at(design.coarse_shape), self._device)
        self.seen = np.zeros(design.coarse_shape)

    @functools.cached_property
    def coarser(self) -> Tensor | None:
        """See Surface; of prepared views."""
        octaves = self._design.detail()
        if octaves is None:
            return None
        return torch.tensor(octaves[:, None], dtype=torch.float32, device=self._device)

    def prepare_views(self, seed: int) -> None:
        """See Surface. Views are the same for every seed, so that they can be kept on disk."""
        design, body = self._design, self._body
        traced = trace_ready(body.mesh, str(self._device), body.occluders, body.holes)
        key = content_key(body)

        def see(camera: Camera) -> ViewMap:
            def make() -> ViewMap:
                return view_map(traced, camera, design.coarse_shape, self._making.subsamples)

            return cached_view(key, camera, design.coarse_shape, self._making.subsamples, make)

        views = design.views(self.views, see)
        self.seen = design.with_images(
            seen_texels(
                [view.sampling for view in views],
                [view.weight for view in views],
                design.coarse_shape,
            )
        )
        before, making = _before(design), self._making
        self._windows = [Window.of(view, before, making.device, making.frugal) for view in views]
        self.views = len(views)

    def _chart(self, logits: Tensor) -> Tensor:
        """Paint of the canvas on the charts, with the base colour that it starts from."""
        paint = self._enlarged(logits)
        return paint if self._start is None else paint + self._start

    def look(self, logits: Tensor, which: Sequence[int]) -> list[Look]:
        """See Surface."""
        pyramid = packed_pyramid(self._paint(self._chart(logits)), self._design.coarse_shape)
        return [self._windows[k].look(pyramid) for k in which]

    def seam_energy(self, logits: Tensor) -> Tensor:
        """See Surface."""
        return self._seams.energy(self._chart(logits))

    def picture(self, logits: Tensor) -> Picture:
        """See Surface."""
        return self._coloured(self._finer(self._paint(self._chart(logits))))

    def delivered(
        self, logits: Tensor, finish: Finisher | None = None, dtype: DTypeLike = np.uint8
    ) -> Picture:
        """See Surface."""
        if finish is None:
            return self._coloured(self._whole(self._chart(logits)), dtype)
        if finish.gaussians:
            logits = self._filtered(logits, finish)
        whole = to_host(self._whole(self._chart(logits)))
        fitted = finish.fitted(whole[self._design.visible.ravel()])
        colours = special.expit(fitted.toned(whole)).reshape(*self._design.shape, 3)
        return fitted.settled(rounded(colours, dtype))

    def _filtered(self, logits: Tensor, finish: Finisher) -> Tensor:
        """Paint of the canvas after the filters, which see the base colour that it starts from."""
        start = 0 if self._start is None or self._design.by_direction else self._start
        canvas = to_host(logits + start).astype(np.float64)
        shape = (*self.canvas_shape, 3)
        filtered = finish.filtered(canvas.reshape(shape), self._design.smoothed).reshape(-1, 3)
        return torch.tensor(filtered, dtype=torch.float32, device=self._device) - start

    def _whole(self, paint: Tensor) -> Tensor:
        """The logits of the textures at full size. The symmetry is imposed again: enlarging keeps
        it nearly. Seams are erased before it, as afterwards nothing may be changed but alike
        everywhere. ``paint``: of the charts."""
        design = self._design
        if self._scene.group.order == 1:
            return self._finer(self._paint(paint))
        if self._full is None:
            self._full = SparseOperator(design.full_fold(), self._device, frame=self._scene.frame)
        if not design.by_direction:
            paint = self._finer(self._without_seams(self._margins(paint)), OVERSAMPLING)
        return self._full(paint)

    @functools.cached_property
    def _margins(self) -> SparseOperator:
        return SparseOperator(self._design.margins, self._device)

    def _without_seams(self, coarse: Tensor) -> Tensor:
        """Logits of the coarse textures (texels, 3) whose colours agree across UV seams."""
        mesh, shape = self._body.mesh, self._design.coarse_shape
        colours = to_host(torch.sigmoid(coarse)).astype(np.float64)
        erased = erase_seams(colours, mesh, find_seams(mesh), shape, MARGIN_TEXELS)
        # where nothing changes, colours nearer to black or white than logit allows stay
        change = logit(erased, self._device) - logit(colours, self._device)
        return coarse + change

    def _finer(self, coarse: Tensor, finer: int = 1) -> Tensor:
        """Logits of the coarse textures (texels, 3) at full size, or ``finer`` times that along a
        side, with what the base that they start from shows and coarse textures cannot."""
        rows, columns = (finer * side for side in self._design.shape)
        fine = self._resized(coarse, (rows, columns))
        if self._start is None:
            return fine
        base = start_of(self._scene, self._design.base_at((rows, columns)), self._device)
        return fine + base - self._resized(self._start, (rows, columns))

    def _resized(self, coarse: Tensor, shape: tuple[int, int]) -> Tensor:
        """Values of the coarse textures (texels, C) at another size, (rows, columns)."""
        textures, (rows, columns) = self._body.mesh.textures, self._design.coarse_shape
        now, then = (textures, rows // textures, columns), (shape[0] // textures, shape[1])
        return enlarged_paint(coarse, now, then, wrap=True)

    def _coloured(self, logits: Tensor, dtype: DTypeLike = np.uint8) -> Picture:
        """The textures (rows, columns, 3) of logits at full size."""
        return to_pixels(torch.sigmoid(logits), dtype).reshape(*self._design.shape, 3)


class Before(NamedTuple):
    """What there was before anything was painted, on n texels that a view reads. base: (n, 3) in
    0..1; mask: (n,) in 0..1, where paint goes, or None for everywhere; under: (n, 3), of the base,
    what lies where paint goes."""

    base: NDArray
    mask: NDArray | None = None
    under: NDArray | None = None


@dataclass(frozen=True, eq=False)
class Window:
    """A window on the mesh. painted: (H·W, 1), how much of a pixel shows paint; unpainted:
    (H·W, 3), what shows of the base where no paint goes, times its share; base: all of the base, or
    None."""

    view: BodyView
    painted: Tensor
    unpainted: Tensor | None
    base: Tensor | None

    @classmethod
    def of(
        cls, view: MeshView, before: Before | None, device: torch.device, frugal: bool
    ) -> Window:
        """A window on a device. frugal: see SparseOperator."""
        coverage, sampling = view.coverage.ravel(), view.sampling
        painted, weight = coverage, view.weight.ravel()
        base = unpainted = None
        if before is not None:
            base = sampling.apply(before.base)
            if before.mask is not None and before.under is not None:
                painted = sampling.apply(before.mask[:, None])[:, 0]
                unpainted = base - sampling.apply(before.under)
                weight = weight * painted / np.maximum(coverage, 1e-9)
        shares = np.repeat(np.maximum(coverage, 1e-9), np.diff(sampling.indptr))
        means = replace(sampling, weights=sampling.weights / shares)

        def tensor(values: NDArray) -> Tensor:
            return torch.tensor(values, dtype=torch.float32, device=device)

        return cls(
            BodyView.of(
                SparseOperator(means, device, frugal), weight, coverage, view.shape, device
            ),
            tensor(painted[:, None]),
            None if unpainted is None else tensor(unpainted),
            None if base is None else tensor(base),
        )

    def look(self, pyramid: Tensor) -> Look:
        """``pyramid``: of the paint's logits."""
        seen = self.painted * torch.sigmoid(self.view.operator(pyramid))
        look = self.view.look(seen if self.unpainted is None else seen + self.unpainted)
        if self.base is None:
            return look
        return replace(look, base=self.view.look(self.base).pixels)


def _before(design: MeshDesign) -> Before | None:
    """On all texels of the mip pyramid."""
    if design.base is None:
        return None
    base = _pyramid(design.base, design)
    if design.mask is None:
        return Before(base)
    mask = design.mask[:, None]
    return Before(base, _pyramid(mask, design)[:, 0], _pyramid(mask * design.base, design))


def _pyramid(values: NDArray, design: MeshDesign) -> NDArray:
    return packed_pyramid(torch.from_numpy(values), design.coarse_shape).numpy()


@dataclass(frozen=True, eq=False)
class _Seams:
    """Both sides of the UV seams: paint → logits of the texels near them → differences."""

    texels: SparseOperator | None
    differences: SparseOperator | None

    @classmethod
    def of(cls, design: MeshDesign, device: torch.device) -> _Seams:
        """The seams of a design, on a device."""
        mesh = design.scene.body.mesh
        samples = seam_samples(mesh, find_seams(mesh), design.coarse_shape)
        if not len(samples.indices):
            return cls(None, None)
        near, columns = np.unique(samples.indices, return_inverse=True)
        few = SamplingMap(len(near), samples.indptr, columns.astype(np.int32), samples.weights)
        return cls(
            SparseOperator(design.paint.row_subset(near), device, frame=design.frame),
            SparseOperator(few, device),
        )

    def energy(self, paint: Tensor) -> Tensor:
        """See MeshSurface.seam_energy. ``paint``: (chart texels, 3), logits."""
        if self.texels is None or self.differences is None:
            return paint.new_zeros(())
        colours = torch.sigmoid(self.texels(paint))
        variance = colours.detach().var(dim=0).sum().clamp(min=1e-4)
        return self.differences(colours).square().sum() / variance
