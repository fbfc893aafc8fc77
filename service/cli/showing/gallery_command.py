"""``service gallery``: its options; the work is in :mod:`service.gallery`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from service.cli import options
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
        Path, options.output("DIR", "The site's folder: a new one, or an older site.")
    ] = Path("site"),
    title: Annotated[
        str, typer.Option("--title", metavar="TEXT", help="What the site is called.")
    ] = "Gallery",
    serve: Annotated[
        bool,
        typer.Option(
            "--serve",
            help="Write no site: open the studio at the gallery, which shows what is painted "
            "meanwhile, too.",
        ),
    ] = False,
) -> None:
    """Make a web site of runs: recipes with their newest pictures, a page for every run, two side
    by side, a contact sheet. Nothing in it is loaded from elsewhere: open index.html, or put the
    folder on any web server."""
    if serve:
        _serve(runs, title)
        return
    from service.gallery.found import find_runs
    from service.gallery.site import build_site

    screen = progress_console()
    found, skipped = find_runs(runs)
    for sentence in skipped:
        screen.out(f"skipped: {sentence}", highlight=False)
    build_site(found, output, title)
    count = f"{len(found)} run{'' if len(found) == 1 else 's'}"
    screen.out(f"{output / 'index.html'}  {count}", highlight=False)


def _serve(runs: Path, title: str) -> None:
    from service.cli.stopping import interrupt_on_hangup
    from service.serving.jobs.archive import default_folder
    from service.studio.open_studio import Shown, open_studio, service_at

    jobs = default_folder()
    with interrupt_on_hangup(), service_at(None, None, jobs) as connect:
        shown = Shown((runs, jobs), title, first=True)
        open_studio(connect, shown, 0, lambda where: print(where, flush=True), True)
