"""Orders: recipes on their way to a service, with their files turned into buffers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from service.cli.mesh_painting import as_wide_as_kept, described, files_read
from service.inputs import MeshInputs, exemplars, mesh_inputs, read_picture
from service.recipe import Recipe
from service.reporting.delivery import Destination, deliver, deliver_faces, destination
from service.reporting.mesh_delivery import MeshDestination, deliver_mesh, mesh_destination


@dataclass(frozen=True, eq=False)
class Order:
    """A recipe that can be submitted. recipe: as it was read; place: where its picture goes; wire:
    the recipe that names ``buffers`` instead of files; mesh: what its mesh file holds."""

    recipe: Recipe
    place: Destination | MeshDestination
    wire: Recipe
    buffers: dict[str, np.ndarray] = field(default_factory=dict)
    mesh: MeshInputs | None = None

    @property
    def pictures(self) -> tuple[Path, ...]:
        """The pictures that it becomes, and the receipt."""
        place = self.place
        pictures = place.textures if isinstance(place, MeshDestination) else (place.picture,)
        return (*pictures, place.receipt)

    @property
    def digest(self) -> str:
        """What tells it from other orders: another recipe, or other content of its files."""
        seen = hashlib.sha256(self.wire.model_dump_json().encode())
        for name, array in self.buffers.items():
            seen.update(json.dumps([name, array.dtype.str, array.shape]).encode())
            seen.update(np.ascontiguousarray(array).data)
        return seen.hexdigest()


def read_order(recipe: Recipe, picture: Path) -> Order:
    """The order of a recipe whose files can be read, checked as far as that is quick. Raises
    InputError as :mod:`service.inputs` and :mod:`service.reporting.delivery` do."""
    buffers: dict[str, np.ndarray] = {}
    styles = []
    for number, style in enumerate(recipe.styles):
        if style.source not in exemplars():
            buffers[f"style{number}"] = read_picture(Path(style.source))
            style = style.model_copy(update={"source": f"buffer:style{number}"})
        styles.append(style)
    wire = recipe.model_copy(update={"styles": tuple(styles)})
    if recipe.target != "mesh":
        return Order(recipe, destination(picture), wire, buffers)
    given = mesh_inputs(recipe)
    place = mesh_destination(picture, given.loaded.names, files_read(recipe))
    recipe = as_wide_as_kept(recipe, given.body)
    files = dict.fromkeys(("mesh", "material", "base", "mask"))
    wire = wire.model_copy(update={"size": recipe.size, "unwrap": False, **files})
    return Order(recipe, place, wire, buffers | _buffers(given), given)


def deliver_order(order: Order, picture: np.ndarray, receipt: Mapping[str, Any]) -> None:
    """Write what came of an order, as 'service run' does; of meshes all but the picture of what no
    view saw. Raises InputError("bad-output")."""
    styles = [
        {**style, "source": own.source}
        for style, own in zip(receipt["styles"], order.recipe.styles, strict=True)
    ]
    receipt = {**receipt, "recipe": order.recipe.model_dump(mode="json"), "styles": styles}
    if isinstance(order.place, MeshDestination):
        assert order.mesh is not None
        about = {"mesh": described(order.recipe, order.mesh, order.place)}
        deliver_mesh(order.place, order.mesh.loaded, picture, receipt | about)
        return
    deliver(order.place, picture, receipt)
    if order.recipe.projection == "cube":
        deliver_faces(order.place, picture)


def _buffers(given: MeshInputs) -> dict[str, np.ndarray]:
    """A mesh and what belongs to it, as docs/protocol.md names it."""
    body = given.body
    arrays: dict[str, np.ndarray | None] = {
        "vertices": body.mesh.vertices,
        "triangles": body.mesh.triangles,
        "uvs": body.mesh.uvs,
        "face_textures": body.mesh.texture if body.mesh.textures > 1 else None,
        "base": body.base,
        "mask": body.mask,
    }
    if body.occluders is not None:
        arrays["occluder_vertices"] = body.occluders.vertices
        arrays["occluder_triangles"] = body.occluders.triangles
    return {name: array for name, array in arrays.items() if array is not None}
