"""Credits: who waits for a frame. A client that does not ask is sent nothing, so a slow one
skips frames and costs nothing."""

from __future__ import annotations

from dataclasses import dataclass

from service.serving.encodings import RAW

MAX_OPEN = 4096  # then the oldest is forgotten: a client that still waits has asked again since


@dataclass(frozen=True)
class Credit:
    """One client's wish for one frame of ``job`` newer than step ``after``.

    ``max_size``: longest side in pixels, 0 for the full size; ``request``: the id to answer with;
    ``encoding``: how the picture shall come.
    """

    client: bytes
    request: str | int | None
    job: str
    after: int
    max_size: int
    encoding: str = RAW


class Credits:
    """The open credits: at most one per client and job."""

    def __init__(self) -> None:
        self._open: dict[tuple[bytes, str], Credit] = {}

    def put(self, credit: Credit) -> None:
        """Open a credit; an older one of the same client and job is forgotten."""
        self._open.pop((credit.client, credit.job), None)  # so that it becomes the newest
        self._open[credit.client, credit.job] = credit
        if len(self._open) > MAX_OPEN:
            del self._open[next(iter(self._open))]

    def of_job(self, job: str) -> list[Credit]:
        """The open credits of a job."""
        return [credit for credit in self._open.values() if credit.job == job]

    def take(self, job: str, step: int, max_size: int) -> list[Credit]:
        """Close and return the credits that a frame of this step and size answers."""
        return self._close(
            [c for c in self.of_job(job) if c.after < step and c.max_size == max_size]
        )

    def take_all(self, job: str) -> list[Credit]:
        """Close and return all credits of a job."""
        return self._close(self.of_job(job))

    def close_all(self) -> list[Credit]:
        """Close and return all credits there are."""
        return self._close(list(self._open.values()))

    def drop_client(self, client: bytes) -> None:
        """Forget a client that has gone."""
        self._close([credit for credit in self._open.values() if credit.client == client])

    def _close(self, chosen: list[Credit]) -> list[Credit]:
        for credit in chosen:
            del self._open[credit.client, credit.job]
        return chosen
