"""Malformed messages to a service that paints and is watched meanwhile, and connections that are no
client's."""

import collections
import contextlib
import itertools
import socket
import sys
import threading

import numpy as np
import pytest
import zmq
from expected import texture_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from malformed import INTRUDER, connections, messages, posted
from patience import PATIENCE
from service_process import children, memory, receive, recipe, running, until_running

from service.serving.client import Client
from service.serving.protocol.kinds import KINDS
from service.serving.protocol.wire import decode, encode

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/proc")

WATCHED = recipe(step_ms=20, steps=100_000)
MOST_MIB = 64  # that the service may have grown by


class Watcher(threading.Thread):
    """A well-behaved client that watches a job to its end."""

    def __init__(self, address, job):
        super().__init__()
        self.address, self.job, self.frames = address, job, []
        self.start()

    def run(self):
        with Client(self.address, timeout=PATIENCE) as client:
            self.frames.extend(client.frames(self.job, max_size=8))


@pytest.fixture
def kept_service(tmp_path):
    """As ``service serve`` has it: one that crashed would be started again."""
    with running(tmp_path / "log.txt", kept=True) as process:
        yield process


@pytest.fixture
def victims(service):
    return victims_in(service)


def victims_in(service):
    """Jobs that the messages may do what they like with, in several states."""
    with Client(service.address, timeout=PATIENCE) as client:
        finished, cancelled, paused = (client.submit(recipe(steps=2)) for _ in range(3))
        client.cancel(cancelled)
        client.pause(paused)
        assert list(client.frames(finished, max_size=8))[-1].state == "finished"
    return finished, cancelled, paused


def answered(dealer, frames, mark):
    """Sends a message; all that is said to it until the service answers a heartbeat, which it does
    after it has answered or dropped the message."""
    dealer.send_multipart(frames)
    dealer.send_multipart(encode({"kind": "heartbeat", "id": mark}))
    replies = []
    while True:
        header, _ = decode(receive(dealer))
        if header.get("id") == mark:
            return replies
        replies.append(header)


def connect(address):
    host, port = address.removeprefix("tcp://").split(":")
    return socket.create_connection((host, int(port)), timeout=PATIENCE)


def bombard(service, client, victims, count):
    job = client.submit(WATCHED)
    until_running(client, job)
    watcher = Watcher(service.address, job)
    marks = (f"mark {number}" for number in itertools.count())
    crowd = collections.deque()  # connections that stay open for a while
    with zmq.Context.instance().socket(zmq.DEALER) as dealer:
        dealer.linger = 0
        dealer.connect(service.address)
        assert answered(dealer, encode({"kind": "hello", "id": 1}), next(marks))

        @settings(
            max_examples=count,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(st.one_of(*[messages(victims, (job,))] * 9, connections), st.booleans())
        def check(frames, again):
            if isinstance(frames, bytes):
                crowd.append(connect(service.address))
                crowd[-1].sendall(frames)
                if len(crowd) > 100:
                    crowd.popleft().close()
                frames = []
            for _ in range((1 + again) * bool(frames)):  # replayed, with the same id
                for header in answered(dealer, frames, next(marks)):
                    assert header["kind"] in ("error", *KINDS)
                    if header["kind"] == "error":
                        assert header["error"]["code"] != "internal", header
                        assert "\n" not in header["error"]["message"]

        try:
            check()
        finally:
            for connection in crowd:
                connection.close()
    client.finish(job)
    watcher.join(PATIENCE)
    return watcher.frames, client.result(job)


def check_undisturbed(service, frames, result):
    steps = [frame.progress["step"] for frame in frames]
    assert frames[-1].state == "finished" and len(steps) > 3
    assert steps[:-1] == sorted(set(steps[:-1]))
    texture, receipt = result
    np.testing.assert_array_equal(texture, texture_of(receipt))
    assert "a request could not be answered" not in service.log()
    assert "crashed" not in service.log()


def test_a_web_page_queues_nothing(service, client, dealer):
    head = b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/plain\r\n\r\n"
    for _ in range(3):
        with connect(service.address) as page:
            page.sendall(posted(head))
            page.settimeout(5)
            with contextlib.suppress(OSError):
                while page.recv(1000):  # until the service hangs up
                    pass
    assert INTRUDER not in {row["group"] for row in client.jobs()}


@pytest.mark.slow
def test_malformed_messages_disturb_nothing(service, client, victims):
    check_undisturbed(service, *bombard(service, client, victims, 300))


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_12_000_malformed_messages_disturb_nothing(kept_service):
    service = kept_service
    (server,) = children(service.process.pid)
    with Client(service.address, timeout=PATIENCE) as client:
        bombard(service, client, victims_in(service), 300)  # so that all code is loaded
        before = memory(server), memory(service.worker())
        check_undisturbed(service, *bombard(service, client, victims_in(service), 12_000))
        assert [row for row in client.jobs() if row["group"] == INTRUDER] == []
    assert children(service.process.pid) == [server]
    assert memory(server) < before[0] + MOST_MIB
    assert memory(service.worker()) < before[1] + MOST_MIB
