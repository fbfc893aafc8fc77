"""From a recipe, and what it reads or comes with, to its scene: what is painted and seen, resolved
and checked. Pure data."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geometry.catalogue import find_colouring, find_group
from geometry.errors import InputError
from geometry.mesh.mesh import make_mesh, make_occluders
from geometry.seeing.cameras import camera_from_fields
from service.inputs.body import Body
from service.inputs.styles import load_motif, pictures_matched
from service.pictures.base_colour import read_given
from service.recipe.recipe import Recipe
from service.spaces import SPACES
from service.spaces.space import Scene

MAX_TEXTURES = 64  # of a mesh from the wire


def check_symmetry(recipe: Recipe) -> None:
    """Whether there is the recipe's group for its target, and the group has its colour rule. Raises
    InputError as :func:`make_scene`."""
    find_colouring(find_group(recipe.group, SPACES[recipe.target].groups), recipe.colouring)


def make_scene(recipe: Recipe, body: Body | None = None) -> Scene:
    """The scene of a recipe; ``body``: of the target "mesh", what is painted.

    Raises InputError: "missing-mesh", "unknown-group", "wrong-space", "unknown-colouring",
    "impossible-colouring", "bad-folds", "bad-cell", "bad-torus-map", "bad-value",
    "too-large".
    """
    return SPACES[recipe.target].scene(recipe, body)


def given_base(recipe: Recipe) -> NDArray[np.uint8] | None:
    """The picture that a recipe names as what was before, (H, W, 4) uint8 of any size, a single
    texel for a flat colour; None if it names none. Raises InputError: "missing-file", "bad-image",
    "bad-value"."""
    return None if recipe.base is None else read_given(recipe.base)


def read_scene(recipe: Recipe) -> Scene:
    """The scene of a recipe that paints no mesh, with what it reads from files. Raises InputError
    as :func:`make_scene`, :meth:`Scene.on_base`, :func:`given_base`, and
    :func:`service.inputs.styles.load_motif`."""
    scene = make_scene(recipe).on_base(recipe, given_base(recipe))
    return scene.with_motif(recipe, load_motif(recipe))


def wire_scene(
    recipe: Recipe, cameras: Sequence[Mapping[str, Any]], buffers: Mapping[str, NDArray]
) -> Scene:
    """The scene of a submitted job. Raises InputError for bad meshes, cameras and symmetries, and
    as :func:`service.inputs.styles.pictures_matched`."""
    scene = _wire_scene(recipe, cameras, buffers)
    return dataclasses.replace(scene, pictures=pictures_matched(recipe, buffers))


def _wire_scene(
    recipe: Recipe, cameras: Sequence[Mapping[str, Any]], buffers: Mapping[str, NDArray]
) -> Scene:
    space = SPACES[recipe.target]
    if not space.needs_body:
        base = _buffer_picture(buffers, "base", 4) if "base" in space.fields else None
        scene = make_scene(recipe).on_base(recipe, base)
        return scene.with_motif(recipe, load_motif(recipe, buffers))
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
    body = Body(
        mesh,
        tuple(camera_from_fields(camera) for camera in cameras),
        occluders,
        _buffer_picture(buffers, "base", 4),
        _buffer_picture(buffers, "mask", 1),
    )
    return make_scene(recipe, body)


def _buffer_picture(
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
