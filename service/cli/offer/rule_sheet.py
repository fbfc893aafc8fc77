"""A group's colour rules as one picture: a style under each of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from rich.console import Console

from geometry.catalogue import colourings, find_group
from geometry.errors import InputError
from geometry.symmetry.mirrors import inverts_at_mirrors
from geometry.symmetry.swatches import SIDE, strangeness, swatch
from service.cli.offer.listings import of_colours
from service.cli.recipe_file import files_read
from service.describe import GREY_MIRRORS, small_picture
from service.reporting.delivery import check_files, write_files
from service.reporting.formats import FORMATS, picture_bytes
from service.reporting.overwriting import FilesRead
from service.survey.sheet import contact_sheet, framed

_ENLARGED = 2
_WAYS = ("a step down", "half a tile")  # of the second and the third generator
_MOST = 64  # rules, the simplest ones: pmm alone has 3024


def write_sheet(
    group_name: str,
    style: str | None,
    output: Path,
    console: Console,
    only: int | None = None,
) -> None:
    """Write a sheet of swatches, those that suit the style first. Raises InputError as find_group
    and load_styles do, "bad-output", and "bad-value" where no rule has ``only`` so many colours. No
    ``style``: the default one."""
    from service.colours import picture_frame_of
    from service.inputs.styles import load_styles
    from service.recipe.parsing import parse_recipe

    group = find_group(group_name)
    styles = {} if style is None else {"styles": [{"source": style}]}
    recipe = parse_recipe({"target": "tile", "group": "p1", **styles})
    if output.suffix.lower() not in FORMATS:
        raise InputError(
            "bad-output", "preview", f"{output} is not a picture file's name.", "End it with .png."
        )
    output.parent.mkdir(parents=True, exist_ok=True)
    check_files([output], FilesRead(files_read(recipe)))
    pixels = load_styles(recipe)[0].pixels
    look, frame = small_picture(pixels), picture_frame_of(pixels).as_array()
    none, *rules = colourings(group)
    rules = list(of_colours(rules, group.name, only))
    shown = rules[: _MOST - 1]
    strange = {rule.name: strangeness([*rule.images.values()], look, frame) for rule in shown}
    grey = {rule.name: inverts_at_mirrors(group, rule) for rule in rules}
    shown.sort(key=lambda rule: (strange[rule.name] >= 1, grey[rule.name], strange[rule.name]))
    shown = [none, *shown]
    labels = [rule.name + "*" * grey.get(rule.name, False) for rule in shown]
    swatches = [swatch([*rule.images.values()], look, frame) for rule in shown]
    pictures = [
        framed(np.kron(s, np.ones((_ENLARGED, _ENLARGED, 1), np.uint8)), SIDE * _ENLARGED)
        for s in swatches
    ]
    write_files({output: picture_bytes(contact_sheet(pictures, labels), output.suffix)})
    first, *others = (g.title for g in group.generators)
    words = [f"a step to the right is {first}"]
    words += [f"{way} {title}" for way, title in zip(_WAYS, others, strict=False)]
    console.out(f"{output}  {', '.join(words)}", highlight=False)
    if len(rules) >= _MOST:
        hint = " --only N shows those of N colours." if only is None else ""
        text = f"note: the {_MOST} simplest of {len(rules) + 1} rules.{hint}"
        console.out(text, highlight=False)
    if any(label.endswith("*") for label in labels):
        console.out(f"*  {GREY_MIRRORS}.", highlight=False)
