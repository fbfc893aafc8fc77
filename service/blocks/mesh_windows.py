"""The windows through which a network sees a large mesh, at its textures' own magnification."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import sparse
from torch import Tensor

from geometry.errors import InputError
from geometry.maps.pyramid import pyramid_offsets, pyramid_shapes
from geometry.maps.reach import pyramid_link
from geometry.maps.sampling import SamplingMap, average_runs, mean_of_rows
from geometry.mesh.seams import find_seams, seam_samples
from geometry.seeing.cameras import COSINE_CUT, Camera, part_of
from geometry.seeing.visibility import trace_ready, view_map
from geometry.seeing.window_choice import CoarseView, spread_windows
from geometry.seeing.windows import MeshView
from geometry.spaces import Array
from service.blocks.ground import tapered
from service.blocks.mesh_paint import MeshPaint
from service.blocks.places import Places
from service.spaces import resolution
from service.spaces.mesh import MeshScene
from service.spaces.mesh_design import MeshDesign
from service.surfaces.mesh import Before, Window
from service.surfaces.operators import SparseOperator
from service.surfaces.surface import start_of

COARSE = 256  # texels across the textures on which windows are chosen
_SUBSAMPLES = 2  # along a side of their pixels
_LOOKS = 4  # how often the windows of a stage show all: little lies at the border of all
_SQUARELY = 0.5  # the cosine from which on paint moves as far as where it is seen face on
_MEANS = 4  # texels along a side of a coarse one that its mean is taken of, at most


class Spot(NamedTuple):
    """A window of a stage. camera: what it is a part of; corner, size: (2,) in its pixels."""

    camera: Camera
    corner: tuple[int, int]
    size: tuple[int, int]


def spots_on(design: MeshDesign, count: int) -> tuple[list[Spot], int]:
    """The windows of a stage, spread over what ``count`` cameras see, to be taken in turn, and how
    many of them show all that differs by the symmetry once. Raises InputError("nothing-seen")."""
    cameras = design.cameras(count, bounded=False)
    side = resolution.WINDOW
    views = []
    for camera, (shape, shows) in zip(cameras, _shown(design.scene, count), strict=True):
        rows, columns = (
            max(1, min(n, round(n * side / whole)))
            for n, whole in zip(shape, (camera.height, camera.width), strict=True)
        )
        views.append(CoarseView(shape, shows, (rows, columns)))
    found = []
    try:
        for spot, looks in spread_windows(views):
            found.append(spot)
            if looks >= _LOOKS and len(found) >= len(views):
                break
    except ValueError:
        raise InputError(
            "nothing-seen",
            "cameras",
            "No view sees the mesh.",
            "Aim a camera at it, or leave out what hides it.",
        ) from None
    offsets = (np.arange(1, len(found) + 1)[:, None] * resolution.SPREAD) % 1
    spots = []
    for spot, moved in zip(found, offsets, strict=True):
        camera, view = cameras[spot.view], views[spot.view]
        whole = camera.height, camera.width
        size = min(side, whole[0]), min(side, whole[1])
        at = (np.array([spot.top, spot.left]) + moved) / view.shape * whole
        corner = np.clip(at, 0, np.subtract(whole, size)).astype(int)
        spots.append(Spot(camera, (int(corner[0]), int(corner[1])), size))
    return spots, math.ceil(len(spots) / looks)


@functools.lru_cache(maxsize=1)  # the same for all stages of a painting
def _shown(scene: MeshScene, count: int) -> list[tuple[tuple[int, int], sparse.csr_matrix]]:
    """What cameras show of a scene in few texels: of each the shape of its picture, and how much
    its pixels show of the paint's texels, by how squarely they see them."""
    design = scene.design(COARSE)
    paint = design.paint.matrix
    pyramid = pyramid_link(design.coarse_shape).matrix @ paint
    traced = trace_ready(*_traced(design))
    found = []
    for camera in design.cameras(count, bounded=False):
        view = view_map(traced, camera, design.coarse_shape, _SUBSAMPLES)
        weight = np.where(view.cosine > COSINE_CUT, view.cosine, 0).ravel()
        shows = sparse.diags(weight) @ abs(view.sampling.matrix @ pyramid)
        found.append(((camera.height, camera.width), shows.tocsr()))
    return found


def _traced(design: MeshDesign) -> tuple:
    body = design.scene.body
    return body.mesh, "cpu", body.occluders, body.holes


@dataclass(frozen=True, eq=False)
class MeshWindow:
    """A window on a mesh. places: the texels of the charts that it shows, n of them; to_pyramid:
    their logits → those of the texels of the mip pyramid that pixels read; start: (n, 3), what the
    places' paint is added to; view: what is seen of the pyramid; reach: (n,) in 0..1, how well the
    window shows its places; seams: texels of the pyramid → steps across UV seams."""

    places: Places
    start: Tensor | None
    to_pyramid: SparseOperator
    view: Window
    reach: Tensor
    seams: SparseOperator | None


class MeshWindows:
    """Makes the windows of a stage, by where they are. subsamples: along each side of a pixel."""

    def __init__(self, design: MeshDesign, paint: MeshPaint, subsamples: int, needed: int) -> None:
        self._design, self._paint, self._subsamples = design, paint, subsamples
        self._traced = trace_ready(*_traced(design))
        mesh = design.scene.body.mesh
        samples = seam_samples(mesh, find_seams(mesh), design.coarse_shape)
        # a window shows one part in so many of the seams
        self._steps = replace(samples, weights=samples.weights * math.sqrt(needed))

    def make(self, spot: Spot) -> MeshWindow:
        """The window at a spot."""
        design, scene = self._design, self._design.scene
        camera = part_of(spot.camera, *spot.corner, *spot.size)
        view = view_map(self._traced, camera, design.coarse_shape, self._subsamples)
        sampling, cosine = view.sampling, np.where(view.cosine > COSINE_CUT, view.cosine, 0)
        taken, sampling = sampling.narrowed()
        below, starts = texels_below(taken, design.coarse_shape)
        texels, read = average_runs(self._paint.at(below), starts).narrowed()
        whole = spot.size == (spot.camera.height, spot.camera.width)
        square = np.minimum(cosine / _SQUARELY, 1)
        reach = square if whole else square * tapered(spot.size).numpy()
        start = None
        if scene.starts_from_base:
            start = start_of(scene, design.base_of(texels), torch.device("cpu"))
        return MeshWindow(
            Places(texels, design.chart_shape),
            start,
            SparseOperator(read, "cpu", frugal=True, frame=scene.frame),
            Window.of(
                MeshView(sampling, view.coverage * cosine, view.coverage),
                self._before(below, starts),
                torch.device("cpu"),
                frugal=True,
            ),
            _reach(sampling, read, reach.ravel()),
            self._seams(taken),
        )

    def _before(self, below: NDArray[np.int64], starts: NDArray[np.int64]) -> Before | None:
        """What there was on texels of the pyramid that are the means of those ``below``."""
        design, body, means = self._design, self._design.scene.body, mean_of_rows(starts)
        if body.base is None:
            return None
        base = design.base_of(below)
        if body.mask is None:
            return Before(means @ base)
        mask = design.mask_of(below)
        return Before(means @ base, means @ mask, means @ (mask[:, None] * base))

    def _seams(self, taken: NDArray[np.int64]) -> SparseOperator | None:
        """Those of the samples along seams of which all texels are among ``taken``."""
        samples = self._steps
        if not samples.rows:
            return None
        place = np.searchsorted(taken, samples.indices).clip(max=len(taken) - 1)
        there = taken[place] == samples.indices
        inside = np.add.reduceat(there, samples.indptr[:-1]) == np.diff(samples.indptr)
        rows = np.flatnonzero(inside)
        if not len(rows):
            return None
        local = replace(samples, columns=len(taken), indices=place.astype(np.int32))
        return SparseOperator(local.row_subset(rows), "cpu", frugal=True)


def texels_below(
    packed: NDArray[np.int64], shape: tuple[int, int]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The texels of a texture whose means are those of ``packed`` (n,), of its mip pyramid, one
    after the other, and where those of each begin (n + 1,): of coarse ones 16, evenly spread."""
    offsets, shapes = pyramid_offsets(shape), pyramid_shapes(shape)
    level = np.searchsorted(offsets, packed, side="right") - 1
    counts = np.minimum(1 << level, _MEANS) ** 2
    starts = np.concatenate([[0], counts.cumsum()])
    found = np.empty(starts[-1], np.int64)
    for k in np.unique(level):
        own = np.flatnonzero(level == k)
        row, column = np.divmod(packed[own] - offsets[k], shapes[k][1])
        side = min(1 << int(k), _MEANS)
        apart = (1 << int(k)) // side
        inside = np.arange(side) * apart + apart // 2
        rows, columns = (row << k)[:, None] + inside, (column << k)[:, None] + inside
        texels = rows[:, :, None] * shape[1] + columns[:, None, :]
        found[starts[own][:, None] + np.arange(side**2)] = texels.reshape(len(own), -1)
    return found, starts


def _reach(sampling: SamplingMap, read: SamplingMap, pixels: Array) -> Tensor:
    """(places,): the mean of the reach of the pixels (n,) that show a place, by how much."""
    to_texels, to_places = (abs(x.matrix).T for x in (sampling, read))
    values = np.stack([pixels, np.ones(len(pixels))], axis=1)
    total = to_places @ (to_texels @ values)
    found = total[:, 0] / np.maximum(total[:, 1], 1e-12)
    return torch.from_numpy(found.astype(np.float32))
