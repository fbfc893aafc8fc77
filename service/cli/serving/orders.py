"""Orders: recipes on their way to a service, with their files turned into buffers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from geometry.errors import InputError
from service.cli.painting.mesh import as_wide_as_kept, described
from service.cli.recipe_file import read_about, read_recipe, read_steering
from service.inputs.mesh import MeshInputs, mesh_inputs
from service.inputs.styles import exemplars, read_style_file
from service.painting.kept import Paint
from service.recipe.about import About
from service.recipe.recipe import AUTOMATIC, Recipe
from service.reporting.delivery import Destination, deliver, destination
from service.reporting.mesh_delivery import MeshDestination, deliver_mesh, mesh_destination
from service.reporting.overwriting import FilesRead
from service.scene import given_base
from service.spaces import SPACES


@dataclass(frozen=True, eq=False)
class Order:
    """A recipe that can be submitted. recipe: as it was read; wire: the recipe that names
    ``buffers`` instead of files; mesh: what its mesh file holds; about: what the recipe's file says
    of itself."""

    recipe: Recipe
    wire: Recipe
    buffers: dict[str, np.ndarray] = field(default_factory=dict)
    mesh: MeshInputs | None = None
    about: About | None = None

    @property
    def unread(self) -> tuple[str, ...]:
        """Sentences on what its mesh file says of colours and could not be read."""
        return () if self.mesh is None else self.mesh.loaded.unread

    @property
    def digest(self) -> str:
        """What tells it from other orders: another recipe, or other content of its files."""
        seen = hashlib.sha256(self.wire.model_dump_json().encode())
        for name, array in self.buffers.items():
            seen.update(json.dumps([name, array.dtype.str, array.shape]).encode())
            seen.update(np.ascontiguousarray(array).data)
        return seen.hexdigest()


def read_order(file: Path, changes: Sequence[str]) -> Order:
    """The order of a recipe whose files can be read, checked as far as that is quick. Raises
    InputError as :func:`service.cli.recipe_file.read_recipe` and :mod:`service.inputs` do."""
    recipe, about = read_recipe(file, changes), read_about(file)
    if read_steering(file, recipe):
        raise InputError(
            "bad-recipe",
            "recipe",
            "The painting of this receipt was adjusted on its way.",
            "Only 'service run' repeats that.",
        )
    buffers: dict[str, np.ndarray] = {}

    def sent(source: str, name: str, field: str) -> str:
        """What the wire's recipe names in place of a file, which becomes a buffer."""
        if source in exemplars():
            return source
        buffers[name] = read_style_file(Path(source), field)
        return f"buffer:{name}"

    styles = []
    for number, style in enumerate(recipe.styles):
        name = f"style{number}"
        matched = {
            step: sent(source, f"{name}_{step}", f"styles.{number}.prepare.{step}")
            for step, source in style.pictures_matched.items()
        }
        named = {
            "source": sent(style.source, name, "style"),
            "prepare": style.prepare.model_copy(update=matched),
        }
        styles.append(style.model_copy(update=named))
    wire = recipe.model_copy(update={"styles": tuple(styles)})
    if (colours := recipe.colours_of) is not None:
        source = sent(colours, "colours", "style_colours")
        wire = wire.model_copy(update={"style_colours": source})
    if recipe.motif is not None:
        wire = wire.model_copy(update={"motif": sent(recipe.motif, "motif", "motif")})
    if recipe.pictures_matched:
        matched = {
            step: sent(source, f"finishing_{step}", f"finishing.{step}")
            for step, source in recipe.pictures_matched.items()
        }
        finishing = recipe.finishing.model_copy(update=matched)
        wire = wire.model_copy(update={"finishing": finishing})
    if not SPACES[recipe.target].needs_body:
        if (base := given_base(recipe)) is not None:
            buffers["base"] = base
        return Order(recipe, wire.model_copy(update={"base": None}), buffers, about=about)
    given = mesh_inputs(recipe)
    recipe = as_wide_as_kept(recipe, given.body)
    files = dict.fromkeys(("mesh", "material", "base", "mask"))
    wire = wire.model_copy(update={"size": recipe.size, "unwrap": False, **files})
    return Order(recipe, wire, buffers | _buffers(given), given, about)


def place_of(order: Order, picture: Path, read: FilesRead) -> Destination | MeshDestination:
    """Where to write what comes of an order, its picture being named ``picture``, over nothing that
    is ``read``. Raises InputError("bad-output")."""
    if order.mesh is None:
        return destination(picture, read, order.recipe.projection == "cube")
    return mesh_destination(picture, order.mesh.loaded.names, read)


def is_delivered(place: Destination | MeshDestination) -> bool:
    """Whether pictures and receipt are there."""
    pictures = place.textures if isinstance(place, MeshDestination) else (place.picture,)
    return all(path.exists() for path in (*pictures, place.receipt))


def deliver_order(
    order: Order,
    place: Destination | MeshDestination,
    picture: np.ndarray,
    receipt: Mapping[str, Any],
    paint: Paint | None = None,
) -> None:
    """Write what came of an order, as 'service run' does; of meshes all but the picture of what no
    view saw. Raises InputError("bad-output")."""
    styles = [
        {**style, "source": own.source}
        for style, own in zip(receipt["styles"], order.recipe.styles, strict=True)
    ]
    chosen = {field: receipt["recipe"][field] for field in AUTOMATIC}
    recipe = order.recipe.model_copy(update=chosen)
    receipt = {**receipt, "recipe": recipe.model_dump(mode="json"), "styles": styles}
    if (colours := receipt.get("style_colours")) is not None:
        receipt["style_colours"] = {**colours, "source": order.recipe.colours_of}
    if order.about is not None:  # for the gallery
        receipt |= {"title": order.about.title, "about": order.about.text}
    if isinstance(place, MeshDestination):
        assert order.mesh is not None
        receipt["mesh"] = described(order.recipe, order.mesh, place)
        deliver_mesh(place, order.mesh.loaded, picture, receipt, paint=paint)
        return
    deliver(place, picture, receipt, paint=paint)


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
