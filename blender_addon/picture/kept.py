"""The finished picture of an image that is painted anew. It comes back unless the job finishes:
after a cancel, a failure, or when the service has died.

It lies in a custom property of the image, and so outlives saves and crashes as the image does.
"""

from __future__ import annotations

from typing import Any

from . import live_image

RECEIPT_KEY = "orbitex_receipt"  # custom property of a finished image: the receipt as JSON
KEPT_KEY = "orbitex_kept"  # of one that is painted anew: a PNG file's content


def keep(image: Any) -> None:
    """Keep a finished picture, if there is one that is not kept yet: before a preview is shown."""
    if RECEIPT_KEY in image and KEPT_KEY not in image:
        live_image.pack(image)  # with what was painted over it by hand
        image[KEPT_KEY] = bytes(image.packed_file.data)


def bring_back(image: Any) -> bool:
    """Show the picture that was kept, packed; whether there was one."""
    kept = image.get(KEPT_KEY)
    drop(image)
    if not isinstance(kept, bytes):
        return False
    live_image.replace_by(image, kept)
    return True


def drop(image: Any) -> None:
    """A newer picture is finished."""
    if KEPT_KEY in image:
        del image[KEPT_KEY]
