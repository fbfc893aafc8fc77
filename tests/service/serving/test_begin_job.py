"""How clients begin a job, against a service that drops things. Both clients have this one file."""

import hashlib

import numpy as np
import pytest

from geometry.errors import InputError
from service.serving.protocol.uploads import TRIES, begin_job
from service.serving.protocol.wire import CHUNK_BYTES, UPLOAD_BYTES, WireError

STYLE = np.arange(2 * UPLOAD_BYTES, dtype=np.int32)
MASK = np.ones((3, 3), np.uint8)


class Service:
    """Keeps what is uploaded, but for the first ``drops`` chunks and the first ``losses`` jobs'."""

    def __init__(self, drops=0, losses=0):
        self.drops, self.losses, self.kept, self.asked = drops, losses, {}, []

    def __call__(self, kind, fields, buffers):
        self.asked.append(kind)
        if kind == "have":
            return {"received": [len(self.kept.get(d, b"")) for d in fields["digests"]]}, {}
        if kind == "upload":
            data = self.kept.setdefault(fields["sha256"], bytearray())
            if self.drops:
                self.drops -= 1
                data.clear()
            elif fields["offset"] == len(data):
                data += buffers["data"].tobytes()
            return {"received": len(data)}, {}
        if self.losses:
            self.losses -= 1
            self.kept.clear()
            raise InputError("unknown-upload", "uploads", "as asked")
        self.fields, self.buffers = fields, buffers
        return {"job": "1-abc"}, {}


def begin(service):
    return begin_job(service, "submit", {"recipe": {}}, {"style": STYLE, "mask": MASK})


def test_what_is_large_goes_by_its_content_and_once():
    service = Service()
    assert begin(service) == begin(service) == "1-abc"
    chunks = -(-STYLE.nbytes // CHUNK_BYTES)
    assert service.asked == ["have", *["upload"] * chunks, "submit", "have", "submit"]
    digest = hashlib.sha256(STYLE.tobytes()).hexdigest()
    assert service.kept == {digest: STYLE.tobytes()}
    about = {"name": "style", "dtype": "<i4", "shape": list(STYLE.shape), "sha256": digest}
    assert service.fields == {"recipe": {}, "uploads": [about]}
    assert list(service.buffers) == ["mask"]


def test_without_anything_large_nothing_else_is_asked():
    service = Service()
    begin_job(service, "repaint", {"job": "0-abc"}, {"region": MASK})
    assert service.asked == ["repaint"] and "uploads" not in service.fields


def test_what_is_dropped_is_sent_again_but_not_for_ever():
    service = Service(drops=TRIES - 1)
    assert begin(service) == "1-abc" and list(service.kept.values()) == [STYLE.tobytes()]
    with pytest.raises(WireError) as caught:
        begin(Service(drops=TRIES))
    assert caught.value.code == "unknown-upload"


def test_what_is_gone_at_the_end_is_sent_again_but_not_for_ever():
    service = Service(losses=TRIES - 1)
    assert begin(service) == "1-abc" and service.asked.count("submit") == TRIES
    with pytest.raises(InputError) as caught:
        begin(Service(losses=TRIES))
    assert caught.value.code == "unknown-upload"


def test_a_service_that_does_not_say_what_it_has():
    with pytest.raises(WireError) as caught:
        begin(lambda kind, fields, buffers: ({"received": []}, {}))
    assert (caught.value.code, caught.value.field) == ("bad-reply", "received")
