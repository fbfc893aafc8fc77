"""SIGTERM in the middle of slow steps: a checkpoint if the step ends in time, and an end in any
case. Nothing is lost but what that step had done."""

import sys
import time

import pytest
from patience import PATIENCE, crowd
from service_process import ServiceProcess, eventually, recipe, running

from service.painting.checkpoint import Checkpoint
from service.serving.client import Client
from service.serving.engines.paint_job import MOST_SECONDS as MOST_SECONDS_LOST
from service.serving.engines.painter import TORCH_PAINTER
from service.serving.server import LAST_CHECKPOINT_SECONDS

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="signals and /proc")

MOST_SECONDS = 5.0  # from SIGTERM to the end of the process, of a machine with nothing else to do


def stop(service):
    """Seconds that it takes to end, which must be few. It waits for a checkpoint by the clock; what
    it does then takes longer where others want the processor."""
    asked = time.monotonic()
    assert service.stop() == 0, service.log()
    seconds = time.monotonic() - asked
    rest = MOST_SECONDS - LAST_CHECKPOINT_SECONDS
    assert seconds <= LAST_CHECKPOINT_SECONDS + crowd() * rest
    return seconds


def checkpoint_of(folder, job):
    return folder / "jobs" / job / "checkpoint.safetensors"


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_step_that_does_not_end_in_time(tmp_path):
    service = ServiceProcess(tmp_path / "log.txt")
    with Client(service.address, timeout=PATIENCE) as client:
        job = client.submit(recipe(step_ms=15_000, steps=4))
        assert eventually(checkpoint_of(tmp_path, job).exists)  # of the first step
        stop(service)
    with running(tmp_path / "log.txt") as service, Client(service.address) as client:
        assert client.attach(job)["progress"]["step"] == 1
        client.cancel(job)


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize(("size", "steps"), [(512, 60), (2048, 30)])
def test_the_real_painter(tmp_path, size, steps):
    service = ServiceProcess(tmp_path / "log.txt", painter=TORCH_PAINTER)
    with Client(service.address, timeout=PATIENCE) as client:
        job = client.submit({"target": "sphere", "group": "332", "size": size, "steps": steps})
        # The last fifth or so is at full size, and slow: it gets so many that it does not end.
        first = client.frame(job, after=int(0.8 * steps), max_size=8).progress
        client.adjust(job, {"steps": 100 * steps})
        frame = client.frame(job, after=first["step"], max_size=8)
        assert frame.state == "running", frame.error
        seconds, seen = stop(service), frame.progress
    kept = Checkpoint.from_bytes(checkpoint_of(tmp_path, job).read_bytes()).tally
    lost, last_step = seen["seconds"] - kept.seconds, seen["seconds"] - first["seconds"]
    print(
        f"{size} px: {seconds:.1f} s from SIGTERM to the end, "
        f"step {seen['step']} seen, {kept.step} kept: {max(0.0, lost):.1f} s of painting lost"
    )
    in_time = seconds < LAST_CHECKPOINT_SECONDS  # the service waited for the step, and it ended
    assert lost <= (0 if in_time else max(MOST_SECONDS_LOST, last_step))
