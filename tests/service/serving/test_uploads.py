"""Uploads: what is large goes over the wire once, in pieces, and goes on where it stopped."""

import contextlib
import hashlib
import resource
import sys

import numpy as np
import pytest
from service_process import ServiceProcess, recipe, refused, running

from geometry.errors import InputError
from service.serving.client import Client
from service.serving.protocol.wire import CHUNK_BYTES, LIMITS, UPLOAD_BYTES

RANDOM = np.random.default_rng(7)


def mesh(count=100_000):
    """Vertices that no other test has sent, over the size from which they are uploaded."""
    vertices = RANDOM.normal(size=(count, 3)).astype(np.float32)
    assert vertices.nbytes > UPLOAD_BYTES
    return vertices


def digest_of(array):
    return hashlib.sha256(array.tobytes()).hexdigest()


def upload(client, array, offset=0, end=None, size=None, sha256=None):
    """One chunk; how much is there then."""
    data = np.frombuffer(array.tobytes()[offset:end], np.uint8)
    fields = {"sha256": sha256 or digest_of(array), "size": size or array.nbytes, "offset": offset}
    return client._ask("upload", fields, {"data": data})[0]["received"]


def received(client, *arrays):
    digests = [digest_of(array) for array in arrays]
    return client._ask("have", {"digests": digests})[0]["received"]


def submit(client, array, **changes):
    """A job that names what was uploaded; its receipt's sum of it."""
    spec = {"name": "vertices", "dtype": array.dtype.str, "shape": list(array.shape)}
    spec |= {"sha256": digest_of(array)} | changes
    fields = {"recipe": recipe(target="mesh", steps=2), "uploads": [spec]}
    return client._ask("submit", fields)[0]["job"]


def sum_in(client, job):
    end = list(client.frames(job, max_size=8))[-1]
    assert end.state == "finished", end.error
    return client.result(job)[1]["sums"]["vertices"]


@pytest.fixture
def wiretap(client, monkeypatch):
    """What the client sends, kind by kind: [(kind, bytes of buffers)]."""
    sent, ask = [], client._ask

    def note(kind, fields, buffers=None, **options):
        sent.append((kind, sum(array.nbytes for array in (buffers or {}).values())))
        return ask(kind, fields, buffers, **options)

    monkeypatch.setattr(client, "_ask", note)
    return sent


def test_a_large_buffer_goes_over_the_wire_once(client, wiretap):
    vertices, mask = mesh(), np.ones((3, 3), np.uint8)
    jobs = [
        client.submit(recipe(target="mesh", steps=2), {"vertices": vertices, "mask": mask})
        for _ in range(3)
    ]
    assert [sent for sent in wiretap if sent[0] == "upload"] == [("upload", vertices.nbytes)]
    assert [size for kind, size in wiretap if kind == "submit"] == [9] * 3
    expected = float(vertices.sum())
    assert [sum_in(client, job) for job in jobs] == [expected] * 3
    assert received(client, vertices, mask, vertices + 1) == [vertices.nbytes, 9, 0]


def test_many_chunks(client, wiretap):
    vertices = mesh(CHUNK_BYTES // 4)  # 24 MiB
    job = client.submit(recipe(target="mesh", steps=2), {"vertices": vertices})
    assert [size for kind, size in wiretap if kind == "upload"] == [CHUNK_BYTES] * 3
    assert sum_in(client, job) == float(vertices.sum())


def test_an_upload_goes_on_where_it_stopped_also_after_kill_9(tmp_path):
    vertices = mesh()
    service = ServiceProcess(tmp_path / "log.txt")
    with Client(service.address) as client:
        client.describe()
        assert upload(client, vertices, end=500_001) == 500_001
    with Client(service.address) as client:  # another client goes on
        assert received(client, vertices) == [500_001]
        assert upload(client, vertices, 500_001, 600_000) == 600_000
        assert upload(client, vertices, 500_001, 600_000) == 600_000  # the answer was lost
        assert upload(client, vertices, 700_000) == 600_000  # something is missing
    service.kill()
    with running(tmp_path / "log.txt") as service, Client(service.address) as client:
        assert received(client, vertices) == [600_000]
        job = client.submit(recipe(target="mesh", steps=2), {"vertices": vertices})
        assert sum_in(client, job) == float(vertices.sum())


def test_what_is_not_here_cannot_be_named(client):
    vertices = mesh()
    with refused("unknown-upload") as caught:
        submit(client, vertices)
    assert "'vertices'" in caught.value.message
    upload(client, vertices, end=1000)
    with refused("unknown-upload"):
        submit(client, vertices)


def test_another_content_is_refused(client):
    vertices = mesh()
    with refused("bad-digest"):
        upload(client, vertices, sha256="0" * 64)
    assert client._ask("have", {"digests": ["0" * 64]})[0]["received"] == [0]


def test_a_damaged_blob_fails_its_job_and_can_be_sent_again(service, client):
    vertices = mesh()
    upload(client, vertices)
    (service.data / "buffers" / digest_of(vertices)).write_bytes(b"odd")
    job = submit(client, vertices)
    assert list(client.frames(job))[-1].error["code"] == "damaged-job"
    again = client.submit(recipe(target="mesh", steps=2), {"vertices": vertices})
    assert sum_in(client, again) == float(vertices.sum())
    client.resume(job)  # the first one has what it needs again, too
    assert sum_in(client, job) == float(vertices.sum())


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"sha256": "../../job.json"}, "bad-value", "uploads.0.sha256"),
        ({"sha256": None}, "bad-value", "uploads.0.sha256"),
        ({"shape": [100_000, 4]}, "bad-buffer", "vertices"),
        ({"shape": [1 << 29]}, "too-large", "uploads"),
        ({"shape": [-1]}, "bad-buffer", "vertices"),
        ({"dtype": "|O"}, "bad-buffer", "vertices"),
        ({"name": "x" * 65}, "bad-buffer", "buffers"),
    ],
)
def test_an_odd_name_for_an_upload_is_refused(client, changes, code, field):
    vertices = np.arange(300_000, dtype=np.float32).reshape(-1, 3)
    upload(client, vertices)
    with refused(code) as caught:
        submit(client, vertices, **changes)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("kind", "fields", "data"),
    [
        ("have", {}, None),
        ("have", {"digests": ["0" * 64] * 65}, None),
        ("have", {"digests": [7]}, None),
        ("have", {"digests": ["../../../etc/passwd"]}, None),
        ("upload", {"sha256": "0" * 64, "size": 4, "offset": 0}, None),
        ("upload", {"sha256": "x", "size": 4, "offset": 0}, np.zeros(4, np.uint8)),
        ("upload", {"sha256": "0" * 64, "size": 4, "offset": 1}, np.zeros(4, np.uint8)),
        ("upload", {"sha256": "0" * 64, "size": 1 << 40, "offset": 0}, np.zeros(4, np.uint8)),
        ("upload", {"sha256": "0" * 64, "size": 4, "offset": -1}, np.zeros(4, np.uint8)),
        ("upload", {"sha256": "0" * 64, "size": 4, "offset": 0}, np.zeros(1, np.float32)),
        ("upload", {"sha256": "0" * 64, "size": 4, "offset": 0}, np.zeros((2, 2), np.uint8)),
        (
            "upload",
            {"sha256": "0" * 64, "size": 1 << 24, "offset": 0},
            np.zeros(CHUNK_BYTES + 1, np.uint8),
        ),
    ],
)
def test_odd_fields_are_refused(client, kind, fields, data):
    with pytest.raises(InputError) as caught:
        client._ask(kind, fields, None if data is None else {"data": data})
    assert caught.value.code in ("bad-value", "bad-buffer")


def test_what_is_large_does_not_come_in_submit(client, wiretap):
    """It would be hashed and written down while everybody else waits."""
    half = np.zeros(CHUNK_BYTES // 2, np.uint8)
    fields = {"recipe": recipe(target="mesh", steps=2)}
    vertices = {"vertices": np.zeros((4, 3), np.float32)}
    with refused("too-large") as caught:
        client._ask("submit", fields, vertices | {"a": half, "b": half})
    assert caught.value.field == "buffers" and "Upload" in caught.value.hint
    sum_in(client, client._ask("submit", fields, vertices | {"a": half})[0]["job"])
    # However many there are: a client uploads what could be too much for one message.
    most = {f"b{k}": np.full(UPLOAD_BYTES, k, np.uint8) for k in range(LIMITS.buffers)}
    del wiretap[:]
    job = client.submit(recipe(steps=2), most)
    assert wiretap == [("submit", CHUNK_BYTES)]
    list(client.frames(job, max_size=8))


@contextlib.contextmanager
def no_room(process):
    """A disk that takes files of a megabyte at most."""
    limits = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (1 << 20, limits[1]))
    try:
        yield
    finally:
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, limits)


@pytest.mark.skipif(sys.platform != "linux", reason="limits of another process")
def test_a_full_disk_refuses_an_upload_and_keeps_what_is_here(service, client):
    vertices = mesh()
    upload(client, vertices, end=900_000)
    with no_room(service.process):
        with refused("not-saved"):
            upload(client, vertices, 900_000)
        assert received(client, vertices) == [900_000]
        assert client.heartbeat() == 0
    job = client.submit(recipe(target="mesh", steps=2), {"vertices": vertices})
    assert sum_in(client, job) == float(vertices.sum())


def test_limits_are_settings(tmp_path):
    with (
        running(
            tmp_path / "log.txt", max_message=16 << 20, max_inputs=20 << 20, max_jobs=2
        ) as service,
        Client(service.address, timeout=3) as client,
    ):
        large = RANDOM.normal(size=(1 << 19, 4))  # 16 MiB: as a message it would be too long
        slow = recipe(target="mesh", step_ms=50, steps=1000)
        job = client.submit(slow, {"vertices": large})
        with refused("queue-full") as caught:
            client.submit(slow, {"vertices": large[1:]})
        assert "20 MiB" in caught.value.message
        client.submit(slow, {"vertices": large})  # shared: it counts once
        with refused("queue-full"):
            client.submit(slow)
        client.cancel(job)
