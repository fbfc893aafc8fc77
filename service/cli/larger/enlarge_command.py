"""``service enlarge``: its options; the work is in :mod:`service.cli.larger.enlarge`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from service.cli import options
from service.cli.serving.jobs import open_client
from service.cli.terminal import progress_console
from service.serving.protocol.wire import DEFAULT_ADDRESS

Size = Annotated[
    int, typer.Option("--size", metavar="PIXELS", help="Width of the result in pixels.")
]
Output = Annotated[
    Path | None,
    options.output("FILE", "The picture's file; default: NAME-SIZE.png beside the receipt."),
]


def enlarge(
    what: options.ReceiptOrJob,
    size: Size,
    output: Output = None,
    dpi: options.Dpi = None,
    figure: options.FigureToo = False,
    weights: options.Weights = None,
    address: options.Address = DEFAULT_ADDRESS,
    key: options.Key = None,
) -> None:
    """Go on from a finished painting at a larger size: the same picture, with finer detail. Of a
    job: lets the service do it, and prints the new job's name."""
    receipt = Path(what)
    if receipt.suffix.lower() == ".json" or receipt.exists():
        from service.cli.larger.enlarge import enlarge_to
        from service.cli.painting.extras import Extras

        extras = Extras(weights=weights, dpi=dpi, figure=figure)
        enlarge_to(receipt, size, output, progress_console(), extras)
        return
    with open_client(address, key) as client:
        print(client.enlarge(what, size))
