"""The thread that installs the service: an environment, pip, a check."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from ..background import Background
from ..printable import printable
from ..problems import Problem, ProblemError
from . import commands, pip_words, pythons
from .place import Place, gigabytes, sizes

NO_PYTHON = (
    f"Install Python 3.{min(pythons.MINORS)} to 3.{max(pythons.MINORS)} "
    "(Debian: with python3-venv), then try again."
)
# What would lead Python or pip away from the new environment.
_ASTRAY = ("PYTHONHOME", "PYTHONPATH", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "VIRTUAL_ENV")
_OF_THE_INSTALLATION = ("versions", "styles", "groups", "caches", "devices", "networks")
RUNNING, DONE, FAILED, CANCELLED = "running", "done", "failed", "cancelled"


@dataclass(frozen=True)
class Report:
    """A snapshot: ``line`` is what is being done, ``got`` how many bytes have been downloaded."""

    state: str = RUNNING
    line: str = "Looking for Python"
    got: int = 0
    seconds: float = 0.0
    problem: Problem | None = None

    @property
    def fraction(self) -> float:
        """Of the download, 0 to 1, about: nobody knows before how large it will be."""
        return min(self.got / sizes()[0], 1.0)


class Installer(Background[Report]):
    """A thread that installs into ``place``. An older installation that works is brought up to
    date; whatever else is there is replaced. ``starters``: commands that may start a Python.

    Problems do not come out of it: they are in the report.
    """

    def __init__(self, place: Place, starters: Sequence[Sequence[str]] | None = None) -> None:
        super().__init__(Report(), "orbitex-install")
        self._place = place
        self._starters = pythons.candidates() if starters is None else starters
        self._begun = time.monotonic()
        self._downloads = place.folder.with_name(f"{place.folder.name}-downloads")
        self._log_path = place.folder.with_name(f"{place.folder.name}-install.log")
        self._fresh = False  # whether what is there now is of no use to the next try

    def cancel(self) -> None:
        """Give it up, and remove what has been installed so far."""
        self._stop.set()

    def _set(self, **changes: Any) -> None:
        super()._set(seconds=time.monotonic() - self._begun, **changes)

    def _main(self) -> None:
        try:
            self._work()
            self._set(state=DONE, line="The service is installed")
        except commands.StoppedError:
            self._clear()
            self._set(state=CANCELLED, line="Cancelled")
        except ProblemError as error:
            self._clear()
            self._set(state=FAILED, line="", problem=error.problem)
        except Exception as error:  # whatever happens, the panel must come back with a reason
            self._clear()
            self._set(state=FAILED, line="", problem=self._from_exception(error))
        finally:
            shutil.rmtree(self._downloads, ignore_errors=True)

    def _from_exception(self, error: Exception) -> Problem:
        words = f"{type(error).__name__}: {error}"
        if isinstance(error, OSError):
            words = f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}"
        return pip_words.problem_of([words], str(self._log_path))

    def _work(self) -> None:
        place = self._place
        place.folder.parent.mkdir(parents=True, exist_ok=True)
        self._downloads.mkdir(exist_ok=True)
        with self._log_path.open("w", encoding="utf-8") as log:
            if place.is_mendable():
                place.mark(whole=False)
                self._pip(log, "--force-reinstall", "--no-deps", str(place.wheel))
            else:
                self._empty_place()
                self._fresh = True
                self._make_environment(log)
            self._pip(log, str(place.wheel))
            if self._fresh:  # the downloads are not thrown away if the check fails
                place.mark(whole=False)
                self._fresh = False
            else:  # but what was mended in vain is
                place.unmark()
            self._check(log)
        place.mark(whole=True)

    def _empty_place(self) -> None:
        folder, needed = self._place.folder, sum(sizes())
        if folder.exists():
            self._set(line="Removing the old installation")
            shutil.rmtree(folder)
        free = shutil.disk_usage(folder.parent).free
        if free < needed:
            rest = f"{gigabytes(needed)} are needed for a while"
            message = f"Only {gigabytes(free)} are free in {folder.parent}: {rest}."
            raise ProblemError(pip_words.disk_full(message))

    def _make_environment(self, log: TextIO) -> None:
        said: list[str] = []
        for python, version in pythons.usable(self._starters):
            self._set(line=f"Setting up Python {version}")
            command = [python, "-I", "-m", "venv", str(self._place.folder)]
            if self._run(log, command, said) == 0:
                return
            shutil.rmtree(self._place.folder, ignore_errors=True)
        last = f" {printable(said[-1])}" if said else ""
        message = f"No Python here can make an environment for the service.{last}"
        raise ProblemError(Problem("no-python", message, NO_PYTHON, *pip_words.AGAIN))

    def _pip(self, log: TextIO, *what: str) -> None:
        command = [str(self._place.python), "-I", "-X", "utf8", "-m", "pip", "install"]
        command += ["--no-input", "--disable-pip-version-check", "--progress-bar", "off", *what]
        said: list[str] = []

        def tell(line: str) -> None:
            if (words := pip_words.progress_of(line)) is not None:
                self._set(line=words)

        if self._run(log, command, said, tell):
            raise ProblemError(pip_words.problem_of(said, str(self._log_path)))

    def _check(self, log: TextIO) -> None:
        """Whether all of it loads: ``service doctor``."""
        self._set(line="Checking the installation")
        said: list[str] = []
        command = [str(self._place.python), "-I", "-X", "utf8", "-m", "service", "doctor", "--json"]
        if self._run(log, command, said) == 0:
            return
        words = said[-1] if said else "It said nothing."
        with suppress(ValueError, KeyError, TypeError):
            text = "\n".join(said)  # with the warnings of libraries
            found = json.JSONDecoder().raw_decode(text, text.index("{"))[0]["findings"]
            bad = [f for f in found if f["level"] == "bad" and f["topic"] in _OF_THE_INSTALLATION]
            if not bad:  # a full disk, say: the service itself will tell
                return
            words = f"{bad[0]['text']}. {bad[0]['fix'] or ''}".strip()
        raise ProblemError(pip_words.failed(words, str(self._log_path)))

    def _run(
        self,
        log: TextIO,
        command: Sequence[str],
        said: list[str],
        tell: Callable[[str], None] | None = None,
    ) -> int:
        def on_line(line: str) -> None:
            said.append(line)
            print(line, file=log, flush=True)
            if tell is not None:
                tell(line)

        environment = {k: v for k, v in os.environ.items() if k not in _ASTRAY}
        # Large files go through the disk where there is room for them, and can be counted there.
        environment |= dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(self._downloads))
        environment |= {"PIP_USER": "0"}  # a user's setting, which fails in an environment
        print(" ".join(command), file=log, flush=True)
        return commands.run(command, environment, self._stop, on_line, self._tick)

    def _tick(self) -> None:
        got = max(self._report.got, _size(self._downloads))
        self._set(got=got)

    def _clear(self) -> None:
        if self._fresh:
            self._set(line="Removing what was installed")
            shutil.rmtree(self._place.folder, ignore_errors=True)


def _size(folder: Path) -> int:
    """Bytes of the files in a folder, while others write and remove them."""
    total = 0
    with suppress(OSError):
        for file in folder.rglob("*"):
            with suppress(OSError):
                total += file.stat().st_size
    return total
