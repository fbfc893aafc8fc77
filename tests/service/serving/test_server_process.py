"""The server as a child that is kept running, as ``service serve`` has it."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import zmq
from expected import texture_of
from patience import PATIENCE
from service_process import (
    ServiceProcess,
    alive,
    ask,
    children,
    eventually,
    recipe,
    refused,
    running,
    until_running,
)

from geometry.errors import InputError
from service.serving import server_process
from service.serving.client import Client
from service.serving.processes.logs import LogFormat
from service.serving.server_process import ServerProcess
from service.serving.settings import Settings

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="signals and /proc")

ENDLESS = recipe(step_ms=5, steps=100_000)


def server_of(service):
    (server,) = children(service.process.pid)
    return server


def crash(service, number=signal.SIGABRT):
    """Let the server die as libzmq ends a process; the number of the next one."""
    before = server_of(service)
    os.kill(before, number)
    assert eventually(lambda: children(service.process.pid) not in ([], [before]))
    return server_of(service)


@pytest.mark.slow
def test_a_server_that_crashes_is_started_again_and_its_jobs_go_on(tmp_path):
    with running(tmp_path / "log.txt", kept=True) as service:
        with Client(service.address, timeout=PATIENCE) as client:
            job = client.submit(ENDLESS)
            waiting = client.submit(recipe(steps=2))
            until_running(client, job)
            checkpoint = service.data / job / "checkpoint.safetensors"
            assert eventually(checkpoint.exists)
            worker = service.worker()
            for number in (signal.SIGABRT, signal.SIGKILL):
                crash(service, number)
                assert eventually(lambda worker=worker: not alive(worker))
                # The same client, at the same address.
                step = client.frame(job, max_size=8).progress["step"]
                client.frame(job, max_size=8, after=step)
            client.finish(job)
            assert list(client.frames(job, max_size=8))[-1].state == "finished"
            texture, receipt = client.result(job)
            np.testing.assert_array_equal(texture, texture_of(receipt))
            assert list(client.frames(waiting, max_size=8))[-1].state == "finished"
        log = service.log()
        assert "the server crashed (signal 6): started again in 0.5 s" in log
        assert "the server crashed (signal 9): started again in 1 s" in log


@pytest.mark.parametrize(
    "number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.slow)]
)
def test_a_signal_ends_both_in_order(tmp_path, number):
    service = ServiceProcess(tmp_path / "log.txt", kept=True)
    with Client(service.address, timeout=PATIENCE) as client:
        job = client.submit(ENDLESS)
        until_running(client, job)
    server, worker = server_of(service), service.worker()
    service.process.send_signal(number)
    assert service.end() == 0
    assert not alive(server) and eventually(lambda: not alive(worker))
    assert "crashed" not in service.log()
    with running(tmp_path / "log.txt") as again, Client(again.address) as client:
        assert ask(client, "attach", job)["progress"]["step"] >= 1
        client.cancel(job)


@pytest.mark.slow
def test_no_process_service_dieds_its_keeper_and_the_folder_is_free(tmp_path):
    service = ServiceProcess(tmp_path / "log.txt", kept=True)
    with Client(service.address, timeout=PATIENCE) as client:
        client.hello()
    assert eventually(lambda: "worker ready" in service.log())
    server, worker = server_of(service), service.worker()
    service.process.kill()
    service.end()
    assert eventually(lambda: not alive(server) and not alive(worker))
    with running(tmp_path / "log.txt", kept=True) as again, Client(again.address) as client:
        client.hello()


def test_a_server_that_ends_by_itself_is_not_started_again(tmp_path):
    service = ServiceProcess(tmp_path / "log.txt", kept=True, idle_exit=0.1)
    assert service.end() == 0


def test_what_it_is_refused_for_is_one_line_of_its_keeper(tmp_path):
    with running(tmp_path / "log.txt", kept=True) as service:
        settings = Settings(service.data, "tcp://127.0.0.1:*")
        with refused("data-in-use"):
            ServerProcess(settings, LogFormat.TEXT, print).run()
        with refused("address-in-use"):
            ServerProcess(Settings(tmp_path / "b", service.address), LogFormat.TEXT, print).run()


class Crashing(ServerProcess):
    """Servers that end with codes as given, after so long."""

    def __init__(self, *lives):
        super().__init__(Settings(""), LogFormat.TEXT, print)
        self.lives, self.clock = list(lives), 0.0

    def _serve(self):
        code, seconds = self.lives.pop(0)
        self.clock += seconds
        self._refusal = InputError("address-in-use", "bind", "Taken.") if code == 2 else None
        self._ready = seconds > 10
        return code


@pytest.fixture
def pauses(monkeypatch):
    """The seconds that keepers have waited; no time passes."""
    waited = []

    def keeper(*lives):
        made = Crashing(*lives)
        clock = type("time", (), {})
        clock.monotonic = staticmethod(lambda: made.clock)

        def sleep(seconds):
            waited.append(seconds)
            made.clock += seconds

        clock.sleep = staticmethod(sleep)
        monkeypatch.setattr(server_process, "time", clock)
        return made

    return keeper, waited


def test_the_pauses_grow_and_end(pauses):
    keeper, waited = pauses
    made = keeper(*[(-6, 1.0)] * 20)
    assert made.run() == 128 + signal.SIGABRT
    assert len(made.lives) == 20 - server_process.CRASHES - 1
    assert sum(waited) == pytest.approx(0.5 + 1 + 2 + 4 + 8 + 16 + 4 * 32, abs=2)


def test_a_crash_after_a_long_life_is_the_first_again(pauses):
    keeper, waited = pauses
    made = keeper(*[(-11, server_process.SOUND_SECONDS + 1)] * 30, (0, 1.0))
    assert made.run() == 0 and made.lives == []
    assert sum(waited) == pytest.approx(30 * 0.5, abs=4)


def test_what_is_refused_after_a_crash_is_tried_again(pauses):
    keeper, _ = pauses
    made = keeper((-6, 1.0), (2, 1.0), (2, 1.0), (0, 1.0))
    assert made.run() == 0 and made.lives == []
    for lives in [[(2, 1.0)], [(-6, 1.0), (2, 20.0)]]:  # at first, or when it was ready
        with refused("address-in-use"):
            keeper(*lives).run()


def test_other_exit_codes_are_kept(pauses):
    keeper, _ = pauses
    assert keeper((1, 1.0)).run() == 1
    # as Windows has it
    assert keeper((0xC0000409, 1.0), (3, 1.0)).run() == 3


# --- why it is needed: libzmq's own numbers for peers ---

FIRST_ID = """
import sys, zmq
from service.serving.addresses import seed_routing_ids
if sys.argv[1] == "seeded":
    seed_routing_ids()
with zmq.Context() as context, context.socket(zmq.ROUTER) as router:
    port = router.bind_to_random_port("tcp://127.0.0.1")
    with context.socket(zmq.DEALER) as dealer:
        dealer.connect(f"tcp://127.0.0.1:{port}")
        dealer.send(b"")
        print(router.recv_multipart()[0].hex())
"""


def first_id(seeded):
    """The routing id that a new process gives to its first peer."""
    words = [sys.executable, "-c", FIRST_ID, "seeded" if seeded else "unseeded"]
    return bytes.fromhex(subprocess.run(words, capture_output=True, text=True, check=True).stdout)


def test_routing_ids_begin_anywhere():
    assert len({first_id(seeded=True) for _ in range(3)}) == 3


@pytest.mark.slow
def test_a_peer_that_claims_the_ids_to_come_ends_nothing(service, client):
    start = int.from_bytes(first_id(seeded=False), "big")
    job = client.submit(recipe(steps=200))
    with zmq.Context() as context:
        claims = [context.socket(zmq.DEALER) for _ in range(40)]
        for number, socket in enumerate(claims):
            socket.linger = 0
            socket.routing_id = (start + 10 + number).to_bytes(5, "big")
            socket.connect(service.address)
            socket.send(b"")
        time.sleep(0.2)
        others = [context.socket(zmq.DEALER) for _ in range(60)]
        for socket in others:
            socket.linger = 0
            socket.connect(service.address)
            socket.send(b"")
        time.sleep(0.2)
        assert service.process.poll() is None
        assert list(client.frames(job, max_size=8))[-1].state == "finished"
        for socket in (*claims, *others):
            socket.close()
