"""``service preview``: its options; the work is in :mod:`service.cli.painting.preview`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from service.cli import options
from service.cli.recipe_options import PREVIEW, with_options
from service.cli.terminal import progress_console


@with_options(PREVIEW)
def preview(
    group: options.GroupName,
    picture: Annotated[
        Path | None,
        typer.Option(
            "--picture",
            "--motif",
            "-p",
            metavar="FILE",
            help="A picture instead of plasma: what a painting with this motif starts from.",
        ),
    ] = None,
    size: Annotated[
        int, typer.Option("--size", metavar="PIXELS", help="Width of the picture.")
    ] = 512,
    output: Annotated[Path, options.output("FILE", "The picture's file: a .png.")] = Path(
        "preview.png"
    ),
    figure: options.FigureToo = False,
    **given: Any,
) -> None:
    """Show a symmetry at once, on plasma or on a picture: nothing is painted."""
    from service.cli.painting.preview import preview_to

    preview_to({"group": group, "size": size, **given}, picture, output, progress_console(), figure)
