"""Jobs that survive: the service, its worker or the disk fails, and the texture is the same."""

import contextlib
import os
import random
import resource
import signal
import sys
import time

import numpy as np
import pytest
from expected import finish_as_if_nothing_had_happened, texture_of
from fake_painter import DEADLY
from patience import PATIENCE
from service_process import (
    ServiceProcess,
    ask,
    eventually,
    receive,
    recipe,
    refused,
    running,
    until_running,
)

from geometry.errors import InputError
from service.serving.client import Client
from service.serving.jobs.job_folder import JobFolder
from service.serving.jobs.retries import SERVICE_TRIES
from service.serving.protocol.wire import decode, encode

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="signals, limits and /proc")

BUFFERS = {"vertices": np.arange(12, dtype=np.float32).reshape(4, 3)}
ORDER = recipe(target="mesh", step_ms=5, steps=120)
ENDLESS = recipe(target="mesh", step_ms=5, steps=100_000)  # what is done to it comes in time


def end_of(client, job):
    frames = list(client.frames(job, max_size=8))
    assert frames[-1].state == "finished", frames[-1].error
    return client.result(job)[0]


def checkpoint(service, job):
    return service.data / job / "checkpoint.safetensors"


def until_checkpoint(service, job):
    assert eventually(checkpoint(service, job).exists)


def service_killed_again_and_again(folder, times, seed):
    """ORDER from a service that is killed at random moments of the painting."""
    moments = random.Random(seed)
    job = None
    for _ in range(times):
        service = ServiceProcess(folder / "log.txt")
        with Client(service.address) as client:
            job = job or client.submit(ORDER, BUFFERS)
            # now and then at once, before the worker is there
            with contextlib.suppress(InputError):
                if moments.random() < 0.8 and ask(client, "attach", job)["state"] != "finished":
                    until_running(client, job)
            time.sleep(moments.uniform(0, 0.3))
        service.kill()
    with running(folder / "log.txt") as service, Client(service.address) as client:
        texture, receipt = end_of(client, job), client.result(job)[1]
        assert [row["job"] for row in ask(client, "jobs")["jobs"]] == [job]
    assert receipt["step"] == ORDER["steps"]
    np.testing.assert_array_equal(texture, texture_of(receipt))


def test_kill_9_of_the_service(tmp_path):
    service_killed_again_and_again(tmp_path, 2, 1)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_kill_9_of_the_service_often(tmp_path, seed):
    service_killed_again_and_again(tmp_path, 6, seed)


@pytest.mark.slow
def test_a_job_that_takes_the_service_down_does_so_only_some_times(tmp_path):
    service = ServiceProcess(tmp_path / "log.txt")
    with Client(service.address) as client:
        innocent = client.submit(recipe(group="332", steps=2))
        end_of(client, innocent)  # before there is one that takes the service away from who asks
        job = client.submit(recipe(group=DEADLY))
    for _ in range(SERVICE_TRIES + 1):
        assert service.process.wait(PATIENCE) == -signal.SIGKILL
        service.process.stdout.close()
        service = ServiceProcess(tmp_path / "log.txt")
    with Client(service.address) as client:
        frame = client.frame(job)
        assert (
            frame.state == "failed" and "The service was killed 6 times" in frame.error["message"]
        )
        end_of(client, client.submit(recipe(steps=2)))
        client.resume(job)
    assert service.process.wait(PATIENCE) == -signal.SIGKILL
    service.process.stdout.close()


def test_it_goes_on_from_the_checkpoint_and_not_from_the_start(tmp_path):
    service = ServiceProcess(tmp_path / "log.txt")
    with Client(service.address) as client:
        job = client.submit(recipe(step_ms=20, steps=100_000))
        waiting = client.submit(recipe(steps=2))
        before = client.frame(job, after=30).progress["step"]
    service.kill()
    with running(tmp_path / "log.txt") as service, Client(service.address) as client:
        states = {row["job"]: row["state"] for row in ask(client, "jobs")["jobs"]}
        assert list(states) == [job, waiting] and states[waiting] == "queued"
        # Checkpoints are 3 steps apart, and writing one takes its time.
        assert before - 25 <= until_running(client, job).progress["step"]
        sheet = ask(client, "attach", job)
        assert sheet["state"] == "running" and sheet["recipe"]["steps"] == 100_000
        assert sheet["progress"]["step"] > 1 and sheet["error"] is sheet["warning"] is None
        client.cancel(job)
        assert end_of(client, waiting).shape == (64, 64, 3)


def test_sigterm_writes_a_checkpoint_first_and_a_paused_job_stays_paused(tmp_path):
    with running(tmp_path / "log.txt") as service, Client(service.address) as client:
        paused = client.submit(recipe(steps=70))
        ask(client, "pause", paused)
        job = client.submit(ENDLESS, BUFFERS)
        frame = client.frame(job, after=20, max_size=8)
        asked = time.monotonic()
        assert service.stop() == 0
        assert time.monotonic() - asked < 5
    standing = JobFolder(service.data / job).read_standing()
    assert (standing.state, standing.outages) == ("queued", 0)  # nobody need count this end
    with running(tmp_path / "log.txt") as service, Client(service.address) as client:
        assert ask(client, "attach", job)["progress"]["step"] >= frame.progress["step"]
        finish_as_if_nothing_had_happened(client, job)
        row = ask(client, "jobs")["jobs"][0]
        assert 0 < row.pop("age") < PATIENCE and row == {
            **{"job": paused, "state": "paused", "target": "sphere", "group": "532", "size": 64},
            **{"step": None, "steps": None},
        }
        ask(client, "resume", paused)
        end_of(client, paused)


def test_kill_9_of_the_worker(service, client):
    job = client.submit(ENDLESS, BUFFERS)
    step = client.frame(job, after=40, max_size=8).progress["step"]
    until_checkpoint(service, job)
    os.kill(service.worker(), signal.SIGKILL)
    frame = client.frame(job, max_size=8, after=-1)
    assert frame.state == "running" and frame.progress["step"] > step - 25
    finish_as_if_nothing_had_happened(client, job)


def test_paused_and_resumed(client):
    job = client.submit(ENDLESS, BUFFERS)
    until_running(client, job)
    assert ask(client, "pause", job) == {"job": job, "state": "paused"}
    end_of(client, client.submit(recipe(steps=3)))  # the worker is free for others
    assert ask(client, "attach", job)["state"] == "paused"
    assert ask(client, "resume", job) == {"job": job, "state": "queued"}
    ask(client, "pause", job)
    ask(client, "resume", job)
    finish_as_if_nothing_had_happened(client, job)
    assert ask(client, "pause", job)["state"] == "finished"
    assert ask(client, "resume", job)["state"] == "finished"


def test_who_waits_when_a_job_is_paused_is_told(client, dealer):
    job = client.submit(recipe(step_ms=10, steps=100_000))
    until_running(client, job)
    dealer.send_multipart(encode({"kind": "frame", "id": "x", "job": job, "after": 10**6}))
    dealer.send_multipart(encode({"kind": "heartbeat", "id": "heard"}))
    assert decode(receive(dealer))[0]["id"] == "heard"
    ask(client, "pause", job)
    header, buffers = decode(receive(dealer))
    assert (header["id"], header["state"], buffers) == ("x", "paused", {})
    # Finished as it is, without being resumed first.
    client.finish(job)
    assert client.frame(job, after=10**6).state == "finished"


def test_a_damaged_checkpoint_costs_only_time(service, client):
    job = client.submit(ENDLESS, BUFFERS)
    until_checkpoint(service, job)
    ask(client, "pause", job)
    end_of(client, client.submit(recipe(steps=1)))  # only now has the worker let go of it
    checkpoint(service, job).write_bytes(b"nonsense")
    ask(client, "resume", job)
    finish_as_if_nothing_had_happened(client, job)
    assert any("begins anew" in line for line in client.attach(job)["log"])


def test_forgotten(service, client):
    job = client.submit(recipe(step_ms=50, steps=1000))
    until_running(client, job)
    with refused("not-ended"):
        ask(client, "forget", job)
    client.cancel(job)
    ask(client, "forget", job)  # while the worker may still write
    for kind in ("forget", "attach", "resume", "pause"):
        with refused("unknown-job"):
            ask(client, kind, job)
    end_of(client, client.submit(recipe(steps=3)))
    assert not (service.data / job).exists()


def test_two_services_on_one_folder(service, client, tmp_path):
    with pytest.raises(AssertionError, match="data-in-use"):
        ServiceProcess(tmp_path / "log.txt", data=service.data)
    end_of(client, client.submit(recipe(steps=2)))


def test_a_full_disk_costs_nothing_that_was_saved(service, client):
    """The worker may write no file longer than a byte, as on a disk that is nearly full."""
    job = client.submit(ENDLESS, BUFFERS)
    until_checkpoint(service, job)
    worker = service.worker()
    limits = resource.prlimit(worker, resource.RLIMIT_FSIZE)
    resource.prlimit(worker, resource.RLIMIT_FSIZE, (1, limits[1]))
    try:
        assert eventually(lambda: ask(client, "attach", job)["warning"])
        before = checkpoint(service, job).read_bytes()
        warning = ask(client, "attach", job)["warning"]
        assert warning["code"] == "not-saved" and "File too large" in warning["message"]
        # It goes on nevertheless; only the result cannot be kept.
        step = client.frame(job, max_size=8).progress["step"]
        client.frame(job, after=step + 20, max_size=8)
        client.finish(job)
        end = list(client.frames(job, max_size=8))[-1]
        assert end.state == "failed" and end.error["code"] == "not-saved"
        assert checkpoint(service, job).read_bytes() == before
    finally:
        resource.prlimit(worker, resource.RLIMIT_FSIZE, limits)
    assert ask(client, "resume", job)["state"] == "queued"
    np.testing.assert_array_equal(end_of(client, job), texture_of(client.result(job)[1]))
    assert ask(client, "attach", job)["warning"] is None
