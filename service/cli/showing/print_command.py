"""``service print``: a painting on paper."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal, cast

import typer

from geometry.errors import InputError
from service.cli import options
from service.cli.terminal import progress_console

_WRITTEN = (".pdf", ".svg", ".png", ".tif", ".tiff")


def print_(
    what: Annotated[
        Path,
        options.painting(
            "RECEIPT|PICTURE",
            "A painting: NAME.json, or the picture beside it. A picture without a receipt is "
            "taken for one period.",
        ),
    ],
    output: Annotated[
        Path | None,
        options.output(
            "FILE",
            "The page: .pdf, .svg, .png or .tif; default: NAME-print.pdf beside the picture.",
        ),
    ] = None,
    mm: Annotated[
        float | None,
        options.length(
            "--mm",
            "Millimetres: of the picture's width, of a solid's edges, or a ball's diameter. "
            "Left out: as the resolution says, or all that the paper can hold.",
            (1, 10000),
            "X",
        ),
    ] = None,
    dpi: Annotated[
        float | None,
        typer.Option(
            "--dpi",
            metavar="X",
            min=10,
            max=2400,
            help="Pixels per inch, which the picture must fill; left out: 300, or what there is.",
        ),
    ] = None,
    bleed: Annotated[
        float | None,
        options.length(
            "--bleed",
            "Paint beyond the cut; default: 3 for tiles, 1 for nets, else 0. Tiles go "
            "on there; other pictures lose their border.",
            (0, 50),
        ),
    ] = None,
    repeat: Annotated[
        str | None, typer.Option("--repeat", metavar="NxM", help="Pictures across and down.")
    ] = None,
    cut: Annotated[
        str | None,
        typer.Option(
            "--cut",
            metavar="cell|domain",
            help="Draw the line along which one cell is cut out: a parallelogram, or the hexagon "
            "or rectangle around the origin.",
        ),
    ] = None,
    marks: Annotated[bool, typer.Option("--marks/--no-marks", help="Crop marks.")] = True,
    net: Annotated[
        str | None,
        typer.Option(
            "--net",
            metavar="SOLID|gores[:N]",
            help="Of a sphere: a tetrahedron, cube, octahedron, dodecahedron or icosahedron to "
            "fold, or N strips for a ball.",
        ),
    ] = None,
    paper: Annotated[
        str | None,
        typer.Option(
            "--paper",
            metavar="NAME|WxH",
            help="Of nets: A5 to A0, letter, tabloid, or millimetres; default: A4.",
        ),
    ] = None,
) -> None:
    """Put a painting on paper: a pattern with bleed and crop marks, one cell to cut out, or a net
    of a sphere's painting to cut, fold and glue."""
    from service.printing.files import page_bytes
    from service.printing.flat import FlatJob, flat_page, width_of
    from service.printing.folded import BLEED, FoldedJob, folded_page
    from service.printing.papers import paper_size
    from service.printing.subject import files_of, read_ball, read_tile
    from service.reporting.delivery import bad_output, check_files, write_files
    from service.reporting.overwriting import FilesRead

    if cut not in (None, "cell", "domain"):
        raise InputError(
            "bad-value", "cut", f"'{cut}' is not known.", "Write --cut cell or --cut domain."
        )
    if net is not None and (repeat is not None or cut is not None):
        raise InputError("bad-value", "net", "A net is one thing.", "Leave out --repeat or --cut.")
    if net is None and paper is not None:
        raise InputError(
            "bad-value",
            "paper",
            "A sheet is as large as what is on it.",
            "Choose --mm and --repeat instead of --paper.",
        )
    picture, receipt = files_of(what)
    name = "print" if net is None else net.replace(":", "-")
    page_file = output or picture.with_name(f"{picture.stem}-{name}.pdf")
    if page_file.suffix.lower() not in _WRITTEN:
        raise bad_output(
            f"{page_file} is no page's name.", "End it with .pdf, .svg, .png, .tif or .tiff."
        )
    check_files([page_file], FilesRead([picture] if receipt is None else [picture, receipt]))
    if net is not None:
        paper_is = paper_size(paper or "A4")
        bled = BLEED if bleed is None else bleed
        page = folded_page(read_ball(what), FoldedJob(net, paper_is, mm, dpi, bled))
    else:
        tile = read_tile(what)
        width = width_of(tile.pixels.shape[1], mm, dpi)
        chosen = cast(Literal["cell", "domain"] | None, cut)
        usual = FlatJob.bleed if all(tile.wraps) else 0.0
        bled = usual if bleed is None else bleed
        page = flat_page(tile, FlatJob(width, bled, _repeat(repeat or "1x1"), chosen, marks))
    write_files({page_file: page_bytes(page, page_file.suffix)})
    wide, high = page.size
    console = progress_console()
    console.out(f"{page_file}  {wide:.1f} × {high:.1f} mm, {page.summary}", highlight=False)


def _repeat(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"([1-9]\d{0,2})x([1-9]\d{0,2})", text)
    if match is None:
        raise InputError("bad-value", "repeat", f"'{text}' is not NxM.", "Write --repeat 3x2.")
    return int(match[1]), int(match[2])
