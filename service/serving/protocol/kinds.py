"""The kinds of messages: the server serves them all, and docs/protocol.md is written from them.

``python -m service.serving.protocol.kinds FILE`` writes the fields of the replies as JSON, by which
clients check what they get: ``replies.json`` here, to which the add-on has a link.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from service.serving.protocol import (
    job_messages,
    mesh_messages,
    new_job_messages,
    service_messages,
)
from service.serving.protocol.fields import ErrorReply
from service.serving.protocol.message import Request

# Every request carries "protocol", "kind" and an "id" of the client's choice (a whole number or
# short text); the reply has the same "id" and "kind", or the kind "error".
_REQUESTS: tuple[type[Request], ...] = (
    service_messages.Hello,
    service_messages.Describe,
    service_messages.Network,
    service_messages.Channel,
    service_messages.Survey,
    service_messages.Look,
    service_messages.Prepare,
    service_messages.Group,
    mesh_messages.Symmetries,
    mesh_messages.Maps,
    mesh_messages.Solid,
    service_messages.Withdraw,
    new_job_messages.Submit,
    new_job_messages.Have,
    new_job_messages.Upload,
    job_messages.Frame,
    job_messages.Cancel,
    job_messages.Finish,
    job_messages.Pause,
    job_messages.Resume,
    job_messages.Adjust,
    new_job_messages.Repaint,
    new_job_messages.Enlarge,
    job_messages.Refinish,
    job_messages.Jobs,
    job_messages.Attach,
    job_messages.Forget,
    job_messages.Result,
    service_messages.Heartbeat,
)
KINDS = {request.kind(): request for request in _REQUESTS}


def replies_file() -> str:
    """What is in ``replies.json``."""
    replies = {name: request.Reply.schema_of_fields() for name, request in KINDS.items()}
    return json.dumps({**replies, "error": ErrorReply.schema_of_fields()}, indent=1) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(replies_file(), encoding="utf-8")
