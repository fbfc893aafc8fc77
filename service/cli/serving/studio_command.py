"""``service studio``: its options; the work is in :mod:`service.studio`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from geometry.errors import InputError
from service.cli import options
from service.runs.folders import RUNS


def studio(
    address: Annotated[
        str | None,
        typer.Option(
            "--address",
            metavar="ADDRESS",
            help="Where the service listens. Left out: the one that runs on this machine, else a "
            "private one.",
        ),
    ] = None,
    key: options.Key = None,
    data: options.DataFolder = None,
    runs: Annotated[
        Path,
        typer.Option(
            "--runs", metavar="DIR", help="What its gallery shows, besides jobs of this machine."
        ),
    ] = Path(RUNS),
    port: Annotated[
        int, typer.Option("--port", metavar="N", help="Of the page; 0 is any free one.")
    ] = 0,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the page in the browser.")
    ] = True,
) -> None:
    """Paint in the browser: a page of this machine alone, whose address is printed. Ctrl-C ends it;
    jobs of a private service go on when it is started again."""
    if not 0 <= port < 65536:
        raise InputError("bad-value", "port", f"{port} is not a port.", "Give 0 to 65535.")
    from service.cli.stopping import interrupt_on_hangup
    from service.serving.jobs.archive import default_folder
    from service.studio.open_studio import Shown, open_studio, service_at

    place = data or default_folder()
    with interrupt_on_hangup(), service_at(address, key, place) as connect:
        shown = Shown((runs,) if address else (runs, place))
        open_studio(connect, shown, port, lambda where: print(where, flush=True), browser)
