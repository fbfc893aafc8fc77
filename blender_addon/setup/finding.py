"""Finds a Python on this machine that has the service. Looks at files only and runs nothing."""

from __future__ import annotations

import functools
import importlib.util
import os
import sys
from pathlib import Path

from ..problems import Problem, ProblemError
from .place import Place, python_in

CHECKOUT = (
    "Install it: in Orbitex's folder run 'make test', or 'python3.11 -m venv .venv' and "
    "'.venv/bin/python -m pip install -e .'; then give the preferences that Python."
)
BUTTON = "Install Service downloads it and sets it up."
PREFERENCES = ("orbitex.show_preferences", "Open Preferences")
INSTALL = ("orbitex.install_service", "Install Service")


def find_python(preferred: str, place: Place | None) -> tuple[str, str]:
    """(python, folder to put on its path) that can run ``-m service``.

    In this order: ``preferred``, from the preferences; what Install Service has put in ``place``;
    this very Python, as with the bpy wheel; the program ``service`` on the PATH; where pipx and uv
    put it. Raises ProblemError "no-python".
    """
    if preferred:
        if not Path(preferred).expanduser().is_file():
            raise ProblemError(no_python(f"There is no Python at '{preferred}'.", place))
        return str(Path(preferred).expanduser()), ""
    if place is not None and place.is_complete():
        return str(place.python), ""
    spec = importlib.util.find_spec("service")
    if spec is not None and spec.origin and (Path(spec.origin).parent / "serving").is_dir():
        return sys.executable, str(Path(spec.origin).parents[1])
    for program in _programs():
        if (python := python_of(program)) is not None:
            return str(python), ""
    raise ProblemError(no_python("The service is not installed on this machine.", place))


def no_python(message: str, place: Place | None) -> Problem:
    """No Python with the service, and what to do."""
    if place is None:
        return Problem("no-python", message, CHECKOUT, *PREFERENCES)
    return Problem("no-python", message, BUTTON, *INSTALL)


@functools.lru_cache(maxsize=8)
def missing(preferred: str, place: Place | None) -> Problem | None:
    """Why no Python is found; None if one is. Remembered until :func:`look_again`, as panels ask
    on every redraw."""
    try:
        find_python(preferred, place)
    except ProblemError as error:
        return error.problem
    return None


def look_again() -> None:
    """Something has been installed or removed."""
    missing.cache_clear()


def python_of(program: Path) -> Path | None:
    """The Python that runs ``program``, if that is Orbitex's ``service`` (systems have programs of
    that name, too): the package is installed beside it."""
    program = program.resolve()
    libraries = ("lib*/python3*/*-packages", "Lib/site-packages")  # venvs, --user; Windows
    if not any(
        list(program.parents[1].glob(f"{library}/orbitex-*.dist-info")) for library in libraries
    ):
        return None
    beside = python_in(program.parents[1])
    return beside if beside.is_file() else _named_in(program)


def _named_in(program: Path) -> Path | None:
    """The Python in the first line of a script."""
    with program.open("rb") as script:
        first = script.readline(4096).decode("utf-8", "replace").strip()
    python = Path(first.removeprefix("#!").strip())
    return python if first.startswith("#!") and python.is_file() else None


def _programs() -> list[Path]:
    """Where ``service`` may be."""
    name = "service.exe" if sys.platform == "win32" else "service"
    home, data = Path.home(), os.environ.get("XDG_DATA_HOME")
    shares = [Path(data)] if data else []
    shares += [home / ".local" / "share", home / ".local"]
    tools = [
        share / folder / "orbitex" for share in shares for folder in ("pipx/venvs", "uv/tools")
    ]
    folders = [*map(Path, os.get_exec_path()), home / ".local" / "bin"]
    folders += [python_in(tool).parent for tool in tools]
    return [folder / name for folder in folders if (folder / name).is_file()]
