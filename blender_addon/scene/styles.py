"""The style pictures of a painting: the service's own by name, or files, which are sent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
import numpy as np

from ..offer.catalogue import DEFAULT_STYLE
from ..offer.fields import FIELDS
from ..picture.colour_profiles import as_srgb
from ..picture.pictures import read_pixels, to_bytes
from ..problems import refuse
from ..settings.row import as_typed

MAX_STYLES = int(FIELDS["styles"].most or 0)
STYLE_SIDE = 2048  # longest side of a style picture that is sent, in pixels
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


def read_picture(path: str) -> np.ndarray:
    """A picture file as |u1 (H, W, 3) sRGB, top row first; at most STYLE_SIDE pixels long.

    Raises ProblemError "bad-style".
    """
    file = _style_file(path)
    try:
        image: Any = bpy.data.images.load(str(file), check_existing=False)
    except RuntimeError:
        refuse("bad-style", f"'{path}' cannot be read as a picture.", "Choose another file.")
    try:
        shrink = STYLE_SIDE / max(*image.size, 1)
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
    styles: tuple[tuple[str, float], ...],
) -> tuple[list[dict[str, Any]], dict[str, np.ndarray]]:
    """The recipe's styles, and the buffers of those that are picture files.

    Raises ProblemError "no-style" and "bad-style".
    """
    if len(styles) > MAX_STYLES:
        refuse("bad-style", f"{len(styles)} styles are more than {MAX_STYLES}.", "Remove some.")
    listed: list[dict[str, Any]] = []
    buffers = {}
    for number, (source, weight) in enumerate(styles or ((DEFAULT_STYLE, 1.0),)):
        check_source(source)
        if looks_like_a_file(source):
            name = f"style{number}"
            buffers[name] = read_picture(source)
            source = f"buffer:{name}"
        listed.append({"source": source, "weight": as_typed(weight)})
    return listed, buffers
