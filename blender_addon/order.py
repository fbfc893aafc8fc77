"""From an object's settings to the order that goes to the service. Main thread only."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import bpy
import numpy as np

from . import base_colour, gather, mask, occluders, viewpoints
from .catalogue import DEFAULT_STYLE
from .messages import Order
from .pictures import read_pixels, to_bytes
from .preferences import ServicePreferences
from .problems import ProblemError, refuse

MAX_STYLES = 16  # as the recipe says
STYLE_SIDE = 2048  # longest side of a style picture that is sent, in pixels
PICTURES = frozenset(
    {".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp", ".exr", ".hdr", ".tga", ".jp2"}
)


@dataclass(frozen=True)
class Choices:
    """What the artist chose. The recipe's fields of the same names are explained in
    service/recipe.py.

    ``styles``: (an exemplar's name or the path of a picture, its weight); none for the recipe's
    default. ``steps``: 0 for as many as the quality says. ``style_size``: metres, 0 for the
    recipe's default. ``axis``: X, Y, Z, CURSOR or three numbers; ``centre``: ORIGIN, CENTROID,
    CURSOR or three numbers; numbers are in the object's own frame, scale applied. ``view_kind``:
    one of viewpoints.KINDS; ``views``: how many automatic ones. ``occluders``: whether other
    objects hide parts of this one. ``base``: one of base_colour.SOURCES. ``content``: the weight of
    what the base colour shows. ``mask_kind``, ``mask``: one of mask.KINDS and the name of it.
    """

    uv_map: str
    group: str
    colouring: str
    axis: str
    centre: str
    action: str
    tolerance: float
    styles: tuple[tuple[str, float], ...]
    style_size: float
    style_scale: float
    size: int
    quality: str
    steps: int
    learning_rate: float
    network: str
    seed: int
    view_kind: str
    views: int
    occluders: bool
    base: str
    start: str
    style_weight: float
    colour_weight: float
    smoothness: float
    seam: float
    content: float
    mask_kind: str
    mask: str


# The recipe's names for the weights of its objective.
OBJECTIVE = {
    "style_weight": "style",
    "colour_weight": "colour",
    "smoothness": "smoothness",
    "seam": "seam",
    "content": "content",
}


def choices_of(settings: Any) -> Choices:
    """The choices in an object's settings."""
    same = {field.name: getattr(settings, field.name) for field in fields(Choices)}
    styles = tuple((style.source, style.weight) for style in settings.styles)
    return Choices(**same | {"styles": styles})


def parse_styles(text: str) -> tuple[tuple[str, float], ...]:
    """Styles written as "night_strokes", "//cat.png" or, several, "night_strokes=2; //cat.png".

    Raises ProblemError "bad-style".
    """
    styles = []
    for part in filter(None, (part.strip() for part in text.split(";"))):
        source, equals, weight = part.rpartition("=")
        try:
            styles.append((source.strip(), float(weight)) if equals else (part, 1.0))
        except ValueError:
            refuse("bad-style", f"The weight in '{part}' is no number.", "Write a=1; b=0.5.")
    return tuple(styles)


def looks_like_a_file(style: str) -> bool:
    """Whether ``style`` names a file and not an exemplar: it has a slash or a picture's suffix."""
    return "/" in style or "\\" in style or Path(style).suffix.lower() in PICTURES


def check_source(source: str) -> None:
    """Raises ProblemError "no-style" if a style's source is empty or a file that is not there."""
    fix = "orbitex.remove_missing_styles", "Remove it from the list"
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
        # Over white, as the command line does.
        return to_bytes(rows[..., :3] * rows[..., 3:] + (1 - rows[..., 3:]))
    finally:
        bpy.data.images.remove(image)


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
        listed.append({"source": source, "weight": _short(weight)})
    return listed, buffers


def make_order(obj: Any, context: Any, choices: Choices, service: ServicePreferences) -> Order:
    """Everything one job sends. Raises ProblemError (see gather, viewpoints, occluders,
    base_colour, mask and :func:`read_picture`)."""
    depsgraph = context.evaluated_depsgraph_get()
    uv_map, size = choices.uv_map, choices.size
    mesh = gather.gather_mesh(obj, depsgraph, uv_map)
    cameras = viewpoints.gather_views(choices.view_kind, obj, context, depsgraph)
    buffers = mesh.buffers()
    styles, pictures = gather_styles(choices.styles)
    buffers |= pictures
    if choices.occluders:
        buffers |= occluders.gather_occluders(obj, depsgraph)
    masked = mask.gather_mask(choices.mask_kind, choices.mask, obj, depsgraph, uv_map, size)
    if masked is not None:
        buffers["mask"] = masked
    wanted = uv_map, size, choices.base
    if choices.start == "BASE" or choices.content > 0 or masked is not None:
        buffers["base"] = base_colour.gather_base(obj, depsgraph, *wanted)
    elif base_colour.has_holes(obj):  # holes count even where the colour does not
        with suppress(ProblemError):  # the colour of another material
            buffers["base"] = base_colour.gather_base(obj, depsgraph, *wanted)
    recipe: dict[str, Any] = {
        "target": "mesh",
        "group": choices.group,
        "axis": _axis(choices.axis, obj, context.scene),
        "centre": _centre(choices.centre, obj, context.scene),
        "action": choices.action.lower(),
        "tolerance": _short(choices.tolerance),
        "styles": styles,
        "start": choices.start.lower(),
        "size": size,
        "network": choices.network,
        "seed": choices.seed,
        **steerable(choices),
    }
    if choices.style_size > 0:
        recipe["style_size"] = _short(choices.style_size)
    if choices.view_kind in viewpoints.AUTOMATIC:
        recipe["views"] = choices.views
        recipe["view_layout"] = viewpoints.AUTOMATIC[choices.view_kind]
    return Order(
        service.address,
        recipe,
        tuple(cameras),
        buffers,
        preview_size=service.preview_size,
        preview_rate=service.preview_rate,
        key_file=service.key_file,
        encoding=service.encoding,
    )


def steerable(choices: Choices) -> dict[str, Any]:
    """The fields of the recipe that may change while it is painted; weights of styles may, too."""
    recipe: dict[str, Any] = {
        "colouring": choices.colouring,
        "style_scale": _short(choices.style_scale),
        "quality": choices.quality,
        "learning_rate": _short(choices.learning_rate),
        "objective": {theirs: _short(getattr(choices, ours)) for ours, theirs in OBJECTIVE.items()},
    }
    if choices.steps > 0:
        recipe["steps"] = choices.steps
    return recipe


def changes(running: Mapping[str, Any], choices: Choices) -> dict[str, Any]:
    """What to change in the recipe of a running job so that it is painted as ``choices`` say; as
    the wire's 'adjust' has it. Only what may change then is looked at."""
    found = {name: value for name, value in steerable(choices).items() if name != "objective"}
    wanted = steerable(choices)["objective"]
    found |= {f"objective.{name}": value for name, value in wanted.items()}
    for number, (_, weight) in enumerate(choices.styles):
        found[f"styles.{number}.weight"] = _short(weight)
    return {key: value for key, value in found.items() if _at(running, key) != value}


def _at(data: Any, key: str) -> Any:
    for part in key.split("."):
        try:
            data = data[int(part) if part.isdigit() else part]
        except (LookupError, TypeError):
            return None
    return data


def _axis(axis: str, obj: Any, scene: Any) -> str:
    if axis != "CURSOR":
        return axis
    return _numbers(gather.cursor_axis(scene, gather.frame_of(obj)))


def _centre(centre: str, obj: Any, scene: Any) -> str:
    if centre != "CURSOR":
        return centre.lower()
    return _numbers(gather.cursor_place(scene, gather.frame_of(obj)))


def _short(value: float) -> float:
    """Blender's single precision as the number that was typed: 0.01, not 0.009999999776."""
    return float(f"{value:.7g}")


def _numbers(values: np.ndarray) -> str:
    return ",".join(f"{value:.9g}" for value in values)


CLASSES = ()
