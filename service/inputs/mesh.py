"""From a recipe's mesh file, its base colour and its mask to what is painted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from geometry.errors import InputError
from geometry.mesh.mesh import make_occluders
from service.inputs.body import Body
from service.inputs.vertex_colours import coloured_base
from service.mesh_files.loading import LoadedMesh, load_mesh
from service.pictures.base_colour import read_base, read_mask

if TYPE_CHECKING:
    from service.recipe.recipe import Recipe


@dataclass(frozen=True, eq=False)
class MeshInputs:
    """What a recipe with a mesh file reads: the file, and what is painted of it."""

    loaded: LoadedMesh
    body: Body


def mesh_inputs(recipe: Recipe) -> MeshInputs:
    """The mesh, base colour and mask of a recipe from its files. Raises InputError as
    :mod:`service.mesh_files` and :mod:`service.pictures.base_colour` do, "no-mesh", or
    "missing-base" where the base colour is asked for and could not all be read."""
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
    return MeshInputs(loaded, Body(loaded.mesh, (), hiding, base, mask))
