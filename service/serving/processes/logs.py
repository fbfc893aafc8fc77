"""The service's log: one line a record, for people or, as JSON, for programs.

What a record is about is a field and no part of its message: ``log.info("running", extra={"job":
job.name})``. What a worker prints while it paints no job takes the same way, by :func:`relay`.
"""

from __future__ import annotations

import json
import logging
import threading
from datetime import UTC, datetime
from enum import StrEnum
from typing import IO, Any

from geometry.printable import printable

# All that a line says beside time, level, logger and message. Names, never keys or tokens: what
# else a record carries is not written.
FIELDS = ("job", "client")
WORKER_LINE_BYTES = 8192  # of a worker's output; what is longer is broken


worker_log = logging.getLogger("service.worker")


class LogFormat(StrEnum):
    """How a record becomes a line."""

    TEXT = "text"
    JSON = "json"


class TextFormatter(logging.Formatter):
    """``2026-11-22 18:20:26,123 INFO job 3-0a1b2c running``, local time; a traceback follows."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(about)s%(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (logging's own name)
        """The line of a record."""
        about = " ".join(f"{name} {value}" for name, value in _fields(record).items())
        record.about = f"{about} " if about else ""
        # What a client sent must not look like a line of ours.
        return printable(super().formatMessage(record))

    def formatException(self, exc_info: Any) -> str:  # noqa: N802 (logging's own name)
        """The traceback, which may quote what a client sent."""
        return "\n".join(map(printable, super().formatException(exc_info).split("\n")))


class JsonFormatter(logging.Formatter):
    """One object a line: time (UTC, ISO 8601), level, logger, job and client if it is about one,
    message, and of an exception its traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            **_fields(record),
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line)


_FORMATTERS = {LogFormat.TEXT: TextFormatter, LogFormat.JSON: JsonFormatter}


def log_to_stderr(form: LogFormat) -> None:
    """Let this process log to its standard error, warnings of libraries included."""
    handler = logging.StreamHandler()
    handler.setFormatter(_FORMATTERS[form]())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    logging.captureWarnings(True)


def relay(output: IO[bytes]) -> threading.Thread:
    """Log what a worker writes to ``output``, line by line, until it ends, from a thread of its
    own: a worker never waits for its readers."""

    def read() -> None:
        with output:
            while line := output.readline(WORKER_LINE_BYTES):
                if text := line.decode(errors="replace").rstrip():
                    worker_log.info("%s", text)

    thread = threading.Thread(target=read, name="worker-output", daemon=True)
    thread.start()
    return thread


def _fields(record: logging.LogRecord) -> dict[str, str]:
    given = {name: getattr(record, name, None) for name in FIELDS}
    return {name: str(value) for name, value in given.items() if value is not None}
