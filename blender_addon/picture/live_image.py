"""The image that grows: its data block and its pixels. Its place in materials: :mod:`.shading`.

Rules learnt the hard way (research notes of the project, and tests): a byte image in sRGB whose
colour space is set before the first write; alpha 1; pixels written after ``pack()`` are lost unless
packed again, so pack once at the end and before a save; never keep a reference to a data block
between ticks; ``update()`` and ``update_tag()`` after every write, or viewports stay stale; Cycles
needs more than that, see :func:`write`.
"""

from __future__ import annotations

import zlib
from typing import Any

import bpy
import numpy as np

from ..link import picture_files

EMPTY_COLOUR = (0.5, 0.5, 0.5, 1.0)  # what shows until the first frame
# Cycles keeps the pixels of an image, in its viewport and with persistent data, until a setting
# of the image changes. How alpha is read is one, and alpha is 1 here: it changes nothing else. So
# every write changes it, and a finished picture differs from all that were shown before it.
GROWING_ALPHA = ("CHANNEL_PACKED", "NONE")
FINISHED_ALPHA = ("STRAIGHT", "PREMUL")

_rendered: dict[Any, str] = {}  # uid of an image: how its alpha was read in the last render
_packed: dict[Any, int] = {}  # uid of an image: a checksum of the file that its pixels are from


def is_paintable(image: Any) -> bool:
    """Whether it is a single picture of this file: no tiles, no film, nothing linked."""
    return image.library is None and image.source in ("GENERATED", "FILE")


def create(name: str, size: int) -> Any:
    """A new square byte image in sRGB, mid grey."""
    image: Any = bpy.data.images.new(name, size, size, alpha=False, float_buffer=False)
    image.colorspace_settings.name = "sRGB"
    image.generated_color = EMPTY_COLOUR
    return image


def write(image: Any, size: tuple[int, int], pixels: np.ndarray) -> None:
    """Put ``pixels`` (float32, flat RGBA, bottom row first) of ``size`` (width, height) into the
    image, resized if need be, and tell all viewports."""
    _prepare(image, size)
    image.alpha_mode = GROWING_ALPHA[image.alpha_mode == GROWING_ALPHA[0]]
    image.pixels.foreach_set(pixels)
    image.update()
    image.update_tag()


def _prepare(image: Any, size: tuple[int, int]) -> None:
    """Give the image room for a frame. 'GENERATED', because a change of an image from a file
    reads it again. Not scale(): it takes ten times as long, and moves pixels in memory that
    Cycles or a brush may be reading; like this they keep the old ones until they let go."""
    if image.source != "GENERATED":
        image.source = "GENERATED"
    if (image.generated_width, image.generated_height) != size:
        image.generated_width, image.generated_height = size


def replace_by(image: Any, png: bytes) -> None:
    """Make the picture in the PNG file ``png`` the image's content, packed into the .blend.

    Blender decodes it when something first looks; nothing is encoded in the main thread.
    """
    # A change of the source lets go of the old pixels; reload() would look for a file first, and
    # complain. It must end as 'FILE': a 'GENERATED' image is generated anew after reopening.
    image.source = "GENERATED"
    image.pack(data=png, data_len=len(png))
    image.source = "FILE"
    image.alpha_mode = FINISHED_ALPHA[_rendered.get(uid_of(image)) == FINISHED_ALPHA[0]]
    image.update_tag()
    _packed[uid_of(image)] = zlib.crc32(png)


def read_again(image: Any) -> None:
    """Show what is packed: undo brings an older file back, but Blender 3.4 keeps the pixels."""
    checksum = zlib.crc32(image.packed_file.data)
    if _packed.get(uid_of(image)) != checksum:
        image.alpha_mode = image.alpha_mode  # lets go of the pixels, and looks for no file
        image.update_tag()
        _packed[uid_of(image)] = checksum


def pack(image: Any) -> None:
    """Keep the picture of the moment in the .blend file: before a save and after a Cancel."""
    if not image.is_dirty and is_packed(image):
        return
    width, height = image.size
    pixels = np.empty(width * height * 4, np.float32)
    image.pixels.foreach_get(pixels)
    pixels *= 255
    pixels += 0.5
    picture = pixels.reshape(height, width, 4)[::-1, :, :3].astype(np.uint8)
    replace_by(image, picture_files.encode_png(picture, picture_files.QUICK))


def is_packed(image: Any) -> bool:
    """Whether it comes back as it is from the .blend; undo may take it back to before that."""
    return image.source == "FILE" and image.packed_file is not None


def remember_render() -> None:
    """Note what Cycles may keep from the render that begins now."""
    _rendered.clear()
    _rendered.update({uid_of(image): image.alpha_mode for image in bpy.data.images})


def uid_of(block: Any) -> Any:
    """What identifies a data block until the file is closed: undo and renaming keep it.

    Before Blender 4.2 there is only the name, and a job ends when its object is renamed.
    """
    return getattr(block, "session_uid", block.name_full)


def by_uid(blocks: Any, uid: Any) -> Any:
    """The data block with this :func:`uid_of`, or None."""
    return next((block for block in blocks if uid_of(block) == uid), None)


def redraw() -> None:
    """Redraw what shows the image or the progress, in all windows."""
    manager = bpy.context.window_manager
    for window in manager.windows if manager else ():
        for area in window.screen.areas:
            if area.type in ("VIEW_3D", "IMAGE_EDITOR", "PROPERTIES", "PREFERENCES"):
                area.tag_redraw()
