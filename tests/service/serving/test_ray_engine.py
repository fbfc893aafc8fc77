"""Jobs on a Ray cluster of this machine, behind the same wire. Needs orbitex[ray]."""

import os
import re
import signal
import subprocess
import sys

import fake_painter
import numpy as np
import pytest
from fake_painter import CRASH
from service_process import (
    HERE,
    ServiceProcess,
    environment,
    eventually,
    recipe,
    refused,
    running,
    service_command,
    until_running,
)

from service.painting.steering import Adjustment
from service.recipe.parsing import parse_recipe
from service.serving.client import Client
from service.serving.engines.painter import TORCH_PAINTER, Attempt

ray = pytest.importorskip("ray")
pytestmark = pytest.mark.slow

STEP_MS = 40


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with running(tmp_path_factory.mktemp("ray") / "log.txt", engine="ray") as process:
        yield process


@pytest.fixture
def client(service):
    with Client(service.address) as client:
        yield client


def workers(service):
    """Process numbers of all workers that were ever ready, oldest first."""
    return [int(number) for number in re.findall(r"worker (\d+) of \S+ is ready", service.log())]


def worker_of(service, job):
    """Process number of the worker that a job was given to last."""
    return int(re.findall(rf"job {job} on worker (\d+) of", service.log())[-1])


def last_frame(client, job):
    *_, last = client.frames(job, max_size=8)
    return last


def until_step(client, job, step):
    return next(f for f in client.frames(job, max_size=8) if f.ended or f.progress["step"] >= step)


def test_frames_and_result_come_through_the_cluster(client):
    job = client.submit(recipe(STEP_MS), {"odd name": np.full((2, 3), 4, np.float32)})
    frame = client.frame(job, max_size=16)
    assert frame.pixels.shape == (16, 16, 3) and (frame.pixels == frame.progress["step"]).all()
    assert last_frame(client, job).state == "finished"
    texture, receipt = client.result(job)
    assert texture.shape == (64, 64, 3) and receipt["sums"] == {"odd name": 24.0}


def test_a_job_whose_worker_is_killed_goes_on_elsewhere_to_the_same_bits(service, client):
    undisturbed = client.submit(recipe(STEP_MS, steps=150))
    last_frame(client, undisturbed)
    jobs = [client.submit(recipe(STEP_MS, steps=150)) for _ in range(2)]
    for job in jobs:
        assert until_step(client, job, 10).state == "running"
    states = {job["job"]: job["state"] for job in client.jobs()}
    assert [states[job] for job in jobs] == ["running"] * 2  # at once, on two workers
    before = workers(service)
    os.kill(worker_of(service, jobs[0]), signal.SIGKILL)
    assert eventually(lambda: workers(service) != before, 30)
    seen = [until_step(client, job, 1) for job in jobs]
    assert all(frame.progress["step"] > 5 for frame in seen)  # from the checkpoint
    for job in jobs:
        assert last_frame(client, job).state == "finished"
        assert np.array_equal(client.result(job)[0], client.result(undisturbed)[0])


def test_adjustments_service_died_the_worker(service, client):
    job = client.submit(recipe(STEP_MS, steps=150))
    until_step(client, job, 10)
    client.adjust(job, {"objective.style": 3})
    step = client.frame(job, max_size=8).progress["step"]
    until_step(client, job, step + 10)
    os.kill(worker_of(service, job), signal.SIGKILL)
    assert last_frame(client, job).state == "finished"
    texture, receipt = client.result(job)
    (entry,) = receipt["steering"]
    steering = [Adjustment(entry["step"], entry["changes"])]
    quick = parse_recipe(recipe(0, steps=150))
    *_, last = fake_painter.paint(quick, {}, (), Attempt("cpu", steering=steering))
    assert np.array_equal(texture, last.texture(0))


def test_a_job_is_paused_resumed_finished_early_and_cancelled(client):
    job = client.submit(recipe(STEP_MS, steps=1000))
    until_running(client, job)
    client.pause(job)
    assert client.attach(job)["state"] == "paused"
    client.resume(job)
    until_running(client, job)
    client.finish(job)
    assert last_frame(client, job).state == "finished"
    job = client.submit(recipe(STEP_MS, steps=1000))
    until_running(client, job)
    client.cancel(job)
    assert last_frame(client, job).state == "cancelled"
    job = client.submit(recipe(STEP_MS, steps=2))
    assert last_frame(client, job).state == "finished"


def test_a_job_that_cannot_be_painted_fails_in_the_words_of_the_worker(client):
    job = client.submit(recipe(target="mesh", group="1"))
    assert last_frame(client, job).error["code"] == "missing-buffer"
    job = client.submit(recipe(group=CRASH))
    assert last_frame(client, job).error["code"] == "internal"


def test_a_stopped_service_goes_on_where_the_cluster_was(tmp_path):
    service = ServiceProcess(tmp_path / "log.txt", engine="ray")
    with Client(service.address) as client:
        job = client.submit(recipe(STEP_MS, steps=100))
        step = until_step(client, job, 20).progress["step"]
    assert service.stop() == 0, service.log()
    with (
        running(tmp_path / "log2.txt", engine="ray", data=service.data) as service,
        Client(service.address) as client,
    ):
        assert until_step(client, job, 1).progress["step"] > step
        assert last_frame(client, job).state == "finished"


def test_a_painter_that_cannot_start_is_reported_with_the_reason(tmp_path):
    with (
        running(tmp_path / "log", engine="ray", painter="fake_painter:broken_painter") as service,
        Client(service.address, timeout=60) as client,
        refused("worker-died") as error,
    ):
        client.describe()
    assert "no torch here" in str(error.value)


@pytest.fixture
def cluster(monkeypatch):
    """A cluster of two machines that services find; "lose" makes it one."""
    monkeypatch.setenv("RAY_AUTH_MODE", "token")
    monkeypatch.setenv("RAY_AUTH_TOKEN", "0" * 64)
    process = subprocess.Popen(
        [sys.executable, str(HERE / "run_cluster.py")],
        **{"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True},
    )
    for line in process.stdout:
        if re.fullmatch(r"[\d.]+:\d+", line.strip()):
            monkeypatch.setenv("RAY_ADDRESS", line.strip())
            break
    yield process
    process.communicate(timeout=60)


def test_a_lost_node_costs_nothing_but_time(cluster, tmp_path):
    with (
        running(tmp_path / "log.txt", engine="ray") as service,
        Client(service.address, timeout=60) as client,
    ):
        undisturbed = client.submit(recipe(STEP_MS, steps=200))
        last_frame(client, undisturbed)
        jobs = [client.submit(recipe(STEP_MS, steps=200)) for _ in range(2)]
        for job in jobs:
            assert until_step(client, job, 10).state == "running"
        cluster.stdin.write("lose\n")
        cluster.stdin.flush()
        for job in jobs:
            assert last_frame(client, job).state == "finished"
            assert np.array_equal(client.result(job)[0], client.result(undisturbed)[0])
        assert service.log().count("queued: worker-died") == 1  # and no word of Ray's own
        assert "raylet" not in service.log()


def test_a_cluster_that_is_not_there_is_reported_in_one_line(tmp_path):
    command = service_command(data=tmp_path, engine="ray", ray_address="127.0.0.1:9")
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=120)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("no-cluster: ray-address: There is no cluster")


def test_the_painter_itself_goes_on_elsewhere_to_the_same_bits(tmp_path):
    with (
        running(tmp_path / "log.txt", engine="ray", painter=TORCH_PAINTER) as service,
        Client(service.address, timeout=60) as client,
    ):
        order = {"target": "tile", "group": "p4", "size": 192, "seed": 5, "steps": 1500}
        undisturbed, job = client.submit(order), client.submit(order)
        folder = service.data / job
        assert eventually((folder / "checkpoint.safetensors").exists, 120)
        os.kill(worker_of(service, job), signal.SIGKILL)
        assert until_step(client, job, 1).progress["step"] > 5  # from the checkpoint
        for name in (undisturbed, job):
            assert last_frame(client, name).state == "finished"
        assert np.array_equal(client.result(job)[0], client.result(undisturbed)[0])
