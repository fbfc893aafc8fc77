"""``service gallery``: its options; the work is in :mod:`service.gallery`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from service.cli.terminal import progress_console
from service.runs.folders import RUNS


def gallery(
    runs: Annotated[
        Path,
        typer.Argument(
            metavar="RUNS",
            help="A folder of runs, or of pictures with their receipts; all below it are found.",
        ),
    ] = Path(RUNS),
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", metavar="DIR", help="The site's folder: a new one, or an older site."
        ),
    ] = Path("site"),
    title: Annotated[
        str, typer.Option("--title", metavar="TEXT", help="What the site is called.")
    ] = "Gallery",
) -> None:
    """Make a web site of runs: recipes with their newest pictures, a page for every run, two side
    by side, a contact sheet. Nothing in it is loaded from elsewhere: open index.html, or put the
    folder on any web server."""
    from service.gallery.found import find_runs
    from service.gallery.site import build_site

    screen = progress_console()
    found, skipped = find_runs(runs)
    for sentence in skipped:
        screen.out(f"skipped: {sentence}", highlight=False)
    build_site(found, output, title)
    count = f"{len(found)} run{'' if len(found) == 1 else 's'}"
    screen.out(f"{output / 'index.html'}  {count}", highlight=False)
