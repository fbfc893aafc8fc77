"""What a camera sees of a mesh, as a sparse matrix from the texels of a mip pyramid to pixels.

Nothing but the texture changes while a job paints, so a view is worked out once. Each pixel casts
subsamples² rays; every hit reads one level of the pyramid bilinearly (REPEAT), and the taps of
all its rays are merged into the pixel's row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import warp as wp
from numpy.typing import NDArray

from geometry import kernels, view_kernels
from geometry.cameras import Camera, projection_matrix, ray_frame, view_matrix
from geometry.errors import InputError
from geometry.mesh import Mesh
from geometry.pyramid import pyramid_offsets, pyramid_shapes
from geometry.sampling import SamplingMap

MAX_SUBSAMPLES = 16
FAR_OFF = 8.0  # half pictures from the middle, beyond which float32 pixels get too coarse
BAND_ENTRIES = 2**22  # entries (8 bytes each) of the working buffer, which bounds the memory


@dataclass(frozen=True, eq=False)
class TracedMesh:
    """A mesh on a device, ready for rays; make one with :func:`trace_ready` to share it between
    views. The surface is moved and scaled into the unit ball: float32 then serves any scene.

    planes: 4 vectors per triangle, its first corner, unit normal, and the gradients of u and v
    over its plane. layout: 3 pairs per triangle, (u, v) of the first corner and the least and
    greatest u and v.
    """

    mesh: Mesh
    surface: wp.Mesh
    planes: wp.array
    layout: wp.array
    centre: NDArray[np.float64]
    radius: float
    device: str


@dataclass(frozen=True, eq=False)
class ViewMap:
    """One view of a texture.

    sampling: rows are the camera's pixels (row-major, top row first), columns the texels of the
    packed pyramid (:mod:`geometry.pyramid`), ascending within a row; a row sums to the pixel's
    coverage. coverage: (H, W) float64 in 0..1, the part of the pixel that the mesh fills.
    cosine: (H, W) float64 in 0..1, mean |cos| of the angle between the surface's normal and the
    view ray, over what is seen (0 where nothing is).
    """

    sampling: SamplingMap
    coverage: NDArray[np.float64]
    cosine: NDArray[np.float64]


def trace_ready(mesh: Mesh, device: str = "cpu") -> TracedMesh:
    """Upload a mesh to a device ("cpu", "cuda:0") and build its ray hierarchy."""
    kernels.load(device, kernels.__name__, view_kernels.__name__)
    low, high = mesh.vertices.min(axis=0), mesh.vertices.max(axis=0)
    centre = (low + high) / 2
    radius = float(np.linalg.norm(mesh.vertices - centre, axis=1).max())
    vertices = (mesh.vertices - centre) / radius
    surface = wp.Mesh(
        points=wp.array(vertices, dtype=wp.vec3, device=device),
        indices=wp.array(mesh.triangles.ravel(), dtype=wp.int32, device=device),
    )
    planes: wp.array = wp.array(
        _planes(vertices[mesh.triangles], mesh.uvs).reshape(-1, 3), dtype=wp.vec3, device=device
    )
    boxes = np.stack([mesh.uvs[:, 0], mesh.uvs.min(axis=1), mesh.uvs.max(axis=1)], axis=1)
    layout: wp.array = wp.array(boxes.reshape(-1, 2), dtype=wp.vec2, device=device)
    return TracedMesh(mesh, surface, planes, layout, centre, radius, device)


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

    The nearest surface is seen, from either side. Every sub-sample reads the level
    floor(log2(max(minor / 3, major / subsamples))), at least 0 and at most the last, where major
    and minor are the axes in texels of the pixel's footprint on the texture ("adap3"). A texel
    of that level is then at most a third of the footprint's minor axis or the spacing of the
    sub-samples, whichever is more: little blur, and no gaps of two texels between samples.
    ``device`` counts for a plain Mesh; a TracedMesh has its own. ``method`` "auto"
    rasterises on the CPU where that is exact; "rays" never does (rays serve every other case).

    Safe to call from several threads, which then run at once. The result is the same every time.
    Raises InputError: "texture-bad-size", "view-bad-subsamples" (outside 1..16).
    """
    if not 1 <= subsamples <= MAX_SUBSAMPLES:
        raise InputError(
            "view-bad-subsamples", "subsamples", f"Must be from 1 to {MAX_SUBSAMPLES}."
        )
    shapes, offsets = pyramid_shapes(texture_shape), pyramid_offsets(texture_shape)
    traced = trace_ready(mesh, device) if isinstance(mesh, Mesh) else mesh
    levels: list[wp.array] = [
        wp.array(list(values), dtype=wp.int32, device=traced.device)
        for values in ([h for h, _ in shapes], [w for _, w in shapes], offsets[:-1])
    ]
    screen: wp.array | None = None
    if method == "auto" and traced.device == "cpu":
        points = _screen_points(camera, traced.mesh.vertices)
        if points is not None:
            screen = wp.array(points, dtype=wp.vec3, device="cpu")
    rays = _rays(camera, traced)
    rows_at_once = max(1, BAND_ENTRIES // (camera.width * 4 * subsamples**2))
    bands = [
        _band(traced, rays, screen, levels, camera.width, top, rows, subsamples)
        for top in range(0, camera.height, rows_at_once)
        for rows in [min(rows_at_once, camera.height - top)]
    ]
    columns, weights, counts, hits, cosines = (
        np.concatenate(parts) for parts in zip(*bands, strict=True)
    )
    indptr = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=indptr[1:])
    shape = (camera.height, camera.width)
    return ViewMap(
        SamplingMap(offsets[-1], indptr, columns, weights.astype(np.float64)),
        (hits / subsamples**2).reshape(shape),
        (cosines / np.maximum(hits, 1)).reshape(shape),
    )


def _screen_points(camera: Camera, vertices: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """(V, 3): pixel x (right), pixel y (down) and a depth from 0 (nearest vertex) to 1 (farthest)
    that is affine over the picture: of 1/depth in perspective, of depth in parallel projection.

    None where rasterising would not be exact: a vertex outside the clip planes, or far outside
    the picture.
    """
    seen = np.column_stack([vertices, np.ones(len(vertices))]) @ view_matrix(camera).T
    depth = -seen[:, 2]
    if depth.min() <= camera.clip_start or depth.max() >= camera.clip_end:
        return None
    clip = seen @ projection_matrix(camera).T
    ndc = clip[:, :2] / clip[:, 3:]
    if np.abs(ndc).max() > FAR_OFF:
        return None
    affine = depth if camera.kind == "ORTHO" else -1 / depth
    span = float(np.ptp(affine)) or 1.0
    return np.column_stack(
        [
            (ndc[:, 0] + 1) / 2 * camera.width,
            (1 - ndc[:, 1]) / 2 * camera.height,
            (affine - affine.min()) / span,
        ]
    )


def _rays(camera: Camera, traced: TracedMesh) -> view_kernels.Rays:
    """The camera's rays in the traced mesh's unit-ball space, starting at clip_start or just
    before the ball: a distant camera then costs no precision."""
    frame = ray_frame(camera)
    origin = frame.origin.copy()
    origin[:, 2] -= traced.centre
    # Depth −(V·P)_z is also the parameter of the rays; the ball lies within middle ± spread.
    depth_row = -view_matrix(camera)[2]
    middle = float(depth_row[:3] @ traced.centre + depth_row[3])
    spread = 1.01 * traced.radius * float(np.linalg.norm(depth_row[:3]))
    first = max(camera.clip_start, middle - spread)
    last = min(camera.clip_end, middle + spread)
    start = (origin + first * frame.direction) / traced.radius
    rays = view_kernels.Rays()
    rays.start_x, rays.start_y, rays.start = (wp.vec3(*column) for column in start.T)
    rays.along_x, rays.along_y, rays.along = (wp.vec3(*column) for column in frame.direction.T)
    rays.reach = max(last - first, 0.0) / traced.radius
    return rays


def _band(
    traced: TracedMesh,
    rays: view_kernels.Rays,
    screen: wp.array | None,
    levels: list[wp.array],
    width: int,
    top: int,
    rows: int,
    subsamples: int,
) -> tuple[NDArray[np.generic], ...]:
    """(columns, weights) of all entries and (counts, hits, cosine sums) of the pixels of some
    rows of the picture. Every list has room for all the taps there can be."""
    device, pixels, capacity = traced.device, rows * width, 4 * subsamples**2
    keys = _depth_keys(traced, screen, width, top, rows, subsamples)
    columns = wp.empty(pixels * capacity, dtype=wp.int32, device=device)
    weights = wp.empty(pixels * capacity, dtype=wp.float32, device=device)
    counts = wp.empty(pixels, dtype=wp.int32, device=device)
    hits = wp.empty(pixels, dtype=wp.int32, device=device)
    cosines = wp.empty(pixels, dtype=wp.float32, device=device)
    wp.launch(
        view_kernels.gather_view,
        dim=pixels,
        inputs=[
            *(traced.surface.id, traced.planes, traced.layout, rays, *levels),
            *(top * width, width, subsamples, keys),
        ],
        outputs=[columns, weights, counts, hits, cosines],
        device=device,
    )
    counted = counts.numpy()
    ends = np.cumsum(counted, dtype=np.int64)
    packed_columns = wp.empty(int(ends[-1]), dtype=wp.int32, device=device)
    packed_weights = wp.empty(int(ends[-1]), dtype=wp.float32, device=device)
    wp.launch(
        view_kernels.compact,
        dim=pixels,
        inputs=[
            columns,
            weights,
            capacity,
            1 / subsamples**2,
            wp.array(ends, dtype=wp.int64, device=device),
        ],
        outputs=[packed_columns, packed_weights],
        device=device,
    )
    found = (packed_columns, packed_weights, hits, cosines)
    columns_out, weights_out, hits_out, cosines_out = (array.numpy() for array in found)
    return columns_out, weights_out, counted, hits_out, cosines_out


def _depth_keys(
    traced: TracedMesh,
    screen: wp.array | None,
    width: int,
    top: int,
    rows: int,
    subsamples: int,
) -> wp.array:
    """The depth buffer of some rows of the picture; empty if rays are to be cast."""
    if screen is None:
        return wp.empty(0, dtype=wp.uint64, device=traced.device)
    samples = rows * width * subsamples**2
    keys = wp.full(samples, 2**64 - 1, dtype=wp.uint64, device=traced.device)
    wp.launch(
        kernels.rasterise,
        dim=len(traced.mesh.triangles),
        inputs=[screen, traced.surface.indices, width, top, rows, subsamples],
        outputs=[keys],
        device=traced.device,
    )
    return keys
