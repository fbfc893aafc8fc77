"""A painting made larger from the command line: it goes on from the paint beside its receipt."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from rich.console import Console

from service.cli.larger.painted import read_painted
from service.cli.painting.extras import Extras
from service.cli.painting.painting import paint_to
from service.inputs.mesh import mesh_inputs
from service.recipe.parsing import parse_recipe
from service.reporting.delivery import paint_file
from service.spaces import SPACES
from service.spaces.mesh import check_enlarges


def enlarge_to(
    receipt: Path, size: int, picture: Path | None, console: Console, extras: Extras
) -> None:
    """Make the painting of a receipt ``size`` pixels wide, into ``picture``: by default
    NAME-SIZE.png beside it. The ``extras`` name a file for the network if it is not where it was.

    Raises InputError as :func:`service.cli.larger.painted.read_painted`, and as painting does.
    """
    recipe, paint, used = read_painted(receipt)
    larger = parse_recipe(recipe.model_dump(mode="json") | {"size": size})
    paint.check_grows(size, SPACES[recipe.target].largest)
    if recipe.mask is not None:
        base = mesh_inputs(recipe).body.base
        check_enlarges(None if base is None else base.shape[1], True, size)
    extras = dataclasses.replace(
        extras,
        weights=extras.weights or used,
        read=[receipt, paint_file(receipt)],
        before=paint,
    )
    paint_to(larger, picture or receipt.with_name(f"{receipt.stem}-{size}.png"), console, extras)
