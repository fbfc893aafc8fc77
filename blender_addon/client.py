"""The worker thread of one painting job: submits, pulls frames, fetches the result.

It never touches bpy. The main thread reads :meth:`PaintClient.report` and takes the newest frame,
already converted to what ``image.pixels.foreach_set`` wants; frames that came meanwhile are gone.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from . import catalogue
from .connection import Connection, Timing, is_listening
from .problems import Problem, ProblemError, from_service, no_service, refuse

RUNNING = frozenset({"connecting", "starting", "submitting", "queued", "running", "fetching"})


class Child(Protocol):
    """A service process as this thread sees it."""

    def death(self) -> Problem | None:
        """Why the process has ended; None while it lives."""


@dataclass(frozen=True)
class Order:
    """All that one job sends. ``buffers``: vertices, triangles, uvs and style pictures."""

    address: str
    recipe: Mapping[str, Any]
    cameras: tuple[Mapping[str, Any], ...]
    buffers: Mapping[str, np.ndarray]
    preview_size: int = 512  # longest side of a streamed frame in pixels; 0: full size
    preview_rate: float = 10.0  # frames a second at most


@dataclass(frozen=True)
class Progress:
    """How far the job is: a copy of the wire's 'progress' with safe types."""

    stage: int = 0
    stages: int = 0
    step: int = 0
    steps: int = 0
    loss: float = 0.0  # sum of the terms
    seconds: float = 0.0
    seconds_left: float | None = None

    @property
    def fraction(self) -> float:
        """Done share, 0 to 1."""
        return min(max(self.step / self.steps, 0.0), 1.0) if self.steps > 0 else 0.0

    def line(self) -> str:
        """One line for a panel or a terminal."""
        left = f", {self.seconds_left:.0f} s left" if self.seconds_left is not None else ""
        return (
            f"stage {self.stage}/{self.stages}, step {self.step}/{self.steps}, "
            f"loss {self.loss:.4g}, {self.seconds:.1f} s{left}"
        )


@dataclass(frozen=True)
class Frame:
    """A picture ready for Blender: ``pixels`` float32 (width·height·4,), RGBA in 0..1, bottom
    row first, alpha 1. ``receipt`` only with the final one."""

    step: int
    size: tuple[int, int]
    pixels: np.ndarray
    final: bool = False
    receipt: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Report:
    """A snapshot of the job: ``state`` is one of RUNNING, "finished", "cancelled", "failed"."""

    state: str
    progress: Progress | None = None
    problem: Problem | None = None
    offers: catalogue.Catalogue | None = None


def to_blender_pixels(picture: Any) -> tuple[tuple[int, int], np.ndarray]:
    """((width, height), float32 RGBA flat, bottom row first) of a |u1 (H, W, 3), top row first.

    Raises ProblemError "bad-reply" for anything else.
    """
    if (
        not isinstance(picture, np.ndarray)
        or picture.dtype != np.uint8
        or picture.ndim != 3
        or picture.shape[2] != 3
    ):
        refuse("bad-reply", "The service sent no picture of the agreed form.")
    height, width, _ = picture.shape
    pixels = np.ones((height, width, 4), np.float32)
    np.multiply(picture[::-1], np.float32(1 / 255), out=pixels[..., :3])
    return (width, height), pixels.ravel()


def read_progress(data: Any) -> Progress | None:
    """The wire's progress object; None for null or for something that makes no sense."""
    try:
        left = data.get("seconds_left")
        return Progress(
            int(data["stage"]),
            int(data["stages"]),
            int(data["step"]),
            int(data["steps"]),
            float(sum((data.get("loss") or {}).values())),
            float(data.get("seconds") or 0.0),
            None if left is None else float(left),
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def greet(
    connection: Connection, address: str, launch: Callable[[], Child] | None
) -> dict[str, Any]:
    """Say hello to the service at ``address``, starting it first with ``launch`` if nobody is
    there. Returns the hello's header. Raises ProblemError ("no-service", "service-died", ...)."""
    if is_listening(address):
        return connection.hello(connection.timing.hello)
    if launch is None:
        raise ProblemError(no_service(address))
    child = launch()
    deadline = time.monotonic() + connection.timing.start
    while not is_listening(address):
        problem = child.death()
        if problem is not None:
            raise ProblemError(problem)
        if time.monotonic() > deadline:
            refuse("slow-start", f"The service at {address} did not start in time.")
        time.sleep(0.1)
    return connection.hello(connection.timing.start)


class Worker:
    """A thread with a report that the main thread may read at any time."""

    def __init__(
        self, address: str, launch: Callable[[], Child] | None, timing: Timing | None
    ) -> None:
        self._address, self._launch = address, launch
        self._timing = timing or Timing()
        self._changed = threading.Condition()
        self._report = Report("connecting")
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._main, name="orbitex-io", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def report(self) -> Report:
        """The newest snapshot."""
        with self._changed:
            return self._report

    def wait(self, seconds: float) -> None:
        """Sleep until something is new, at most ``seconds``."""
        with self._changed:
            self._changed.wait(seconds)

    def stop(self, seconds: float = 3.0) -> None:
        """Cancel the job and wait for the thread to end."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(seconds)

    def _set(self, **changes: Any) -> None:
        with self._changed:
            self._report = replace(self._report, **changes)
            self._changed.notify_all()

    def _main(self) -> None:
        try:
            with Connection(self._address, self._timing) as connection:
                self._converse(connection)
        except ProblemError as error:
            self._set(state="failed", problem=error.problem)
        except Exception as error:
            # Whatever happens, the panel must come back to idle with a reason.
            words = f"{type(error).__name__}: {error}"
            self._set(state="failed", problem=Problem("internal", words))

    def _converse(self, connection: Connection) -> None:
        self._meet(connection)
        self._set(state="finished")

    def _meet(self, connection: Connection) -> None:
        def launch() -> Child:
            self._set(state="starting")
            assert self._launch is not None
            return self._launch()

        hello = greet(connection, self._address, launch if self._launch else None)
        describe, _ = connection.ask("describe", {})
        self._set(offers=catalogue.parse(describe, hello))


class Inquiry(Worker):
    """Only hello and describe: fills the panel's menus."""

    def __init__(
        self,
        address: str,
        launch: Callable[[], Child] | None = None,
        timing: Timing | None = None,
    ) -> None:
        super().__init__(address, launch, timing)


class PaintClient(Worker):
    """One job from submit to result."""

    def __init__(
        self,
        order: Order,
        launch: Callable[[], Child] | None = None,
        timing: Timing | None = None,
    ) -> None:
        super().__init__(order.address, launch, timing)
        self._order = order
        self._frame: Frame | None = None
        self._finish = threading.Event()
        self._job = ""

    def finish(self) -> None:
        """Ask the service to end with the best so far."""
        self._finish.set()

    def take_frame(self) -> Frame | None:
        """The newest frame not taken yet."""
        with self._changed:
            frame, self._frame = self._frame, None
            return frame

    def _converse(self, connection: Connection) -> None:
        self._meet(connection)
        if self._stop.is_set():
            self._set(state="cancelled")
            return
        self._set(state="submitting")
        fields = {"recipe": dict(self._order.recipe), "cameras": list(self._order.cameras)}
        header, _ = connection.ask("submit", fields, self._order.buffers)
        self._job = str(header.get("job"))
        self._set(state="queued")
        state = self._stream(connection)
        if state == "finished":
            self._set(state="fetching")
            self._fetch(connection)
        self._set(state=state)

    def _stream(self, connection: Connection) -> str:
        """Pull frames, one credit at a time, until the job has ended; its last state."""
        job = {"job": self._job}
        after, credit, next_credit = -1, 0, 0.0
        finish_sent = False
        while True:
            if self._stop.is_set():
                connection.send("cancel", job)
                return "cancelled"
            if self._finish.is_set() and not finish_sent:
                connection.send("finish", job)
                finish_sent = True
            if not credit and time.monotonic() >= next_credit:
                fields = {"after": after, "max_size": self._order.preview_size}
                credit = connection.send("frame", job | fields)
                next_credit = time.monotonic() + 1 / self._order.preview_rate
            message = connection.receive(self._timing.poll)
            if message is None or message[0].get("id") not in (credit, None):
                continue  # answers to 'finish': the frames tell the rest
            header, buffers = message
            if header["kind"] == "error":
                raise ProblemError(from_service(header.get("error")))
            credit = 0
            progress = read_progress(header.get("progress"))
            if progress is not None and "pixels" in buffers:
                after = max(after, progress.step)
                size, pixels = to_blender_pixels(buffers["pixels"])
                self._hand_over(Frame(progress.step, size, pixels))
            state = str(header.get("state"))
            if state == "failed":
                raise ProblemError(from_service(header.get("error")))
            if state in ("finished", "cancelled"):
                self._set(progress=progress or self.report().progress)
                return state
            self._set(state=state if state in RUNNING else "running", progress=progress)

    def _fetch(self, connection: Connection) -> None:
        header, buffers = connection.ask("result", {"job": self._job})
        size, pixels = to_blender_pixels(buffers.get("texture"))
        progress = self.report().progress
        receipt = header.get("receipt")
        self._hand_over(
            Frame(
                progress.step if progress else 0,
                size,
                pixels,
                final=True,
                receipt=receipt if isinstance(receipt, dict) else None,
            )
        )

    def _hand_over(self, frame: Frame) -> None:
        with self._changed:
            self._frame = frame
            self._changed.notify_all()


CLASSES = ()
