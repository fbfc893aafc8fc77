"""``service channels``: its options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from geometry.errors import InputError
from service.cli import options
from service.cli.terminal import console, progress_console
from service.networks import AUTO, NETWORKS


def channels(
    picture: Annotated[
        Path | None, typer.Argument(metavar="PICTURE", help="What the channels shall describe.")
    ] = None,
    sheet: Annotated[
        str | None,
        typer.Option(
            "--sheet", metavar="LAYER", help="Instead of a picture: all channels of a layer."
        ),
    ] = None,
    range_: Annotated[
        str | None,
        typer.Option("--range", metavar="FIRST-LAST", help="With --sheet: only these, as in 0-63."),
    ] = None,
    network: Annotated[
        str,
        typer.Option("--network", metavar="|".join([AUTO, *NETWORKS]), help="The vision network."),
    ] = AUTO,
    layer: Annotated[
        str | None,
        typer.Option("--layer", metavar="LAYER", help="With a picture: only channels of this."),
    ] = None,
    count: Annotated[
        int, typer.Option("--count", metavar="N", help="With a picture: how many are listed.")
    ] = 12,
    size: Annotated[
        int, typer.Option("--size", metavar="PIXELS", help="Of each channel's picture, 32 to 256.")
    ] = 96,
    group: Annotated[
        str,
        typer.Option(
            "--group", "-g", metavar="NAME", help="Symmetry of each channel's picture: 'p4g'."
        ),
    ] = "p1",
    seed: Annotated[
        int, typer.Option("--seed", metavar="N", help="Another seed, other pictures.")
    ] = 0,
    weights: options.Weights = None,
    output: Annotated[
        Path | None,
        options.output(
            "FILE",
            "Paint small pictures of the channels into this .png; default: none of a "
            "picture's, channels.png of a layer's.",
        ),
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """List the channels of a network that describe a picture, as --dream takes them, or paint a
    contact sheet of a layer's."""
    from service.cli.offer.channels import Look, list_described, paint_sheet

    look = Look(size, group, seed)
    if (picture is None) == (sheet is None):
        raise InputError(
            "bad-value",
            "PICTURE",
            "Give either a picture or --sheet LAYER.",
            "As in 'service channels photo.jpg', or 'service channels --sheet fire8 -o sheet.png'.",
        )
    if picture is not None:
        list_described(picture, network, weights, layer, count, as_json, output, look, console())
    elif sheet is not None:
        place = output or Path("channels.png")
        paint_sheet(sheet, range_, network, weights, place, look, progress_console())
