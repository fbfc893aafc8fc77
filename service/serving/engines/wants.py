"""Wants: the frames that a worker has been asked for. Whatever clients ask of the server, the
worker, which listens between two steps only, is told no more than it can use."""

from __future__ import annotations

from service.serving.engines.events import Event, FrameDone

MAX_SIZES = 16  # of frames that are rendered of one step
MAX_UNHEARD = 64  # wants that a worker is told before it has said something


class Wants:
    """Of one worker and its job, as far as the server knows. What is left out here is no loss:
    clients that wait are asked for again after each word of the worker."""

    def __init__(self) -> None:
        self._open: dict[int, int] = {}  # size of a frame -> newer than which step
        self._unheard = 0

    def add(self, after: int, max_size: int) -> bool:
        """A frame of this size, newer than step ``after``, is wanted: whether the worker must be
        told so."""
        known = self._open.get(max_size)
        if self._unheard >= MAX_UNHEARD or (known is not None and known <= after):
            return False
        self._unheard += 1
        put_want(self._open, after, max_size)
        return True

    def hear(self, event: Event | None) -> None:
        """The worker has said something about the job."""
        self._unheard = 0
        if isinstance(event, FrameDone):
            self._open.pop(event.max_size, None)


def put_want(wanted: dict[int, int], after: int, size: int) -> None:
    """Add a want to those of each size, newest last; the oldest beyond :data:`MAX_SIZES` are
    forgotten. The same on both sides."""
    # The least any client has; who is forgotten here asks again.
    wanted[size] = min(after, wanted.pop(size, after))
    if len(wanted) > MAX_SIZES:
        del wanted[next(iter(wanted))]
