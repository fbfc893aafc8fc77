"""Commands: what the server has said to a worker about the job that it paints, and what it is told
of the painting in return."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from service.serving.engines.events import put_want
from service.serving.engines.workplace import Channel

if TYPE_CHECKING:
    from service.painting.progress import Progress

NEWS_SECONDS = 1.0  # between two words about how far a job is
FRAME_SHARE = 0.02  # of the painting's time, that frames may take
# Seconds of a processor that a frame takes after it is made, on this machine if its client is here:
# of the server, the client, and what carries it. Measured (docs/benchmarks.md).
EACH, EACH_BYTE = 0.001, 1.5e-9
YOUNG_SHARE = 0.2  # of a job's age, that passes between frames at most: at first much changes


class Commands:
    """What the server has said about the job that runs."""

    def __init__(self, channel: Channel, job: str) -> None:
        self._channel, self._job = channel, job
        self._wanted: dict[int, int] = {}  # size of a frame -> newer than which step
        self._began = time.monotonic()
        self._next_frame = self._next_news = 0.0  # not before this time
        self._took = math.inf  # seconds, the last frames
        self.adjustments: list[dict[str, Any]] = []  # all of the job's, see Adjustments
        self.finish = False
        self.pause = False
        self.cancel = False

    def read(self) -> None:
        """Take in all that has arrived. Late words about an earlier job are dropped."""
        while self._channel.pending():
            header, _ = self._channel.receive()
            if header.get("job") != self._job:
                continue
            if header["kind"] == "want":
                put_want(self._wanted, header["after"], header["max_size"])
            elif header["kind"] == "adjust":
                self.adjustments = header["adjustments"]
            elif header["kind"] in ("finish", "pause", "cancel"):
                setattr(self, header["kind"], True)

    def say_step(self, progress: Progress) -> None:
        """Say how far the job is, unless that has just been said."""
        now = time.monotonic()
        if now >= self._next_news:
            self._next_news = now + NEWS_SECONDS
            self._channel.send("step", {"job": self._job, "progress": progress_fields(progress)})

    def serve_frames(self, progress: Progress) -> None:
        """Render and send the frames that are wanted, each size once, unless that has just been
        done: the longer frames take, the more time passes between them."""
        start = time.monotonic()
        due = [size for size, after in self._wanted.items() if after < progress.step]
        if not due or start < self._next_frame:
            return
        passing = 0.0
        for size in due:
            del self._wanted[size]
            pixels = progress.texture(size)
            self._channel.send(
                "frame",
                {"job": self._job, "max_size": size, "progress": progress_fields(progress)},
                {"pixels": pixels},
            )
            passing += EACH + EACH_BYTE * pixels.nbytes
        end = time.monotonic()
        # The first frame of a stage may make maps first, and any may be held up by other programs.
        cost, self._took = min(end - start, self._took) + passing, end - start
        self._next_frame = end + min(cost / FRAME_SHARE, YOUNG_SHARE * (end - self._began))


def progress_fields(progress: Progress) -> dict[str, Any]:
    """The ``progress`` of a ``frame`` reply."""
    return sendable(
        {
            "stage": progress.stage,
            "stages": progress.stages,
            "step": progress.step,
            "steps": progress.steps,
            "loss": dict(progress.loss),
            "seconds": progress.seconds,
            "seconds_left": progress.seconds_left,
            "megapixels": progress.megapixels,
            "network": progress.network,
            "precision": progress.precision,
        }
    )


def sendable(value: Any) -> Any:
    """``value`` as strict JSON can carry it: NumPy scalars as numbers, NaN and infinity as None."""
    if isinstance(value, np.generic):
        return sendable(value.item())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: sendable(entry) for key, entry in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [sendable(entry) for entry in value]
    return value
