"""The commands and their options; what they do is in the modules beside this one."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

import service
from geometry.errors import InputError
from service.cli import listings, options
from service.serving.wire import DEFAULT_ADDRESS

app = typer.Typer(
    name="service",
    help="Paint exactly symmetric textures with a pretrained network.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
_OUTPUT = "The picture's file, ending in .png; its receipt is NAME.json beside it."
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


_PIPED_WIDTH = 160  # of tables that go to a file or another program


def _console() -> Console:
    console = Console()
    return console if console.is_terminal else Console(width=_PIPED_WIDTH)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"orbitex {service.__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option("--version", help="Print it.", callback=_print_version, is_eager=True),
    ] = False,
) -> None:
    pass


def _painting_command(target: str) -> Callable[..., None]:
    name = f"{target}.png"

    def command(
        group: options.Group,
        colouring: options.Colouring = None,
        style: options.Styles = None,
        size: options.Size = None,
        seed: options.Seed = None,
        quality: options.QualityPreset = None,
        steps: options.Steps = None,
        network: options.Network = None,
        weights: options.Weights = None,
        style_scale: options.StyleScale = None,
        views: options.Views = None,
        output: Annotated[
            Path, typer.Option("--output", "-o", metavar="FILE", help=_OUTPUT)
        ] = Path(name),
    ) -> None:
        from service.cli.painting import paint_to
        from service.cli.recipe_file import with_absolute_styles
        from service.recipe import parse_recipe

        given = {
            "group": group,
            "colouring": colouring,
            "size": size,
            "seed": seed,
            "quality": quality,
            "steps": steps,
            "network": network,
            "style_scale": style_scale,
            "views": views,
        }
        recipe = parse_recipe(options.recipe_data(target, given, style))
        paint_to(with_absolute_styles(recipe, Path.cwd()), output, weights, _console())

    return command


app.command("tile", help="Paint one period of a wallpaper pattern.")(_painting_command("tile"))
app.command("sphere", help="Paint a sphere's texture, equirectangular.")(
    _painting_command("sphere")
)


@app.command()
def run(
    recipe: Annotated[Path, typer.Argument(metavar="RECIPE", help="A recipe or a receipt, JSON.")],
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="KEY=VALUE", help="Change the recipe, as in objective.style=2."
        ),
    ] = None,
    weights: options.Weights = None,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="Folder for picture and receipt.")
    ] = Path("out"),
) -> None:
    """Paint a recipe from a file."""
    from service.cli.painting import paint_to
    from service.cli.recipe_file import read_recipe

    found = read_recipe(recipe, set_ or ())
    if found.target == "mesh":
        raise InputError(
            "no-mesh",
            "target",
            "A mesh comes from Blender, not from a recipe file, in this release.",
            "Paint it with the add-on, or use --set target=sphere.",
        )
    paint_to(found, output / f"{recipe.stem}.png", weights, _console())


@app.command()
def groups(
    space: Annotated[
        str | None,
        typer.Option("--space", metavar="|".join(listings.spaces()), help="Only of this space."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the symmetry groups."""
    listings.list_groups(space, as_json, _console())


@app.command()
def colourings(
    group: Annotated[str, typer.Argument(metavar="GROUP", help="A name from 'service groups'.")],
    as_json: AsJson = False,
) -> None:
    """List the colour rules of a group."""
    listings.list_colourings(group, as_json, _console())


@app.command()
def doctor() -> None:
    """Look at this machine: devices, networks, versions, port, disk."""
    from service.cli.doctor import run_doctor

    if not run_doctor(_console()):
        raise typer.Exit(1)


@app.command()
def serve(
    bind: Annotated[
        str, typer.Option("--bind", metavar="ADDRESS", help="Where to listen; port 0 is any free.")
    ] = DEFAULT_ADDRESS,
    idle_exit: Annotated[
        float | None,
        typer.Option(
            "--idle-exit", metavar="SECONDS", help="End after so long without client and job."
        ),
    ] = None,
) -> None:
    """Serve Blender and other clients until stopped."""
    if idle_exit is not None and not 0 < idle_exit < float("inf"):
        raise InputError("bad-value", "idle-exit", f"{idle_exit} is not a time.", "Give seconds.")
    from service.serving.server import serve as serve_forever

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    serve_forever(bind, idle_exit, lambda line: print(line, flush=True))
