"""Variants: many small paintings in a folder, on one contact sheet, with an index.

    index.json      every combination with its number, its recipe, and why it was not painted
    sheet.png       all of them, small, with captions
    N.png, N.json   a painting and its receipt, with its paint beside it

A combination keeps its number: what is painted once is not painted again, and more of them go on
from the last number.
"""

from __future__ import annotations

import json
import sys
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from rich.console import Console

from geometry.errors import InputError
from geometry.printable import printable
from service.cli.larger.combinations import Combination
from service.cli.larger.painted import read_painted
from service.cli.painting.picture import check_weights, clear_about_memory
from service.cli.recipe_file import files_read
from service.cli.stopping import interrupt_on_hangup
from service.inputs.styles import load_styles
from service.recipe.recipe import Recipe
from service.reporting.delivery import deliver, deliver_figure, destination, write_files
from service.reporting.formats import picture_bytes
from service.reporting.overwriting import FilesRead
from service.scene import read_scene
from service.survey.sheet import contact_sheet, framed, panel

SCHEMA = "orbitex/variants"
INDEX, SHEET = "index.json", "sheet.png"
SIDE = 256  # of a picture on the sheet


@dataclass(frozen=True)
class Variant:
    """One row of the index. recipe: as in JSON; skipped: why it was not painted, None if it was or
    is to be."""

    number: int
    caption: str
    recipe: Mapping[str, Any]
    skipped: str | None = None


def paint_variants(
    wanted: Sequence[Combination],
    folder: Path,
    weights: Path | None,
    console: Console,
    figure: bool = False,
) -> bool:
    """Paint the combinations that are not in the folder yet, and bring sheet and index up to date
    after each; with a ``figure``, draw the symmetry over each that has none, too. Ctrl-C stops, and
    keeps what is painted. Returns whether something is painted, and nothing that could be is
    missing. Raises InputError for what concerns them all."""
    recipes = [c.recipe for c in wanted if c.recipe is not None]
    check_weights(weights, recipes[0].network if recipes else "")
    read = FilesRead([path for recipe in recipes for path in files_read(recipe)])
    destination(folder / SHEET, FilesRead(()))  # proves that the folder can be written
    read.check([folder / INDEX, folder / SHEET])
    rows = _numbered(wanted, read_index(folder) if (folder / INDEX).exists() else [])
    todo = {row.number: c.recipe for row, c in _pairs(rows, wanted) if c.recipe is not None}
    todo = {number: r for number, r in todo.items() if not receipt_of(folder, number).exists()}
    _write(folder, rows)
    by_number = {row.number: row for row in rows}
    if figure and recipes:
        read_scene(recipes[0]).design(recipes[0].size).figure()  # whether there is one
    with interrupt_on_hangup():
        try:
            while todo:
                number, recipe = next(iter(todo.items()))
                row, start = by_number[number], time.perf_counter()
                try:
                    _paint(recipe, folder / f"{number}.png", read, weights)
                except InputError as error:  # say, of memory; tried again the next time
                    by_number[number] = replace(row, skipped=" ".join(str(error).split()))
                del todo[number]
                _write(folder, list(by_number.values()))
                words = f"{number}  {row.caption}  {time.perf_counter() - start:.0f} s"
                console.out(f"{words}  {len(todo)} to go" if todo else words, highlight=False)
            if figure:
                for row, _ in _pairs(rows, wanted):
                    _draw(folder / f"{row.number}.png", read)
        except KeyboardInterrupt:
            sys.stderr.write("\nStopping; the same command goes on from here.\n")
    for row, _ in _pairs(list(by_number.values()), wanted):
        if row.skipped is not None:
            console.out(f"skipped: {row.number}  {row.caption}: {row.skipped}", highlight=False)
    _say(folder, list(by_number.values()), len(todo), console)
    return not todo and any(receipt_of(folder, row.number).exists() for row in rows)


def receipt_of(folder: Path, number: int) -> Path:
    """The receipt of a variant."""
    return folder / f"{number}.json"


def read_index(folder: Path) -> list[Variant]:
    """The rows of a folder's index. Raises InputError("no-variants") where there is none."""
    try:
        data = json.loads((folder / INDEX).read_text(encoding="utf-8"))
        if data["schema"] != SCHEMA:
            raise ValueError
        return [Variant(**row) for row in data["variants"]]
    except (OSError, ValueError, TypeError, KeyError):
        raise InputError(
            "no-variants",
            "folder",
            f"{folder} is not a folder of variants: it has no {INDEX} of theirs.",
            "Paint some with 'service variants', or choose another folder.",
        ) from None


def find_variant(folder: Path, number: int) -> Path:
    """The receipt of a variant by its number. Raises InputError: "no-variants", "unknown-variant",
    "not-painted"."""
    rows = {row.number: row for row in read_index(folder)}
    if number not in rows:
        raise InputError(
            "unknown-variant",
            "number",
            f"There is no variant {number} in {folder}.",
            f"They have the numbers 1 to {max(rows, default=0)}; see {folder / SHEET}.",
        )
    if not receipt_of(folder, number).exists():
        why = rows[number].skipped or "It is still missing."
        raise InputError("not-painted", "number", f"Variant {number} is not painted. {why}")
    return receipt_of(folder, number)


def _numbered(wanted: Sequence[Combination], there: Sequence[Variant]) -> list[Variant]:
    """The rows that are there, and those that are new; captions and reasons are today's."""
    rows = {_key(row.recipe): row for row in there}
    numbers = max((row.number for row in there), default=0)
    for combination in wanted:
        key = _key(combination.data)
        if key not in rows:
            numbers += 1
        number = rows[key].number if key in rows else numbers
        rows[key] = Variant(number, combination.caption, combination.data, combination.skipped)
    return list(rows.values())


def _pairs(
    rows: Sequence[Variant], wanted: Sequence[Combination]
) -> list[tuple[Variant, Combination]]:
    by_key = {_key(row.recipe): row for row in rows}
    return [(by_key[_key(combination.data)], combination) for combination in wanted]


def _key(recipe: Mapping[str, Any]) -> str:
    return json.dumps(recipe, sort_keys=True)


def _paint(recipe: Recipe, picture: Path, read: FilesRead, weights: Path | None) -> None:
    from service.painting.paint import paint  # torch: seconds
    from service.reporting.finish import finish

    scene, styles = read_scene(recipe), load_styles(recipe)
    place = destination(picture, read, recipe.projection == "cube")
    with clear_about_memory():
        (last,) = deque(paint(recipe, scene, styles, weights=weights), maxlen=1)
        done = finish(recipe, scene, styles, last, weights)
    deliver(place, done.picture, done.receipt, paint=last.paint())


def _draw(picture: Path, read: FilesRead) -> None:
    """Draw the symmetry over a variant, unless that was done before or it is not painted."""
    receipt = picture.with_suffix(".json")
    place = destination(picture, read, figure=True)
    if not receipt.exists() or all(path.exists() for path in place.figure):
        return
    recipe, paint, _ = read_painted(receipt)
    scene = replace(read_scene(recipe), mirrored=paint.mirrored)
    with Image.open(picture) as image:
        deliver_figure(place, scene.design(recipe.size).figure(), np.asarray(image))


def _write(folder: Path, rows: Sequence[Variant]) -> None:
    index = {"schema": SCHEMA, "schema_version": 1, "variants": [asdict(row) for row in rows]}
    pictures = [_shown(folder, row) for row in rows]
    sheet = contact_sheet(pictures, [f"{row.number}  {row.caption}" for row in rows])
    text = json.dumps(index, indent=1) + "\n"
    write_files({folder / INDEX: text.encode(), folder / SHEET: picture_bytes(sheet)})


def _shown(folder: Path, row: Variant) -> np.ndarray:
    """(SIDE, SIDE, 3): the picture of a variant, or why there is none."""
    if receipt_of(folder, row.number).exists():
        try:
            with Image.open(folder / f"{row.number}.png") as picture:
                return framed(np.asarray(picture), SIDE)
        except OSError:
            return panel("The picture cannot be read.", SIDE)
    return panel(row.skipped or "not painted yet", SIDE)


def _say(folder: Path, rows: Sequence[Variant], left: int, console: Console) -> None:
    painted = [row for row in rows if receipt_of(folder, row.number).exists()]
    skipped = sum(row.skipped is not None for row in rows)
    words = f"{len(painted)} painted" + (f", {skipped} skipped" if skipped else "")
    words += f", {left} left" if left else ""
    console.out(f"{folder / SHEET}  {folder / INDEX}  {words}", highlight=False)
    if painted and not left:
        example = f"service pick {folder} {painted[-1].number} --size 1024"
        console.out(f"larger, the same picture: {printable(example)}", highlight=False)
