"""Debian's Blender with a window, in a throw-away profile, and a hand in it."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import zmq
from desktop import HEIGHT, WIDTH, Desktop

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 90.0  # seconds: the very first start of Blender 3.4 under llvmpipe took 17


@dataclass(frozen=True)
class Box:
    """A rectangle of the screen: pixels from its top left corner."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def middle(self) -> tuple[int, int]:
        return (self.left + self.right) // 2, (self.top + self.bottom) // 2

    def of(self, picture: np.ndarray) -> np.ndarray:
        return picture[self.top : self.bottom, self.left : self.right]


class OldBlender:
    """The process. ``run`` executes Python in it; all else is done by mouse and keyboard."""

    def __init__(self, desktop: Desktop, profile: Path) -> None:
        self.desktop = desktop
        self._known: dict[str, tuple[int, int]] = {}  # where buttons were found before
        self._context = zmq.Context()
        self._socket = self._connect()
        address = self._socket.getsockopt_string(zmq.LAST_ENDPOINT)
        environment = dict(
            desktop.environment,
            BLENDER_USER_CONFIG=str(profile / "config"),
            BLENDER_USER_SCRIPTS=str(profile / "scripts"),
            BLENDER_USER_DATAFILES=str(profile / "datafiles"),
            PYTHONPATH=str(ROOT),  # for the service that the add-on starts
            TMPDIR=str(profile),  # for what Blender writes when it quits
        )
        for folder in ("config", "scripts"):
            (profile / folder).mkdir(parents=True, exist_ok=True)
        command = ["blender", "--factory-startup", "--python-exit-code", "9"]
        command += ["--window-geometry", "0", "0", str(WIDTH), str(HEIGHT)]
        command += ["--python", str(Path(__file__).parent / "inside_blender.py"), "--", address]
        self.log = profile / "blender.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command, env=environment, stdout=log, stderr=subprocess.STDOUT
            )
        self.run("1")

    def _connect(self) -> Any:
        socket = self._context.socket(zmq.REQ)
        socket.setsockopt(zmq.LINGER, 0)
        socket.bind("tcp://127.0.0.1:*")
        return socket

    def run(self, code: str) -> Any:
        """Run ``code`` in Blender's main thread; the value of its last expression."""
        self._socket.send(code.encode())
        deadline = time.monotonic() + PATIENCE
        while not self._socket.poll(200):
            assert self.process.poll() is None, f"Blender has gone:\n{self.last_words()}"
            assert time.monotonic() < deadline, f"Blender hangs:\n{self.last_words()}"
        reply = json.loads(self._socket.recv())
        assert "error" not in reply, reply["error"]
        return reply["value"]

    def until(self, code: str, seconds: float = PATIENCE) -> Any:
        """Wait until ``code`` has a value that is true; that value."""
        return wait_for(lambda: self.run(code), code, seconds)

    def settle(self) -> None:
        """Wait until Blender has done what mouse and keyboard asked for: it reads events, runs
        timers (one piece of ours a turn), handles the events, draws, and starts over."""
        for _ in range(3):
            self.run("None")

    def last_words(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-30:])

    def close(self) -> int:
        """Quit as a user does who does not save; the exit code. By force if that does not help."""
        try:
            if self.process.poll() is None:
                self.run("bpy.app.timers.register(lambda: bpy.ops.wm.quit_blender() and None)")
            self.process.wait(30)
        except (AssertionError, zmq.ZMQError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
        self._socket.close()
        self._context.term()
        return self.process.returncode

    # What is where

    def region(self, kind: str) -> Box:
        """The region of the 3D viewport: "WINDOW" or "UI", the sidebar."""
        left, bottom, width, height = self.run(f"place_of(region({kind!r}))")
        return Box(left, HEIGHT - bottom - height, left + width, HEIGHT - bottom)

    def click(self, x: float, y: float) -> None:
        self.desktop.point(x, y)
        self.settle()
        self.desktop.click()
        self.settle()

    def button(self, operator: str) -> tuple[int, int]:
        """Where the sidebar has the button of an operator ("orbitex.paint"): the mouse goes over
        the sidebar, and Blender says what the button under it would run."""
        sidebar = self.region("UI")
        grid = [
            (int(sidebar.left + share * (sidebar.right - sidebar.left)), y)
            for share in (0.35, 0.8, 0.12, 0.5)  # most buttons lie at one of the first two
            for y in range(sidebar.top + 30, sidebar.bottom, 14)
        ]
        found = set()
        for place in [self._known.get(operator, grid[0]), *grid]:
            self.desktop.point(*place)
            self.settle()
            button = self.run("under_the_mouse()").partition("(")[0].removeprefix("bpy.ops.")
            if button == operator:
                self._known[operator] = place
                return place
            found.add(button)
        raise AssertionError(f"no button {operator} in the sidebar, but {sorted(found)}")

    def press(self, operator: str) -> None:
        self.click(*self.button(operator))


def wait_for(condition: Callable[[], Any], what: str, seconds: float = PATIENCE) -> Any:
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, f"still not: {what}"
    return value
