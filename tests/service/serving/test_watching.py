"""Many clients watch one job, some of them badly: on real sockets."""

import threading
import time
from dataclasses import dataclass, field

import pytest
import zmq
from patience import PATIENCE
from service_process import eventually, memory, receive, recipe, refused, running, until_running

from service.serving import router as router_module
from service.serving.client import Client
from service.serving.engines.events import MAX_SIZES, MAX_UNHEARD, FrameDone, Stepped, Wants
from service.serving.protocol.encodings import ENCODINGS, Picture
from service.serving.protocol.limits import UNREAD_BYTES
from service.serving.protocol.wire import decode, encode
from service.serving.router import Inbox


@dataclass
class Watcher:
    """A client of a crowd."""

    socket: zmq.Socket
    job: str
    max_size: int
    encoding: str
    steps: list = field(default_factory=list)
    state: str = ""

    def ask(self):
        after = self.steps[-1] if self.steps else -1
        wish = {"after": after, "max_size": self.max_size, "encoding": self.encoding}
        self.socket.send_multipart(encode({"kind": "frame", "id": 1, "job": self.job} | wish))

    def hear(self):
        header, buffers = decode(self.socket.recv_multipart())
        assert header["kind"] == "frame", header
        self.state = header["state"]
        picture = Picture.of(header, buffers)
        if picture is not None:
            step = header["progress"]["step"]
            assert picture.encoding == self.encoding
            assert abs(picture.pixels()[8:].astype(int) - step % 256).max() <= 2
            assert picture.pixels().shape == (self.max_size, self.max_size, 3)
            self.steps.append(step)


def watch(address, job, count, enough):
    """A crowd that watches a job to its end, in two sizes and all encodings. ``enough`` is called
    when each has seen some frames."""
    with zmq.Context() as context:
        poller, crowd = zmq.Poller(), {}
        for number in range(count):
            socket = context.socket(zmq.DEALER)
            socket.linger = 0
            socket.connect(address)
            poller.register(socket, zmq.POLLIN)
            size, encoding = (16, 32)[number % 2], ENCODINGS[number // 2 % len(ENCODINGS)]
            crowd[socket] = Watcher(socket, job, size, encoding)
            crowd[socket].ask()
        waiting, called = set(crowd), False
        while waiting:
            ready = poller.poll(1000 * PATIENCE)
            assert ready, "somebody was forgotten"
            for socket, _ in ready:
                crowd[socket].hear()
                if crowd[socket].state in ("finished", "failed", "cancelled"):
                    waiting.discard(socket)
                else:
                    crowd[socket].ask()
            if not called and all(len(watcher.steps) > 3 for watcher in crowd.values()):
                called = True
                enough()
        for socket in crowd:
            socket.close()
    return list(crowd.values())


@pytest.mark.slow
def test_32_clients_watch_one_job_and_each_size_is_rendered_once(service, client):
    job = client.submit(recipe(step_ms=30, steps=100_000))
    crowd = watch(service.address, job, 32, enough=lambda: client.finish(job))
    receipt = client.result(job)[1]
    for watcher in crowd:
        assert watcher.state == "finished" and watcher.steps[-1] == receipt["step"]
        assert watcher.steps == sorted(set(watcher.steps))
    assert receipt["renders"] == 1


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_client_chooses_the_encoding(client, encoding):
    assert encoding in client.hello()["encodings"]
    job = client.submit(recipe(steps=5))
    frames = list(client.frames(job, max_size=16, encoding=encoding))
    assert frames[-1].state == "finished"
    frames = [frame for frame in frames if frame.pixels is not None]  # the end may be no news
    assert frames and frames[-1].progress["step"] == 5
    for frame in frames:
        assert frame.pixels.shape == (16, 16, 3)
        # not the first rows: the texture's has a pattern, which JPEG spreads over a block
        assert (abs(frame.pixels[8:].astype(int) - frame.progress["step"]) <= 2).all()
    late = client.frame(job, max_size=8, encoding=encoding)
    assert late.pixels.shape == (8, 8, 3) and client.frame(job, 5, encoding=encoding).pixels is None


@pytest.mark.parametrize("encoding", ["gif", "", 7, None, ["raw"]])
def test_an_unknown_encoding_is_refused(client, encoding):
    job = client.submit(recipe(steps=1))
    with refused("bad-value") as caught:
        client.frame(job, encoding=encoding)
    assert caught.value.field == "encoding"


def never_read(service, count, seconds=0.0):
    """One client asks for large frames all the time and reads none of them, while another watches
    until it has so many, so many seconds at least; the frames of that one, and by how many MiB the
    service grew."""
    pid = service.process.pid
    with (
        Client(service.address, timeout=PATIENCE) as client,
        zmq.Context.instance().socket(zmq.DEALER) as deaf,
    ):
        job = client.submit(recipe(step_ms=10, steps=100_000, size=1024))
        until_running(client, job)
        deaf.linger, deaf.rcvhwm, deaf.sndtimeo = 0, 1, 1000 * int(PATIENCE)
        deaf.connect(service.address)
        before, frames = memory(pid, "VmHWM"), []
        watching = threading.Thread(
            target=lambda: frames.extend(Client(service.address).frames(job, max_size=8)),
            daemon=True,
        )
        watching.start()
        end = time.monotonic() + seconds

        def ask():
            deaf.send_multipart(encode({"kind": "frame", "id": 1, "job": job}))
            return len(frames) >= count and time.monotonic() > end

        assert eventually(ask, seconds + PATIENCE)
        client.finish(job)
        watching.join(PATIENCE)
        assert client.heartbeat() == 0
    return frames, memory(pid, "VmHWM") - before


@pytest.fixture
def fresh(tmp_path):
    """A service that has never needed more memory than it needs now."""
    with running(tmp_path / "log.txt") as process:
        yield process


def test_a_client_that_never_reads_costs_bounded_memory_and_slows_nobody(fresh):
    frames, growth = never_read(fresh, count=60)
    assert frames[-1].state == "finished"
    assert growth < (UNREAD_BYTES >> 20) + 48  # unbounded: 64 waiting replies of 3 MiB


@pytest.mark.slow
def test_a_client_that_never_reads_for_60_s(fresh):
    frames, growth = never_read(fresh, count=500, seconds=60)
    assert frames[-1].state == "finished"
    assert growth < (UNREAD_BYTES >> 20) + 48


def test_a_message_of_very_many_parts_is_answered_and_holds_up_nobody(service, client):
    with zmq.Context.instance().socket(zmq.DEALER) as dealer:
        dealer.linger = 0
        dealer.connect(service.address)
        message = encode({"kind": "hello", "id": "long"}) + [b""] * 100_000
        dealer.send_multipart(message, copy=True)
        assert client.heartbeat() == 0
        assert decode(receive(dealer))[0]["error"]["code"] == "too-large"
        dealer.send_multipart(encode({"kind": "hello", "id": "short"}))
        assert decode(receive(dealer))[0]["id"] == "short"


@pytest.fixture
def pair():
    with zmq.Context() as context:
        router, dealer = context.socket(zmq.ROUTER), context.socket(zmq.DEALER)
        router.bind("inproc://x")
        dealer.connect("inproc://x")
        yield router, dealer
        router.close()
        dealer.close()


def test_parts_beyond_the_bound_are_thrown_away(pair, monkeypatch):
    router, dealer = pair
    mailbox = Inbox(router, parts=4)
    monkeypatch.setattr(router_module, "PORTION", 3)
    lengths = []
    for count in (1, 4, 5, 20, 2):
        dealer.send_multipart([b"%d" % n for n in range(count)])
        calls = 1
        while (message := mailbox.receive()) is None:
            calls += 1
        assert [part.bytes for part in message[1:]] == [b"%d" % n for n in range(min(count, 4))]
        lengths.append(calls)
    assert mailbox.receive() is None
    assert lengths == [1, 2, 2, 7, 1]  # in portions


def test_a_busy_worker_is_told_only_what_is_new(tmp_path):
    """It listens between two steps, and keeps all that comes until then."""
    with (
        running(tmp_path / "log.txt", painter="fake_painter:listening_painter") as service,
        Client(service.address, timeout=PATIENCE) as client,
        zmq.Context() as context,
        context.socket(zmq.DEALER) as crowd,
    ):
        job = client.submit(recipe(step_ms=1000, steps=100_000))
        until_running(client, job)
        crowd.linger = 0
        crowd.connect(service.address)
        for number in range(2000):
            wish = {"job": job, "after": 10**6 - number, "max_size": 20 + number % 50}
            crowd.send_multipart(encode({"kind": "frame", "id": 1, **wish}))
            if number % 20 == 0:
                client.adjust(job, {"views": 3})
        for _ in range(50):
            client.finish(job)
        assert list(client.frames(job, max_size=8))[-1].state == "finished"
        log = (service.data / job / "log.txt").read_text()
    assert 1 <= log.count("told want") < 1000
    assert log.count("told adjust") == log.count("told finish") == 1


def test_a_want_is_told_once_until_it_is_answered():
    wants = Wants()
    assert wants.add(5, 64) and wants.add(5, 32)
    assert not wants.add(5, 64) and not wants.add(9, 64)
    assert wants.add(4, 64) and not wants.add(4, 64)  # sooner
    wants.hear(FrameDone("1", 64, {}, None))
    assert wants.add(9, 64) and not wants.add(9, 32)


def test_a_worker_that_says_nothing_is_told_no_more_for_a_while():
    wants = Wants()
    told = [size for size in range(1000) if wants.add(0, size)]
    assert told == list(range(MAX_UNHEARD))
    wants.hear(Stepped("1", {}))
    # Those that it has forgotten since, as it remembers only the newest, are told again.
    assert not wants.add(0, told[-MAX_SIZES]) and wants.add(0, told[-MAX_SIZES - 1])
