"""A painting made larger from the command line: it goes on from the paint beside its receipt."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from service.cli.larger.painted import read_painted
from service.cli.painting.mesh import paint_mesh_to
from service.cli.painting.picture import paint_to
from service.recipe.parsing import parse_recipe
from service.reporting.delivery import paint_file
from service.spaces import SPACES


def enlarge_to(
    receipt: Path, size: int, picture: Path | None, weights: Path | None, console: Console
) -> None:
    """Make the painting of a receipt ``size`` pixels wide, into ``picture``: by default
    NAME-SIZE.png beside it. ``weights``: a file for the network, if it is not where it was.

    Raises InputError as :func:`service.cli.larger.painted.read_painted`, and as painting does.
    """
    recipe, paint, used = read_painted(receipt)
    larger = parse_recipe(recipe.model_dump(mode="json") | {"size": size})
    paint.check_grows(size)
    paint_larger = paint_mesh_to if SPACES[recipe.target].needs_body else paint_to
    paint_larger(
        larger,
        picture or receipt.with_name(f"{receipt.stem}-{size}.png"),
        weights or used,
        console,
        read=[receipt, paint_file(receipt)],
        larger_than=paint,
    )
