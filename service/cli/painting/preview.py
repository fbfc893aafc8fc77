"""``service preview``: check, apply the symmetry, write the picture."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console

from geometry.catalogue import find_group
from geometry.errors import InputError
from service.cli.painting.advice import hints
from service.cli.recipe_data import recipe_data
from service.colours import framed
from service.inputs.styles import StylePicture
from service.pictures.files import over_white, read_picture
from service.preview import plasma_colours, preview
from service.recipe.parsing import parse_recipe
from service.reporting.delivery import deliver, deliver_figure, destination
from service.reporting.overwriting import FilesRead
from service.scene import make_scene
from service.spaces import with_pictures
from service.spaces.space import LARGEST


def preview_to(
    given: Mapping[str, Any],
    picture: Path | None,
    output: Path,
    console: Console,
    figure: bool = False,
) -> None:
    """Write the preview of a group in a layout: ``given`` are fields of a recipe, the group among
    them. ``figure``: draw the symmetry over it, too. Raises InputError."""
    target = with_pictures()[find_group(given["group"]).space.name].target
    named = {} if picture is None else {"motif": str(picture)}
    recipe = parse_recipe(recipe_data(target, {**given, **named}))
    if recipe.size > LARGEST:  # all of it is made at once
        raise InputError(
            "bad-value", "size", f"Previews are {LARGEST} pixels wide at most.", "Choose less."
        )
    scene = make_scene(recipe)
    drawn = scene.design(recipe.size).figure() if figure else None
    read = FilesRead([] if picture is None else [picture])
    place = destination(output, read, figure=figure)
    pixels = None if picture is None else over_white(read_picture(picture, "picture"))
    colours = plasma_colours() if pixels is None else pixels
    scene = framed(scene, recipe, [StylePicture("picture", 1.0, colours, "")])
    shown = preview(scene, recipe.size, recipe.seed, pixels, recipe.motif_placement)
    deliver(place, shown)
    if drawn is not None:
        deliver_figure(place, drawn, shown)
    files = "  ".join(map(str, (output, *place.figure)))
    console.out(f"{files}  {scene.group.name}: {scene.group.title}", highlight=False)
    for hint in hints(scene.group, scene.colouring):
        console.out(f"advice: {hint}", highlight=False)
