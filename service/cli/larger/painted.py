"""What lies beside the receipt of a painting, from which it can go on."""

from __future__ import annotations

import dataclasses
import hashlib
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from geometry.errors import InputError
from service.cli.recipe_file import read_json, with_absolute_files
from service.inputs.styles import load_styles
from service.painting.kept import Paint
from service.painting.steering import parse_steering, steered
from service.recipe.parsing import parse_recipe
from service.recipe.recipe import Recipe
from service.reporting.delivery import paint_file
from service.reporting.receipt import SCHEMA, file_sha256
from service.spaces import SPACES


class _File(BaseModel):
    """A file that was read or written, as a receipt tells of it."""

    source: str | None = None
    file: str | None = None
    sha256: str | None = None
    command: str | None = None


class _About(BaseModel):
    """What a receipt says of the files around a painting."""

    paint: _File | None = None
    weights: _File | None = None
    mesh: _File | None = None
    styles: list[_File] = []
    enlarged: _File | None = None
    repainted: dict[str, Any] | None = None
    steering: list[Any] = []


def read_painted(path: Path) -> tuple[Recipe, Paint, Path | None]:
    """Of the painting of a receipt: its recipe as it was at the end, its paint, and the file of its
    network's weights, if one was named.

    Raises InputError: "no-paint" where none is kept beside the receipt, "damaged-paint" where
    another picture's is, "bad-recipe" where other files have changed, "bad-receipt" for what is no
    receipt of a painting; and as
    :func:`service.cli.recipe_file.read_recipe`."""
    if not path.exists():
        message, hint = f"There is no file {path}.", "Check its name."
        raise InputError("missing-file", "receipt", message, hint)
    data = read_json(path)
    if data.get("schema") != SCHEMA:
        raise InputError(
            "no-paint",
            "receipt",
            f"{path} is not a receipt: nothing is painted yet.",
            f"Paint it: service run {shlex.quote(str(path))}",
        )
    about = _about(path, data)
    recipe = with_absolute_files(parse_recipe(data.get("recipe")), path.parent)
    recipe = steered(recipe, [a.changes for a in parse_steering(recipe, about.steering)])
    file = paint_file(path)
    if about.paint is None or not file.is_file():
        raise InputError(
            "no-paint",
            "receipt",
            f"The paint of {path} is not kept beside it, and only from there it can go on.",
            _how_to_get_paint(path, about),
        )
    content = file.read_bytes()
    if hashlib.sha256(content).hexdigest() != about.paint.sha256:
        raise InputError(
            "damaged-paint",
            "receipt",
            f"{file} is not the paint of {path}: another picture's, or damaged.",
            _how_to_get_paint(path, about),
        )
    if _names_buffers(recipe):
        raise InputError(
            "bad-recipe",
            "receipt",
            f"What was painted by {path} was sent to a service, and is in no file.",
            "Let the service do it: service enlarge JOB.",
        )
    _check_files(recipe, about)
    paint = dataclasses.replace(Paint.from_bytes(content), source=str(path.absolute()))
    weights = None if about.weights is None else about.weights.file
    return recipe, paint, None if weights is None else Path(weights)


def _about(path: Path, data: Mapping[str, Any]) -> _About:
    try:
        return _About.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"]))
        message = f"{path} says of '{field}' what no receipt does."
        raise InputError("bad-receipt", field, message, "Paint it again.") from None


def _names_buffers(recipe: Recipe) -> bool:
    sources = [*(style.source for style in recipe.styles), recipe.colours_of, recipe.motif]
    is_sent = SPACES[recipe.target].needs_body and recipe.mesh is None
    return is_sent or any(Path(source).name.startswith("buffer:") for source in sources if source)


def _check_files(recipe: Recipe, about: _About) -> None:
    """Whether the files that were painted from are what they were: with others it would become
    another picture."""
    found = {style.source: style.sha256 for style in load_styles(recipe)}
    known = {style.source: style.sha256 for style in about.styles}
    if recipe.mesh is not None and Path(recipe.mesh).is_file():  # else painting says so
        found[recipe.mesh] = file_sha256(Path(recipe.mesh))
        known[recipe.mesh] = None if about.mesh is None else about.mesh.sha256
    for name, digest in found.items():
        if known.get(name, digest) != digest:
            raise InputError(
                "bad-recipe",
                "receipt",
                f"{name} was changed since this was painted.",
                "Put the older file back, or paint anew.",
            )


def _how_to_get_paint(path: Path, about: _About) -> str:
    if about.enlarged is not None:
        return f"Make it again: {about.enlarged.command}"
    if about.repainted is not None:
        return "Where a service painted it, give its job instead: service enlarge JOB."
    again = f"service run {shlex.quote(str(path))} -o out"
    return f"Paint it again, {again}, and enlarge {Path('out') / path.name}."
