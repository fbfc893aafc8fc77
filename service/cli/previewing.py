"""``service preview``: check, apply the symmetry, write the picture."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console

from geometry.catalogue import find_group
from service.advice import advice
from service.cli.options import recipe_data
from service.inputs import read_picture
from service.preview import preview
from service.recipe import parse_recipe
from service.reporting.delivery import deliver, destination
from service.scene import TARGET_OF_SPACE, make_scene

_SIZE = 512


def preview_to(
    group: str, given: Mapping[str, Any], picture: Path | None, output: Path, console: Console
) -> None:
    """Write the preview of a group in a layout. Raises InputError."""
    found = find_group(group)
    target = TARGET_OF_SPACE[found.space.name]
    recipe = parse_recipe(recipe_data(target, {"size": _SIZE, **given, "group": found.name}))
    scene = make_scene(recipe)
    place = destination(output)
    pixels = None if picture is None else read_picture(picture)
    deliver(place, preview(scene, recipe.size, recipe.seed, pixels))
    hint = advice(scene.group, scene.colouring)
    console.out(f"{output}  {found.name}: {found.title}" + (f"\n{hint}" if hint else ""))
