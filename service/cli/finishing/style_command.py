"""``service style``: a style picture prepared before it is painted in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from PIL import Image

from service.cli import options
from service.cli.recipe_data import read_step
from service.cli.terminal import progress_console
from service.preparing import STEPS

_SHOWN = 512  # pixels of a preview's height, at most


def style(
    picture: Annotated[
        str, typer.Argument(metavar="PICTURE", help="An exemplar's name, or a picture's file.")
    ],
    set_: Annotated[
        list[str] | None,
        options.steps(
            f"A step and its value, as in turn=30. Steps: {', '.join(STEPS)}; their ranges "
            "are those of styles.N.prepare in 'service settings'."
        ),
    ] = None,
    output: Annotated[
        Path | None, options.output("FILE", "Its file; default: NAME-style.png here.")
    ] = None,
    preview: Annotated[
        Path | None,
        typer.Option(
            "--preview", "-p", metavar="FILE", help="Before and after, side by side, too: a .png."
        ),
    ] = None,
) -> None:
    """Prepare a style picture: crop, turn, white balance, contrast, denoise, sharpen, a palette,
    the colours of another one. A recipe can say the same of its styles."""
    from service.cli.recipe_file import files_read, with_absolute_files
    from service.inputs.styles import load_styles
    from service.recipe.parsing import parse_recipe
    from service.reporting.delivery import bad_output, check_files, write_files
    from service.reporting.formats import FORMATS, picture_bytes
    from service.reporting.overwriting import FilesRead

    steps = dict(read_step(step, "--set") for step in set_ or ())
    any_painting = {"target": "tile", "group": "p1"}
    recipes = [
        with_absolute_files(
            parse_recipe(any_painting | {"styles": [{"source": picture, "prepare": prepare}]}),
            Path.cwd(),
        )
        for prepare in ({}, steps)
    ]
    place = output or Path(f"{Path(picture).stem}-style.png")
    files = [place] if preview is None else [place, preview]
    for file in files:
        if file.suffix.lower() not in FORMATS:
            raise bad_output(f"{file} is not a picture file's name.", "End it with .png.")
    check_files(files, FilesRead(files_read(recipes[1])))
    before, after = (load_styles(recipe)[0].pixels for recipe in recipes)
    written = {place: picture_bytes(after, place.suffix)}
    if preview is not None:
        written[preview] = picture_bytes(_side_by_side(before, after), preview.suffix)
    write_files(written)
    height, width = after.shape[:2]
    shown = "  ".join(map(str, files))
    progress_console().out(f"{shown}  {width} × {height} pixels", highlight=False)


def _side_by_side(*pictures: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """All as tall as the smallest, or less."""
    height = min(_SHOWN, *(len(picture) for picture in pictures))
    scaled = [
        Image.fromarray(picture).resize(
            (max(1, round(picture.shape[1] * height / len(picture))), height),
            Image.Resampling.LANCZOS,
        )
        for picture in pictures
    ]
    return np.concatenate([np.asarray(picture) for picture in scaled], axis=1)
