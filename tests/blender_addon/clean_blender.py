"""The bpy wheel as an artist's Blender: a fresh profile, and no pyzmq in its Python."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# The Python that runs the real service; another one than Blender's where that lacks torch.
SERVICE_PYTHON = os.environ.get("ORBITEX_SERVICE_PYTHON", sys.executable)


class CleanBlender:
    """Runs scripts. Its packages are links to those of this Python, without pyzmq: that must come
    from the extension."""

    def __init__(self, folder: Path) -> None:
        self.profile, self.packages = folder / "profile", folder / "packages"
        self.packages.mkdir()
        for package in Path(sysconfig.get_path("purelib")).iterdir():
            if "zmq" not in package.name and package.suffix != ".pth":
                (self.packages / package.name).symlink_to(package)

    def run(
        self, script: Path, *arguments: object, timeout: float = 60
    ) -> subprocess.CompletedProcess[str]:
        """``python SCRIPT ARGUMENTS``; ends by itself, or the add-on hangs bpy 4.5 at its exit."""
        environment = dict(
            os.environ,
            BLENDER_USER_RESOURCES=str(self.profile),
            # The project's folder is for the service, which inherits this.
            PYTHONPATH=os.pathsep.join([str(self.packages), str(ROOT)]),
        )
        # -S: without the packages of this Python.
        return subprocess.run(
            [sys.executable, "-S", str(script), *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=timeout,
            env=environment,
        )
