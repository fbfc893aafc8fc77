"""The style pictures of a painting: the service's own by name, or files, which are sent."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import bpy
import numpy as np

from ..offer.catalogue import DEFAULT_STYLE
from ..offer.fields import FIELDS
from ..picture.colour_profiles import as_srgb
from ..picture.pictures import read_pixels, to_bytes
from ..problems import refuse
from ..settings import painting, preparing
from ..settings.row import as_typed

MAX_STYLES = int(FIELDS["styles"].most or 0)
STYLE_SIDE = 2048  # longest side of a style picture that is sent, in pixels
MATCH_SIDE = 512  # of one whose colours alone are taken: their mean and covariance
_FILES_KEPT = 8  # pictures that sliders ask about again and again
PICTURES = frozenset(
    {".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp", ".exr", ".hdr", ".tga", ".jp2"}
)


def parse_weighted(text: str, code: str = "bad-style") -> tuple[tuple[str, float], ...]:
    """Styles written as "night_strokes", "//cat.png" or, several, "night_strokes=2; //cat.png"; or
    dreams, "class:goldfinch; fire9:100=-0.5".

    Raises ProblemError ``code``.
    """
    found = []
    for part in filter(None, (part.strip() for part in text.split(";"))):
        source, equals, weight = part.rpartition("=")
        try:
            found.append((source.strip(), float(weight)) if equals else (part, 1.0))
        except ValueError:
            refuse(code, f"The weight in '{part}' is not a number.", "Write a=1; b=0.5.")
    return tuple(found)


def looks_like_a_file(style: str) -> bool:
    """Whether ``style`` names a file and not an exemplar: it has a slash or a picture's suffix."""
    return "/" in style or "\\" in style or Path(style).suffix.lower() in PICTURES


def check_source(source: str) -> None:
    """Raises ProblemError "no-style" if a style's source is empty or a file that is not there."""
    fix = "orbitex.remove_missing_styles", "Remove from List"
    if not source:
        refuse("no-style", "A style in the list has no picture.", "Choose one.", *fix)
    if looks_like_a_file(source) and not _style_file(source).is_file():
        refuse("no-style", f"There is no style picture '{source}'.", "Choose another.", *fix)


def _style_file(path: str) -> Path:
    return Path(bpy.path.abspath(path)).expanduser().absolute()


def changed_at(source: str) -> int:
    """When a style's file was changed last, in nanoseconds; 0 for an exemplar, or no file."""
    if not looks_like_a_file(source):
        return 0
    try:
        return _style_file(source).stat().st_mtime_ns
    except OSError:
        return 0


def read_picture(path: str, side: int = STYLE_SIDE) -> np.ndarray:
    """A picture file as |u1 (H, W, 3) sRGB, top row first; at most ``side`` pixels long.

    Raises ProblemError "bad-style".
    """
    file = _style_file(path)
    try:
        image: Any = bpy.data.images.load(str(file), check_existing=False)
    except RuntimeError:
        refuse("bad-style", f"'{path}' cannot be read as a picture.", "Choose another file.")
    try:
        shrink = side / max(*image.size, 1)
        if shrink < 1 and image.has_data:
            image.scale(*(max(1, round(side * shrink)) for side in image.size))
        rows = read_pixels(image)
        if rows is None:
            refuse("bad-style", f"'{path}' cannot be read as a picture.", "Choose another file.")
        colours = as_srgb(rows[..., :3], file.read_bytes())
        # Over white, as the command line does.
        return to_bytes(colours * rows[..., 3:] + (1 - rows[..., 3:]))
    finally:
        bpy.data.images.remove(image)


def read_again(path: str, side: int) -> np.ndarray:
    """The same as :func:`read_picture` of a file that is there, from memory unless it has changed.
    Raises ProblemError "no-style" for one that is not."""
    check_source(path)
    return _kept(str(_style_file(path)), side, changed_at(path))


@functools.lru_cache(maxsize=_FILES_KEPT)
def _kept(path: str, side: int, changed: int) -> np.ndarray:
    return read_picture(path, side)


def sent(source: str, name: str, side: int, buffers: dict[str, np.ndarray]) -> str:
    """What a recipe names: an exemplar, or a file that goes along as the buffer ``name``. Raises
    ProblemError "no-style" and "bad-style"."""
    if not looks_like_a_file(source):
        return source
    buffers[name] = read_again(source, side)
    return f"buffer:{name}"


def gather_steps(steps: Mapping[str, Any], name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Steps of a style as the recipe has them, and the buffers of files that they name, which begin
    with ``name``. Raises ProblemError "no-style" and "bad-style"."""
    buffers: dict[str, np.ndarray] = {}
    told = {
        step: sent(value, f"{name}_{step}", MATCH_SIDE, buffers)
        if step in preparing.PICTURES
        else value
        for step, value in steps.items()
    }
    return told, buffers


def gather_finishing(choices: Any) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """All steps of finishing as the recipe has them, None for those of a text that do nothing, and
    the buffers of files that they name. Raises ProblemError "no-style" and "bad-style"."""
    buffers: dict[str, np.ndarray] = {}
    told = {}
    for row in painting.FINISH:
        step, value = row.field.rpartition(".")[2], as_typed(row.in_recipe(choices))
        if value is not None and step in painting.PICTURES:
            value = sent(value, f"finishing_{step}", MATCH_SIDE, buffers)
        told[step] = value
    return told, buffers


def gather_colours(choices: Any) -> tuple[dict[str, str], dict[str, np.ndarray]]:
    """The recipe's ``style_colours`` where the styles take those of a picture file, and its buffer.

    Raises ProblemError "no-style" and "bad-style".
    """
    source = choices.colours_of
    if choices.style_colours != "PICTURE":
        return {}, {}
    if not source or (looks_like_a_file(source) and not _style_file(source).is_file()):
        refuse(
            "no-style",
            f"There is no picture '{source}' for the style's colours."
            if source
            else "No picture is chosen for the style's colours.",
            "Choose one under Style: Colours Of.",
        )
    if not looks_like_a_file(source):
        return {}, {}
    return {"style_colours": "buffer:colours"}, {"colours": read_picture(source)}


def gather_styles(
    styles: tuple[tuple[Any, ...], ...],
) -> tuple[list[dict[str, Any]], dict[str, np.ndarray]]:
    """The recipe's styles, of entries as the list has them, and the buffers of picture files.

    Raises ProblemError "no-style" and "bad-style".
    """
    if len(styles) > MAX_STYLES:
        refuse("bad-style", f"{len(styles)} styles are more than {MAX_STYLES}.", "Remove some.")
    listed: list[dict[str, Any]] = []
    buffers = {}
    for number, (source, weight, *steps) in enumerate(styles or ((DEFAULT_STYLE, 1.0),)):
        check_source(source)
        if looks_like_a_file(source):
            name = f"style{number}"
            buffers[name] = read_picture(source)
            source = f"buffer:{name}"
        listed.append({"source": source, "weight": as_typed(weight)})
        if steps:
            listed[-1]["prepare"], more = gather_steps(steps[0], f"style{number}")
            buffers |= more
    return listed, buffers
