"""From the buffers of a job on the wire to what is painted."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geometry.errors import InputError
from geometry.mesh.mesh import make_mesh, make_occluders
from geometry.seeing.cameras import camera_from_fields
from service.inputs.body import Body

MAX_TEXTURES = 64  # of a mesh


def body_of(cameras: Sequence[Mapping[str, Any]], buffers: Mapping[str, NDArray]) -> Body:
    """The mesh of a job, and what lies around it. Raises InputError for bad meshes, pictures and
    cameras."""
    needed = ["vertices", "triangles"]
    hiding = ["occluder_vertices", "occluder_triangles"]
    hidden = any(name in buffers for name in hiding)
    for name in needed + hiding * hidden:
        if name not in buffers:
            raise InputError(
                "missing-buffer", name, "A mesh job needs this buffer.", "See docs/protocol.md."
            )
    textures = buffers.get("face_textures")
    if textures is not None and not 0 <= textures.min() <= textures.max() < MAX_TEXTURES:
        raise InputError(
            "mesh-bad-index", "face_textures", f"Not numbers from 0 to {MAX_TEXTURES - 1}."
        )
    mesh = make_mesh(buffers["vertices"], buffers["triangles"], buffers.get("uvs"), textures)
    occluders = make_occluders(*(buffers[name] for name in hiding)) if hidden else None
    return Body(
        mesh,
        tuple(camera_from_fields(camera) for camera in cameras),
        occluders,
        buffer_picture(buffers, "base", 4),
        buffer_picture(buffers, "mask", 1),
    )


def buffer_picture(
    buffers: Mapping[str, NDArray], name: str, channels: int
) -> NDArray[np.uint8] | None:
    """A picture from the wire, (H, W, channels) uint8, (H, W) for one channel; None without."""
    if name not in buffers:
        return None
    pixels = buffers[name]
    shape = pixels.shape if channels == 1 else pixels.shape[:-1]
    expected = channels * math.prod(shape)
    if len(shape) != 2 or pixels.dtype != np.uint8 or not 0 < pixels.size == expected:
        wanted = "(H, W)" if channels == 1 else f"(H, W, {channels})"
        raise InputError("bad-image", name, f"Buffer '{name}' is not {wanted} uint8.")
    return pixels
