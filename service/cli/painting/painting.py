"""A recipe painted from the command line, whatever it is of."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from service.cli.painting.extras import Extras
from service.cli.painting.mesh import paint_mesh_to
from service.cli.painting.picture import paint_picture_to
from service.recipe.recipe import Recipe
from service.spaces import SPACES


def paint_to(recipe: Recipe, picture: Path, console: Console, extras: Extras) -> None:
    """Paint a recipe into ``picture``, with all that goes beside it. Ctrl-C finishes with the best
    so far; a second one aborts. Raises InputError, for all that can be known beforehand before
    anything is painted."""
    needs_body = SPACES[recipe.target].needs_body
    (paint_mesh_to if needs_body else paint_picture_to)(recipe, picture, console, extras)
