"""Pythons of this machine that a virtual environment for the service can be made with."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence

# Of the service (a test compares them with pyproject.toml); the one it is tested most with first.
MINORS = (11, 13, 12)
ASK = (
    "import ensurepip, json, sys, venv; "
    "print(json.dumps([sys.executable, list(sys.version_info[:2]), sys.maxsize > 2**32]))"
)
SECONDS = 20.0  # for an answer: a cold disk, a virus scanner


def candidates() -> list[list[str]]:
    """Commands that may start one: the system's, which outlive a Blender, then Blender's own."""
    names = [*(f"python3.{minor}" for minor in MINORS), "python3", "python"]
    found = [[path] for name in names if (path := shutil.which(name))]
    if sys.platform == "win32" and (launcher := shutil.which("py")):
        found = [[launcher, f"-3.{minor}"] for minor in MINORS] + found
    return [*found, [sys.executable]]


def usable(commands: Sequence[Sequence[str]]) -> Iterator[tuple[str, str]]:
    """(path, version) of those that are there, of a version that the service runs on, 64 bits wide,
    and able to make an environment with pip (Debian's needs python3-venv); each once."""
    seen = set()
    for command in commands:
        try:
            done = subprocess.run(
                [*command, "-I", "-c", ASK],
                capture_output=True,
                timeout=SECONDS,
                stdin=subprocess.DEVNULL,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
            path, (major, minor), wide = json.loads(done.stdout)
        except (OSError, subprocess.TimeoutExpired, ValueError):
            continue  # not there, a shim of a version that is not, or without venv
        if major == 3 and minor in MINORS and wide and path not in seen:
            seen.add(path)
            yield path, f"{major}.{minor}"
