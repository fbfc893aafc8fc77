"""The threads that talk to the service: what they share, and the one that only asks for menus.

Who may touch what. Everything below ``_main`` runs in the thread and never touches bpy; it makes
the connection, uses and closes it. The public methods are the main thread's: they read snapshots,
set events, fill queues, and wait no longer than they are told. ``_changed`` guards what both sides
see (the report, which only the thread writes; of a painting, the newest frame, which the thread
puts and the main thread takes) and is held for no longer than that takes.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Protocol

from ..background import Background
from ..offer import catalogue
from ..problems import Problem, ProblemError, no_service, refuse
from .connection import Connection, StoppedError, Timing, is_listening
from .messages import Report
from .printing import print_error

# Of the conversation, not of one question: no other will be answered either.
LOST = frozenset({"service-lost", "no-answer", "no-service", "bad-address", "no-zmq"})


class Child(Protocol):
    """A service process as this thread sees it."""

    def death(self) -> Problem | None:
        """Why the process has ended; None while it lives."""


Launch = Callable[[], Child] | None


def greet(connection: Connection, launch: Launch) -> dict[str, Any]:
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


class Worker(Background[Report]):
    """A thread that talks to the service at ``address``.

    ``launch`` starts a service where none listens; it is called in the thread. ``timing`` says how
    long to wait for what. Problems do not come out of the thread: they are in the report.
    """

    def __init__(
        self,
        address: str,
        launch: Launch = None,
        timing: Timing | None = None,
        key_file: str = "",
    ) -> None:
        super().__init__(Report("connecting"), "orbitex-io")
        self.address = address
        self._launch, self._key_file = launch, key_file
        self._timing = timing or Timing()
        self._may_launch = True

    def leave(self) -> None:
        """Let the thread end; what it has begun in the service goes on there."""
        self._stop.set()

    def _main(self) -> None:
        try:
            self._work()
        except StoppedError:
            self._set(state="cancelled")
        except ProblemError as error:
            self._set(state="failed", problem=error.problem)
        except Exception as error:
            # Whatever happens, the panel must come back to idle with a reason; where it happened is
            # for who reads the terminal.
            print_error()
            words = f"{type(error).__name__}: {error}"
            self._set(state="failed", problem=Problem("internal", words))

    def _work(self) -> None:
        with Connection(self.address, self._timing, self._stop, self._key_file) as connection:
            self._converse(connection)

    def _converse(self, connection: Connection) -> None:
        raise NotImplementedError

    def _meet(self, connection: Connection) -> None:
        """Greet the service, and put what it offers into the report."""

        def launch() -> Child:
            self._set(state="starting")
            assert self._launch is not None
            return self._launch()

        hello = greet(connection, launch if self._launch and self._may_launch else None)
        # A service that has just started answers when its worker is ready.
        describe, _ = connection.ask("describe", {}, seconds=self._timing.start, patient=True)
        if hello.get("device") == "starting":
            hello = connection.hello(self._timing.hello)
        self._set(offers=catalogue.parse(describe, hello))


class Inquiry(Worker):
    """Only hello and describe: fills the panel's menus."""

    def _converse(self, connection: Connection) -> None:
        self._meet(connection)
        begun = time.perf_counter()
        connection.hello(self._timing.hello)
        self._set(state="finished", milliseconds=1000 * (time.perf_counter() - begun))
