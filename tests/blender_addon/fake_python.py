"""A stand-in for a Python and its pip: a shell script, which is quick, does what tests say."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
SCRIPT = """#!/bin/sh
echo "$@" >> {calls}
case "$*" in
    *ensurepip*) printf '["%s", [3, 11], true]\\n' "$0" ;;
    *"-m venv "*)
        for folder; do :; done
        mkdir -p "$folder/bin" && cp "$0" "$folder/bin/python"
        . {venv} ;;
    *"-m pip install "*) . {pip} ;;
    *"-m service doctor "*) . {doctor} ;;
    *"-m service serve "*)
        shift 2
        PYTHONPATH={root} exec {python} {service} "$@" ;;
esac
"""


class FakePython:
    """``venv``, ``pip`` and ``doctor`` are what they do, in the shell's language; ``calls`` are the
    arguments of all calls so far."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._folder, self.path = folder, folder / "python"
        (folder / "calls").touch()
        names = ("venv", "pip", "doctor")
        places = {name: str(folder / name) for name in (*names, "calls")}
        self.path.write_text(
            SCRIPT.format(
                **places,
                root=HERE.parents[1],
                python=sys.executable,
                service=HERE / "fake_service.py",
            )
        )
        self.path.chmod(0o755)
        for name in names:
            self.does(name, ":")

    def does(self, what: str, script: str) -> None:
        """From now on ``what`` is this."""
        (self._folder / what).write_text(f"{script}\n")

    def fails(self, what: str, *lines: str) -> None:
        """From now on ``what`` prints these lines and fails."""
        said = "\n".join(lines)
        self.does(what, f"cat <<'END'\n{said}\nEND\nexit 1")

    @property
    def calls(self) -> list[str]:
        return (self._folder / "calls").read_text().splitlines()

    def count(self, words: str) -> int:
        """How many calls hold these words."""
        return sum(words in call for call in self.calls)
