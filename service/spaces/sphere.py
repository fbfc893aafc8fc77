"""The sphere's design: pictures in a projection, views by cameras."""

from __future__ import annotations

import math

import numpy as np

from geometry import sphere
from geometry.cameras import COSINE_CUT, Camera, pixel_rays, surrounding_cameras
from geometry.groups import TRIVIAL, elements
from geometry.sampling import SamplingMap
from geometry.seed_charts import spiral
from geometry.spaces import Array
from geometry.sphere_pictures import PROJECTIONS
from service.spaces.folded import FoldedDesign, View
from service.spaces.resolution import FINENESS, OVERSAMPLING, view_side
from service.scene import Scene

# Texels around the equator, relative to the picture's width, where texels are as large as on
# average (cube: four faces of a third).
_AROUND = {"equirectangular": 1.0, "cube": 4 / 3, "octahedral": math.sqrt(math.pi)}
_SUBSAMPLES = 2  # along a side: texels are means over their area, point samples would alias


class SphereDesign(FoldedDesign):
    """The unit sphere."""

    def __init__(self, scene: Scene, width: int) -> None:
        self._projection = PROJECTIONS[scene.projection]
        self._equator = round(_AROUND[scene.projection] * width)
        exact = elements(scene.group, scene.colouring) if scene.folds is None else TRIVIAL
        texel = 2 * math.pi / self._equator / FINENESS
        self._chart = sphere.sphere_chart(exact, texel / OVERSAMPLING)
        super().__init__(scene, self._projection.shape(width), self._chart.shape)

    def _fold_exactly(self, points: Array) -> SamplingMap:
        return sphere.fold(points, self._chart)

    def picture_view(self) -> View:
        """See FoldedDesign."""
        points = self._projection.points(self.shape, _SUBSAMPLES)
        everywhere = np.ones(self.shape[0] * self.shape[1])
        starts = np.arange(len(everywhere) + 1) * _SUBSAMPLES**2
        return View(self.shape, points, starts, everywhere, everywhere)

    def views(self, count: int, seed: int) -> list[View]:
        """See FoldedDesign."""
        cameras = surrounding_cameras(spiral(256), count, self.unit, seed)
        return [_seen(camera) for camera in cameras]

    @property
    def domain_area(self) -> float:
        """See FoldedDesign."""
        assert self._scene.group.order is not None
        return 4 * math.pi / self._scene.group.order

    @property
    def unit(self) -> int:
        """See FoldedDesign."""
        return view_side(self._equator)


def _seen(camera: Camera) -> View:
    """Where the sub-pixels' rays meet the unit sphere, weighted by the cosine between ray and
    normal."""
    offsets = (np.arange(_SUBSAMPLES) + 0.5) / _SUBSAMPLES
    y, x, b, a = np.meshgrid(
        np.arange(camera.height), np.arange(camera.width), offsets, offsets, indexing="ij"
    )
    origin, ray = pixel_rays(camera, np.stack([(x + a).ravel(), (y + b).ravel()], axis=1))
    along = np.einsum("nk,nk->n", origin, ray)
    inside = along**2 - np.einsum("nk,nk->n", origin, origin) + 1
    depth = -along - np.sqrt(np.maximum(inside, 0))
    points = origin + depth[:, None] * ray
    cosine = np.where(inside > 0, -np.einsum("nk,nk->n", points, ray), 0)
    hit = cosine > COSINE_CUT
    points = points[hit] / np.linalg.norm(points[hit], axis=1, keepdims=True)
    hits = hit.reshape(-1, _SUBSAMPLES**2)
    weight = np.where(hit, cosine, 0).reshape(hits.shape).mean(axis=1)
    starts = np.concatenate([[0], hits.sum(axis=1).cumsum()])
    return View((camera.height, camera.width), points, starts, hits.mean(axis=1), weight)
