"""From the outside to a scene: style pictures from exemplars, files or wire buffers, meshes from
files or wire messages, cameras from wire messages."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geometry.errors import InputError, excerpt, unknown_name
from geometry.mesh.mesh import make_mesh, make_occluders
from geometry.seeing.cameras import camera_from_fields
from service.base_colour import read_base, read_given, read_mask
from service.mesh_files import LoadedMesh, load_mesh
from service.model import Model
from service.picture_files import over_white, read_picture
from service.recipe import Recipe
from service.scene import StylePicture, make_scene
from service.spaces import SPACES
from service.spaces.space import Scene
from service.vertex_colours import coloured_base

MAX_PIXELS = 64_000_000  # of a style picture: a guard against decompression bombs
MAX_ASPECT = 8  # of a style picture: longer ones would be enlarged beyond all memory
MAX_TEXTURES = 64  # of a mesh from the wire
_BUFFER = "buffer:"
_SHOWN = 200  # characters of a file's name in an error


def exemplars() -> tuple[str, ...]:
    """Names of the style exemplars that the project ships."""
    folder = files("recipes") / "exemplars"
    return tuple(sorted(f.name[:-4] for f in folder.iterdir() if f.name.endswith(".png")))


def exemplar_file(name: str) -> Traversable:
    """The picture of an exemplar."""
    return files("recipes") / "exemplars" / f"{name}.png"


def load_styles(
    recipe: Recipe, buffers: Mapping[str, NDArray] | None = None
) -> tuple[StylePicture, ...]:
    """The style pictures of a recipe.

    With ``buffers`` (a job from the wire) sources are exemplars or 'buffer:NAME', never files of
    this machine. Raises InputError: "unknown-style", "missing-file", "bad-image".
    """
    colours = None
    if (source := recipe.colours_of) is not None:
        colours = StylePicture.of(source, _pixels(source, buffers, "style_colours"))
    return tuple(
        StylePicture.of(
            style.source,
            checked_form(_pixels(style.source, buffers), style.source),
            style.weight,
            colours,
        )
        for style in recipe.styles
    )


def given_base(recipe: Recipe) -> NDArray[np.uint8] | None:
    """The picture that a recipe names as what was before, (H, W, 4) uint8 of any size, a single
    texel for a flat colour; None if it names none. Raises InputError: "missing-file", "bad-image",
    "bad-value"."""
    return None if recipe.base is None else read_given(recipe.base)


def read_scene(recipe: Recipe) -> Scene:
    """The scene of a recipe that paints no mesh, with what it reads from files. Raises InputError
    as :func:`service.scene.make_scene`, :meth:`Scene.on_base`, :func:`given_base`."""
    return make_scene(recipe).on_base(recipe, given_base(recipe))


def wire_scene(
    recipe: Recipe, cameras: Sequence[Mapping[str, Any]], buffers: Mapping[str, NDArray]
) -> Scene:
    """The scene of a submitted job. Raises InputError for bad meshes, cameras and symmetries."""
    space = SPACES[recipe.target]
    if not space.needs_body:
        base = _buffer_picture(buffers, "base", 4) if "base" in space.fields else None
        return make_scene(recipe).on_base(recipe, base)
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
    body = Model(
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


@dataclass(frozen=True, eq=False)
class MeshInputs:
    """What a recipe with a mesh file reads: the file, and what is painted of it."""

    loaded: LoadedMesh
    body: Model


def mesh_inputs(recipe: Recipe) -> MeshInputs:
    """The mesh, base colour and mask of a recipe from its files. Raises InputError as
    :mod:`service.mesh_files` and :mod:`service.base_colour` do, "no-mesh", or "missing-base" where
    the base colour is asked for and could not all be read."""
    if recipe.mesh is None:
        raise InputError(
            "no-mesh", "mesh", "A mesh recipe names no mesh file.", "Add --set mesh=FILE."
        )
    loaded = load_mesh(Path(recipe.mesh), recipe.unwrap, recipe.material)
    wants = recipe.wants_base(recipe.mask is not None)
    if recipe.base is None and wants is not None and loaded.unread:
        raise InputError(
            "missing-base",
            wants,
            f"The base colour is not all there: {loaded.unread[0]}",
            "Mend that, or give a picture with --base.",
        )
    looks = [part.look for part in loaded.painted]
    hiding = make_occluders(*loaded.hiding()) if loaded.others else None
    base = read_base(recipe.base, looks)
    if recipe.base is None:
        base = coloured_base(base, loaded, recipe.size)
    mask = read_mask(recipe.mask, looks)
    return MeshInputs(loaded, Model(loaded.mesh, (), hiding, base, mask))


def _pixels(
    source: str, buffers: Mapping[str, NDArray] | None, field: str = "styles"
) -> NDArray[np.uint8]:
    if source.startswith(_BUFFER):
        name = source.removeprefix(_BUFFER)
        if buffers is None or name not in buffers:
            raise InputError("unknown-style", field, f"There is no buffer '{excerpt(name)}'.")
        pixels = buffers[name]
        if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8 or not pixels.size:
            raise InputError(
                "bad-image", field, f"Buffer '{excerpt(name)}' is not (H, W, 3) uint8."
            )
        return pixels
    if source in exemplars():
        return over_white(read_picture(exemplar_file(source).read_bytes(), "style", source))
    if buffers is not None:
        raise unknown_name("unknown-style", field, source, exemplars())
    return read_style_file(Path(source), "style" if field == "styles" else field)


def read_style_file(path: Path, field: str = "style") -> NDArray[np.uint8]:
    """A style's file as (H, W, 3) uint8 sRGB, over white. Raises InputError:
    "missing-file" with the exemplars that may be meant, "bad-image"."""
    try:
        return over_white(read_picture(path, field, limit=MAX_PIXELS))
    except InputError as refused:
        if refused.code != "missing-file":
            raise
        hint = unknown_name("missing-file", field, str(path), exemplars()).hint
        raise InputError("missing-file", field, refused.message, hint) from None


def checked_form(pixels: NDArray[np.uint8], name: str, field: str = "style") -> NDArray[np.uint8]:
    """A picture (H, W, 3) that a network can look at. Raises InputError("bad-image") for one that
    is tiny or very long; ``name``: what messages call it."""
    if min(pixels.shape[:2]) < 16:
        raise InputError(
            "bad-image", field, f"{excerpt(name, _SHOWN)} is smaller than 16 × 16 pixels."
        )
    if max(pixels.shape[:2]) > MAX_ASPECT * min(pixels.shape[:2]):
        raise InputError(
            "bad-image",
            field,
            f"{excerpt(name, _SHOWN)} is over {MAX_ASPECT} times as long as wide.",
            "Crop it.",
        )
    return pixels
