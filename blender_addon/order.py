"""From an object's settings to the order that goes to the service. Main thread only."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import bpy
import numpy as np

from . import base_colour, gather, mask, occluders, viewpoints
from .messages import Order
from .pictures import read_pixels, to_bytes
from .preferences import ServicePreferences
from .problems import ProblemError, refuse

STYLE_BUFFER = "style0"
STYLE_SIDE = 2048  # longest side of a style picture that is sent, in pixels
PICTURES = frozenset(
    {".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp", ".exr", ".hdr", ".tga", ".jp2"}
)


@dataclass(frozen=True)
class Choices:
    """What the artist chose. The recipe's fields of the same names are explained in
    service/recipe.py.

    ``style``: an exemplar's name or the path of a picture. ``style_size``: metres, 0 for the
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
    style: str
    style_size: float
    size: int
    quality: str
    seed: int
    view_kind: str
    views: int
    occluders: bool
    base: str
    start: str
    content: float
    mask_kind: str
    mask: str


def choices_of(settings: Any) -> Choices:
    """The choices in an object's settings. Raises ProblemError "no-style"."""
    style = settings.style
    if settings.style_kind == "FILE":
        style = settings.style_file
        if not style:
            refuse("no-style", "No style picture is chosen.", "Choose a file or an exemplar.")
        if not looks_like_a_file(style):
            style = f"./{style}"
    same = {field.name: getattr(settings, field.name) for field in fields(Choices)}
    return Choices(**same | {"style": style})


def looks_like_a_file(style: str) -> bool:
    """Whether ``style`` names a file and not an exemplar: it has a slash or a picture's suffix."""
    return "/" in style or "\\" in style or Path(style).suffix.lower() in PICTURES


def read_picture(path: str) -> np.ndarray:
    """A picture file as |u1 (H, W, 3) sRGB, top row first; at most STYLE_SIDE pixels long.

    Raises ProblemError "no-style" and "bad-style".
    """
    file = Path(bpy.path.abspath(path)).expanduser().absolute()
    if not file.is_file():
        refuse("no-style", f"There is no style picture '{path}'.", "Choose another file.")
    try:
        image: Any = bpy.data.images.load(str(file), check_existing=False)
    except RuntimeError:
        return refuse("bad-style", f"'{path}' cannot be read as a picture.", "Choose another file.")
    try:
        shrink = STYLE_SIDE / max(*image.size, 1)
        if shrink < 1 and image.has_data:
            image.scale(*(max(1, round(side * shrink)) for side in image.size))
        rows = read_pixels(image)
        if rows is None:
            return refuse(
                "bad-style", f"'{path}' cannot be read as a picture.", "Choose another file."
            )
        # Over white, as the command line does.
        return to_bytes(rows[..., :3] * rows[..., 3:] + (1 - rows[..., 3:]))
    finally:
        bpy.data.images.remove(image)


def make_order(obj: Any, context: Any, choices: Choices, service: ServicePreferences) -> Order:
    """Everything one job sends. Raises ProblemError (see gather, viewpoints, occluders,
    base_colour, mask and :func:`read_picture`)."""
    depsgraph = context.evaluated_depsgraph_get()
    uv_map, size = choices.uv_map, choices.size
    mesh = gather.gather_mesh(obj, depsgraph, uv_map)
    cameras = viewpoints.gather_views(choices.view_kind, obj, context, depsgraph)
    buffers, source = mesh.buffers(), choices.style
    if looks_like_a_file(source):
        buffers[STYLE_BUFFER] = read_picture(source)
        source = f"buffer:{STYLE_BUFFER}"
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
        "colouring": choices.colouring,
        "axis": _axis(choices.axis, obj, context.scene),
        "centre": _centre(choices.centre, obj, context.scene),
        "action": choices.action.lower(),
        "tolerance": _short(choices.tolerance),
        "styles": [{"source": source}],
        "start": choices.start.lower(),
        "size": size,
        "quality": choices.quality,
        "seed": choices.seed,
    }
    if choices.style_size > 0:
        recipe["style_size"] = _short(choices.style_size)
    if choices.content > 0:
        recipe["objective"] = {"content": _short(choices.content)}
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


def _axis(axis: str, obj: Any, scene: Any) -> str:
    if axis != "CURSOR":
        return axis
    up = np.array(scene.cursor.matrix, np.float64)[:3, 2]
    return _numbers(gather.frame_of(obj)[:3, :3] @ up)


def _centre(centre: str, obj: Any, scene: Any) -> str:
    if centre != "CURSOR":
        return centre.lower()
    place = np.append(np.array(scene.cursor.location, np.float64), 1.0)
    return _numbers((gather.frame_of(obj) @ place)[:3])


def _short(value: float) -> float:
    """Blender's single precision as the number that was typed: 0.01, not 0.009999999776."""
    return float(f"{value:.7g}")


def _numbers(values: np.ndarray) -> str:
    return ",".join(f"{value:.9g}" for value in values)


CLASSES = ()
