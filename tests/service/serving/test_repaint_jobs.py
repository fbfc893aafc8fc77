"""Regions painted anew, through a real service."""

import hashlib
import os
import signal
import sys

import numpy as np
import pytest
import zmq
from patience import PATIENCE
from PIL import Image
from service_process import ask, eventually, receive, recipe, refused, running, until_running

from service.cli import main
from service.painting.kept import Paint
from service.recipe.parsing import parse_recipe
from service.serving.client import Client
from service.serving.jobs.job_folder import JobFolder
from service.serving.protocol.wire import decode, encode

ORDER = recipe(target="mesh", group="1", step_ms=5, steps=60)
BUFFERS = {"vertices": np.arange(12, dtype=np.float32).reshape(4, 3)}
REGION = np.zeros((10, 20), np.uint8)
REGION[2:6, 3:9] = 255


def end_of(client, job):
    frames = list(client.frames(job, max_size=8))
    assert frames[-1].state == "finished", frames[-1].error
    return client.result(job)[1]


def painted_until(step):
    """The bytes of the fake painter's paint."""
    return Paint(np.full((1, 1, 1, 3), step, np.float32), False).to_bytes()


def test_a_finished_job_is_repainted_with_its_inputs_and_its_paint(service, client):
    job = client.submit(ORDER, BUFFERS, [{"lens": 35}])
    before = end_of(client, job)
    client.submit(recipe(steps=2))  # others come and go
    new = client.repaint(job, REGION, seed=9)
    assert new != job and ask(client, "attach", new)["recipe"]["seed"] == 9
    after = end_of(client, new)
    assert after["sums"] == before["sums"] == {"vertices": 66.0}
    assert after["recipe"] == {**before["recipe"], "seed": 9}
    assert after["kept"] == hashlib.sha256(painted_until(60) + REGION.tobytes()).hexdigest()
    assert before["kept"] is None
    again = client.repaint(new, REGION, seed=10)  # and that one, too
    client.forget(job)
    assert end_of(client, again)["recipe"]["seed"] == 10
    assert JobFolder(service.data / new).read_kept() is None  # no longer needed


def test_a_job_on_its_way_is_repainted_from_its_last_checkpoint_as_it_is_now(service, client):
    job = client.submit(recipe(step_ms=20, steps=100_000))
    until_running(client, job)
    client.adjust(job, {"views": 3, "steps": 30_000})
    assert eventually((service.data / job / "paint.safetensors").exists)
    client.pause(job)
    new = client.repaint(job, REGION, seed=1)
    now = ask(client, "attach", new)["recipe"]
    assert (now["views"], now["steps"], now["seed"]) == (3, 30_000, 1)
    client.cancel(job)
    client.cancel(new)


def test_what_cannot_be_repainted_is_refused(client):
    job = client.submit(recipe(step_ms=20, steps=100_000))
    waiting = client.submit(recipe())
    with refused("not-painted"):
        client.repaint(waiting, REGION, seed=1)
    client.cancel(job)
    client.cancel(waiting)
    with refused("not-painted"):
        client.repaint(job, REGION, seed=1)
    with refused("unknown-job"):
        client.repaint("7-none", REGION, seed=1)
    job = client.submit(recipe(steps=1))
    end_of(client, job)
    for code, region, seed in [
        ("bad-buffer", REGION[..., None], 1),
        ("bad-buffer", REGION.astype(np.int32), 1),
        ("bad-region", np.zeros_like(REGION), 1),
        ("too-large", np.full((1, 1 << 17), 255, np.uint8), 1),
        ("bad-value", REGION, -1),
        ("bad-value", REGION, 1 << 31),
    ]:
        with refused(code):
            client.repaint(job, region, seed)


@pytest.mark.slow
def test_a_large_region_is_uploaded_and_its_bytes_count(tmp_path):
    large = np.full((4000, 3000), 255, np.uint8)
    with (
        running(tmp_path / "log.txt", max_inputs=1 << 24) as service,
        Client(service.address, timeout=PATIENCE) as client,
        zmq.Context() as context,
        context.socket(zmq.DEALER) as dealer,
    ):
        job = client.submit(ORDER, BUFFERS)
        end_of(client, job)
        dealer.linger = 0
        dealer.connect(service.address)
        dealer.send_multipart(
            encode({"kind": "repaint", "id": 1, "job": job, "seed": 1}, {"region": large})
        )
        error = decode(receive(dealer))[0]["error"]
        assert error["code"] == "too-large" and "'uploads'" in error["hint"]
        busy = client.submit(recipe(step_ms=20, steps=100_000))
        until_running(client, busy)
        new = client.repaint(job, large, seed=5)
        with refused("queue-full"):
            client.repaint(job, large - 1, seed=6)
        again = client.repaint(job, large, seed=7)  # the same bytes count once
        client.cancel(busy)
        kept = hashlib.sha256(painted_until(60) + large.tobytes()).hexdigest()
        assert end_of(client, new)["kept"] == end_of(client, again)["kept"] == kept
        end_of(client, client.repaint(job, large - 1, seed=6))
        assert not list(service.data.glob("*/region*"))


def test_regions_that_were_never_uploaded_are_refused(client, dealer):
    job = client.submit(recipe(steps=1))
    end_of(client, job)
    named = {"name": "region", "dtype": "|u1", "shape": [9, 9], "sha256": "0" * 64}
    for uploads, code in [
        ([named], "unknown-upload"),
        ([named | {"dtype": "<f4"}], "bad-buffer"),
        ([named | {"shape": [9, 9, 1]}], "bad-buffer"),
        ([named, named | {"name": "b"}], "bad-buffer"),
        ([named | {"shape": [1 << 16, 1 << 14]}], "too-large"),
        ({}, "bad-value"),
    ]:
        fields = {"kind": "repaint", "id": 1, "job": job, "seed": 1, "uploads": uploads}
        dealer.send_multipart(encode(fields))
        assert decode(receive(dealer))[0]["error"]["code"] == code, uploads


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="signals")
def test_what_is_kept_survives_the_service(tmp_path):
    with running(tmp_path / "log.txt") as service, Client(service.address) as client:
        job = client.submit(ORDER, BUFFERS)
        end_of(client, job)
    with running(tmp_path / "log.txt") as service, Client(service.address) as client:
        new = client.repaint(job, REGION, seed=5)
        client.frame(new, max_size=8)
        os.kill(service.worker(), signal.SIGKILL)
        kept = hashlib.sha256(painted_until(60) + REGION.tobytes()).hexdigest()
        assert end_of(client, new)["kept"] == kept


def test_the_command_prints_the_new_job(service, client, tmp_path, capsys):
    job = client.submit(ORDER, BUFFERS)
    end_of(client, job)
    Image.fromarray(REGION).convert("RGB").save(tmp_path / "mask.png")
    words = ["--mask", str(tmp_path / "mask.png"), "--address", service.address]
    assert main(["repaint", job, "--seed", "4", *words]) == 0
    new = capsys.readouterr().out.strip()
    receipt = end_of(client, new)
    assert receipt["recipe"] == parse_recipe(ORDER | {"seed": 4}).model_dump(mode="json")
    assert receipt["kept"] == hashlib.sha256(painted_until(60) + REGION.tobytes()).hexdigest()
