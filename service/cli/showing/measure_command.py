"""``service measure``: how symmetric a picture is."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from geometry.errors import InputError
from geometry.spaces import Array
from geometry.symmetry.colour import IDENTITY, spell
from geometry.symmetry.groups import Group
from service.cli import options
from service.cli.terminal import cell, console

if TYPE_CHECKING:
    from service.measuring.measured import Measured
    from service.measuring.painting import Promised

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)"


def measure(
    what: Annotated[
        Path,
        options.painting(
            "RECEIPT|PICTURE",
            "Any picture that shows a pattern, or a painting: NAME.json, or the picture beside it.",
        ),
    ],
    group: Annotated[
        str | None, typer.Option("--group", "-g", metavar="NAME", help="Only this wallpaper group.")
    ] = None,
    lattice: Annotated[
        str | None,
        typer.Option(
            "--lattice",
            metavar="AX,AY,BX,BY|period",
            help="Two translations, in pixels, or that the picture is one seamless period; left "
            "out, they are found.",
        ),
    ] = None,
    find: Annotated[
        bool,
        typer.Option("--find", help="Look at the pixels alone, also where there is a receipt."),
    ] = False,
    figure: Annotated[
        bool,
        typer.Option(
            "--figure",
            help="Draw the symmetry over the picture: NAME_figure.png and NAME_figure.svg "
            "beside it.",
        ),
    ] = False,
    output: Annotated[
        Path | None, options.output("FILE", "Where to draw it instead: .png or .svg.")
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """Measure how symmetric a picture is: its lattice, wallpaper group and colour rule, and how far
    its pixels are from exact. A painting with its receipt is measured against its own symmetry."""
    from service.measuring.facts import facts_of, facts_of_painting
    from service.measuring.measured import measure_period, measure_picture
    from service.measuring.painting import measure_painting
    from service.measuring.subject import read_subject
    from service.reporting.delivery import bad_output, check_files, write_files
    from service.reporting.figure import figure_files
    from service.reporting.overwriting import FilesRead

    subject = read_subject(what, find)
    files: list[Path] = []
    if output is not None:
        if output.suffix.lower() not in (".png", ".svg"):
            raise bad_output(f"{output} is no figure's name.", "End it with .png or .svg.")
        files = [output]
    elif figure:
        stem = subject.picture_file.stem
        files = [subject.picture_file.with_name(f"{stem}_figure{end}") for end in (".png", ".svg")]
    check_files(files, FilesRead(subject.files))
    wanted = None if group is None else _wallpaper_group(group)
    found: Promised | Measured
    if subject.painting is not None and not (find or lattice or wanted):
        found = measure_painting(subject.painting)
        facts = facts_of_painting(found)
    else:
        if lattice == "period" or (lattice is None and subject.wraps):
            found = measure_period(subject.pixels, subject.skew, wanted)
        else:
            found = measure_picture(subject.pixels, _lattice(lattice), wanted)
        facts = facts_of(found)
    if files:
        png, svg = figure_files(found.figure(), subject.pixels)
        write_files({path: svg if path.suffix.lower() == ".svg" else png for path in files})
    height, width = subject.pixels.shape[:2]
    facts = {"picture": {"file": str(subject.picture_file), "size": [width, height]}} | facts
    if as_json:
        print(json.dumps(facts | {"figures": list(map(str, files))}, indent=1))
        return
    screen = console()
    _print(facts, screen)
    for path in files:
        screen.out(str(path), highlight=False)


def _wallpaper_group(name: str) -> Group:
    from geometry.catalogue import find_group

    return find_group(name, "plane")


def _lattice(text: str | None) -> Array | None:
    """(2, 2), columns. Raises InputError("bad-value")."""
    if text is None:
        return None
    match = re.fullmatch(r"\s*,\s*".join([f"({_NUMBER})"] * 4), text.strip())
    if match is None:
        raise InputError(
            "bad-value",
            "lattice",
            f"'{text}' is not two translations.",
            "Write AX,AY,BX,BY in pixels, such as --lattice 120,0,-60,104, or --lattice period.",
        )
    return np.array([float(part) for part in match.groups()]).reshape(2, 2).T


def _print(facts: dict[str, Any], screen: Console) -> None:
    """The facts as tables."""
    group, rule = facts["group"], facts["colouring"]
    measured = "lattice" in facts
    line = f"{group['name']} ({group['orbifold']}): {group['title']}"
    line += f"; colour rule {rule['name'] or 'without a name'}"
    if measured and not facts["agrees"]:
        line = f"not {group['name']} ({group['orbifold']}): this is as near as it comes"
    if measured and rule["colours"] > 1:
        axes = "red, green and blue" if facts["colour_frame"] is None else "the picture's own axes"
        line += f" of {axes}"
        line += f"; without changes of colours {facts['without_colours']}"
    screen.out(line, highlight=False)
    if measured:
        lattice = facts["lattice"]
        first, second = lattice["lengths"]
        screen.out(
            f"repeats by {_place(*lattice['a'])} and {_place(*lattice['b'])} pixels: "
            f"{first:.1f} and {second:.1f} at {lattice['angle']:.1f}°; "
            f"origin {_place(*lattice['origin'])}",
            highlight=False,
        )
        if facts["reduced"] > 1:
            screen.out(f"measured at 1/{facts['reduced']} of its size", highlight=False)
    screen.out(
        f"places that are not related differ by {facts['unrelated']:.1f}/255 (RMS)",
        highlight=False,
    )
    table = Table("", "what it is", "colours", "RMS /255", "largest", "correlation", box=None)
    shifts = [
        row | {"title": "a translation without colour", "colour": IDENTITY}
        for row in facts.get("translations", ())
    ]
    for row in [*shifts, *facts["symmetry"]]:
        names = (row["name"], row["title"], spell(tuple(row["colour"])))
        table.add_row(*map(cell, (*names, *_figures(row))))
    screen.print(table)
    if measured:
        screen.print(_groups(facts))
    elif facts["seams"]:
        seams = facts["seams"].items()
        words = [f"{axis} {'flat' if x is None else f'{x:.2f}'}" for axis, x in seams]
        screen.out(f"seams, against the steps inside: {', '.join(words)}", highlight=False)


def _figures(row: dict[str, Any]) -> tuple[str, str, str]:
    if "rms" not in row:
        return "out of sight", "", ""
    rms = "0, to the bit" if row["exact"] else f"{row['rms']:.2f}"
    correlation = "" if row["correlation"] is None else f"{row['correlation']:.4f}"
    return rms, f"{row['worst']:.0f}", correlation


def _groups(facts: dict[str, Any]) -> Table:
    """All that fit the lattice, by the worst element of each."""
    rows, coloured = [], False
    for row in facts["groups"]:
        one, other = row["without_colours"], row["with_colours"]
        if one is None and other is None:
            continue
        good = [bool(trial and trial["agrees"]) for trial in (one, other)]
        verdict = "yes" if good[0] else "with colours" if good[1] else ""
        coloured |= good[1] and not good[0]
        names = (row["name"], row["orbifold"])
        rows.append((*names, *_trial(one), verdict, *_trial(other)))
    table = Table("group", "orbifold", "RMS /255", "correlation", "agrees", box=None)
    if coloured:
        table.add_column("RMS with colours")
        table.add_column("correlation")
    for cells in rows:
        table.add_row(*map(cell, cells[: len(table.columns)]))
    return table


def _trial(trial: dict[str, Any] | None) -> tuple[str, str]:
    return ("", "") if trial is None else (f"{trial['rms']:.1f}", f"{trial['correlation']:.3f}")


def _place(*values: float) -> str:
    """Coordinates in pixels, without a minus before nothing."""
    return f"({', '.join(f'{round(value, 1) + 0.0:.1f}' for value in values)})"
