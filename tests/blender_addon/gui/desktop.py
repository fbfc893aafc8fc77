"""A screen in memory (Xvfb), a hand on its mouse and keyboard (xdotool), and an eye (import)."""

from __future__ import annotations

import io
import os
import subprocess
from pathlib import Path

import numpy as np
from PIL import Image

WIDTH, HEIGHT = 1000, 680  # software draws it: each pixel takes its time


class Desktop:
    """One X display. Coordinates are pixels from its top left corner."""

    def __init__(self) -> None:
        # The server chooses a free display and says which through the pipe.
        read, write = os.pipe()
        self._server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{WIDTH}x{HEIGHT}x24"]
            + ["+extension", "GLX", "-nolisten", "tcp"],
            pass_fds=[write],
            stderr=subprocess.DEVNULL,
        )
        os.close(write)
        with os.fdopen(read) as pipe:
            number = pipe.readline().strip()
        assert number, "Xvfb does not start"
        self.environment = dict(os.environ, DISPLAY=f":{number}", LIBGL_ALWAYS_SOFTWARE="1")

    def close(self) -> None:
        self._server.terminate()
        self._server.wait()

    def _do(self, *words: str) -> bytes:
        done = subprocess.run(words, env=self.environment, capture_output=True, timeout=30)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def point(self, x: float, y: float) -> None:
        """Move the mouse. Twice, as a hand does: one jump is no movement over what is there."""
        self._do("xdotool", "mousemove", str(int(x) - 1), str(int(y)))
        self._do("xdotool", "mousemove", str(int(x)), str(int(y)))

    def click(self) -> None:
        self._do("xdotool", "click", "1")

    def key(self, name: str) -> None:
        """Press a key: "ctrl+z", "Delete"."""
        self._do("xdotool", "key", name)

    def look(self) -> np.ndarray:
        """The screen, |u1 (HEIGHT, WIDTH, 3)."""
        png = self._do("import", "-window", "root", "png:-")
        return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))

    def keep(self, path: Path) -> np.ndarray:
        """Write a screenshot."""
        path.parent.mkdir(parents=True, exist_ok=True)
        picture = self.look()
        Image.fromarray(picture).save(path)
        return picture
