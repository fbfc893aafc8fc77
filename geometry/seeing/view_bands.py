"""Views worked out some rows at a time, which bounds the memory that they need."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import warp as wp
from numpy.typing import NDArray

from geometry.seeing import raster_kernels, view_kernels
from geometry.seeing.clipping import ScreenTriangles
from geometry.seeing.ray_kernels import Body, Rays


class Drawn(NamedTuple):
    """Triangles of the picture on the CPU device."""

    screen: ScreenTriangles
    points: wp.array
    triangles: wp.array
    face: wp.array

    @classmethod
    def of(cls, screen: ScreenTriangles) -> Drawn:
        """Upload them."""
        return cls(
            screen,
            wp.array(screen.points, dtype=wp.vec3d, device="cpu"),
            wp.array(screen.triangles.ravel(), dtype=wp.int32, device="cpu"),
            wp.array(screen.face, dtype=wp.int32, device="cpu"),
        )


class Band(NamedTuple):
    """Some rows of a picture."""

    width: int
    top: int
    rows: int
    subsamples: int


def gather_band(
    body: Body,
    rays: Rays,
    shield: Rays,
    drawn: Drawn | None,
    levels: list[wp.array],
    band: Band,
    device: str,
) -> tuple[NDArray[np.generic], ...]:
    """(columns, weights) of all entries and (counts, hits, cosine sums) of the pixels of a band.
    Every list has room for all the taps there can be. ``drawn`` None: cast rays. ``levels``: rows,
    columns and offsets of the pyramid's levels."""
    subsamples, pixels = band.subsamples, band.rows * band.width
    capacity = 4 * subsamples**2
    if drawn is None:
        keys = wp.empty(0, dtype=wp.uint64, device=device)
    else:
        keys = _depth_keys(body, rays, drawn, band)
    columns = wp.empty(pixels * capacity, dtype=wp.int32, device=device)
    weights = wp.empty(pixels * capacity, dtype=wp.float32, device=device)
    counts = wp.empty(pixels, dtype=wp.int32, device=device)
    hits = wp.empty(pixels, dtype=wp.int32, device=device)
    cosines = wp.empty(pixels, dtype=wp.float32, device=device)
    wp.launch(
        view_kernels.gather_view,
        dim=pixels,
        inputs=[
            *(body, rays, shield, *levels),
            *(band.top * band.width, band.width, subsamples, keys),
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


def _depth_keys(body: Body, rays: Rays, drawn: Drawn, band: Band) -> wp.array:
    """The depth buffer of a band."""
    samples = band.rows * band.width * band.subsamples**2
    keys = wp.full(samples, 2**64 - 1, dtype=wp.uint64, device="cpu")
    screen = drawn.screen
    chosen = np.flatnonzero((screen.tops < band.top + band.rows) & (screen.bottoms > band.top))
    wp.launch(
        raster_kernels.rasterise,
        dim=len(chosen),
        inputs=[
            *(drawn.points, drawn.triangles, drawn.face),
            wp.array(chosen.astype(np.int32), dtype=wp.int32, device="cpu"),
            *(body, rays, *band),
        ],
        outputs=[keys],
        device="cpu",
    )
    return keys
