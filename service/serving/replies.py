"""Replies: what goes back to clients. A client that has gone or does not read costs nothing."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import numpy as np
import zmq

from service.serving.credits import Credit, Credits
from service.serving.jobs import Fault, Job
from service.serving.news import job_news
from service.serving.wire import encode, error_header

log = logging.getLogger(__name__)


class Replies:
    """Sends on ``router`` without waiting; the credits of clients that have gone are dropped."""

    def __init__(self, router: zmq.Socket[bytes], credits: Credits) -> None:
        self._router, self._credits = router, credits

    def send(
        self,
        client: bytes,
        header: Mapping[str, Any],
        buffers: Mapping[str, np.ndarray] | None = None,
    ) -> None:
        """One message."""
        message = [client, *encode(header, buffers)]
        try:
            self._router.send_multipart(message, zmq.NOBLOCK, copy=False)
        except zmq.Again:
            log.info("a client does not read: a reply was dropped")
        except zmq.ZMQError as error:
            if error.errno != zmq.EHOSTUNREACH:
                raise
            self._credits.drop_client(client)  # it has gone

    def send_fault(self, client: bytes, request: Any, fault: Fault) -> None:
        """An error reply."""
        self.send(client, error_header(**fault.as_dict(), request_id=request))

    def send_frame(self, job: Job, credit: Credit, pixels: np.ndarray | None) -> None:
        """The answer to a credit; without ``pixels`` only the news."""
        header = {"kind": "frame", "id": credit.request, **job_news(job)}
        self.send(credit.client, header, {} if pixels is None else {"pixels": pixels})
