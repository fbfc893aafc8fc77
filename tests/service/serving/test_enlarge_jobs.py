"""Jobs that go on from other jobs' pictures at a larger size, through a real service."""

import hashlib

import numpy as np
import pytest
from service_process import ask, recipe, refused, until_running

from service.cli import main
from service.painting.kept import Paint
from service.serving.jobs.job_folder import JobFolder

ORDER = recipe(target="mesh", group="1", steps=20, size=64)
BUFFERS = {"vertices": np.arange(12, dtype=np.float32).reshape(4, 3)}


def end_of(client, job):
    frames = list(client.frames(job, max_size=8))
    assert frames[-1].state == "finished", frames[-1].error
    return client.result(job)[1]


def test_a_finished_job_is_made_larger_with_its_inputs_and_its_paint(service, client):
    job = client.submit(ORDER, BUFFERS, [{"lens": 35}])
    before = end_of(client, job)
    new = client.enlarge(job, 128)
    client.forget(job)
    after = end_of(client, new)
    assert after["sums"] == before["sums"]
    assert after["recipe"] == {**before["recipe"], "size": 128}
    paint = Paint(np.full((1, 1, 1, 3), 20, np.float32), False).to_bytes()
    assert after["kept"] == hashlib.sha256(paint + f"larger than {job}".encode()).hexdigest()
    assert JobFolder(service.data / new).read_kept() is None  # no longer needed


def test_what_cannot_be_made_larger_is_refused(client):
    busy = client.submit(recipe(step_ms=20, steps=100_000))
    until_running(client, busy)
    waiting = client.submit(recipe(size=64))
    with refused("not-painted"):
        client.enlarge(waiting, 128)
    client.cancel(busy)
    end_of(client, waiting)
    for size in (64, 32, 1 << 14):
        with refused("bad-value"):
            client.enlarge(waiting, size)
    with refused("unknown-job"):
        client.enlarge("7-none", 128)
    client.forget(busy)


@pytest.mark.parametrize("size", [128, 64])
def test_the_command_prints_the_new_jobs_name_or_what_is_wrong(client, capfd, size):
    job = client.submit(recipe(size=64, steps=2))
    end_of(client, job)
    code = main(["enlarge", job, "--size", str(size), "--address", client.address])
    out, err = capfd.readouterr()
    if size == 64:
        assert code != 0 and "64 pixels wide already" in err
    else:
        assert code in (0, None) and ask(client, "attach", out.strip())["recipe"]["size"] == 128
