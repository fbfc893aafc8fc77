"""Watchers: the clients that wait for a frame of a job, and what they are sent."""

from __future__ import annotations

from typing import Any

import numpy as np

from service.serving.credits import Credit, Credits
from service.serving.encoder import Draw, Encoder
from service.serving.encodings import RAW, Picture, encode_picture
from service.serving.jobs import Fault, Job, State
from service.serving.ledger import Ledger
from service.serving.news import job_news
from service.serving.preview import shrink
from service.serving.replies import Replies


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
