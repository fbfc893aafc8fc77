"""``service finish``: its options; the work is in :mod:`service.cli.finishing.anew`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from geometry.errors import InputError
from service.cli import options
from service.cli.recipe_data import read_step
from service.cli.serving.jobs import tell
from service.cli.terminal import progress_console
from service.finishing import STEPS
from service.serving.protocol.wire import DEFAULT_ADDRESS

Steps = Annotated[
    list[str] | None,
    options.steps(
        f"A step and its value, as in sharpen=0.5. Steps: {', '.join(STEPS)}; their ranges "
        "are those of finishing in 'service settings'. Other steps stay as the receipt says."
    ),
]
Bits = Annotated[
    int | None,
    typer.Option(
        "--bits",
        metavar="8|16",
        help="Bits of each channel, 16 in PNG and TIFF files; default: as many as it had.",
        rich_help_panel=options.OUTPUT,
    ),
]
Output = Annotated[
    Path | None,
    options.output("FILE", "The picture's file; default: NAME-finished.png beside the receipt."),
]


def finish(
    what: options.ReceiptOrJob,
    set_: Steps = None,
    bits: Bits = None,
    output: Output = None,
    dpi: options.Dpi = None,
    figure: options.FigureToo = False,
    separations: Annotated[
        bool,
        typer.Option(
            "--separations",
            help="Of a picture in inks: a grey picture for each, NAME_ink1.png and so on, black "
            "where it prints.",
            rich_help_panel=options.OUTPUT,
        ),
    ] = False,
    address: options.Address = DEFAULT_ADDRESS,
    key: options.Key = None,
) -> None:
    """Change contrast, colours, sharpness or inks of a painting, which keeps its symmetry: its
    picture is made anew from the kept paint, and nothing is painted. Of a job that is being
    painted: end it with the best so far."""
    receipt = Path(what)
    if receipt.suffix.lower() == ".json" or receipt.exists():
        _check_is_receipt(receipt)
        from service.cli.finishing.anew import Wanted, finish_to

        steps = dict(read_step(step, "--set") for step in set_ or ())
        wanted = Wanted(steps, bits, output, dpi, figure, separations)
        finish_to(receipt, wanted, progress_console())
        return
    if set_ or bits or output or separations:
        raise InputError(
            "missing-file",
            "receipt",
            f"There is no file {receipt}.",
            "Give the receipt of a painting, such as tile.json.",
        )
    tell(what, address, key, lambda client: client.finish(what))


def _check_is_receipt(receipt: Path) -> None:
    """Raises InputError for a picture that has no receipt beside it: it was not painted here."""
    from service.viewers.reading import PICTURES

    if receipt.suffix.lower() in PICTURES and not receipt.with_suffix(".json").is_file():
        raise InputError(
            "bad-recipe",
            "receipt",
            f"{receipt} is a picture without a receipt, and there is no paint to finish.",
            f"Change a photo with 'service style {receipt}'.",
        )
