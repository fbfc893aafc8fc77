"""The kinds of messages: the server serves them all, and docs/protocol.md is written from them.

``python -m service.serving.protocol.kinds FILE`` writes the shapes of the replies as JSON, by which
clients check what they get: ``replies.json`` here, to which the add-on has a link.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

from service.serving.protocol import replies, requests
from service.serving.protocol.message import Message


@dataclass(frozen=True)
class Kind:
    """A request, and what answers it."""

    request: type[Message]
    reply: type[Message]

    @property
    def purpose(self) -> str:
        """What it is for, in some sentences."""
        return " ".join((self.request.__doc__ or "").split())


# Every request carries "protocol", "kind" and an "id" of the client's choice (a whole number or
# short text); the reply has the same "id" and "kind", or the kind "error".
KINDS = {
    kind.request.kind(): kind
    for kind in (
        Kind(requests.Hello, replies.HelloReply),
        Kind(requests.Describe, replies.DescribeReply),
        Kind(requests.Network, replies.NetworkReply),
        Kind(requests.Channel, replies.ChannelReply),
        Kind(requests.Survey, replies.SurveyReply),
        Kind(requests.Submit, replies.JobReply),
        Kind(requests.Have, replies.HaveReply),
        Kind(requests.Upload, replies.UploadReply),
        Kind(requests.Frame, replies.FrameReply),
        Kind(requests.Cancel, replies.JobReply),
        Kind(requests.Finish, replies.JobReply),
        Kind(requests.Pause, replies.StateReply),
        Kind(requests.Resume, replies.StateReply),
        Kind(requests.Adjust, replies.AdjustReply),
        Kind(requests.Repaint, replies.JobReply),
        Kind(requests.Jobs, replies.JobsReply),
        Kind(requests.Attach, replies.AttachReply),
        Kind(requests.Forget, replies.JobReply),
        Kind(requests.Result, replies.ResultReply),
        Kind(requests.Heartbeat, replies.HeartbeatReply),
    )
}


def replies_file() -> str:
    """What is in ``replies.json``."""
    shapes = {name: kind.reply.schema_of_fields() for name, kind in KINDS.items()}
    return json.dumps({**shapes, "error": replies.ErrorReply.schema_of_fields()}, indent=1) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(replies_file(), encoding="utf-8")
