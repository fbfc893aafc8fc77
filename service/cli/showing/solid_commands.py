"""``service orb`` and ``service relief``: paintings as solids to print."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geometry.errors import InputError
from service.cli import options
from service.cli.terminal import progress_console
from service.solids import bounds

if TYPE_CHECKING:
    from geometry.solid.body import Body
    from service.reporting.overwriting import FilesRead

_Receipt = Annotated[Path, options.painting("RECEIPT")]
_Output = Annotated[
    Path | None,
    options.output(
        "FILE", "The solid: .3mf, .stl, .ply or .obj; default: NAME-COMMAND.3mf beside the picture."
    ),
]
_Depth = Annotated[
    float,
    options.length(
        "--depth", "Of the relief, from the lightest places down to the darkest.", bounds.DEPTH[:2]
    ),
]
_Heights = Annotated[
    Path | None,
    typer.Option(
        "--heights",
        metavar="PICTURE",
        help="How high each place is: light is high. Default: the painting itself.",
    ),
]
_Invert = Annotated[bool, typer.Option("--invert", help="Dark is high.")]
_Wall = Annotated[
    float | None,
    options.length(
        "--wall",
        "Hollow, with walls so thick where nothing is carved; left out: solid.",
        bounds.WALL[:2],
    ),
]
_Drain = Annotated[
    float,
    options.length(
        "--drain",
        "Diameter of the hole through the bottom into the hollow; 0: none.",
        bounds.DRAIN[:2],
    ),
]
_Base = Annotated[
    float, options.length("--base", "Cut off so much below, so that it stands.", bounds.BASE[:2])
]
_Colours = Annotated[
    int | None,
    typer.Option(
        "--colours",
        metavar="N",
        min=1,
        max=bounds.MOST_FILAMENTS,
        help=f"Filaments; default: {bounds.FILAMENTS} in a 3MF, all colours in PLY and OBJ.",
    ),
]
_Detail = Annotated[float, options.length("--detail", "Edges of the triangles.", bounds.DETAIL[:2])]


def orb(
    receipt: _Receipt,
    output: _Output = None,
    mm: Annotated[
        float, options.length("--mm", "Diameter over all, millimetres.", bounds.BALL_SIZE[:2], "X")
    ] = bounds.BALL_SIZE.default,
    depth: _Depth = bounds.BALL_DEPTH.default,
    heights: _Heights = None,
    invert: _Invert = False,
    wall: _Wall = None,
    drain: _Drain = bounds.DRAIN.default,
    base: _Base = bounds.BASE.default,
    colours: _Colours = None,
    detail: _Detail = bounds.DETAIL.default,
) -> None:
    """Make a ball to print of a sphere's painting: carved, coloured, as symmetric as it."""
    from service.reporting.overwriting import FilesRead
    from service.solids.orb import orb as make
    from service.solids.order import Order
    from service.solids.printed import cuts
    from service.viewers.reading import read_painting

    painting = read_painting(receipt)
    picture = painting.picture_file
    file = _checked(
        output or picture.with_name(f"{picture.stem}-orb.3mf"),
        FilesRead([picture, painting.receipt_file, *_given(heights)]),
        colours,
    )
    order = Order(mm, depth, detail, cuts(wall, drain, base), invert, False, heights)
    _tell(file)
    body, exact = make(painting, order)
    exactly = "no symmetry" if exact == 1 else f"exactly symmetric in {exact} ways"
    _write(body, file, colours, f"⌀ {mm:g} mm, {exactly}")


def relief(
    receipt: _Receipt,
    mesh: Annotated[
        Path | None,
        typer.Argument(
            metavar="MESH", help="The mesh that was painted; default: the file in the receipt."
        ),
    ] = None,
    output: _Output = None,
    mm: Annotated[
        float, options.length("--mm", "Height over all, millimetres.", bounds.SIZE[:2], "X")
    ] = bounds.SIZE.default,
    depth: _Depth = bounds.DEPTH.default,
    raised: Annotated[
        bool,
        typer.Option(
            "--raised",
            help="The relief stands on the surface, as thin walls need; without it, it is carved.",
        ),
    ] = False,
    heights: _Heights = None,
    invert: _Invert = False,
    wall: _Wall = None,
    drain: _Drain = bounds.DRAIN.default,
    base: _Base = bounds.BASE.default,
    colours: _Colours = None,
    detail: _Detail = bounds.DETAIL.default,
) -> None:
    """Make a solid to print of a painted mesh: its texture as a relief, in colour."""
    from service.cli.recipe_file import read_json, with_absolute_files
    from service.pictures.files import over_white, read_picture
    from service.recipe.parsing import parse_recipe
    from service.reporting.overwriting import FilesRead
    from service.reporting.receipt import SCHEMA
    from service.solids.order import Order
    from service.solids.printed import cuts
    from service.solids.relief import read_mesh, texture_files
    from service.solids.relief import relief as make

    receipt = receipt.with_suffix(".json")
    about = read_json(receipt)
    if about.get("schema") != SCHEMA:
        raise InputError(
            "bad-receipt", "receipt", f"{receipt} is not a receipt.", "Give one of a painted mesh."
        )
    recipe = with_absolute_files(parse_recipe(about.get("recipe")), receipt.parent)
    loaded, mesh_file = read_mesh(recipe, about, mesh)
    pictures = texture_files(about, receipt.parent, loaded.mesh.textures)
    file = _checked(
        output or receipt.with_name(f"{receipt.stem}-relief.3mf"),
        FilesRead([receipt, mesh_file, *pictures, *_given(heights)]),
        colours,
    )
    textures = [over_white(read_picture(picture, "receipt")) for picture in pictures]
    order = Order(mm, depth, detail, cuts(wall, drain, base), invert, raised, heights)
    _tell(file)
    _write(make(loaded.mesh, loaded.up, textures, order), file, colours, f"{mm:g} mm high")


def _given(heights: Path | None) -> list[Path]:
    return [] if heights is None else [heights]


def _checked(file: Path, read: FilesRead, colours: int | None) -> Path:
    """A file that can be written. Raises InputError "bad-output"; "bad-value" for colours that it
    cannot hold."""
    from service.reporting.delivery import bad_output, check_files
    from service.solids.printed import check_colours

    if file.suffix.lower() not in bounds.SUFFIXES:
        raise bad_output(
            f"{file} is no solid's name.", f"End it with {', '.join(bounds.SUFFIXES[:-1])} or .obj."
        )
    check_colours(colours, file.suffix.lower())
    check_files([file], read)
    return file


def _tell(file: Path) -> None:
    """A fine solid takes a minute."""
    progress_console().out(f"carving {file.name} ...", highlight=False)


def _write(body: Body, file: Path, colours: int | None, shown: str) -> None:
    from service.reporting.delivery import write_files
    from service.solids.files import solid_bytes
    from service.solids.printed import checked_colours

    suffix = file.suffix.lower()
    palette = checked_colours(body, colours, suffix)
    write_files({file: solid_bytes(body, suffix, palette)})
    wide, deep, high = body.size
    words = f"{wide:.1f} × {deep:.1f} × {high:.1f} mm, {body.volume / 1000:.1f} cm³"
    console = progress_console()
    console.out(
        f"{file}  {shown}, {words}, {len(body.triangles):,} triangles, watertight", highlight=False
    )
    if palette is not None:
        used = ", ".join("#{:02x}{:02x}{:02x}".format(*colour) for colour in palette[0].tolist())
        console.out(f"filaments: {used}", highlight=False)
