"""The service as a child process of Blender. No bpy in here: worker threads start it."""

from __future__ import annotations

import atexit
import contextlib
import os
import subprocess
import threading
from collections import deque

from ..printable import printable
from ..problems import Problem, ProblemError
from ..setup.finding import find_python, no_python
from ..setup.place import Place

IDLE_EXIT_SECONDS = 900  # of a service whose Blender has gone without a word
LOG_LINES = 200


class ServiceProcess:
    """``python -m service serve`` as a child, with its last log lines at hand."""

    def __init__(
        self, address: str, python: str, path: str = "", place: Place | None = None
    ) -> None:
        """Start it; ``place`` is where one could be installed. Raises ProblemError "no-python" if
        the program cannot be run."""
        # SAFEPATH: a folder "service" where Blender happens to be started must not be run.
        environment = dict(os.environ, PYTHONUNBUFFERED="1", PYTHONSAFEPATH="1")
        if place is not None and python == str(place.python):
            for name in ("PYTHONPATH", "PYTHONHOME"):  # of a studio's other tools
                environment.pop(name, None)
        if path:
            before = environment.get("PYTHONPATH")
            environment["PYTHONPATH"] = os.pathsep.join([path, before] if before else [path])
        command = [python, "-m", "service", "serve", "--bind", address]
        command += ["--idle-exit", str(IDLE_EXIT_SECONDS)]
        self.address = address
        self.log: deque[str] = deque(maxlen=LOG_LINES)
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=environment,
                text=True,
                errors="replace",
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
                start_new_session=True,  # Ctrl-C in the terminal is for Blender, not for it
            )
        except OSError as error:
            message = f"'{python}' cannot be run: {error.strerror}."
            raise ProblemError(no_python(message, place)) from None
        self._reader = threading.Thread(target=self._read, name="orbitex-log", daemon=True)
        self._reader.start()

    def death(self) -> Problem | None:
        """Why the process has ended, with its last words; None while it lives."""
        code = self._process.poll()
        if code is None:
            return None
        self._reader.join(1.0)
        words = next((line for line in reversed(self.log) if line.strip()), "It said nothing.")
        return Problem(
            "service-died", f"The service ended with code {code}: {printable(words.strip())}"
        )

    def stop(self, seconds: float = 5.0) -> None:
        """End the process: politely, then by force."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(seconds)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._reader.join(1.0)
        if self._process.stdout is not None:
            with contextlib.suppress(OSError, ValueError):
                self._process.stdout.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with contextlib.suppress(ValueError):  # closed while reading
            for line in self._process.stdout:
                self.log.append(line.rstrip())


_children: dict[str, ServiceProcess] = {}  # by address
_lock = threading.Lock()  # of _children: several worker threads may want one child, once


def ensure(address: str, python: str, place: Place | None = None) -> ServiceProcess:
    """The living child that serves ``address``; started if there is none. ``python`` and ``place``
    are :func:`.finding.find_python`'s."""
    with _lock:
        child = _children.get(address)
        if child is None or child.death() is not None:
            child = _children[address] = ServiceProcess(address, *find_python(python, place), place)
        return child


def child_of(address: str) -> ServiceProcess | None:
    """The child that was started for ``address``, dead or alive."""
    return _children.get(address)


def stop_all() -> None:
    """End all children; called at unregister and at exit."""
    with _lock:
        for child in _children.values():
            child.stop()
        _children.clear()


atexit.register(stop_all)
