"""Malformed messages to a service that paints and is watched meanwhile."""

import itertools
import sys
import threading

import numpy as np
import pytest
import zmq
from expected import texture_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from malformed import messages
from patience import PATIENCE
from service_process import memory, receive, recipe, until_running

from service.serving.client import Client
from service.serving.wire import decode, encode
from service.serving.wire_kinds import KINDS

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
def victims(service):
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


def bombard(service, client, victims, count):
    job = client.submit(WATCHED)
    until_running(client, job)
    watcher = Watcher(service.address, job)
    marks = (f"mark {number}" for number in itertools.count())
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
        @given(messages(own=victims, watched=(job,)), st.booleans())
        def check(frames, again):
            for _ in range(1 + again):  # replayed, with the same id
                for header in answered(dealer, frames, next(marks)):
                    assert header["kind"] in ("error", *KINDS)
                    if header["kind"] == "error":
                        assert header["error"]["code"] != "internal", header
                        assert "\n" not in header["error"]["message"]

        check()
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


def test_malformed_messages_disturb_nothing(service, client, victims):
    check_undisturbed(service, *bombard(service, client, victims, 300))


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_10_000_malformed_messages_disturb_nothing(service, client, victims):
    bombard(service, client, victims, 300)  # so that all code is loaded
    before = memory(service.process.pid)
    check_undisturbed(service, *bombard(service, client, victims, 10_000))
    assert memory(service.process.pid) < before + MOST_MIB
