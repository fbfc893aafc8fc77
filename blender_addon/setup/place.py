"""What Install Service installs, and where to."""

from __future__ import annotations

import functools
import hashlib
import sys
from dataclasses import dataclass
from pathlib import Path

GB = 10**9
_MARK, _UNCHECKED = "orbitex-installed.txt", "unchecked"
# The zip brings the service's wheel, so that add-on and service are always of one release. In a
# checkout there is none.
WHEELS = tuple(Path(__file__).parent.glob("orbitex-*.whl"))


@dataclass(frozen=True)
class Place:
    """A folder for a virtual environment of the add-on's own, and the ``wheel`` to put in it."""

    folder: Path
    wheel: Path

    @property
    def python(self) -> Path:
        """The environment's Python; it need not be there."""
        return python_in(self.folder)

    def digest(self) -> str:
        """Identifies the wheel, SHA-256."""
        return _digest(self.wheel)

    def is_complete(self) -> bool:
        """Whether a service was installed here and its Python is still there (a new Blender or
        system may have taken away what it was made from)."""
        return self._marked() not in ("", _UNCHECKED) and self.python.is_file()

    def is_current(self) -> bool:
        """Whether what is installed is this add-on's very wheel."""
        return self.is_complete() and self._marked() == self.digest()

    def is_mendable(self) -> bool:
        """Whether the packages are there, but of another release, or not found good yet."""
        return bool(self._marked()) and self.python.is_file() and not self.is_current()

    def mark(self, whole: bool) -> None:
        """Note that the wheel and all it needs are installed and, if ``whole``, work."""
        mark = self.digest() if whole else _UNCHECKED
        (self.folder / _MARK).write_text(f"{mark}\n", encoding="utf-8")

    def unmark(self) -> None:
        """Note that what is there is worth nothing."""
        (self.folder / _MARK).unlink()

    def _marked(self) -> str:
        try:
            return (self.folder / _MARK).read_text("utf-8").strip()
        except OSError:
            return ""


@functools.cache  # panels ask on every redraw, and the file does not change
def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def place_in(folder: Path) -> Place | None:
    """The place at ``folder``; None where the add-on brings no wheel."""
    return Place(folder, WHEELS[0]) if WHEELS else None


def python_in(environment: Path) -> Path:
    """The Python of a virtual environment."""
    if sys.platform == "win32":
        return environment / "Scripts" / "python.exe"
    return environment / "bin" / "python"


def sizes() -> tuple[float, float]:
    """Bytes to download and bytes on the disk, about: PyTorch is most of it, and for Linux it
    comes with the libraries of CUDA."""
    return (3 * GB, 6 * GB) if sys.platform == "linux" else (0.4 * GB, 1.5 * GB)


def gigabytes(size: float) -> str:
    """A size as people say it: "0.4 GB", "3 GB"."""
    return f"{size / GB:.1f} GB".replace(".0 ", " ")
