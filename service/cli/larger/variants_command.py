"""``service variants`` and ``service pick``: their options; the work is in
:mod:`service.cli.larger.variants` and :mod:`service.cli.larger.enlarge`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from geometry.errors import unknown_name
from service.cli import options
from service.cli.larger.enlarge_command import Output, Size
from service.cli.recipe_options import option
from service.cli.terminal import progress_console
from service.spaces import with_pictures

_TARGETS = [space.target for space in with_pictures().values()]
_MANY = "; several with commas, as in {}, or given several times."


def variants(
    target: Annotated[str, typer.Argument(metavar="|".join(_TARGETS), help="What is painted.")],
    group: Annotated[
        list[str],
        typer.Option("--group", "-g", metavar="NAMES", help="Groups" + _MANY.format("p4,p6,p6m")),
    ],
    style: Annotated[
        list[str] | None,
        typer.Option(
            *("--style", "-s"),
            metavar="STYLES",
            help="Exemplars or files" + _MANY.format("a.jpg,b.jpg"),
        ),
    ] = None,
    colouring: Annotated[
        list[str] | None,
        typer.Option(
            *("--colouring", "-c"),
            metavar="NAMES",
            help="Colour rules" + _MANY.format("none,2a") + " One that a group does not have is "
            "skipped.",
        ),
    ] = None,
    seeds: Annotated[
        int, typer.Option("--seeds", metavar="N", min=1, help="Seeds 1 to N of each. Default: 1.")
    ] = 1,
    size: Annotated[
        int, typer.Option("--size", metavar="PIXELS", help="Width of each picture. Default: 256.")
    ] = 256,
    quality: option("quality") = "draft",  # type: ignore[valid-type]
    set_: options.Changes = None,
    figure: options.FigureToo = False,
    weights: options.Weights = None,
    output: Annotated[Path, options.output("DIR", "Folder for pictures, sheet and index.")] = Path(
        "variants"
    ),
) -> None:
    """Paint every combination of groups, styles, colour rules and seeds, small, and show them all
    on one sheet, each with its number. Ctrl-C stops; the same command goes on."""
    from service.cli.larger.combinations import combinations, listed
    from service.cli.larger.variants import paint_variants

    if target not in _TARGETS:
        raise unknown_name("bad-value", "target", target, _TARGETS)
    wanted = combinations(
        *(target, listed(group), listed(style or ()), listed(colouring or ()), seeds),
        {"size": size, "quality": quality},
        set_ or (),
    )
    if not paint_variants(wanted, output, weights, progress_console(), figure):
        raise typer.Exit(1)


def pick(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder of 'service variants'.")],
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="A number on its sheet.")],
    size: Size,
    output: Output = None,
    dpi: options.Dpi = None,
    figure: options.FigureToo = False,
    weights: options.Weights = None,
) -> None:
    """Go on from one of the variants at a larger size: the same picture, with finer detail."""
    from service.cli.larger.enlarge import enlarge_to
    from service.cli.larger.variants import find_variant
    from service.cli.painting.extras import Extras

    extras = Extras(weights=weights, dpi=dpi, figure=figure)
    enlarge_to(find_variant(folder, number), size, output, progress_console(), extras)
