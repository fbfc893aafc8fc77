"""Recipes from files: JSON, changed by ``--set key=value``."""

from __future__ import annotations

import json
import math
import shlex
from collections.abc import Mapping, Sequence, Set
from pathlib import Path
from typing import Any

from geometry.errors import InputError
from service.mesh_files.references import referenced_files
from service.painting.steering import Adjustment, parse_steering
from service.recipe.about import About
from service.recipe.changes import set_value
from service.recipe.parsing import parse_about, parse_recipe
from service.recipe.recipe import Recipe
from service.reporting.receipt import SCHEMA

_MAX_BYTES = 1 << 24
_EXAMPLES = "'service recipes' lists examples."


def read_recipe(path: Path, changes: Sequence[str] = (), beside: Path | None = None) -> Recipe:
    """The recipe in a file, or in a receipt, with ``changes`` such as 'objective.style=2'.

    Its files are looked for beside the recipe, or in the folder ``beside``; those that ``changes``
    name, in the current folder, as a shell completes them. Raises InputError: "missing-file",
    "bad-recipe", "bad-value", "unknown-field".
    """
    data = _read(path)
    typed: set[str] = set()
    for change in changes:
        key, value = read_change(change)
        set_value(data, key, value, "--set")
        typed.add(key)
    recipe = parse_recipe(data)
    return with_absolute_files(recipe, beside or path.parent, typed)


def read_about(path: Path) -> About | None:
    """What a recipe's file says of itself. Raises InputError as :func:`read_recipe` does."""
    return parse_about(_read(path))


def is_receipt(path: Path) -> bool:
    """Whether a file is a receipt, not a recipe. Raises InputError as :func:`read_json` does."""
    return read_json(path).get("schema") == SCHEMA


def note_on_size(path: Path, recipe: Recipe) -> str | None:
    """What to say where a recipe is painted at another size than its file says; None if it is
    not."""
    data, of_receipt = read_json(path), is_receipt(path)
    fields = data["recipe"] if of_receipt else data
    before = fields.get("size", Recipe.model_fields["size"].default)
    if recipe.size == before:
        return None
    note = f"at {recipe.size} pixels this is another picture than at {before}"
    if recipe.size < before:
        return f"{note}."
    receipt = shlex.quote(str(path)) if of_receipt else "RECEIPT"
    return f"{note}; the same one larger: service enlarge {receipt} --size {recipe.size}"


def read_steering(path: Path, recipe: Recipe) -> tuple[Adjustment, ...]:
    """How the painting of a receipt was steered; nothing for a recipe. ``recipe``: what is painted
    now. Raises InputError as :func:`read_recipe` and
    :func:`service.painting.steering.parse_steering`."""
    return parse_steering(recipe, read_json(path).get("steering", []))


def with_absolute_files(recipe: Recipe, folder: Path, typed: Set[str] = frozenset()) -> Recipe:
    """The recipe with its files' names made absolute: a receipt of it can be run from anywhere.
    They are relative to ``folder``, those below a key that is ``typed``, such as 'styles.0', to the
    current one. Names of exemplars and colours stay."""
    from service.inputs.styles import exemplars

    def absolute(name: str, key: str) -> str:
        is_typed = any(f"{key}.".startswith(f"{one}.") for one in typed)
        return str(((Path() if is_typed else folder) / name).absolute())

    known = exemplars()

    def placed(name: str, key: str) -> str:
        return name if name in known else absolute(name, key)

    def matched(pictures: Mapping[str, str], key: str) -> dict[str, str]:
        return {step: placed(name, f"{key}.{step}") for step, name in pictures.items()}

    styles = tuple(
        style.model_copy(
            update={
                "source": placed(style.source, f"styles.{number}.source"),
                "prepare": style.prepare.model_copy(
                    update=matched(style.pictures_matched, f"styles.{number}.prepare")
                ),
            }
        )
        for number, style in enumerate(recipe.styles)
    )
    files: dict[str, Any] = {}
    if recipe.colours_of is not None:
        files["style_colours"] = placed(recipe.colours_of, "style_colours")
    if recipe.motif is not None:
        files["motif"] = placed(recipe.motif, "motif")
    if recipe.pictures_matched:
        named = matched(recipe.pictures_matched, "finishing")
        files["finishing"] = recipe.finishing.model_copy(update=named)
    for field in ("mesh", "base", "mask"):
        name = getattr(recipe, field)
        if name is not None and not name.startswith("#"):
            files[field] = absolute(name, field)
    return recipe.model_copy(update={"styles": styles, **files})


def files_read(recipe: Recipe) -> list[Path]:
    """The files that painting a recipe reads: those that it names, and that its mesh's file names
    in turn."""
    from service.inputs.styles import exemplars

    known = exemplars()
    sources = [*(style.source for style in recipe.styles), recipe.colours_of, recipe.motif]
    sources += recipe.pictures_matched.values()
    sources += [name for style in recipe.styles for name in style.pictures_matched.values()]
    found = [Path(source) for source in sources if source is not None and source not in known]
    if recipe.base is not None and not recipe.base.startswith("#"):
        found.append(Path(recipe.base))
    found += [Path(name) for name in (recipe.mask, recipe.mesh) if name is not None]
    return found if recipe.mesh is None else [*found, *referenced_files(Path(recipe.mesh))]


def _read(path: Path) -> dict[str, Any]:
    """The recipe's data in a file."""
    data: Any = read_json(path)
    if data.get("schema") == SCHEMA:
        if data.get("repainted") is not None:
            raise InputError(
                "bad-recipe",
                "recipe",
                f"{path} is of a picture that was repainted in part: it cannot make all of it.",
                "Run the receipt of the picture before.",
            )
        if (enlarged := data.get("enlarged")) is not None:
            raise InputError(
                "bad-recipe",
                "recipe",
                f"{path} is of a picture that was enlarged: by itself it would make another one.",
                f"To make it again: {enlarged['command']}"
                if isinstance(enlarged, dict) and "command" in enlarged
                else "Run the receipt of the picture before.",
            )
        data = data.get("recipe")
    if not isinstance(data, dict):
        raise _no_object(path)
    return data


def read_json(path: Path) -> dict[str, Any]:
    """The JSON object in a file of a recipe or a receipt. Raises InputError: "missing-file",
    "bad-recipe"."""
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise InputError("bad-recipe", "recipe", f"{path} is too large to be a recipe.")
        text = path.read_text(encoding="utf-8-sig")
        data = json.loads(text, parse_float=_finite, parse_constant=_finite)
    except FileNotFoundError:
        raise InputError(
            "missing-file",
            "recipe",
            f"There is no file {path}.",
            "'service recipes' lists examples.",
        ) from None
    except json.JSONDecodeError as error:
        raise InputError(
            "bad-recipe",
            "recipe",
            f"{path} is not JSON: {error.msg} in line {error.lineno}.",
            "Mend it there.",
        ) from None
    except (OSError, ValueError, RecursionError):
        receipt = path.with_suffix(".json") if path.name else path
        is_other = receipt != path and receipt.is_file()
        hint = f"Give its receipt, {receipt}." if is_other else _EXAMPLES
        raise InputError(
            "bad-recipe", "recipe", f"{path} cannot be read as JSON text.", hint
        ) from None
    if not isinstance(data, dict):
        raise _no_object(path)
    return data


def _finite(text: str) -> float:
    """A number of JSON: it has no NaN and no infinity, and no receipt could be written of them."""
    if not math.isfinite(number := float(text)):
        raise ValueError(text)
    return number


def _no_object(path: Path) -> InputError:
    return InputError("bad-recipe", "recipe", f"{path} holds no JSON object.", _EXAMPLES)


def read_change(change: str) -> tuple[str, Any]:
    """Key and value of 'key=value'. The value is JSON, or text where it is not. Raises
    InputError("bad-value")."""
    key, equals, text = change.partition("=")
    if not equals or not key:
        raise InputError(
            "bad-value", "--set", f"'{change}' is not key=value.", "Write --set objective.style=2."
        )
    try:
        return key, json.loads(text)
    except ValueError:
        return key, text
