"""The folder of what may be made anew at any time, and of work that is too large for memory."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from geometry.spare_folder import can_write, spare_folder

SCRATCH = "scratch"  # the part of it where files without a name lie


def cache_folder(part: str) -> Path:
    """A part of it: in ORBITEX_CACHE of the environment, else in the user's cache; among the
    temporary files if that cannot be written. Raises InputError("no-temporary-folder")."""
    given = os.environ.get("ORBITEX_CACHE")
    wanted = Path(given or platformdirs.user_cache_dir("orbitex")) / part
    return wanted if can_write(wanted) else spare_folder() / part
