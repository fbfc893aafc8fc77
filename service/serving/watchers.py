"""Watchers: the clients that wait for a frame of a job, and what they are sent."""

from __future__ import annotations

import numpy as np

from service.serving.credits import Credit, Credits
from service.serving.jobs import Fault, Job, State
from service.serving.ledger import Ledger
from service.serving.news import job_news
from service.serving.preview import shrink
from service.serving.replies import Replies


class Watchers:
    """Answers ``frame`` requests through ``replies``; what has ended is found in ``ledger``."""

    def __init__(self, replies: Replies, ledger: Ledger) -> None:
        self._replies, self._ledger = replies, ledger
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
            self._send(job, credit, pixels)

    def tell(self, job: Job) -> None:
        """Send all that wait the news, without a picture."""
        for credit in self._credits.take_all(job.name):
            self._send(job, credit, None)

    def close(self, job: Job) -> None:
        """A job has ended: send all that wait its last frame."""
        for credit in self._credits.take_all(job.name):
            self.show_last(job, credit)

    def show_last(self, job: Job, credit: Credit) -> None:
        """Send the last frame of a job that has ended."""
        pixels = None
        if job.state is State.FINISHED and job.step > credit.after:
            pixels = shrink(self._ledger.result(job).texture, credit.max_size)
        self._send(job, credit, pixels)

    def dismiss(self, fault: Fault) -> None:
        """Nobody will be sent anything any more; this is why."""
        for credit in self._credits.close_all():
            self._replies.send_fault(credit.client, credit.request, fault)

    def _send(self, job: Job, credit: Credit, pixels: np.ndarray | None) -> None:
        header = {"kind": "frame", "id": credit.request, **job_news(job)}
        there = self._replies.send(
            credit.client, header, {} if pixels is None else {"pixels": pixels}
        )
        if not there:
            self._credits.drop_client(credit.client)
