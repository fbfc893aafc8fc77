"""A painted mesh as a solid to print."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from geometry.errors import InputError
from geometry.mesh.mesh import Mesh
from geometry.solid.body import Body
from geometry.solid.mesh_relief import Relief, fine_surface, finished_mesh, with_relief
from geometry.spaces import Array
from service.mesh_files.loading import LoadedMesh, load_mesh
from service.pictures.files import over_white, read_picture
from service.recipe.recipe import Recipe
from service.reporting.receipt import file_sha256
from service.solids.order import Order


def relief(mesh: Mesh, up: str, textures: list[NDArray[np.uint8]], order: Order) -> Body:
    """The body of a mesh that is as high as ``order.mm`` along the axis ``up``, "Y" or "Z", with a
    relief of its textures, (H, W, 3) sRGB each. Raises InputError as
    :mod:`geometry.solid.mesh_relief` does, and "bad-value"."""
    tall = float(np.ptp(mesh.vertices[:, 1 if up == "Y" else 2]))
    if tall <= 0:
        raise InputError("mesh-open", "mesh", "The mesh is flat.", "Give it a thickness.")
    order.check(float(mesh.areas.sum()) * (order.mm / tall) ** 2)
    heights = None
    if order.heights is not None:
        if mesh.textures > 1:
            raise InputError(
                "bad-value",
                "heights",
                f"One picture cannot be the heights of {mesh.textures} textures.",
                "Leave out --heights, or join the materials.",
            )
        heights = [over_white(read_picture(order.heights, "heights"))]

    def read(places: Array) -> Array:
        own = None if heights is None else _looked_up(heights, places)
        return order.with_height(_looked_up(textures, places), own)

    surface = fine_surface(mesh, order.mm, order.detail, up)
    wanted = Relief(order.depth, order.raised)
    body, around = with_relief(surface, read, order.mm, wanted)
    return finished_mesh(body, around, wanted, order.cuts).on_the_bed()


def read_mesh(
    recipe: Recipe, receipt: Mapping[str, Any], file: Path | None
) -> tuple[LoadedMesh, Path]:
    """The mesh of a receipt, as it was painted, and its file; ``file``: where it lies now. Raises
    InputError "bad-value" where no mesh was painted or its file has changed, "no-mesh" where none
    is known, and as :func:`service.mesh_files.loading.load_mesh`."""
    if recipe.target != "mesh":
        raise InputError(
            "bad-value",
            "receipt",
            "Reliefs are made of painted meshes.",
            "Paint one: service mesh FILE. A painting of the sphere is carved by service orb.",
        )
    path = file if file is not None or recipe.mesh is None else Path(recipe.mesh)
    if path is None:
        raise InputError(
            "no-mesh",
            "mesh",
            "The mesh was sent to a service, and its file is not known.",
            "Name it: service relief RECEIPT MESH.",
        )
    loaded = load_mesh(path, recipe.unwrap, recipe.material)
    if file is None:
        about = receipt.get("mesh")
        if not isinstance(about, dict) or file_sha256(path) != about.get("sha256"):
            raise InputError(
                "bad-value",
                "mesh",
                f"{path} was changed since it was painted.",
                "Put the older file back, or name one with the same UV map: "
                "service relief RECEIPT MESH.",
            )
    return loaded, path


def texture_files(receipt: Mapping[str, Any], folder: Path, count: int) -> list[Path]:
    """The files of a receipt's textures, in the folder where it lies. Raises
    InputError("bad-receipt") unless there are ``count``."""
    try:
        names = [str(texture["file"]) for texture in receipt["mesh"]["textures"]]
    except (KeyError, TypeError):
        names = []
    if len(names) != count:
        raise InputError(
            "bad-receipt",
            "mesh",
            f"The receipt names {len(names)} textures, the mesh has {count}.",
            "Give the mesh that was painted.",
        )
    return [folder / Path(name).name for name in names]


def _looked_up(textures: list[NDArray[np.uint8]], places: Array) -> Array:
    """Colours (n, 3), 0..255, at u, v and the number of the texture, (n, 3); textures repeat."""
    colours = np.zeros((len(places), 3))
    number = np.rint(places[:, 2]).astype(np.int64)
    for k, texture in enumerate(textures):
        own = np.flatnonzero(number == k)
        rows, columns = texture.shape[:2]
        place = np.stack([(1 - places[own, 1]) * rows, places[own, 0] * columns]) - 0.5
        for channel in range(3):
            colours[own, channel] = ndimage.map_coordinates(
                texture[..., channel], place, float, order=1, mode="grid-wrap"
            )
    return colours
