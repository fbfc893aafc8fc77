"""From an object's settings to the order that goes to the service. Main thread only."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy
import numpy as np

from . import gather
from .messages import Order
from .preferences import ServicePreferences
from .problems import refuse

STYLE_BUFFER = "style0"
STYLE_SIDE = 2048  # longest side of a style picture that is sent, in pixels
PICTURES = frozenset(
    {".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp", ".exr", ".hdr", ".tga", ".jp2"}
)


@dataclass(frozen=True)
class Choices:
    """What the artist chose. ``style`` is an exemplar's name or the path of a picture;
    ``views`` the number of automatic views, 0 for the scene's cameras."""

    uv_map: str
    group: str
    colouring: str
    style: str
    size: int
    quality: str
    seed: int
    views: int


def choices_of(settings: Any) -> Choices:
    """The choices in an object's settings. Raises ProblemError "no-style"."""
    style = settings.style
    if settings.style_kind == "FILE":
        style = settings.style_file
        if not style:
            refuse("no-style", "No style picture is chosen.", "Choose a file or an exemplar.")
        if not looks_like_a_file(style):
            style = f"./{style}"
    return Choices(
        uv_map=settings.uv_map,
        group=settings.group,
        colouring=settings.colouring,
        style=style,
        size=settings.size,
        quality=settings.quality,
        seed=settings.seed,
        views=settings.views if settings.view_kind == "AROUND" else 0,
    )


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
        width, height = image.size
        if not width or not height or not image.has_data:
            refuse("bad-style", f"'{path}' cannot be read as a picture.", "Choose another file.")
        shrink = STYLE_SIDE / max(width, height)
        if shrink < 1:
            width, height = max(1, round(width * shrink)), max(1, round(height * shrink))
            image.scale(width, height)
        pixels = np.empty(width * height * 4, np.float32)
        image.pixels.foreach_get(pixels)
        rows = pixels.reshape(height, width, 4)[::-1]
        colours: np.ndarray = rows[..., :3]
        if image.is_float:  # float pixels are scene-linear, byte pixels are as in the file
            colours = np.clip(colours, 0, 1)
            low, high = colours * 12.92, 1.055 * colours ** (1 / 2.4) - 0.055
            colours = np.where(colours <= 0.0031308, low, high)
        colours = colours * rows[..., 3:] + (
            1 - rows[..., 3:]
        )  # over white, as the command line does
        return np.ascontiguousarray(np.rint(np.clip(colours, 0, 1) * 255), np.uint8)
    finally:
        bpy.data.images.remove(image)


def make_order(obj: Any, context: Any, choices: Choices, service: ServicePreferences) -> Order:
    """Everything one job sends. Raises ProblemError (see gather and :func:`read_picture`)."""
    depsgraph = context.evaluated_depsgraph_get()
    mesh = gather.gather_mesh(obj, depsgraph, choices.uv_map)
    cameras = [] if choices.views else gather.gather_cameras(obj, context.scene, depsgraph)
    buffers, source = mesh.buffers(), choices.style
    if looks_like_a_file(source):
        buffers[STYLE_BUFFER] = read_picture(source)
        source = f"buffer:{STYLE_BUFFER}"
    recipe = {
        "target": "mesh",
        "group": choices.group,
        "colouring": choices.colouring,
        "styles": [{"source": source}],
        "size": choices.size,
        "quality": choices.quality,
        "seed": choices.seed,
    }
    if choices.views:
        recipe["views"] = choices.views
    return Order(
        service.address,
        recipe,
        tuple(cameras),
        buffers,
        preview_size=service.preview_size,
        preview_rate=service.preview_rate,
    )


CLASSES = ()
