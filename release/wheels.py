"""The wheels in the add-on's zips: pyzmq's, fetched with pip and kept in a cache folder, and the
service's, built here."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PYZMQ = "27.3.0"

# Blender's names of platforms, and pip's.
PLATFORMS: Mapping[str, str] = {
    "windows-x64": "win_amd64",
    "windows-arm64": "win_arm64",
    "linux-x64": "manylinux_2_28_x86_64",
    "macos-arm64": "macosx_11_0_arm64",
    "macos-x64": "macosx_11_0_x86_64",
}


class FetchError(Exception):
    """A wheel could not be had; says why."""


@dataclass(frozen=True)
class Interpreter:
    """Blender's Python as pip knows it: its version, and the ABI of the wheel that suits it."""

    version: str
    abi: str


def build_service(root: Path, folder: Path) -> None:
    """The wheel of the checkout at ``root``, into ``folder``. Raises SystemExit."""
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(build, capture_output=True, text=True, cwd=root)
    if done.returncode:
        raise SystemExit(f"extension: the service's wheel: {done.stderr.strip()}")


def fetch(platform: str, interpreter: Interpreter, cache: Path) -> Path:
    """The wheel for one of PLATFORMS, downloaded into ``cache`` unless it is there.

    Raises FetchError.
    """
    folder = cache / f"{platform}-{interpreter.abi}"
    name = f"pyzmq-{PYZMQ}-*.whl"
    if not list(folder.glob(name)):
        wanted = ["--only-binary", ":all:", "--platform", PLATFORMS[platform]]
        wanted += ["--implementation", "cp", "--abi", interpreter.abi]
        wanted += ["--python-version", interpreter.version, f"pyzmq=={PYZMQ}"]
        pip = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet"]
        pip += ["--dest", str(folder), *wanted]
        done = subprocess.run(pip, capture_output=True, text=True)
        if done.returncode:
            raise FetchError((done.stderr.strip() or "pip failed").splitlines()[-1])
    (wheel,) = folder.glob(name)
    return wheel
