"""The worker thread of one painting job: submits, pulls frames, fetches the result.

It never touches bpy. The main thread reads :meth:`PaintClient.report` and takes the newest frame,
already converted to what ``image.pixels.foreach_set`` wants; frames that came meanwhile are gone.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol

from . import catalogue, png
from .connection import Connection, StoppedError, Timing, is_listening
from .messages import RUNNING, Frame, Order, Report, read_progress, to_blender_pixels
from .problems import Problem, ProblemError, from_service, no_service, refuse


class Child(Protocol):
    """A service process as this thread sees it."""

    def death(self) -> Problem | None:
        """Why the process has ended; None while it lives."""


def greet(connection: Connection, launch: Callable[[], Child] | None) -> dict[str, Any]:
    """Say hello to the service, starting it first with ``launch`` if nobody is there.

    Returns the hello's header. Raises ProblemError ("no-service", "service-died", ...).
    """
    address = connection.address
    if is_listening(address):
        return connection.hello(connection.timing.hello)
    if launch is None:
        raise ProblemError(no_service(address))
    child = launch()
    deadline = time.monotonic() + connection.timing.start
    while not is_listening(address):
        if connection.stop.is_set():
            raise StoppedError
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
            with Connection(self._address, self._timing, self._stop) as connection:
                self._converse(connection)
        except StoppedError:
            self._set(state="cancelled")
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

        hello = greet(connection, launch if self._launch else None)
        # A service that has just started answers when its worker is ready.
        describe, _ = connection.ask("describe", {}, seconds=self._timing.start, patient=True)
        if hello.get("device") == "starting":
            hello = connection.hello(self._timing.hello)
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
        self._order = replace(self._order, buffers={})  # a big mesh need not stay in memory
        self._set(state="queued")
        state = self._stream(connection)
        if state == "finished":
            self._set(state="fetching")
            self._fetch(connection)
        self._set(state=state)

    def _stream(self, connection: Connection) -> str:
        """Pull frames, one credit at a time, until the job has ended; its last state."""
        job = {"job": self._job}
        after, credit, next_credit, again = -1, 0, 0.0, 0.0
        finish_sent = False
        while True:
            if self._stop.is_set():
                connection.send("cancel", job)
                return "cancelled"
            if self._finish.is_set() and not finish_sent:
                connection.send("finish", job)
                finish_sent = True
            now = time.monotonic()
            if (not credit and now >= next_credit) or (credit and now >= again):
                fields = {"after": after, "max_size": self._order.preview_size}
                # The same id once more mends a connection that broke and came back.
                credit = connection.send("frame", job | fields, number=credit)
                next_credit = now + 1 / self._order.preview_rate
                again = now + self._timing.again
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
        texture = buffers.get("texture")
        size, pixels = to_blender_pixels(texture)
        assert texture is not None  # checked by the line above
        progress = self.report().progress
        receipt = header.get("receipt")
        self._hand_over(
            Frame(
                progress.step if progress else 0,
                size,
                pixels,
                png=png.encode(texture),
                receipt=receipt if isinstance(receipt, dict) else None,
            )
        )

    def _hand_over(self, frame: Frame) -> None:
        with self._changed:
            self._frame = frame
            self._changed.notify_all()


CLASSES = ()
