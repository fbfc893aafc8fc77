"""What the GUI tests need from Debian. As a program it installs what is missing (make test-gui)."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

# Blender lacks NumPy and ZeroMQ unless they are named; Mesa draws without a graphics card.
PACKAGES = (
    "blender python3-numpy python3-zmq xvfb xdotool imagemagick libgl1-mesa-dri libegl1 libgl1"
)
INSTALL = f"apt-get install -y --no-install-recommends {PACKAGES}"
PROGRAMS = ("blender", "Xvfb", "xdotool", "import")
MODULES = ("numpy", "zmq")  # of Debian's Python, which its Blender uses
LIBRARY = Path("/usr/lib/python3/dist-packages")


def missing() -> str:
    """What is not here and how to get it, in one line; empty where nothing is missing."""
    absent = [program for program in PROGRAMS if not shutil.which(program)]
    absent += [f"python3-{module}" for module in MODULES if not (LIBRARY / module).is_dir()]
    return f"no {', '.join(absent)} here: {INSTALL}" if absent else ""


def main() -> None:
    """Install as root or with a sudo that asks nothing; else say what to do."""
    if not (reason := missing()):
        return
    sudo = ["sudo", "-n"] if os.geteuid() else []
    may = shutil.which("apt-get") and (
        not sudo
        or (shutil.which("sudo") and subprocess.run([*sudo, "true"], check=False).returncode == 0)
    )
    if not may:
        raise SystemExit(f"test-gui: {reason}")
    environment = [*sudo, "env", "DEBIAN_FRONTEND=noninteractive"]
    subprocess.run([*environment, "apt-get", "update", "-qq"], check=True)
    subprocess.run([*environment, *INSTALL.split(), "-qq"], check=True)
    if reason := missing():
        raise SystemExit(f"test-gui: {reason}")


if __name__ == "__main__":
    main()
