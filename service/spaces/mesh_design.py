"""A mesh at one resolution, without torch: where its paint lies, and what cameras see of it."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from geometry.errors import InputError
from geometry.maps.reach import Linked, Reach, Resized
from geometry.maps.sampling import SamplingMap, composed
from geometry.maps.smoothing import charts_smoothed
from geometry.mesh.fold import MeshFold
from geometry.mesh.surface import uv_surface
from geometry.seeing.cameras import MAX_SIDE, Camera, resized
from geometry.seeing.view_choice import choose_views
from geometry.seeing.visibility import ViewMap
from geometry.seeing.windows import MeshView, windows
from geometry.spaces import Array
from geometry.texture.evenness import gradual_density
from geometry.texture.layout import pixels_per_unit, texel_stretch
from geometry.texture.margins import margin_map
from service.pictures.base_colour import fitted_stack
from service.spaces.folded import picture_generators, spread
from service.spaces.frame import Frame
from service.spaces.mesh import MeshScene
from service.spaces.resolution import FINENESS, OVERSAMPLING, views_needed
from service.spaces.space import Design
from service.spaces.sphere import SphereDesign

MARGIN_TEXELS = 16  # painted around UV islands, for bilinear lookups and mip levels
WINDOW = 512  # pixels: the longest side of what the network looks at at once
_CANVAS_STEP = 32  # a canvas' sides are multiples of this, for its mip pyramid
_STYLE_SPAN = 1.0  # of the mesh's diameter that a style picture's shorter side spans
_VIEW_PIXELS = 16_000_000  # of all views together: bounds memory, to about 2 GB
_VIEW_SIDE = 4096  # of one of them
_PACE = 0.4  # how far steps go, of those of other spaces


class MeshDesign(Design):
    """A mesh's textures at one resolution, each ``width`` texels wide.

    shape: (rows, columns) of the picture, all textures one below the other; coarse_shape: of the
    same textures as views read them; canvas_shape: (charts, rows, columns) of the paint;
    chart_shape: of the texels that ``paint`` reads, to which the canvas is enlarged.
    """

    surface = "service.surfaces.mesh:MeshSurface"

    def __init__(self, scene: MeshScene, width: int) -> None:
        self.scene, self._body, self.frame = scene, scene.body, scene.frame
        self.views_a_step = views_needed(scene.group.order)
        textures, aspect = self._body.mesh.textures, self._body.aspect
        height = max(1, round(width * aspect))
        self.shape = (textures * height, width)
        coarse = _canvas_side(height), _canvas_side(width)
        self.coarse_shape = (textures * coarse[0], coarse[1])
        self.canvas_shape = self.chart_shape = (textures, *coarse)
        self._directions: SphereDesign | None = None
        if scene.group.order != 1 and scene.action == "direction":
            self._directions = SphereDesign(scene, width)
            self.canvas_shape = self._directions.canvas_shape
            self.chart_shape = self._directions.chart_shape
        self.wrap = not self.by_direction  # a texture repeats, the sphere's charts do not
        diameter = 2 * _radius(self._body.mesh.vertices)
        self._style_size = scene.style_size or _STYLE_SPAN * diameter
        # pixels of a view per unit of the surface: about its texels
        self._stretch = texel_stretch(self._body.mesh, self.shape)
        self._density = self._stretch.density

    def paces(self, levels: int) -> list[float]:
        """See Design. A mesh takes several times as many steps; longer ones were too coarse."""
        return [_PACE] * levels

    @functools.cached_property
    def margins(self) -> SamplingMap:
        """Coarse texels → coarse texels: those around the islands read across the seam."""
        return margin_map(self._body.mesh, self.coarse_shape, MARGIN_TEXELS)

    def smoothed(self, paint: Array, deviation: float) -> Array:
        """Gaussian means on the surface of ``paint`` (charts, rows, columns, 3) of the canvas, of a
        deviation in widths of the texture, where texels are as dense as on average: elsewhere as
        wide on the surface. Across the seams it reads what the margins around islands show."""
        if self._directions is not None:
            return self._directions.smoothed(paint, deviation)
        seen = self.margins.apply(paint.reshape(-1, 3)).reshape(paint.shape)
        rows, columns = self.coarse_shape
        mesh = self._body.mesh
        texels = uv_surface(mesh, columns, rows, MARGIN_TEXELS)
        density = np.sqrt(self._stretch.most * self._stretch.least) / self._stretch.density
        wide = np.where(texels.triangle >= 0, density[texels.triangle], 1.0)
        # no wider than half of what margins show of the other side
        wide = np.minimum(deviation * columns * wide, MARGIN_TEXELS / 2)
        return charts_smoothed(seen, wide.reshape(paint.shape[:3]))

    @functools.cached_property
    def paint(self) -> SamplingMap:
        """Chart texels → the logits of the coarse textures."""
        if self._directions is not None:
            return self._by_direction(self.coarse_shape)
        if self.scene.group.order == 1:
            return self.margins
        return composed(self.fold_of(self.coarse_shape).whole(), self.margins)

    def full_fold(self) -> SamplingMap:
        """A group's fold at full size: from the charts, by direction, or from the texture with
        OVERSAMPLING times as many texels along each side."""
        if self._directions is not None:
            return self._by_direction(self.shape)
        return self.fold_of(self.shape, OVERSAMPLING).whole()

    def picture_frame(self) -> Frame:
        """See Design."""
        return Frame("uv", picture_generators(self.scene), colours=self.frame)

    def reach(self) -> Reach:
        """See Design; by way of the coarse textures."""
        textures = self._body.mesh.textures
        coarse, fine = (
            (textures, shape[0] // textures, shape[1]) for shape in (self.coarse_shape, self.shape)
        )
        onto = Resized(self.canvas_shape, self.chart_shape, self.wrap)
        links = (onto, Linked.by(self.paint), Resized(coarse, fine, wrap=True))
        return Reach(self.canvas_shape, self.shape, links, self.wrap)

    @property
    def by_direction(self) -> bool:
        """Whether the group moves directions, not points of the surface."""
        return self._directions is not None

    def fold_of(self, shape: tuple[int, int], finer: int = 1) -> MeshFold:
        """The fold over the surface, of textures of a ``shape``."""
        scene = self.scene
        return MeshFold(
            self._body.mesh,
            scene.group,
            scene.colouring,
            scene.placement,
            shape,
            MARGIN_TEXELS,
            scene.folds,
            finer,
        )

    def _by_direction(self, shape: tuple[int, int]) -> SamplingMap:
        rows, columns = shape
        texels = uv_surface(self._body.mesh, columns, rows, MARGIN_TEXELS)
        painted = (texels.triangle >= 0).ravel()
        positions = texels.position.reshape(-1, 3)[painted]
        return spread(self.fold_directions(positions), painted)

    def fold_directions(self, positions: Array) -> SamplingMap:
        """Chart texels → logits at ``positions`` (n, 3) of the surface, of a group that moves
        directions."""
        assert self._directions is not None
        placement = self.scene.placement
        positions = (positions - placement.centre) @ placement.rotation
        length = np.linalg.norm(positions, axis=1, keepdims=True)
        directions = np.where(length > 1e-12, positions / np.maximum(length, 1e-12), (0, 0, 1))
        return self._directions.fold(directions)

    def detail(self) -> Array | None:
        """(charts, rows, columns) of the canvas: log₂ of how much coarser than texels paint must
        be, 0 or more, so that it is nowhere finer than views show, and nowhere sharp beside blurred
        only because the layout is denser there. None where the canvas is not the texture.
        """
        if self._directions is not None:
            return None
        mesh = self._body.mesh
        density = np.sqrt(self._stretch.most * self._stretch.least)
        wanted = np.minimum(gradual_density(mesh, density), self._density)
        excess = np.log2(np.maximum(density, 1e-30) / np.maximum(wanted, 1e-30))
        rows, columns = self.coarse_shape
        texels = uv_surface(mesh, columns, rows, MARGIN_TEXELS)
        octaves = np.where(texels.triangle >= 0, excess[texels.triangle], 0)
        return np.maximum(octaves, 0).reshape(self.canvas_shape)

    def with_images(self, seen: Array) -> Array:
        """How many pixels of the views (coarse rows, columns) show a texel's paint: there, or in
        one of its images under the group."""
        reads = self.paint.matrix
        return (reads @ (reads.T @ seen.ravel())).reshape(seen.shape)

    @functools.cached_property
    def visible(self) -> NDArray[np.bool_]:
        """(rows, columns) of the picture: the texels whose paint faces show, not those between UV
        islands, of holes, or where a mask keeps the base; all of them if no face shows any."""
        body, (rows, columns) = self._body, self.shape
        found = uv_surface(body.mesh, columns, rows, 0, precision=np.float32).covered
        found &= ~body.holes_at(self.shape)
        if body.mask is not None:
            found &= fitted_stack(body.mask, self.shape, body.mesh.textures) > 0
        return found if found.any() else np.ones_like(found)

    @functools.cached_property
    def base(self) -> Array | None:
        """(coarse texels, 3) in 0..1: the colour that the mesh has."""
        return None if self._body.base is None else self.base_at(self.coarse_shape)

    def base_at(self, shape: tuple[int, int]) -> Array:
        """(texels, 3) in 0..1: the base colour at another size (rows, columns)."""
        assert self._body.base is not None
        return (
            fitted_stack(self._body.base, shape, self._body.mesh.textures)[..., :3].reshape(-1, 3)
            / 255
        )

    @functools.cached_property
    def mask(self) -> Array | None:
        """(coarse texels,) in 0..1: where paint goes."""
        mask = self._body.mask
        if mask is None:
            return None
        return fitted_stack(mask, self.coarse_shape, self._body.mesh.textures).reshape(-1) / 255

    def base_of(self, texels: NDArray[np.integer]) -> Array:
        """(n, 3) in 0..1: the base colour of some of the coarse texels."""
        return self._base_stack.reshape(-1, self._base_stack.shape[2])[texels, :3] / 255

    def mask_of(self, texels: NDArray[np.integer]) -> Array:
        """(n,) in 0..1: where paint goes, of some of them."""
        return self._mask_stack.ravel()[texels] / 255

    @functools.cached_property
    def _base_stack(self) -> NDArray[np.uint8]:
        assert self._body.base is not None
        return fitted_stack(self._body.base, self.coarse_shape, self._body.mesh.textures)

    @functools.cached_property
    def _mask_stack(self) -> NDArray[np.uint8]:
        assert self._body.mask is not None
        return fitted_stack(self._body.mask, self.coarse_shape, self._body.mesh.textures)

    def cameras(self, count: int, bounded: bool = True) -> tuple[Camera, ...]:
        """The scene's, or ``count`` automatic ones at most. All their pixels are as large on the
        surface, about as texels are: strokes have one size, wherever a camera stands. ``bounded``:
        larger, where their pixels would be too many to be held."""
        body, placement = self._body, self.scene.placement
        cameras = body.cameras or _automatic(
            body.mesh,
            count,
            self.scene.view_layout,
            tuple(placement.rotation[:, 2]),
            body.occluders,
        )
        scales = [pixels_per_unit(camera, body.mesh) for camera in cameras]
        # of the whole picture's longest side, in the mesh's units; a scale of 0 sees nothing
        sides = {
            camera: max(camera.width, camera.height) / scale
            for camera, scale in zip(cameras, scales, strict=True)
            if scale > 0
        }
        if not sides:
            return ()
        total = sum(side**2 for side in sides.values())
        if bounded:
            self._density = min(self._density, math.sqrt(_VIEW_PIXELS / total))
        most = _VIEW_SIDE if bounded else MAX_SIDE
        return tuple(
            resized(camera, int(np.clip(round(side * self._density), 64, most)))
            for camera, side in sides.items()
        )

    @property
    def unit(self) -> int:
        """Pixels of a view that a style picture of scale 1 spans."""
        return round(self._style_size * self._density)

    def views(self, count: int, see: Callable[[Camera], ViewMap]) -> list[MeshView]:
        """Windows on what the cameras see; ``see`` makes a camera's view of the coarse textures.

        Raises InputError("nothing-seen")."""
        with ThreadPoolExecutor(2) as pool:  # Warp's kernels let go of the interpreter's lock
            maps = pool.map(see, self.cameras(count))
            views = [window for view in maps for window in windows(view, WINDOW)]
        if not views:
            raise InputError(
                "nothing-seen",
                "cameras",
                "No view sees the mesh.",
                "Aim a camera at it, or leave out what hides it.",
            )
        return views


def _canvas_side(texels: int) -> int:
    return math.ceil(texels * FINENESS / _CANVAS_STEP) * _CANVAS_STEP


def _radius(vertices: Array) -> float:
    centre = (vertices.min(axis=0) + vertices.max(axis=0)) / 2
    return float(np.linalg.norm(vertices - centre, axis=1).max())


# the same for all resolutions of a job
_automatic = functools.lru_cache(maxsize=4)(
    lambda mesh, count, layout, axis, occluders: choose_views(
        mesh, count, WINDOW, layout, axis, occluders
    )
)
