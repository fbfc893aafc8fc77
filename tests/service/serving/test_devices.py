"""Several workers, one for each device: real processes."""

import os
import signal

import pytest
from patience import PATIENCE
from service_process import (
    alive,
    children,
    eventually,
    recipe,
    refused,
    running,
    until_running,
    workers,
)

from service.ranks.devices import check_device
from service.serving.client import Client
from service.serving.engines.painter import TORCH_PAINTER


def test_jobs_run_side_by_side_and_die_alone(tmp_path):
    with (
        running(tmp_path / "log.txt", devices=["cpu", "cpu"]) as service,
        Client(service.address) as client,
        Client(service.address) as other,
    ):
        assert eventually(lambda: client.hello()["device"] == "cpu, cpu")
        first, second = (client.submit(recipe(20, steps=200)) for _ in range(2))
        until_running(client, first)
        before = until_running(other, second).progress["step"]
        waiting = client.submit(recipe(1))
        assert client.attach(waiting)["state"] == "queued"
        # The worker that was started first has the first job.
        os.kill(workers(service.log())[0], signal.SIGKILL)
        assert eventually(lambda: "ended (signal 9)" in service.log())
        assert other.frame(second, after=before, max_size=8).state == "running"
        for job in (first, second, waiting):
            client.finish(job)
            assert list(client.frames(job, 8))[-1].state == "finished"
        assert all(alive(pid) for pid in workers(service.log())[1:])


@pytest.mark.slow
def test_a_device_that_is_not_there_is_told_and_paints_nothing(tmp_path):
    with (
        running(tmp_path / "log.txt", devices=["cuda:7"]) as service,
        Client(service.address, timeout=20) as client,
    ):
        job = client.submit(recipe())
        assert client.frame(job).error["code"] == "worker-died"
        assert "no device cuda:7" in service.log()


def test_a_worker_says_which_devices_there_are(tmp_path):
    painter = "fake_painter:painter_of_two_devices"
    with running(tmp_path / "log.txt", painter=painter) as service, Client(service.address) as one:
        assert eventually(lambda: one.hello()["device"] == "cuda:0, cuda:1")
        job = one.submit(recipe(1, steps=3))
        assert one.frame(job).error is None


@pytest.mark.slow
def test_a_job_that_is_resumed_at_once_is_not_painted_twice(tmp_path):
    with (
        running(tmp_path / "log.txt", devices=["cpu", "cpu"]) as service,
        Client(service.address) as client,
    ):
        assert eventually(lambda: client.hello()["device"] == "cpu, cpu")
        job = client.submit(recipe(200, steps=8))
        until_running(client, job)
        client.pause(job)
        client.resume(job)
        assert list(client.frames(job, 8))[-1].state == "finished"
        assert service.log().count(f"job {job} finished") == 1


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_job_on_two_devices_outlives_one_of_their_processes(tmp_path):
    with (
        running(tmp_path / "log.txt", devices=["cpu,cpu"], painter=TORCH_PAINTER) as service,
        Client(service.address, timeout=PATIENCE) as client,
    ):
        wanted = {"size": 64, "steps": 3000, "views": 2, "network": "squeezenet"}
        job = client.submit(recipe(1, group="222") | wanted)
        assert eventually(lambda: client.hello()["device"] == "cpu,cpu")
        checkpoint = tmp_path / "jobs" / job / "checkpoint.safetensors"
        assert eventually(checkpoint.exists)
        (follower,) = children(service.worker())
        os.kill(follower, signal.SIGKILL)
        assert eventually(lambda: len(workers(service.log())) == 2)
        step = client.attach(job)["progress"]["step"]
        assert client.frame(job, after=step, max_size=8).state == "running"  # it goes on
        client.finish(job)
        assert list(client.frames(job, 8))[-1].state == "finished"
        assert "on cpu ended (signal 9)" in service.log()


def test_only_devices_of_torch_are_names():
    assert check_device("cuda:1") == "cuda:1"
    for name in ("gpu", "cuda", "cuda:x", "cpu; rm -r /", ""):
        with refused("bad-value"):
            check_device(name)
