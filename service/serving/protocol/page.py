"""``docs/protocol.md``, written from the wire's own schema so that the two cannot disagree.

``python -m service.serving.protocol.page [FILE]`` writes the page to a file or standard output.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from service.serving.protocol.answers import in_words
from service.serving.protocol.fields import ErrorReply
from service.serving.protocol.kinds import KINDS
from service.serving.protocol.limits import MAX_JOB_BYTES, UNREAD_BYTES
from service.serving.protocol.message import Message, Request
from service.serving.protocol.wire import (
    CHUNK_BYTES,
    DEFAULT_ADDRESS,
    DTYPES,
    HEARTBEAT_SECONDS,
    LIMITS,
    NAME_LENGTH,
    PROTOCOL_VERSION,
)

EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "plain_client.py"

# What the wire and the service itself answer; a recipe or a mesh at fault adds codes of its own.
ERROR_CODES: dict[str, str] = {
    "protocol-version": "Client and service are of different releases.",
    "bad-header": "The header is not a JSON object with a kind and a usable id.",
    "bad-buffer": "A buffer and its description do not agree, or are not allowed.",
    "too-large": "Over a limit on sizes or counts.",
    "bad-value": "A field is missing, of the wrong type or out of range.",
    "unknown-kind": "No such kind of request.",
    "unknown-field": "A key that a recipe does not have.",
    "unknown-job": "No such job, or it ended so long ago that it was dropped.",
    "not-adjustable": "This part of a recipe cannot be changed while a job is painted.",
    "not-painted": "The job has no paint yet, or none any more, of which to keep some.",
    "bad-region": "The region to be painted anew is too small.",
    "has-ended": "The job is finished or cancelled.",
    "not-ended": "Only a job that has ended can be forgotten.",
    "queue-full": "Too many jobs, or questions about networks, wait.",
    "not-finished": "The job has no result yet.",
    "cancelled": "The job was cancelled: there is no result.",
    "unknown-upload": "A job names a buffer whose bytes are not here, or not here any more.",
    "bad-digest": "What was uploaded has another SHA-256; it was dropped.",
    "out-of-memory": "The job did not fit into memory.",
    "worker-died": "The process that paints ended twice in the middle of the job, or cannot start; "
    "or the service was killed with it again and again.",
    "not-saved": "The service's disk is full or cannot be written.",
    "damaged-job": "The job's files on the service's disk are damaged.",
    "service-stopped": "The service was told to stop; its jobs go on when it is started again.",
    "data-lost": "The folder of the service's jobs was removed or replaced; the service ends.",
    "internal": "A fault of the service; its log says more.",
}


def protocol_page() -> str:
    """The page, in Markdown."""
    codes = [f"| `{code}` | {meaning} |" for code, meaning in ERROR_CODES.items()]
    return "\n\n".join(
        [
            _opening(),
            *(_section(request) for request in KINDS.values()),
            "## error",
            "The reply to a request that cannot be served. `field` names what is at fault, "
            "`message` says it in one sentence, `hint` (it may be empty) how to mend it. Errors of "
            "the recipe and the scene have codes of their own; codes never change their meaning. "
            "`bad-reply` is never sent: our own clients say it of a reply that is not as this page "
            "has it.",
            _fields(ErrorReply),
            "| code | meaning |\n|---|---|\n" + "\n".join(codes),
            "## A client",
            f"[{EXAMPLE.name}](examples/{EXAMPLE.name}) paints a tile on a service without keys. "
            "For scripts there is `service.serving.client.Client`, with heartbeats and keys.",
            f"```python\n{EXAMPLE.read_text(encoding='utf-8').strip()}\n```",
        ]
    )


def _opening() -> str:
    return f"""# The wire, version {PROTOCOL_VERSION}

<!-- Written by python -m service.serving.protocol.page: change the messages in
service/serving/protocol instead. -->

A client (ZeroMQ DEALER) talks to the service (ROUTER), by default at `{DEFAULT_ADDRESS}`.
A message is one multipart: a header in UTF-8 JSON, then the raw buffers that the header describes
as `"buffers": [{{"name", "dtype", "shape"}}, …]`, in that order, little-endian, in C order. Nothing
is ever pickled. A service that demands keys speaks CURVE, with the keys from the file that
`service keys new` made ([SECURITY.md](../SECURITY.md)); without the right ones nothing is answered.

Every request has `"protocol": {PROTOCOL_VERSION}`, a `"kind"` and an `"id"` of the client's choice
(a whole number, or text of at most {NAME_LENGTH} characters). The reply has the same `id` and
`kind`, or the kind `error`. Replies may come in another order than their requests. A client that
waits sends a `heartbeat` every {HEARTBEAT_SECONDS:g} s and knows from the replies that the service
lives. A client that lets many replies lie unread loses the newest of them.

| limit | |
|---|---|
| header | {LIMITS.header_bytes >> 10} KiB, numbers finite |
| buffers | {LIMITS.buffers}, of 1 to {LIMITS.dimensions} dimensions, never empty |
| dtypes | {_escaped(", ".join(DTYPES))} |
| message | {LIMITS.total_bytes >> 20} MiB, unless `service serve --max-message` says otherwise |
| inputs of a job | {MAX_JOB_BYTES >> 20} MiB; what `submit` itself brings {CHUNK_BYTES >> 20} MiB |
| chunk of an upload | {CHUNK_BYTES >> 20} MiB |
| replies unread | {UNREAD_BYTES >> 20} MiB; then a client is sent no more until it reads |"""


def _section(request: type[Request]) -> str:
    parts = [f"## {request.kind()}", " ".join((request.__doc__ or "").split())]
    for title, message in (("request", request), ("reply", request.Reply)):
        if message.model_fields:
            parts += [f"{title.capitalize()}:", _fields(message)]
        if message.buffers:
            rows = [f"| `{name}` | {_escaped(what)} |" for name, what in message.buffers.items()]
            table = "\n".join(["| buffer | |", "|---|---|", *rows])
            parts += [f"Buffers of the {title}:", table]
    return "\n\n".join(parts)


def _fields(message: type[Message]) -> str:
    schemas = message.schema_of_fields()["properties"]
    rows = ["| field | what it is | |", "|---|---|---|"]
    for name, field in message.model_fields.items():
        what = in_words(schemas[name])
        if field.default is None:
            what += "; may be left out"
        elif not field.is_required():
            what += f"; {json.dumps(field.default)}, if left out"
        rows.append(f"| `{name}` | {_escaped(what)} | {_escaped(field.description or '')} |")
    return "\n".join(rows)


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def main() -> None:
    """Write the page to the file given, or to standard output."""
    page = protocol_page() + "\n"
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(page, encoding="utf-8")
    else:
        sys.stdout.write(page)


if __name__ == "__main__":
    main()
