"""Watchers: the clients that wait for a frame of a job, and what they are sent. A client that does
not ask is sent nothing, so a slow one skips frames and costs nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.serving.encoder import Draw, Encoder
from service.serving.jobs.job import Fault, Job, State
from service.serving.jobs.ledger import Ledger
from service.serving.jobs.news import job_news
from service.serving.protocol.encodings import RAW, Picture, encode_picture
from service.serving.router import Replies

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


class Watchers:
    """Answers ``frame`` requests through ``replies``; what has ended is found in ``ledger``.

    Pictures that must be made first, smaller or encoded, are made by ``encoder``.
    """

    def __init__(self, replies: Replies, ledger: Ledger, encoder: Encoder) -> None:
        self._replies, self._ledger, self._encoder = replies, ledger, encoder
        self._credits = Credits()

    def wait(self, credit: Credit) -> None:
        """Somebody asks for a frame of a job that goes on."""
        self._credits.put(credit)

    def waiting(self, job: Job) -> list[Credit]:
        """Who waits for a frame of a job."""
        return self._credits.of_job(job.name)

    def show(self, job: Job, max_size: int, pixels: np.ndarray) -> None:
        """Send a frame of this size to all that it answers."""
        for credit in self._credits.take(job.name, job.step, max_size):
            if credit.encoding == RAW:
                self._send(credit, job_news(job), encode_picture(pixels, RAW))
            else:
                self._encode(job, credit, lambda: pixels)

    def tell(self, job: Job) -> None:
        """Send all that wait the news, without a picture."""
        for credit in self._credits.take_all(job.name):
            self._send(credit, job_news(job), None)

    def close(self, job: Job) -> None:
        """A job has ended: send all that wait its last frame."""
        for credit in self._credits.take_all(job.name):
            self.show_last(job, credit)

    def show_last(self, job: Job, credit: Credit) -> None:
        """Send the last frame of a job that has ended."""
        if job.state is State.FINISHED and job.step > credit.after:
            texture = self._ledger.result(job).texture
            self._encode(job, credit, lambda: shrink(texture, credit.max_size))
        else:
            self._send(credit, job_news(job), None)

    def collect(self) -> None:
        """Send what has been encoded since the last call."""
        self._encoder.collect()

    def dismiss(self, fault: Fault) -> None:
        """Nobody will be sent anything any more; this is why."""
        self._encoder.close()
        for credit in self._credits.close_all():
            self._replies.send_fault(credit.client, credit.request, fault)

    def _encode(self, job: Job, credit: Credit, draw: Draw) -> None:
        news = job_news(job)  # as it is now: the picture must not look newer than it is
        key = (job.name, job.state, job.step, credit.max_size, credit.encoding)
        self._encoder.want(
            *(key, draw, credit.encoding, credit.client),
            then=lambda picture: self._send(credit, news, picture),
        )

    def _send(self, credit: Credit, news: dict[str, Any], picture: Picture | None) -> None:
        header = {"kind": "frame", "id": credit.request, **news}
        if picture is None:
            there = self._replies.send(credit.client, header)
        else:
            there = self._replies.send(credit.client, header | picture.fields(), picture.buffers())
        if not there:
            self._credits.drop_client(credit.client)


def shrink(picture: NDArray[np.uint8], max_size: int) -> NDArray[np.uint8]:
    """``picture`` (H, W, C) with its longest side at most ``max_size`` pixels; 0: as it is.

    Averages whole blocks of pixels whose edges are spread evenly, so that the sides are hit
    exactly and a picture that tiles still does.
    """
    height, width = picture.shape[:2]
    longest = max(height, width)
    if max_size == 0 or longest <= max_size:
        return picture
    rows = _edges(height, max(1, round(height * max_size / longest)))
    columns = _edges(width, max(1, round(width * max_size / longest)))
    sums = np.add.reduceat(picture, rows[:-1], axis=0, dtype=np.uint32)
    sums = np.add.reduceat(sums, columns[:-1], axis=1)
    counts = np.diff(rows)[:, None, None] * np.diff(columns)[None, :, None]
    return ((sums + counts // 2) // counts).astype(np.uint8)


def _edges(length: int, parts: int) -> NDArray[np.int64]:
    return np.arange(parts + 1) * length // parts
