"""Messages as models: what is said of a bad field, and that a reply is held against the same."""

import numpy as np
import pytest

from geometry.errors import InputError
from service.serving.protocol.answers import check_reply
from service.serving.protocol.job_messages import Adjust, Frame
from service.serving.protocol.kinds import KINDS
from service.serving.protocol.new_job_messages import Have, Repaint, Submit
from service.serving.protocol.service_messages import Channel, Network
from service.serving.protocol.wire import WireError

DIGEST = "0" * 64
NAMED = {"name": "mask", "dtype": "|u1", "shape": [2, 2], "sha256": DIGEST}


@pytest.mark.parametrize(
    ("request_class", "fields", "line"),
    [
        (Frame, {}, "job: It is missing. Send the name of a job."),
        (Frame, {"job": "1", "after": True}, "after: Not a whole number from -1 to 2147483648."),
        (Frame, {"job": "1", "max_size": 0.5}, "max_size: Not a whole number from 0 to 65536."),
        (Frame, {"job": "1", "encoding": []}, "encoding: Not one of raw, zlib, jpeg, png."),
        (Network, {"network": ""}, "network: Not text of 1 to 64 characters."),
        (Channel, {"layer": "x", "channel": -1}, "channel: Not a whole number from 0 to 1048576."),
        (Have, {"digests": ["x"]}, "digests.0: Not a SHA-256 in 64 hexadecimal digits."),
        (Have, {"digests": [DIGEST + "\n"]}, "digests.0: Not a SHA-256 in 64 hexadecimal digits."),
        (
            Submit,
            {"recipe": {}, "cameras": [{"lens": [1]}]},
            "cameras.0.lens: Not a number, short text or 4×4 numbers.",
        ),
        (
            Repaint,
            {"job": "1", "seed": 1, "uploads": [NAMED | {"sha256": None}]},
            "uploads.0.sha256: Not a SHA-256 in 64 hexadecimal digits.",
        ),
        (
            Adjust,
            {"job": "1", "changes": {}},
            'changes: Not an object of changes, as in {"objective.style": 2}.',
        ),
    ],
)
def test_a_bad_field_is_one_line_that_names_it(request_class, fields, line):
    with pytest.raises(InputError) as caught:
        request_class(**fields)
    assert caught.value.code == "bad-value" and str(caught.value) == line


def test_a_bad_description_of_a_buffer_has_a_code_of_its_own():
    with pytest.raises(WireError) as caught:
        Submit(recipe={}, uploads=[NAMED | {"dtype": "|O"}])
    assert (caught.value.code, caught.value.field) == ("bad-buffer", "mask")


def test_any_header_is_a_request_and_what_it_does_not_have_is_let_pass():
    header = {"protocol": 1, "kind": "frame", "id": 3, "self": 4, "job": "1-abc"}
    request = KINDS["frame"](**header)
    assert request.model_dump() == Frame(job="1-abc").model_dump()
    assert set(request.model_dump()) == {"job", "after", "max_size", "encoding"}


def test_every_field_is_explained():
    for request in KINDS.values():
        for message in (request, request.Reply):
            for name, field in message.model_fields.items():
                assert field.description, (request.kind(), name)


def test_a_reply_is_held_against_its_model():
    row = {"job": "1-abc", "state": "queued", "target": "tile", "group": "p4", "size": 64}
    row |= {"step": None, "steps": None, "age": 1}
    check_reply("jobs", {"kind": "jobs", "jobs": [row]}, {})
    for change, field in (({"age": -1}, "age"), ({"job": "\x1b"}, "job"), ({"step": 1.5}, "step")):
        with pytest.raises(WireError) as caught:
            check_reply("jobs", {"kind": "jobs", "jobs": [row | change]}, {})
        assert (caught.value.code, caught.value.field) == ("bad-reply", f"jobs.0.{field}")
    with pytest.raises(WireError) as caught:
        check_reply("channel", {"kind": "channel", "network": "x", "layer": "y"}, {})
    assert caught.value.field == "channel"
    pixels = {"pixels": np.zeros((2, 2), np.uint8)}
    header = {"kind": "channel", "network": "x", "layer": "y", "channel": 1}
    with pytest.raises(WireError) as caught:
        check_reply("channel", header, pixels)
    assert caught.value.field == "pixels"
