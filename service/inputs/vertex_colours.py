"""Vertex colours as a base colour: painted over the UV layout."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from geometry.mesh.mesh import Mesh
from service.mesh_files.loading import LoadedMesh
from service.pictures.base_colour import fitted_stack
from service.pictures.look import to_linear, to_srgb

_MARGIN = 16  # texels around UV islands that have the colour of the nearest border


def coloured_base(
    base: NDArray[np.uint8] | None, loaded: LoadedMesh, size: int
) -> NDArray[np.uint8] | None:
    """The base colour of a mesh's looks, ``base`` as
    :func:`service.pictures.base_colour.read_base` gives it, with the mesh's vertex colours: they
    tint pictures, and stand in the place of flat colours. Its textures are ``size`` texels wide and
    high where no look has a picture."""
    colours = loaded.corner_colours
    if colours is None:
        return base
    parts, textures = loaded.painted, loaded.mesh.textures
    shape = (textures * size, size)
    if base is not None and any(part.look.image is not None for part in parts):
        shape = (base.shape[0], base.shape[1])
    below = np.full((*shape, 4), 255, np.uint8)
    if base is not None:
        below = fitted_stack(base, shape, textures)
    drawn = drawn_colours(loaded.mesh, colours, shape)
    blocks = []
    stacks = (np.split(stack, textures) for stack in (below, drawn))
    for part, under, over in zip(parts, *stacks, strict=True):
        if part.look.image is None:
            blocks.append(over)
        else:
            blocks.append(under if part.colours is None else _multiplied(under, over))
    return np.concatenate(blocks)


def drawn_colours(
    mesh: Mesh, colours: NDArray[np.uint8], shape: tuple[int, int]
) -> NDArray[np.uint8]:
    """Colours of a mesh's corners, (F, 3, 4) uint8 sRGB with alpha, as a picture of its textures,
    (rows of all, columns, 4) uint8 sRGB. Between corners light is mixed, not sRGB; around the UV
    islands is the colour of their borders, and farther away each texture's mean."""
    from geometry.mesh.surface import uv_surface  # Warp: half a second

    values = to_linear(colours / 255)
    values[..., 3] = colours[..., 3] / 255
    corners = np.arange(3 * len(values), dtype=np.int32).reshape(-1, 3)
    drawn = np.ones((*shape, 4))
    for channels in (slice(0, 3),) if colours[..., 3].min() == 255 else (slice(0, 3), slice(1, 4)):
        # colours take the place of points: what is found on the surface is the colour there
        own = dataclasses.replace(
            mesh, vertices=values[..., channels].reshape(-1, 3), triangles=corners
        )
        found = uv_surface(own, shape[1], shape[0], _MARGIN)
        drawn[..., channels] = found.position
    tall = shape[0] // mesh.textures
    for texture in range(mesh.textures):
        block = np.s_[texture * tall : (texture + 1) * tall]
        inside = found.triangle[block] >= 0
        if inside.any():
            drawn[block][~inside] = drawn[block][inside].mean(axis=0)
    drawn[..., :3] = to_srgb(drawn[..., :3].clip(0, 1))
    return np.rint(255 * drawn.clip(0, 1)).astype(np.uint8)


def _multiplied(picture: NDArray[np.uint8], tint: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Two pictures (H, W, 4) uint8 sRGB, multiplied in linear light."""
    light = to_linear(picture / 255) * to_linear(tint / 255)
    product = to_srgb(light)
    product[..., 3] = (picture[..., 3] / 255) * (tint[..., 3] / 255)
    return np.rint(255 * product).astype(np.uint8)
