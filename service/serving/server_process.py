"""The supervisor of the server: ``service serve`` runs it as a child, which is started anew when it
crashes. libzmq ends a process on what it holds to be impossible, and peers have found ways to make
it so; what jobs had done by then is on disk."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import logging
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import IO

from geometry.errors import InputError
from service.parent import environment_of_children, stop_signals
from service.serving.processes.logs import LogFormat
from service.serving.processes.restarts import pause_after
from service.serving.settings import Settings

READY, REFUSED = "ready", "refused"  # first words of the lines that the child says to it
CRASHES = 10  # in a row, then it stays down
SOUND_SECONDS = 600.0  # of life, after which a crash is the first one again
LAST_WORDS = 1.0  # seconds for what a server said just before it ended

log = logging.getLogger(__name__)


class ServerProcess:
    """Runs one server after the other. ``announce`` is called once, with "ready tcp://HOST:PORT";
    a server that is started again listens at the same address."""

    def __init__(
        self, settings: Settings, log_format: LogFormat, announce: Callable[[str], None]
    ) -> None:
        self._settings, self._log_format, self._announce = settings, log_format, announce
        self._announced = self._stopping = self._ready = False
        self._refusal: InputError | None = None
        self._process: subprocess.Popen[str] | None = None

    def run(self) -> int:
        """Serve until told to stop (:func:`service.parent.stop_signals`), or
        until the settings' idle time; the exit code, 128 and the signal for a server that crashed
        once too often. For the main thread of a process. Raises InputError as
        :func:`service.serving.serve.serve`."""
        before = {number: signal.signal(number, self._stop) for number in stop_signals()}
        try:
            return self._supervise()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _supervise(self) -> int:
        crashes = 0
        while True:
            start = time.monotonic()
            code = self._serve()
            crashed = not 0 <= code <= 255  # by a signal; on Windows by an exception
            # The port may not be free at once; a server that was ready has its own reasons to end.
            refused = crashes and self._refusal is not None and not self._ready
            if self._stopping or not (crashed or refused):
                if self._refusal is not None:
                    raise self._refusal
                return 0 if crashed else code  # told to stop before it could listen to us
            crashes = 1 if time.monotonic() - start > SOUND_SECONDS else crashes + 1
            reason = f"signal {-code}" if code < 0 else f"exit code {code}"
            if crashes > CRASHES:
                log.error("the server crashed %d times: it stays down (%s)", CRASHES + 1, reason)
                return 128 - code if code < 0 else code
            pause = pause_after(crashes)
            log.error("the server crashed (%s): started again in %g s", reason, pause)
            end = time.monotonic() + pause
            while not self._stopping and time.monotonic() < end:
                time.sleep(0.1)
            if self._stopping:
                return 0

    def _serve(self) -> int:
        """The exit code of one server, as subprocess has it."""
        self._refusal, self._ready = None, False
        settings = json.dumps(self._settings.as_dict())
        command = [sys.executable, "-P", "-m", "service.serving.serve", self._log_format, settings]
        self._process = process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment_of_children(),
        )
        if self._stopping:
            process.send_signal(signal.SIGTERM)
        assert process.stdin is not None and process.stdout is not None
        # A thread: whatever the server has started may hold the pipe for longer than it lives.
        listener = threading.Thread(target=self._listen, args=(process.stdout,), daemon=True)
        listener.start()
        code = process.wait()
        listener.join(LAST_WORDS)
        process.stdin.close()
        return code

    def _listen(self, output: IO[str]) -> None:
        for line in output:
            word, _, rest = line.strip().partition(" ")
            if word == REFUSED:
                self._refusal = InputError(**json.loads(rest))
            elif word == READY:
                self._ready = True
                # Any free port was wanted only at first: clients know this one now.
                self._settings = dataclasses.replace(self._settings, bind=rest)
                if not self._announced:
                    self._announced = True
                    with contextlib.suppress(OSError):  # nobody reads any more
                        self._announce(f"{READY} {rest}")

    def _stop(self, number: int, frame: object) -> None:
        self._stopping = True
        # Ctrl-C in a terminal reaches the server as well; to be told twice does it no harm.
        # Windows has no signal that would let it end in order.
        if self._process is not None and sys.platform != "win32":
            self._process.send_signal(signal.SIGTERM)
