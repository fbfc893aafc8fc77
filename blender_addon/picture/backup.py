"""A backup of the finished picture of an image that is painted anew. It comes back unless the job
finishes: after a cancel, a failure, or when the service has died.

It lies in a custom property of the image, and so outlives saves and crashes as the image does.
"""

from __future__ import annotations

from typing import Any

from . import live_image

RECEIPT_KEY = "orbitex_receipt"  # custom property of a finished image: the receipt as JSON
BACKUP_KEY = "orbitex_kept"  # of one that is painted anew: a PNG file's content


def make(image: Any) -> None:
    """Back a finished picture up, if there is one without a backup: before a preview is shown."""
    if RECEIPT_KEY in image and BACKUP_KEY not in image:
        live_image.pack(image)  # with what was painted over it by hand
        image[BACKUP_KEY] = bytes(image.packed_file.data)


def put_back(image: Any) -> bool:
    """Show the picture that was backed up, packed; whether there was one."""
    file = image.get(BACKUP_KEY)
    drop(image)
    if not isinstance(file, bytes):
        return False
    live_image.replace_by(image, file)
    return True


def drop(image: Any) -> None:
    """Remove the backup: a newer picture is finished."""
    if BACKUP_KEY in image:
        del image[BACKUP_KEY]
