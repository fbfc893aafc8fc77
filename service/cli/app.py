"""The commands and their options; what they do is in the modules beside this one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import service
from geometry.errors import InputError
from geometry.hyperbolic.groups import KINDS, tiling_group
from geometry.spiral.groups import spiral_group
from service import networks
from service.cli import options
from service.cli.offer import listings
from service.cli.offer.channels_command import channels
from service.cli.offer.weights import weights_app
from service.cli.serving.batch_command import batch
from service.cli.serving.jobs import add_job_commands
from service.cli.serving.keys import keys_app
from service.cli.serving.serve_command import serve
from service.cli.terminal import console, progress_console
from service.networks import NETWORKS
from service.reporting.loop import Film
from service.serving.protocol.wire import DEFAULT_ADDRESS
from service.spaces import SPACES, with_pictures
from service.spaces.space import Space

if TYPE_CHECKING:
    from service.recipe.recipe import Recipe

Command = Callable[..., None]

app = typer.Typer(
    name="service",
    help="Paint exactly symmetric textures with a pretrained network.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(keys_app)
app.add_typer(weights_app)
add_job_commands(app)
Output = Annotated[
    Path,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="The picture's file, ending in .png; its receipt is NAME.json beside it.",
    ),
]
MeshOutput = Annotated[
    Path,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="The texture's file, NAME.png; beside it lie NAME.glb, NAME_view1.png to "
        "NAME_view4.png, NAME_coverage.png and the receipt NAME.json. Of a mesh with several "
        "textures each is a NAME_MATERIAL.png.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


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


def _paint(
    target: str,
    given: dict[str, Any],
    dream_like: list[str] | None,
    weights: Path | None,
    output: Path,
    film: Film | None = None,
) -> None:
    from service.cli.painting.picture import paint_to

    recipe = _recipe(target, given, dream_like, weights)
    paint_to(recipe, output, weights, progress_console(), film)


def _recipe(
    target: str, given: dict[str, Any], dream_like: list[str] | None, weights: Path | None
) -> Recipe:
    from service.cli.recipe_file import with_absolute_files
    from service.recipe.parsing import parse_recipe

    data = options.recipe_data(target, given)
    if dream_like:
        from service.cli.offer.channels import dreams_like

        data |= dreams_like(dream_like, data, weights)
    return with_absolute_files(parse_recipe(data), Path.cwd())


def _plain(space: Space) -> Command:
    """The command of a space whose paintings need no more than a recipe's fields."""
    target = space.target

    @options.with_options(["group", *options.fields_of(target)])
    def paint(
        dream_like: options.DreamLike = None,
        weights: options.Weights = None,
        output: Output = Path(f"{target}.png"),
        **given: Any,
    ) -> None:
        _paint(target, given, dream_like, weights, output)

    return paint


@options.with_options(options.fields_of("hyperbolic"))
def _hyperbolic(
    p: Annotated[int | None, typer.Argument(metavar="P", help="Sides of a tile.")] = None,
    q: Annotated[int | None, typer.Argument(metavar="Q", help="Tiles around a vertex.")] = None,
    group: Annotated[
        str,
        typer.Option(
            "--group",
            "-g",
            metavar="|".join((*KINDS, "NAME")),
            help=" ".join(f"{name}: {title}." for name, title in KINDS.items())
            + " Without P and Q: any hyperbolic group's name.",
        ),
    ] = "rotations",
    dream_like: options.DreamLike = None,
    weights: options.Weights = None,
    output: Output = Path("hyperbolic.png"),
    **given: Any,
) -> None:
    fields = {"group": _hyperbolic_name(p, q, group), **given}
    _paint("hyperbolic", fields, dream_like, weights, output)


def _hyperbolic_name(p: int | None, q: int | None, group: str) -> str:
    """The name of the group of a kind of {p,q}, or ``group`` itself."""
    if p is not None and q is not None:
        return tiling_group(p, q, group).name
    if p is not None or group in KINDS:
        raise InputError(
            "missing-tiling",
            "P Q",
            "A tiling has two numbers.",
            "Give both, as in 'service hyperbolic 4 6', or the name of a group with --group.",
        )
    return group


@options.with_options(options.fields_of("spiral"))
def _spiral(
    arms: Annotated[int, typer.Option("--arms", metavar="N", help="Arms of the spiral.")] = 1,
    loop: Annotated[
        Path | None,
        typer.Option(
            "--loop", metavar="FILE", help="An endless zoom: .webp or .gif, or a folder for frames."
        ),
    ] = None,
    frames: Annotated[
        int, typer.Option("--frames", metavar="N", help="Of the loop, for one repetition.")
    ] = 48,
    fps: Annotated[float, typer.Option("--fps", metavar="X", help="Frames a second.")] = 24.0,
    dream_like: options.DreamLike = None,
    weights: options.Weights = None,
    output: Output = Path("spiral.png"),
    **given: Any,
) -> None:
    film = None if loop is None else Film(loop, frames, fps)
    fields = {"group": spiral_group(arms).name, **given}
    _paint("spiral", fields, dream_like, weights, output, film)


@options.with_options([field for field in options.fields_of("mesh") if field != "mesh"])
def _mesh(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="The mesh: OBJ, glTF, GLB, PLY or STL.")
    ],
    group: Annotated[
        str,
        typer.Option(
            "--group", "-g", metavar="NAME", help="The mesh's own symmetry, to paint it so."
        ),
    ] = "1",
    detect: Annotated[
        bool, typer.Option("--detect", help="List the symmetries that the mesh has; paint nothing.")
    ] = False,
    dream_like: options.DreamLike = None,
    weights: options.Weights = None,
    output: MeshOutput = Path("mesh.png"),
    **given: Any,
) -> None:
    from service.cli.painting.mesh import list_symmetries, paint_mesh_to

    if detect:
        list_symmetries(file, given.get("material"), console())
        return
    fields = {"group": group, "mesh": str(file), **given}
    recipe = _recipe("mesh", fields, dream_like, weights)
    paint_mesh_to(recipe, output, weights, progress_console())


_OWN: dict[str, Command] = {"hyperbolic": _hyperbolic, "spiral": _spiral, "mesh": _mesh}
for _space in SPACES.values():
    app.command(_space.target, help=_space.summary)(_OWN.get(_space.target) or _plain(_space))


@app.command("preview")
@options.with_options(options.PREVIEW)
def show(
    group: Annotated[str, typer.Argument(metavar="GROUP", help="A name from 'service groups'.")],
    picture: Annotated[
        Path | None,
        typer.Option("--picture", "-p", metavar="FILE", help="A picture instead of plasma."),
    ] = None,
    size: Annotated[
        int, typer.Option("--size", metavar="PIXELS", help="Width of the picture.")
    ] = 512,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="The picture's file: a .png.")
    ] = Path("preview.png"),
    **given: Any,
) -> None:
    """Show a symmetry at once, on plasma or on a picture: nothing is painted."""
    from service.cli.painting.preview import preview_to

    preview_to({"group": group, "size": size, **given}, picture, output, progress_console())


@app.command()
def run(
    recipe: options.RecipeFile,
    set_: options.Changes = None,
    weights: options.Weights = None,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="Folder for picture and receipt.")
    ] = Path("out"),
) -> None:
    """Paint a recipe from a file."""
    from service.cli.painting.mesh import paint_mesh_to
    from service.cli.painting.picture import paint_to
    from service.cli.recipe_file import read_recipe, read_steering

    found = read_recipe(recipe, set_ or ())
    steering = read_steering(recipe, found)
    paint_one = paint_mesh_to if SPACES[found.target].needs_body else paint_to
    picture = output / f"{recipe.stem}.png"
    paint_one(found, picture, weights, progress_console(), steering=steering, read=[recipe])


app.command()(batch)


@app.command()
def groups(
    space: Annotated[
        str | None,
        typer.Option("--space", metavar="|".join(with_pictures()), help="Only of this space."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the symmetry groups."""
    listings.list_groups(space, as_json, console())


@app.command()
def colourings(
    group: Annotated[str, typer.Argument(metavar="GROUP", help="A name from 'service groups'.")],
    style: Annotated[
        str | None,
        typer.Option("--style", "-s", help="In the colours of this style: an exemplar or a file."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the colour rules of a group."""
    listings.list_colourings(group, style, as_json, console())


@app.command()
def classes(
    part: Annotated[
        str, typer.Argument(metavar="TEXT", help="Only those whose names hold it.")
    ] = "",
    network: Annotated[
        str, typer.Option("--network", metavar="|".join(NETWORKS), help="The vision network.")
    ] = networks.EMBEDDED,
    as_json: AsJson = False,
) -> None:
    """List the classes that a network can dream of."""
    listings.list_classes(part, network, as_json, console())


app.command()(channels)


@app.command()
def doctor(
    data: options.DataFolder = None,
    keys: Annotated[
        Path | None,
        typer.Option(
            "--keys", metavar="DIR", help="The folder of keys; default: one in the user's settings."
        ),
    ] = None,
    address: Annotated[
        str, typer.Option("--address", metavar="ADDRESS", help="Where the service is to listen.")
    ] = DEFAULT_ADDRESS,
    as_json: AsJson = False,
) -> None:
    """Look at this machine: devices, networks, versions, disk, keys, port. What is not fine ends
    with its fix; the exit code is 1 if painting or serving would not work."""
    from service.cli.doctor.doctor import findings, run_doctor
    from service.serving import keys as client_keys
    from service.serving.jobs import archive

    found = findings(
        data or archive.default_folder(), keys or client_keys.default_folder(), address
    )
    if not run_doctor(found, as_json, console()):
        raise typer.Exit(1)


app.command()(serve)
