"""``service submit``, ``jobs``, ``watch``, ``adjust``, ``repaint``, ``pause``, ``resume``,
``cancel``, ``forget``: a service's jobs on the command line, whoever submitted them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from geometry.errors import InputError
from geometry.printable import printable
from service.cli import options
from service.cli.terminal import cell, console, progress_console
from service.serving.protocol.wire import DEFAULT_ADDRESS

if TYPE_CHECKING:
    from service.serving.client import Client


def add_job_commands(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in (submit, jobs, watch, adjust, repaint, pause, resume, cancel, forget):
        app.command()(command)


def submit(
    recipe: options.RecipeFile,
    set_: options.Changes = None,
    address: options.Address = DEFAULT_ADDRESS,
    key: options.Key = None,
) -> None:
    """Let a service paint a recipe: sends it with its files, prints the new job's name."""
    from service.cli.catalogue import find_recipe
    from service.cli.serving.orders import read_order

    order = read_order(find_recipe(recipe), set_ or ())
    if order.recipe.unwrap:
        raise InputError(
            "bad-recipe",
            "unwrap",
            "Of a new UV map only the texture would come back.",
            "Use 'service run' or 'service batch', which write the mesh with it.",
        )
    for sentence in order.unread:
        sys.stderr.write(f"note: {sentence}\n")
    with open_client(address, key) as client:
        print(client.submit(order.wire, order.buffers))


def jobs(
    address: options.Address = DEFAULT_ADDRESS,
    key: options.Key = None,
    as_json: options.AsJson = False,
) -> None:
    """List the jobs of a service, oldest first."""
    with open_client(address, key) as client:
        found = client.jobs()
    if as_json:
        print(json.dumps(found, indent=1))
        return
    table = Table(box=None, pad_edge=False)
    for title in ("job", "state", "step", "what", "size", "age"):
        table.add_column(title, no_wrap=title in ("job", "state"))  # names are to be copied
    for job in found:
        steps = "" if job["step"] is None else f"{job['step']}/{job['steps']}"
        what = f"{job['target']} {job['group']}"
        words = (job["job"], job["state"], steps, what, str(job["size"]), _age(job["age"]))
        table.add_row(*map(cell, words))
    console().print(table)


def watch(
    job: options.JobName,
    output: Annotated[
        Path | None, options.output("FILE", "Keep its texture, its receipt and its paint: a .png.")
    ] = None,
    address: options.Address = DEFAULT_ADDRESS,
    key: options.Key = None,
) -> None:
    """Follow a job to its end. Ctrl-C stops watching; the job goes on."""
    from service.cli.serving.watching import follow
    from service.reporting.delivery import deliver, destination
    from service.reporting.overwriting import FilesRead

    inputs = FilesRead([] if key is None else [key])
    place = None if output is None else destination(output, inputs)
    with open_client(address, key) as client:
        try:
            frame = follow(client, job, progress_console(), to_the_end=place is not None)
        except KeyboardInterrupt:
            sys.stderr.write("\nThe job goes on.\n")
            raise
        if frame.error is not None:
            for line in client.attach(job)["log"]:
                print(f"| {printable(line)}", file=sys.stderr)
            raise InputError(**frame.error)
        if place is not None:
            picture, receipt, paint = client.result_with_paint(job)
            deliver(place, picture, receipt, paint=paint)
            print(printable(f"{place.picture}  {place.receipt}"))


def adjust(
    job: options.JobName,
    set_: Annotated[
        list[str],
        typer.Option(
            "--set", metavar="KEY=VALUE", help="Change the recipe, as in objective.style=2."
        ),
    ],
    address: options.Address = DEFAULT_ADDRESS,
    key: options.Key = None,
) -> None:
    """Change a job's recipe while it is painted: objective, styles.N.weight,
    dreams.N.weight, colouring, style_scale, learning_rate, views, quality, steps."""
    from service.cli.recipe_file import read_change

    changes = dict(map(read_change, set_))
    tell(job, address, key, lambda client: client.adjust(job, changes))


def repaint(
    job: options.JobName,
    mask: Annotated[
        Path,
        typer.Option(
            "--mask", metavar="FILE", help="A picture like the texture: white is painted anew."
        ),
    ],
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Another seed than before.")],
    address: options.Address = DEFAULT_ADDRESS,
    key: options.Key = None,
) -> None:
    """Paint a region of a job's picture anew and keep the rest: prints the new job's name."""
    from service.pictures.files import as_coverage, read_picture

    region = as_coverage(read_picture(mask, "mask"))
    with open_client(address, key) as client:
        print(client.repaint(job, region, seed))


def pause(
    job: options.JobName, address: options.Address = DEFAULT_ADDRESS, key: options.Key = None
) -> None:
    """Let a job rest; what is painted is kept."""
    tell(job, address, key, lambda client: client.pause(job))


def resume(
    job: options.JobName, address: options.Address = DEFAULT_ADDRESS, key: options.Key = None
) -> None:
    """Go on with a job that was paused or has failed."""
    tell(job, address, key, lambda client: client.resume(job))


def cancel(
    job: options.JobName, address: options.Address = DEFAULT_ADDRESS, key: options.Key = None
) -> None:
    """End a job without a result."""
    tell(job, address, key, lambda client: client.cancel(job))


def forget(
    job: options.JobName, address: options.Address = DEFAULT_ADDRESS, key: options.Key = None
) -> None:
    """Delete a job that has ended, with its texture."""
    with open_client(address, key) as client:
        client.forget(job)
    print(printable(f"{job}  forgotten"))


def tell(job: str, address: str, key: Path | None, words: Callable[[Client], object]) -> None:
    """Say what is to become of a job, and print what it is then: one that has ended stays so."""
    with open_client(address, key) as client:
        words(client)
        print(printable(f"{job}  {client.attach(job)['state']}"))


def open_client(address: str, key: Path | None) -> Client:
    """A conversation with the service at an address."""
    from service.serving.client import Client

    return Client(address, timeout=5.0, key=key)


def _age(seconds: float) -> str:
    """Seconds in the largest unit that fits: 40 s, 3 min, 5 h, 2 d."""
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"
