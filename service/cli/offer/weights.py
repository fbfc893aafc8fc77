"""``service weights``: the numbers that pretrained networks consist of, and where they lie."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer
from rich.table import Table

from geometry.errors import InputError
from geometry.printable import printable
from service.cli import options
from service.cli.terminal import cell, console
from service.networks import NETWORKS, find_network
from service.tables.network_info import NetworkInfo
from service.whole_files import reason

weights_app = typer.Typer(
    name="weights",
    help="Get the weights of pretrained networks, or remove them.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Name = Annotated[
    str, typer.Argument(metavar="NAME", help="Of the network: see 'service weights list'.")
]


@weights_app.command("list")
def show(as_json: options.AsJson = False) -> None:
    """List the networks, and where their weights lie."""
    rows = [_row(info) for info in NETWORKS.values()]
    if as_json:
        print(json.dumps(rows, indent=1))
        return
    table = Table("network", "what it is", "weights")
    for row, info in zip(rows, NETWORKS.values(), strict=True):
        inside = f"in the package {info.weights.package}"
        missing = f"not at hand: service weights get {info.name}"
        where = row["file"] or (inside if row["available"] else missing)
        table.add_row(*map(cell, (info.name, info.title, where)))
    console().print(table)


@weights_app.command()
def get(name: Name) -> None:
    """Download the weights of a network, unless they are at hand and whole."""
    weights = find_network(name).weights
    download = weights.download
    if download is None:
        print(printable(f"{name} comes with the package {weights.package}: nothing to get"))
        return
    if (file := download.file()) is not None:
        try:
            weights.load()
            print(printable(file))
            return
        except InputError as error:
            print(error.message)
    print(f"getting the weights of {name}: {download.megabytes} MB ...", flush=True)
    print(printable(download.get()))


@weights_app.command()
def remove(name: Name) -> None:
    """Delete the weights of a network: they can be downloaded again."""
    weights = find_network(name).weights
    download = weights.download
    if download is None:
        raise InputError(
            "bad-weights",
            "NAME",
            f"The weights of {name} are a part of the package {weights.package}.",
            "Only downloaded ones can be removed: see 'service weights list'.",
        )
    if download.file() is None:
        print(printable(f"there are no weights of {name}"))
    while (file := download.file()) is not None:
        try:
            file.unlink()
        except OSError as error:
            raise InputError(
                "bad-weights", "NAME", f"{file} cannot be removed: {reason(error)}."
            ) from None
        print(printable(f"removed {file}"))


def _row(info: NetworkInfo) -> dict[str, Any]:
    download = info.weights.download
    file = None if download is None else download.file()
    return {
        "name": info.name,
        "title": info.title,
        "available": info.weights.at_hand,
        "megabytes": None if download is None else download.megabytes,
        "file": None if file is None else str(file),
    }
