"""``service keys``: who may use a service that others can reach."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geometry.printable import printable
from service.cli import options

if TYPE_CHECKING:
    from service.serving.keys import KeyFolder

keys_app = typer.Typer(
    name="keys",
    help="Say who may use a service that other machines can reach.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
KeysOption = Annotated[
    Path | None,
    typer.Option(
        "--keys", metavar="DIR", help="The folder of keys. Left out: one in the user's settings."
    ),
]
Name = Annotated[str, typer.Argument(metavar="NAME", help="Of the client.")]


def _folder(keys: Path | None) -> KeyFolder:
    from service.serving.keys import KeyFolder, default_folder

    return KeyFolder(keys or default_folder())


@keys_app.command("new")
def make(name: Name, keys: KeysOption = None) -> None:
    """Make a key for a client and allow it; a service that runs needs no restart."""
    path = _folder(keys).new(name)
    print(printable(path))
    print("Move this file to the client, over a safe way: whoever has it is let in.")


@keys_app.command("list")
def show(
    keys: KeysOption = None,
    as_json: options.AsJson = False,
) -> None:
    """List the clients that are allowed, with their public keys."""
    allowed = _folder(keys).allowed()
    if as_json:
        print(json.dumps([asdict(key) for key in allowed], indent=1))
        return
    for key in allowed:
        print(printable(f"{key.name}  {key.public}  {key.made}"))


@keys_app.command()
def revoke(name: Name, keys: KeysOption = None) -> None:
    """Take a client's key off the list: a service that runs stops listening to it."""
    _folder(keys).revoke(name)
    print(printable(f"{name} is not let in any more."))
