"""``service batch``: its options and its last words; the work is in
:mod:`service.cli.serving.batch`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from geometry.printable import printable
from service.cli import options, terminal
from service.recipe.parts import QUALITIES


def batch(
    recipes: Annotated[
        list[str],
        typer.Argument(
            metavar="RECIPES", help="Recipes or receipts, JSON: files, folders, patterns."
        ),
    ],
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Change all recipes, as in seed=2."),
    ] = None,
    quality: Annotated[
        str | None,
        typer.Option("--quality", "-q", metavar="|".join(QUALITIES), help="Of all of them."),
    ] = None,
    output: Annotated[Path, options.output("DIR", "Folder for pictures and receipts.")] = Path(
        "out"
    ),
    engine: options.Engine = "local",
    ray_address: options.RayAddress = None,
    ray_gpus: options.RayGpus = None,
) -> None:
    """Paint many recipes. Ctrl-C stops; the same command goes on, also after a crash, and paints
    nothing again that is there."""
    from service.cli.serving.batch import paint_batch
    from service.serving.settings import Settings, check_engine

    check_engine(engine, ray_address, ray_gpus)
    settings = Settings(output, engine=engine, ray_address=ray_address, ray_gpus=ray_gpus)
    console = terminal.progress_console()
    changes = [*(set_ or ()), *([f"quality={quality}"] if quality else [])]
    tally = paint_batch(recipes, changes, output, settings, console)
    for name, error in tally.failed.items():
        sys.stderr.write(f"error: {printable(name)}: {printable(' '.join(str(error).split()))}\n")
    console.out(
        f"{output}: {len(tally.painted)} painted, {len(tally.there)} there already, "
        f"{len(tally.failed)} failed" + (f", {tally.left} left" if tally.left else ""),
        highlight=False,
    )
    if tally.failed or tally.left:
        raise typer.Exit(1)
