"""How a service and its worker start, stop, die and are replaced."""

import json
import os
import signal
import sys

import numpy as np
import pytest
from fake_painter import CRASH, HANG, HUNGRY
from patience import PATIENCE
from service_process import (
    ServiceProcess,
    alive,
    eventually,
    receive,
    recipe,
    refused,
    running,
    until_running,
)
from storm import free_port

from service.serving.client import Client
from service.serving.jobs.job_folder import JobFolder
from service.serving.protocol.wire import decode, encode

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and /proc")


def test_idle_exit_waits_for_jobs_and_clients(tmp_path):
    service = ServiceProcess(tmp_path / "log.txt", idle_exit=1.0)
    with Client(service.address) as client:
        client.submit(recipe(step_ms=100, steps=15))
    assert service.end() == 0
    assert "finished after 15 steps" in service.log()


def test_sigterm_ends_it_cleanly_and_tells_who_waits(tmp_path):
    with running(tmp_path / "log.txt") as service, Client(service.address) as client:
        job = client.submit(recipe(step_ms=100, steps=1000))
        until_running(client, job)
        worker = service.worker()
        dealer = client._socket
        dealer.send_multipart(encode({"kind": "frame", "id": 99, "job": job, "after": 10**6}))
        client.heartbeat()  # is answered after it
        assert service.stop() == 0
        header, _ = decode(receive(dealer))
        assert header["kind"] == "error" and header["error"]["code"] == "service-stopped"
        assert not alive(worker)


def test_a_sigterm_for_all_its_processes_still_ends_with_a_checkpoint(tmp_path):
    # as systemd's default and "kill -- -PGID" do it
    with running(tmp_path / "log.txt") as service, Client(service.address) as client:
        job = client.submit(recipe(step_ms=300, steps=1000))
        step = until_running(client, job).progress["step"]
        os.kill(service.worker(), signal.SIGTERM)
        service.process.terminate()
        service.end()
        assert "signal 15" not in service.log()
        saved = JobFolder(service.data / job).read_checkpoint()
        assert json.loads(saved)["step"] >= step


@pytest.mark.skipif(os.name != "posix", reason="process groups")
def test_ctrl_c_in_a_terminal_is_for_the_service_alone(service):
    """A terminal interrupts a group of processes."""
    assert os.getpgid(service.worker()) != os.getpgid(service.process.pid)


def test_a_worker_killed_thrice_fails_its_job_and_only_that(tmp_path):
    painter = "fake_painter:painter_without_checkpoints"
    with (
        running(tmp_path / "log.txt", painter=painter) as service,
        Client(service.address) as client,
    ):
        job = client.submit(recipe(step_ms=50, steps=1000))
        waiting = client.submit(recipe(steps=3))
        for _ in range(3):  # the third try is with less memory
            step = until_running(client, job).progress["step"]
            worker = service.worker()
            client.frame(job, after=step + 2)
            os.kill(worker, signal.SIGKILL)
            assert eventually(lambda worker=worker: service.worker() != worker)
        end = list(client.frames(job, max_size=8))[-1]
        assert end.state == "failed" and end.error["code"] == "worker-died"
        assert "signal 9" in end.error["message"]
        assert list(client.frames(waiting))[-1].state == "finished"
        assert client.frame(waiting).state == "finished"


@pytest.mark.slow
def test_a_worker_that_cannot_start_is_told(tmp_path):
    with (
        running(tmp_path / "log.txt", painter="fake_painter:broken_painter") as service,
        Client(service.address, timeout=PATIENCE) as client,
        Client(service.address) as waiting,
    ):
        waiting._socket.send_multipart(encode({"kind": "describe", "id": "once"}))
        job = client.submit(recipe())
        with refused("worker-died"):
            client.describe()
        assert decode(receive(waiting._socket))[0]["error"]["code"] == "worker-died"
        assert client.frame(job).error["code"] == "worker-died"
        assert "no torch here" in service.log()


@pytest.mark.slow
def test_a_job_that_hangs_fails_and_the_others_go_on(tmp_path):
    with running(tmp_path / "log.txt", patience=0.5) as service, Client(service.address) as client:
        hung = client.submit(recipe(group=HANG))
        following = client.submit(recipe(1))
        last = list(client.frames(hung, 8))[-1]
        assert last.state == "failed" and last.error["code"] == "worker-died"
        assert "hung" in last.error["message"]
        assert list(client.frames(following, 8))[-1].state == "finished"
        assert service.log().count("hangs: killed") == 2  # it was tried twice


def test_what_does_not_fit_into_memory_is_painted_with_less(service, client):
    job = client.submit(recipe(5, group=HUNGRY))
    assert list(client.frames(job, 8))[-1].state == "finished"
    assert client.attach(job)["warning"]["code"] == "out-of-memory"
    undisturbed = client.submit(recipe(5))
    assert list(client.frames(undisturbed, 8))[-1].state == "finished"
    assert np.array_equal(client.result(job)[0], client.result(undisturbed)[0])
    assert service.log().count(f"job {job} running") == 2


def test_the_tail_of_its_log_says_why_a_job_failed(service, client):
    job = client.submit(recipe(group=CRASH))
    assert list(client.frames(job, 8))[-1].error["code"] == "internal"
    assert client.attach(job)["log"][-1] == "RuntimeError: as asked"
    assert f"job {job} | RuntimeError: as asked" in service.log()


@pytest.mark.slow
def test_a_worker_that_hangs_is_replaced_after_cancel(tmp_path):
    with running(tmp_path / "log.txt", patience=1.0) as service, Client(service.address) as client:
        hung = client.submit(recipe(group=HANG))
        following = client.submit(recipe(steps=3))
        assert eventually(lambda: "hanging" in client.attach(hung)["log"])
        client.cancel(hung)
        assert client.frame(hung).state == "cancelled"
        assert list(client.frames(following))[-1].state == "finished"
        assert "hangs: killed" in service.log()


def test_a_job_that_could_not_be_submitted_does_not_begin_later(tmp_path):
    bind = f"tcp://127.0.0.1:{free_port()}"
    with Client(bind, timeout=0.3) as client:
        for _ in range(2):
            with refused("service-unreachable"):
                client.submit(recipe(steps=2))
        with running(tmp_path / "log.txt", bind=bind):
            client.timeout = 10
            client.hello()
            assert client.jobs() == []


@pytest.mark.slow
def test_a_job_that_nobody_watches_says_how_far_it_is(tmp_path):
    painter = "fake_painter:painter_without_checkpoints"
    with (
        running(tmp_path / "log.txt", painter=painter) as service,
        Client(service.address) as client,
    ):
        client.submit(recipe(step_ms=50, steps=1000))
        assert eventually(lambda: (client.jobs()[0]["step"] or 0) > 20)
