"""Generated icons: colour rules as swatches, styles and channels as small pictures.

A Blender without a window has no icons: then every number is 0, and menus show text alone.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy
import numpy as np

from ..link import lookups
from ..offer import catalogue, swatches

_KEPT = {"prepared": 8, "rule": 512}  # icons of which sliders make ever more

_previews: Any = None  # Blender's collection of them, while registered


def of_rule(settings: Any, name: str) -> int:
    """The icon of a colour rule of an object's group: its first style under the rule."""
    rule = next((r for r in catalogue.known().rules(settings.group) if r.name == name), None)
    if rule is None or (style := style_of(settings)) is None:
        return 0
    look, frame = style
    kind = "rgb" if frame is None else "style"
    key = f"rule {rule.images} {kind} {hash(look.tobytes())}"
    return _made(key, lambda: from_bytes(swatches.swatch(rule.images, look, frame)))


def style_of(settings: Any) -> tuple[np.ndarray, np.ndarray | None] | None:
    """What an object's first style looks like, and the frame that colour rules act on in it, None
    for red, green and blue; None where nothing is known of it yet."""
    source = catalogue.DEFAULT_STYLE
    if settings.use_styles and settings.styles:
        source = settings.styles[0].look
    look = lookups.look(source) or lookups.look(catalogue.DEFAULT_STYLE)
    if look is None:
        return None
    return look.pixels, look.frame if settings.colours == "STYLE" else None


def from_bytes(pixels: np.ndarray) -> np.ndarray:
    """float32 (h, w, 4) of |u1 (h, w, 3 or 4)."""
    colours = pixels / np.float32(255)
    if pixels.shape[2] == 4:
        return colours
    return np.dstack([colours, np.ones(pixels.shape[:2], np.float32)])


def of_style(source: str) -> int:
    """The icon of a style: an exemplar's look, or a picture file."""
    look = catalogue.known().looks.get(source)
    if look is not None:
        return _made(f"look {source}", lambda: from_bytes(look))
    path = Path(bpy.path.abspath(source)).expanduser() if source else None
    return _loaded(path) if path and path.is_file() else 0


def of_prepared(pixels: np.ndarray) -> int:
    """The icon of a prepared style, |u1 (h, w, 3)."""
    return _made(f"prepared {hash(pixels.tobytes())}", lambda: from_bytes(pixels))


def of_channel(network: str, layer: str, channel: int) -> int:
    """The icon of a channel of a network, once the service has sent its picture."""
    pixels = lookups.picture(network, layer, channel)
    if pixels is None:
        return 0
    return _made(f"channel {network} {layer} {channel}", lambda: from_bytes(pixels))


def _made(key: str, pixels: Callable[[], np.ndarray]) -> int:
    if _previews is None:
        return 0
    if key not in _previews:
        kind = key.partition(" ")[0]
        same = [name for name in _previews if name.startswith(f"{kind} ")]
        if len(same) >= _KEPT.get(kind, len(same) + 1):
            del _previews[same[0]]
        rows = pixels()[::-1]  # Blender's first row is at the bottom
        preview = _previews.new(key)
        for kind in ("icon", "image"):  # in menus and lists; in galleries
            setattr(preview, f"{kind}_size", (rows.shape[1], rows.shape[0]))
            setattr(preview, f"{kind}_pixels_float", rows.ravel().tolist())
    return int(_previews[key].icon_id)


def _loaded(path: Path) -> int:
    if _previews is None:
        return 0
    key = f"file {path} {path.stat().st_mtime_ns}"
    if key not in _previews:
        _previews.load(key, str(path), "IMAGE")  # Blender reads it when it is first drawn
    return int(_previews[key].icon_id)


def register() -> None:
    """Make room for the icons."""
    global _previews
    if not bpy.app.background:
        import bpy.utils.previews as previews

        _previews = previews.new()


def unregister() -> None:
    """Throw the icons away."""
    global _previews
    if _previews is not None:
        import bpy.utils.previews as previews

        previews.remove(_previews)
        _previews = None
