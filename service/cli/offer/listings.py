"""The catalogue in the terminal: tables of groups and colour rules."""

from __future__ import annotations

import functools
import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text
from scipy.special import expit

from geometry.catalogue import colourings, find_group, groups
from geometry.errors import InputError, unknown_name
from geometry.symmetry.colour import generated
from geometry.symmetry.colour_frame import RGB, ColourFrame
from geometry.symmetry.groups import Colouring, Group
from geometry.symmetry.mirrors import inverts_at_mirrors
from service.cli.offer.colour_words import in_words, in_words_of, poles
from service.cli.terminal import cell
from service.describe import GREY_MIRRORS, colouring_row, group_row
from service.networks import find_network
from service.spaces import with_pictures
from service.tables.dreams import check_head

SCREENFUL = 24  # colour rules, of a group that has more: p2 has 472
# An orange, all of whose 48 images differ; and such a place in a style's frame.
_SAMPLE, _PLACE = np.array([230, 110, 40]) / 255, (1.1, 0.7, -0.9)


def list_groups(space: str | None, as_json: bool, console: Console) -> None:
    """Print the groups of a space, or of all. Raises InputError("unknown-space")."""
    if space is not None and space not in with_pictures():
        raise unknown_name("unknown-space", "space", space, with_pictures())
    rows = [
        group_row(group)
        | {"colourings": len(colourings(group)) - 1, "aliases": list(group.aliases)}
        | {"generators": {g.letter: g.title for g in group.generators}}
        | {"command": command_of(group)}
        for group in groups(space)
    ]
    if as_json:
        print(json.dumps(rows, indent=1))
        return
    table = Table("group", "also", "space", "order", "colourings", "symmetry", "generators")
    for row in rows:
        generators = "\n".join(f"{k}: {title}" for k, title in row["generators"].items())
        also = ", ".join(row["aliases"]) + (f"; any n: {row['family']}" if row["family"] else "")
        cells = (row["name"], also, row["space"], row["order"] or "∞", row["colourings"])
        table.add_row(*map(cell, (*cells, row["title"], generators)))
    console.print(table)


def list_classes(part: str, network: str, as_json: bool, console: Console) -> None:
    """Print the classes of a network whose names hold ``part``, an index and a name a line. Raises
    InputError: "unknown-network", "no-head", "unknown-class"."""
    info = find_network(network)
    check_head(info, "network")
    names = info.classes()
    found = {k: name for k, name in enumerate(names) if part.lower() in name.lower()}
    if not found:
        raise unknown_name("unknown-class", "text", part, [name.lower() for name in names])
    if as_json:
        print(json.dumps([{"index": k, "name": name} for k, name in found.items()], indent=1))
        return
    for index, name in found.items():
        console.out(f"{index:4}  {name}", highlight=False)


def command_of(group: Group) -> str:
    """A command that paints a group."""
    space = with_pictures()[group.space.name]
    return f"service {space.target} {space.arguments(group)}"


def list_colourings(
    name: str,
    style: str | None,
    as_json: bool,
    console: Console,
    only: int | None = None,
    everything: bool = False,
) -> None:
    """Print the colour rules of a group, and what they do to red, green and blue or to the colours
    of a ``style``, an exemplar or a file. ``only``: those of so many colours. Of very many the
    first of each number of colours are shown, unless ``everything`` is wanted, or JSON. Raises
    InputError as find_group and load_styles do, and "bad-value" where no rule has so many."""
    group = find_group(name)
    rules = of_colours(colourings(group), group.name, only)
    frame = RGB if style is None else style_frame(style)
    if as_json:
        print(json.dumps([full_row(group, rule, frame) for rule in rules], indent=1))
        return
    console.out(f"{group.name}: {group.title}", highlight=False)
    if style is None:
        text = "Of --colours rgb; --style STYLE shows what becomes of a style's own colours."
        console.out(text, highlight=False)
    for g in group.generators:
        console.out(f"  {g.letter} is {g.title}", highlight=False)
    shown = rules if everything or only is not None else first_rules(rules)
    console.print(_table(group, shown, frame))
    if any(inverts_at_mirrors(group, rule) for rule in shown):
        console.out(f"*  {GREY_MIRRORS}.", highlight=False)
    if len(shown) < len(rules):
        numbers = Counter(rule.colours for rule in rules)
        of_each = ", ".join(f"{count} of {colours}" for colours, count in numbers.items())
        usual = numbers.most_common(1)[0][0]
        console.out(f"{len(shown)} of {len(rules)} rules; by colours: {of_each}.", highlight=False)
        text = f"--only {usual} lists those of {usual} colours, --all all of them."
        console.out(text, highlight=False)


def first_rules(rules: Sequence[Colouring]) -> list[Colouring]:
    """As many rules as one looks through: all of them or, of very many, the first of each number of
    colours."""
    if len(rules) <= SCREENFUL:
        return list(rules)
    numbers = dict.fromkeys(rule.colours for rule in rules)
    each = max(1, SCREENFUL // len(numbers))
    return [rule for n in numbers for rule in [r for r in rules if r.colours == n][:each]]


def of_colours(rules: Sequence[Colouring], group: str, only: int | None) -> Sequence[Colouring]:
    """Those of so many colours, or all. Raises InputError("bad-value") where none has."""
    found = [rule for rule in rules if only is None or rule.colours == only]
    if not found:
        there = ", ".join(str(n) for n in dict.fromkeys(rule.colours for rule in rules))
        raise InputError(
            *("bad-value", "--only", f"{group} has no colour rule of {only} colours."),
            f"It has those of {there}.",
        )
    return found


def _table(group: Group, rules: Sequence[Colouring], frame: ColourFrame) -> Table:
    table = Table("name", "colours", "palette")
    for g in group.generators:
        table.add_column(cell(f"{g.letter} makes"))
    if group.lattice is not None:
        table.add_column("period")
    for rule in rules:
        row = full_row(group, rule, frame)
        words = [*row["words"].values()]
        if row["supercell"] is not None:
            words.append(" ".join(f"({x},{y})" for x, y in row["supercell"]))
        name = rule.name + "*" * bool(row["note"])
        table.add_row(cell(name), cell(rule.colours), swatches(rule, frame), *map(cell, words))
    return table


def style_frame(style: str) -> ColourFrame:
    """What rules act on in pictures of a style. Raises InputError as load_styles does."""
    from service.colours import picture_frame_of  # a tenth of a second, for nothing else here
    from service.inputs.styles import load_styles
    from service.recipe.parsing import parse_recipe

    recipe = parse_recipe({"target": "tile", "group": "p1", "styles": [{"source": style}]})
    return picture_frame_of(load_styles(recipe)[0].pixels)


def full_row(group: Group, rule: Colouring, frame: ColourFrame = RGB) -> dict[str, Any]:
    """A colour rule as ``service colourings --json`` prints it: the row of the wire's ``describe``,
    the images in words, and the supercell as its two translations in lattice coordinates."""
    columns = None if rule.supercell is None else np.array(rule.supercell).T.tolist()
    said = in_words if frame.is_rgb else functools.partial(in_words_of, poles(frame))
    words = {g.letter: said(rule.images[g.letter]) for g in group.generators}
    return {**colouring_row(group, rule), "words": words, "supercell": columns}


def swatches(rule: Colouring, frame: ColourFrame = RGB) -> Text:
    """All images of one colour under a rule, as coloured blocks, eight to a line."""
    text = Text()
    sample = _SAMPLE if frame.is_rgb else expit(np.array(frame.axes) @ _PLACE + frame.mean)
    for k, element in enumerate(generated(tuple(rule.images.values()))):
        r, g, b = frame.as_pixels(element, sample)
        text.append("\n" if k and k % 8 == 0 else "")
        text.append("██", style=f"rgb({r},{g},{b})")
    return text
