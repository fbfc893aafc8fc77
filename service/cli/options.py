"""Options and arguments that several commands have, each declared once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

# Where an option stands in a command's help.
SYMMETRY, STYLE, OBJECTIVE, SURFACE, QUALITY, OUTPUT = SECTIONS = (
    "Symmetry",
    "Style and dreams",
    "Objective",
    "Surface",
    "Quality",
    "Output",
)
RecipeFile = Annotated[
    Path,
    typer.Argument(
        metavar="RECIPE",
        help="A name from 'service recipes', or a file: a recipe or a receipt, JSON.",
    ),
]
Changes = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Change the recipe, as in objective.style=2."),
]
Weights = Annotated[
    Path | None,
    typer.Option(
        "--weights",
        metavar="FILE",
        help="The network's weights, from a file.",
        rich_help_panel=STYLE,
    ),
]
Device = Annotated[
    str | None,
    typer.Option(
        "--device",
        metavar="NAME",
        help="What paints: cpu, mps, cuda:N, or several with commas. Left out: a GPU if there is "
        "one.",
        rich_help_panel=QUALITY,
    ),
]
DreamLike = Annotated[
    list[str] | None,
    typer.Option(
        "--dream-like",
        metavar="PICTURE[=WEIGHT]",
        help="Dream of the channels that describe a picture; may be given several times. The "
        "recipe names them, not the picture.",
        rich_help_panel=STYLE,
    ),
]
Dpi = Annotated[
    float | None,
    typer.Option(
        "--dpi",
        metavar="X",
        min=1,
        max=65535,  # JPEG's own
        help="Pixels per inch that the file names, for printing.",
        rich_help_panel=OUTPUT,
    ),
]
FigureToo = Annotated[
    bool,
    typer.Option(
        "--figure",
        help="Draw the symmetry over the picture, too: NAME_figure.png and NAME_figure.svg.",
        rich_help_panel=OUTPUT,
    ),
]
ReportToo = Annotated[
    bool,
    typer.Option(
        "--report",
        help="Paint into a new folder, runs/NAME/TIME-ID/, beside where the picture would be, "
        "with a report that grows meanwhile: report.html. See 'service gallery'.",
        rich_help_panel=OUTPUT,
    ),
]

DataFolder = Annotated[
    Path | None,
    typer.Option(
        "--data",
        metavar="DIR",
        help="Where jobs are kept; default: $ORBITEX_DATA, else the user's data folder.",
    ),
]
Engine = Annotated[
    str,
    typer.Option(
        "--engine",
        metavar="local|ray",
        help="Where jobs are painted: on this machine, or on a Ray cluster (orbitex[ray]).",
    ),
]
RayAddress = Annotated[
    str | None,
    typer.Option(
        "--ray-address",
        metavar="ADDRESS",
        help="The cluster, as HOST:PORT; default: $RAY_ADDRESS, else one of this machine alone, "
        "which ends with the command.",
    ),
]
RayGpus = Annotated[
    float | None,
    typer.Option(
        "--ray-gpus",
        metavar="X",
        help="GPUs that a job on the cluster takes: 0 to 1, or several that paint it together; "
        "default: 1 if there are any by now.",
    ),
]
JobName = Annotated[str, typer.Argument(metavar="JOB", help="A name from 'service jobs'.")]
ReceiptOrJob = Annotated[
    str,
    typer.Argument(
        metavar="RECEIPT|JOB", help="The receipt of a painting, JSON, or a job of a service."
    ),
]
GroupName = Annotated[str, typer.Argument(metavar="GROUP", help="A name from 'service groups'.")]
Address = Annotated[
    str, typer.Option("--address", metavar="ADDRESS", help="Where the service listens.")
]
Key = Annotated[
    Path | None,
    typer.Option("--key", metavar="FILE", help="This client's key, if the service demands one."),
]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


def painting(metavar: str, text: str = "A painting: NAME.json, or the picture beside it.") -> Any:
    """The argument of commands that make something of a painting, by its receipt or its picture."""
    return typer.Argument(metavar=metavar, dir_okay=False, help=text)


def output(metavar: str, text: str, section: str | None = None) -> Any:
    """Where a command writes, FILE or DIR."""
    return typer.Option("--output", "-o", metavar=metavar, help=text, rich_help_panel=section)


def steps(text: str) -> Any:
    """Steps of finishing or of preparing, with their values."""
    return typer.Option("--set", metavar="STEP=VALUE", help=text)


def length(flag: str, text: str, within: tuple[float, float], metavar: str = "MM") -> Any:
    """Millimetres, from the least to the most."""
    least, most = within
    return typer.Option(flag, metavar=metavar, min=least, max=most, help=text)
