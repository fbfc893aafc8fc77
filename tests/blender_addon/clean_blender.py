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
# With -S, Python starts without its packages.
START = """
import runpy, sys
del sys.argv[0]
sys.path.insert(0, sys.argv.pop(0))
runpy.run_path(sys.argv[0], run_name="__main__")
"""


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
            PYTHONPATH=str(ROOT),  # for the service, whose Python inherits this
        )
        command = [sys.executable, "-S", "-c", START, self.packages, script, *arguments]
        return subprocess.run(
            list(map(str, command)),
            capture_output=True,
            text=True,
            timeout=timeout,
            env=environment,
        )
