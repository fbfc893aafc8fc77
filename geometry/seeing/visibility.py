"""What a camera sees of a mesh, as a sparse matrix from the texels of a mip pyramid to pixels.

Nothing but the texture changes while a job paints, so a view is worked out once. Each pixel has
subsamples² rays; every hit reads one level of the pyramid bilinearly (REPEAT), and the taps of
all its rays are merged into the pixel's row. On the CPU the hits come from a depth buffer, on CUDA
from a ray hierarchy; both see the same.
"""

from __future__ import annotations

import functools
import threading
from dataclasses import dataclass
from typing import Literal

import numpy as np
import warp as wp
from numpy.typing import NDArray

from geometry import kernels
from geometry.errors import InputError
from geometry.maps.pyramid import pyramid_offsets, pyramid_shapes
from geometry.maps.sampling import SamplingMap
from geometry.mesh.mesh import Mesh, Occluders
from geometry.seeing import raster_kernels, ray_kernels, view_kernels
from geometry.seeing.cameras import Camera, ray_frame, view_matrix
from geometry.seeing.clipping import screen_triangles
from geometry.seeing.view_bands import Band, Drawn, gather_band

MAX_SUBSAMPLES = 16
BAND_ENTRIES = 2**22  # entries (8 bytes each) of the working buffer, which bounds the memory

_building = threading.Lock()


@dataclass(frozen=True, eq=False)
class Ball:
    """Triangles on a device in a space of their own, moved and scaled into the unit ball: float32
    then serves any scene."""

    vertices: NDArray[np.float64]
    triangles: NDArray[np.int32]
    device: str

    @functools.cached_property
    def centre(self) -> NDArray[np.float64]:
        """(3,): the middle of the box around the vertices."""
        middle: NDArray[np.float64] = (self.vertices.min(axis=0) + self.vertices.max(axis=0)) / 2
        return middle

    @functools.cached_property
    def radius(self) -> float:
        """How far the vertices go from the centre."""
        return float(np.linalg.norm(self.vertices - self.centre, axis=1).max()) or 1.0

    @functools.cached_property
    def hierarchy(self) -> wp.Mesh:
        """What rays are cast at. Built when a ray is cast at it for the first time."""
        return wp.Mesh(
            points=wp.array(
                (self.vertices - self.centre) / self.radius, dtype=wp.vec3, device=self.device
            ),
            indices=wp.array(self.triangles.ravel(), dtype=wp.int32, device=self.device),
        )


@dataclass(frozen=True, eq=False)
class TracedMesh:
    """A mesh and what hides it, on a device; make one with :func:`trace_ready` to share it between
    views. ``vertices`` and ``triangles`` are those of the mesh, then those of the occluders."""

    mesh: Mesh
    body: ray_kernels.Body
    ball: Ball
    shield: Ball | None
    vertices: NDArray[np.float64]
    triangles: NDArray[np.int32]
    device: str


@dataclass(frozen=True, eq=False)
class ViewMap:
    """One view of a texture.

    sampling: rows are the camera's pixels (row-major, top row first), columns the texels of the
    packed pyramid (:mod:`geometry.maps.pyramid`), ascending within a row; a row sums to the pixel's
    coverage. coverage: (H, W) float64 in 0..1, the part of the pixel in which the painted surface
    is seen. cosine: (H, W) float64 in 0..1, the cosine of the angle between the surface's normal
    and the view ray, mean over what is seen (0 where nothing is). Backs count 0 in the mean where
    the mesh is ``oriented``, else as fronts do.
    """

    sampling: SamplingMap
    coverage: NDArray[np.float64]
    cosine: NDArray[np.float64]


def trace_ready(
    mesh: Mesh,
    device: str = "cpu",
    occluders: Occluders | None = None,
    holes: NDArray[np.bool_] | None = None,
) -> TracedMesh:
    """Upload a mesh to a device ("cpu", "cuda:0").

    ``occluders`` hide the mesh and are not painted. ``holes``: (H, W) bool over the textures, one
    below the other, of any size: True where a texture is clear. Through these the view goes on to
    what lies behind. A closed mesh that is ``inside_out`` is taken as turned right side out.

    Raises InputError("texture-bad-size") for holes whose rows the textures do not share evenly.
    """
    for module in (kernels, raster_kernels, view_kernels):
        kernels.load(device, module.__name__)
    ball = Ball(mesh.vertices, mesh.triangles, device)
    vertices, triangles, shield = mesh.vertices, mesh.triangles, None
    if occluders is not None and len(occluders.triangles):
        shield = Ball(occluders.vertices, occluders.triangles, device)
        vertices = np.concatenate([vertices, occluders.vertices])
        triangles = np.concatenate([triangles, occluders.triangles + np.int32(len(mesh.vertices))])
    body = _body(mesh, (mesh.corners - ball.centre) / ball.radius, holes, device)
    return TracedMesh(mesh, body, ball, shield, vertices, triangles, device)


def _body(
    mesh: Mesh, corners: NDArray[np.float64], holes: NDArray[np.bool_] | None, device: str
) -> ray_kernels.Body:
    body = ray_kernels.Body()
    planes = _planes(corners, mesh.uvs).reshape(-1, 3)
    body.planes = wp.array(planes, dtype=wp.vec3, device=device)
    boxes = np.stack([mesh.uvs[:, 0], mesh.uvs.min(axis=1), mesh.uvs.max(axis=1)], axis=1)
    body.layout = wp.array(boxes.reshape(-1, 2), dtype=wp.vec2, device=device)
    body.texture = wp.array(mesh.texture, dtype=wp.int32, device=device)
    body.textures = mesh.textures
    body.facing = (-1.0 if mesh.inside_out else 1.0) if mesh.oriented else 0.0
    if holes is None or not holes.any():
        holes = np.zeros((0, 0), np.bool_)
    _expect_shared("holes", len(holes), mesh)
    body.hole_rows, body.hole_columns = holes.shape
    body.holes = wp.array(holes.ravel().astype(np.uint8), dtype=wp.uint8, device=device)
    return body


def _expect_shared(field: str, rows: int, mesh: Mesh) -> None:
    if rows % mesh.textures:
        raise InputError(
            "texture-bad-size",
            field,
            f"{rows} rows cannot be shared by {mesh.textures} textures of one height.",
        )


def _planes(corners: NDArray[np.float64], uvs: NDArray[np.float64]) -> NDArray[np.float64]:
    """(F, 4, 3): first corner, unit normal, gradients of u and v; zeros where there is no area.

    With edges e1, e2 and n = e1 × e2, the barycentrics of corners 1 and 2 have the gradients
    e2 × n / n² and n × e1 / n².
    """
    e1, e2 = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    n = np.cross(e1, e2)
    square = np.einsum("fk,fk->f", n, n)[:, None]
    square[square == 0] = np.inf
    barycentric = np.stack([np.cross(e2, n), np.cross(n, e1)], axis=1) / square[:, None]
    along = np.einsum("fbk,fbc->fck", barycentric, uvs[:, 1:] - uvs[:, :1])
    return np.concatenate([corners[:, :1], (n / np.sqrt(square))[:, None], along], axis=1)


def view_map(
    mesh: Mesh | TracedMesh,
    camera: Camera,
    texture_shape: tuple[int, int],
    subsamples: int = 4,
    device: str = "cpu",
    method: Literal["auto", "rays"] = "auto",
) -> ViewMap:
    """The view of ``camera`` on a texture of ``texture_shape`` (H, W) over the mesh.

    Of several textures each has its part of the H rows. The nearest surface between the camera's
    clip planes is seen, from either side. Every sub-sample reads the level
    floor(log2(max(minor / 3, major / subsamples))), at least 0 and at most the last, where major
    and minor are the axes in texels of the pixel's footprint on the texture ("adap3"). A texel
    of that level is then at most a third of the footprint's minor axis or the spacing of the
    sub-samples, whichever is more: little blur, and no gaps of two texels between samples.
    ``device`` counts for a plain Mesh; a TracedMesh has its own. ``method`` "auto" rasterises on
    the CPU and casts rays elsewhere; "rays" always casts rays.

    Safe to call from several threads, which then run at once. The result is the same every time.
    Raises InputError: "texture-bad-size" (also where the rows cannot be shared evenly),
    "view-bad-subsamples" (outside 1..16).
    """
    if not 1 <= subsamples <= MAX_SUBSAMPLES:
        raise InputError(
            "view-bad-subsamples", "subsamples", f"Must be from 1 to {MAX_SUBSAMPLES}."
        )
    traced = trace_ready(mesh, device) if isinstance(mesh, Mesh) else mesh
    textures = traced.mesh.textures
    _expect_shared("texture_shape", texture_shape[0], traced.mesh)
    offsets = pyramid_offsets(texture_shape)
    # Coarser levels would mix textures that lie one below the other.
    shapes = [shape for shape in pyramid_shapes(texture_shape) if shape[0] % textures == 0]
    levels: list[wp.array] = [
        wp.array(list(values), dtype=wp.int32, device=traced.device)
        for values in ([h for h, _ in shapes], [w for _, w in shapes], offsets[: len(shapes)])
    ]
    drawn: Drawn | None = None
    if method == "auto" and traced.device == "cpu":
        drawn = Drawn.of(screen_triangles(camera, traced.vertices, traced.triangles))
    rays = _rays(camera, traced.ball, traced.ball, cast=drawn is None)
    shield = ray_kernels.Rays()
    if traced.shield is not None:
        shield = _rays(camera, traced.shield, traced.ball, cast=drawn is None)
    rows_at_once = max(1, BAND_ENTRIES // (camera.width * 4 * subsamples**2))
    parts = [
        Band(camera.width, top, min(rows_at_once, camera.height - top), subsamples)
        for top in range(0, camera.height, rows_at_once)
    ]
    bands = [
        gather_band(traced.body, rays, shield, drawn, levels, part, traced.device) for part in parts
    ]
    columns, weights, counts, hits, cosines = (
        np.concatenate(lists) for lists in zip(*bands, strict=True)
    )
    indptr = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=indptr[1:])
    shape = (camera.height, camera.width)
    return ViewMap(
        SamplingMap(offsets[-1], indptr, columns, weights.astype(np.float64)),
        (hits / subsamples**2).reshape(shape),
        (cosines / np.maximum(hits, 1)).reshape(shape),
    )


def _rays(camera: Camera, ball: Ball, body: Ball, cast: bool) -> ray_kernels.Rays:
    """The camera's rays in a ball's space, starting at clip_start or just before the ball: a
    distant camera then costs no precision. ``cast``: there are hits to be found in it."""
    frame = ray_frame(camera)
    origin = frame.origin.copy()
    origin[:, 2] -= ball.centre
    first, last = _depths(camera, ball)
    start = (origin + first * frame.direction) / ball.radius
    rays = ray_kernels.Rays()
    rays.start_x, rays.start_y, rays.start = (wp.vec3(*column) for column in start.T)
    rays.along_x, rays.along_y, rays.along = (wp.vec3(*column) for column in frame.direction.T)
    rays.reach = max(last - first, 0.0) / ball.radius
    rays.offset = (_depths(camera, body)[0] - first) / ball.radius
    rays.ratio = body.radius / ball.radius
    if cast:
        with _building:  # once, whichever thread comes first
            rays.mesh = ball.hierarchy.id
    return rays


def _depths(camera: Camera, ball: Ball) -> tuple[float, float]:
    """The depths from which to which a ball is seen."""
    # Depth −(V·P)_z is also the parameter of the rays; the ball lies within middle ± spread.
    row = -view_matrix(camera)[2]
    middle = float(row[:3] @ ball.centre + row[3])
    spread = 1.01 * ball.radius * float(np.linalg.norm(row[:3]))
    return max(camera.clip_start, middle - spread), min(camera.clip_end, middle + spread)
