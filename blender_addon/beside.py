"""The finished texture as a file beside the .blend."""

from __future__ import annotations

import itertools
from pathlib import Path

import bpy

from .printing import say


def save(name: str, png: bytes) -> None:
    """Write ``png`` as NAME.png into the folder of the .blend; NAME 2.png where that is taken.

    Nothing for a file that was never saved. The picture is packed, too: an error is only printed.
    """
    if not bpy.data.filepath:
        return
    folder, stem = Path(bpy.data.filepath).parent, bpy.path.clean_name(name)
    for number in itertools.count(1):
        path = folder / (f"{stem}.png" if number == 1 else f"{stem} {number}.png")
        try:
            with path.open("xb") as file:
                file.write(png)
            return
        except FileExistsError:
            continue
        except OSError as error:
            say(f"{path} cannot be written: {error.strerror}")
            return
