"""The journal of a batch: which recipe is which job, and which are delivered."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path

from service.reporting.delivery import bad_output
from service.whole_files import reason, write_atomically


@dataclass(frozen=True)
class _Entry:
    digest: str
    job: str | None


class Journal:
    """A file that is replaced whole with each change. One that cannot be read is empty: then all is
    painted again."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._entries: dict[str, _Entry] = {}
        try:
            read = json.loads(path.read_bytes())
            self._entries = {name: _Entry(e["digest"], e["job"]) for name, e in read.items()}
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            pass

    def digest(self, name: str) -> str | None:
        """The digest of a recipe's order; None: it is not known."""
        return self._entries[name].digest if name in self._entries else None

    def job(self, name: str) -> str | None:
        """The job of a recipe; None: it has none, or is delivered."""
        return self._entries[name].job if name in self._entries else None

    def jobs(self) -> set[str]:
        """All jobs that belong to a recipe."""
        return {entry.job for entry in self._entries.values() if entry.job is not None}

    def put(self, name: str, digest: str, job: str | None) -> None:
        """A recipe's order has a job, or, None, is delivered. Raises InputError("bad-output")."""
        self._entries[name] = _Entry(digest, job)
        data = {name: dataclasses.asdict(entry) for name, entry in self._entries.items()}
        try:
            write_atomically(self._path, json.dumps(data, indent=1).encode())
        except OSError as error:
            raise bad_output(
                f"{self._path} cannot be written: {reason(error)}.", "Make room."
            ) from None
