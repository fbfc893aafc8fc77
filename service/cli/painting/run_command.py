"""``service run``: a recipe painted into a folder."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Annotated

import typer

from service.cli import options
from service.cli.terminal import progress_console
from service.runs.folders import unless_empty


def run(
    recipe: options.RecipeFile,
    set_: options.Changes = None,
    edit: Annotated[
        bool,
        typer.Option("--edit", help="Change the recipe in your editor ($VISUAL or $EDITOR) first."),
    ] = False,
    weights: options.Weights = None,
    device: options.Device = None,
    output: Annotated[
        Path | None,
        options.output(
            "DIR",
            "Folder for picture and receipt, and no report. Left out: a new one, "
            "runs/NAME/TIME-ID/, with a report that grows meanwhile: report.html.",
        ),
    ] = None,
    dpi: options.Dpi = None,
    figure: options.FigureToo = False,
) -> None:
    """Paint a recipe of the catalogue, or from a file."""
    from service.cli.catalogue import find_recipe
    from service.cli.editing import edit_recipe
    from service.cli.painting.extras import Extras
    from service.cli.painting.painting import paint_to
    from service.cli.painting.runs import run_of
    from service.cli.recipe_file import note_on_size, read_recipe, read_steering

    recipe = source = find_recipe(recipe)
    if output is not None:
        kept, folder, picture = None, output, output / f"{recipe.stem}.png"
    else:
        kept = run_of(recipe)
        folder, picture = kept.folder, kept.picture()
    with contextlib.nullcontext() if kept is None else unless_empty(folder):
        if edit:
            source = folder / f"{recipe.stem}.edited.json"
            found = edit_recipe(recipe, set_ or (), source)
        else:
            found = read_recipe(recipe, set_ or ())
        extras = Extras(
            weights=weights,
            device=device,
            steering=read_steering(source, found),
            read=[recipe],
            dpi=dpi,
            figure=figure,
            run=kept,
        )
        screen = progress_console()
        if (note := note_on_size(source, found)) is not None:
            screen.out(f"note: {note}", highlight=False)
        paint_to(found, picture, screen, extras)
