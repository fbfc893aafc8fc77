"""The commands that paint, one for each space."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from geometry.errors import InputError
from geometry.hyperbolic.groups import KINDS, tiling_group
from geometry.spiral.groups import spiral_group
from service.cli import options
from service.cli.recipe_data import recipe_data
from service.cli.recipe_options import fields_of, with_options
from service.cli.terminal import console, progress_console
from service.reporting.loop import Film
from service.runs.folders import unless_empty
from service.spaces import SPACES
from service.spaces.space import Space

if TYPE_CHECKING:
    from service.cli.painting.runs import Run
    from service.recipe.recipe import Recipe

Command = Callable[..., None]

Output = Annotated[
    Path,
    options.output(
        "FILE",
        "The picture's file: NAME.png, .tif, .webp or .jpg; its receipt is NAME.json beside "
        "it. JPEG is not exact and has no transparency.",
        options.OUTPUT,
    ),
]
MeshOutput = Annotated[
    Path,
    options.output(
        "FILE",
        "The texture's file, NAME.png; beside it lie NAME.glb, NAME_view1.png to "
        "NAME_view4.png, NAME_coverage.png and the receipt NAME.json. Of a mesh with several "
        "textures each is a NAME_MATERIAL.png.",
        options.OUTPUT,
    ),
]


def _paint(
    target: str,
    given: dict[str, Any],
    dream_like: list[str] | None,
    output: Path,
    report: bool,
    **extras: Any,
) -> None:
    from service.cli.painting.extras import Extras
    from service.cli.painting.painting import paint_to

    recipe = _recipe(target, given, dream_like, extras["weights"])
    with _placed(output, report) as (picture, run):
        paint_to(recipe, picture, progress_console(), Extras(**extras, run=run))


@contextlib.contextmanager
def _placed(output: Path, report: bool) -> Iterator[tuple[Path, Run | None]]:
    """Where a picture is painted, and its run where a report is wanted."""
    if not report:
        yield output, None
        return
    from service.cli.painting.runs import run_beside

    run = run_beside(output)
    with unless_empty(run.folder):
        yield run.picture(output.suffix), run


def _recipe(
    target: str, given: dict[str, Any], dream_like: list[str] | None, weights: Path | None
) -> Recipe:
    from service.cli.recipe_file import with_absolute_files
    from service.recipe.parsing import parse_recipe

    data = recipe_data(target, given)
    if dream_like:
        from service.cli.offer.channels import dreams_like

        data |= dreams_like(dream_like, data, weights)
    return with_absolute_files(parse_recipe(data), Path.cwd())


def _plain(space: Space) -> Command:
    """The command of a space whose paintings need no more than a recipe's fields."""
    target = space.target

    @with_options(["group", *fields_of(target)])
    def paint(
        dream_like: options.DreamLike = None,
        weights: options.Weights = None,
        device: options.Device = None,
        output: Output = Path(f"{target}.png"),
        dpi: options.Dpi = None,
        figure: options.FigureToo = False,
        report: options.ReportToo = False,
        **given: Any,
    ) -> None:
        extras = {"weights": weights, "device": device, "dpi": dpi, "figure": figure}
        _paint(target, given, dream_like, output, report, **extras)

    return paint


@with_options(fields_of("hyperbolic"))
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
            rich_help_panel=options.SYMMETRY,
        ),
    ] = "rotations",
    dream_like: options.DreamLike = None,
    weights: options.Weights = None,
    device: options.Device = None,
    output: Output = Path("hyperbolic.png"),
    dpi: options.Dpi = None,
    figure: options.FigureToo = False,
    report: options.ReportToo = False,
    **given: Any,
) -> None:
    fields = {"group": _hyperbolic_name(p, q, group), **given}
    extras = {"weights": weights, "device": device, "dpi": dpi, "figure": figure}
    _paint("hyperbolic", fields, dream_like, output, report, **extras)


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


@with_options(fields_of("spiral"))
def _spiral(
    arms: Annotated[
        int,
        typer.Option(
            "--arms", metavar="N", help="Arms of the spiral.", rich_help_panel=options.SYMMETRY
        ),
    ] = 1,
    loop: Annotated[
        Path | None,
        typer.Option(
            "--loop",
            metavar="FILE",
            help="An endless zoom: .webp or .gif, or a folder for frames.",
            rich_help_panel=options.OUTPUT,
        ),
    ] = None,
    frames: Annotated[
        int,
        typer.Option(
            "--frames",
            metavar="N",
            help="Of the loop, for one repetition.",
            rich_help_panel=options.OUTPUT,
        ),
    ] = 48,
    fps: Annotated[
        float,
        typer.Option("--fps", metavar="X", help="Frames a second.", rich_help_panel=options.OUTPUT),
    ] = 24.0,
    dream_like: options.DreamLike = None,
    weights: options.Weights = None,
    device: options.Device = None,
    output: Output = Path("spiral.png"),
    dpi: options.Dpi = None,
    report: options.ReportToo = False,
    **given: Any,
) -> None:
    film = None if loop is None else Film(loop, frames, fps)
    fields = {"group": spiral_group(arms).name, **given}
    extras = {"weights": weights, "device": device, "dpi": dpi, "film": film}
    _paint("spiral", fields, dream_like, output, report, **extras)


@with_options([field for field in fields_of("mesh") if field != "mesh"])
def _mesh(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="The mesh: OBJ, glTF, GLB, PLY or STL.")
    ],
    group: Annotated[
        str,
        typer.Option(
            "--group",
            "-g",
            metavar="NAME",
            help="The mesh's own symmetry, to paint it so.",
            rich_help_panel=options.SYMMETRY,
        ),
    ] = "1",
    detect: Annotated[
        bool,
        typer.Option(
            "--detect",
            help="List the symmetries that the mesh has; paint nothing.",
            rich_help_panel=options.SYMMETRY,
        ),
    ] = False,
    dream_like: options.DreamLike = None,
    weights: options.Weights = None,
    device: options.Device = None,
    output: MeshOutput = Path("mesh.png"),
    dpi: options.Dpi = None,
    report: options.ReportToo = False,
    **given: Any,
) -> None:
    if detect:
        from service.cli.painting.mesh import list_symmetries

        list_symmetries(file, given.get("material"), console())
        return
    fields = {"group": group, "mesh": str(file), **given}
    extras = {"weights": weights, "device": device, "dpi": dpi}
    _paint("mesh", fields, dream_like, output, report, **extras)


_OWN: dict[str, Command] = {"hyperbolic": _hyperbolic, "spiral": _spiral, "mesh": _mesh}


def add_space_commands(app: typer.Typer) -> None:
    """Give the command line the commands of this module."""
    for space in SPACES.values():
        app.command(space.target, help=space.summary)(_OWN.get(space.target) or _plain(space))
