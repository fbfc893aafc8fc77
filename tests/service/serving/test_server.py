"""The course of a job: a real service process on a real socket, with a painter of a few lines."""

import time

import numpy as np
from fake_painter import STEPS
from service_process import eventually, receive, recipe, refused, running, until_running

from service.serving import conversation
from service.serving.client import Client
from service.serving.handlers import Handlers
from service.serving.protocol.kinds import KINDS
from service.serving.protocol.wire import decode, encode


def test_hello_at_once_and_describe_when_the_worker_is_ready(tmp_path):
    with running(tmp_path / "log.txt") as service, Client(service.address) as client:
        hello = client.hello()
        assert hello["service"] and hello["device"] in ("starting", "cpu")
        assert client.describe() == {"groups": [], "styles": ["grey"]}
        assert client.hello()["device"] == "cpu"
        assert client.heartbeat() == 0


def test_every_kind_of_the_wire_is_served():
    assert all(hasattr(Handlers, f"_on_{kind}") for kind in KINDS)


def test_frames_rise_to_the_result(client):
    vertices = np.arange(12, dtype=np.float32).reshape(4, 3)
    job = client.submit(recipe(target="mesh"), {"vertices": vertices}, [{"lens": 50.0}])
    frames = list(client.frames(job, max_size=16))
    steps = [frame.progress["step"] for frame in frames if frame.pixels is not None]
    assert len(steps) > 5 and steps == sorted(set(steps)) and steps[-1] == STEPS
    for frame in frames[:-1]:
        assert frame.state == "running" and frame.pixels.shape == (16, 16, 3)
        assert (frame.pixels == frame.progress["step"]).all()
    assert frames[-1].state == "finished"
    assert frames[-1].progress["loss"] == {"style": 1 / STEPS, "odd": None}
    texture, receipt = client.result(job)
    assert texture.shape == (64, 64, 3) and (texture[1:] == STEPS).all()
    assert receipt["recipe"]["group"] == "532" and receipt["sums"] == {"vertices": 66.0}


def test_a_slow_client_skips_frames_and_slows_nothing(client):
    job = client.submit(recipe(step_ms=10, steps=60))
    steps = [0]
    for frame in client.frames(job, max_size=8):
        steps.append(frame.progress["step"])
        time.sleep(0.25)
    assert frame.state == "finished" and steps[-1] == 60
    assert len(steps) < 30 and max(np.diff(steps)) > 1


def test_nothing_is_sent_without_a_credit(client, dealer):
    dealer.send_multipart(encode({"kind": "submit", "id": 1, "recipe": recipe(steps=5)}))
    job = decode(receive(dealer))[0]["job"]
    assert eventually(lambda: client.heartbeat() == 0)
    assert not dealer.poll(100)
    # One who asks only now gets the end, made small.
    late = client.frame(job, after=2, max_size=8)
    assert late.state == "finished" and late.pixels.shape == (8, 8, 3)
    assert (late.pixels[1:] == 5).all()
    assert client.frame(job, after=5).pixels is None


def test_a_step_may_take_longer_than_a_client_waits_for_a_word(service, monkeypatch):
    monkeypatch.setattr(conversation, "HEARTBEAT_SECONDS", 0.1)
    with Client(service.address, timeout=1.5) as client:
        job = client.submit(recipe(step_ms=2500, steps=1))
        assert client.frame(job).progress["step"] == 1


def test_a_new_credit_replaces_the_old_one(client, dealer):
    before = client.submit(recipe(steps=100_000))
    job = client.submit(recipe(steps=100_000))  # begins when both requests are there
    for request, size in (("old", 8), ("new", 16)):
        dealer.send_multipart(
            encode({"kind": "frame", "id": request, "job": job, "after": 3, "max_size": size})
        )
    dealer.send_multipart(encode({"kind": "heartbeat", "id": "heard"}))
    assert decode(receive(dealer))[0]["id"] == "heard"
    client.cancel(before)
    header, buffers = decode(receive(dealer))
    assert header["id"] == "new" and buffers["pixels"].shape == (16, 16, 3)
    assert header["progress"]["step"] == 4
    client.cancel(job)
    assert not dealer.poll(200)


def test_many_clients_watch_one_job(service, client):
    job = client.submit(recipe(step_ms=20))
    others = [Client(service.address) for _ in range(8)]
    try:
        for size, other in enumerate(others, start=8):
            frame = other.frame(job, max_size=size)
            assert frame.pixels.shape == (size, size, 3)
    finally:
        for other in others:
            other.close()
    client.cancel(job)


def test_finish_early_gives_the_best_so_far(client):
    job = client.submit(recipe(step_ms=50, steps=1000))
    with refused("not-finished"):
        client.result(job)
    step = until_running(client, job).progress["step"]
    client.finish(job)
    end = list(client.frames(job, max_size=8))[-1]
    assert end.state == "finished" and step <= end.progress["step"] < 1000
    texture, receipt = client.result(job)
    assert receipt["step"] == end.progress["step"] and texture[1, 0, 0] == receipt["step"]


def test_cancel_frees_the_worker(client):
    job = client.submit(recipe(step_ms=100, steps=100_000))
    until_running(client, job)
    client.cancel(job)
    assert client.frame(job, after=10**6).state == "cancelled"
    following = client.submit(recipe(steps=3))
    assert client.frame(following).state in ("running", "finished")
    with refused("cancelled"):
        client.result(job)
    client.cancel(job)  # again: no harm
    client.finish(job)
    assert client.frame(job).state == "cancelled"
    list(client.frames(following))


def test_jobs_queue_and_a_waiting_one_can_be_cancelled_or_finished(service, client):
    first = client.submit(recipe(step_ms=20, steps=1000))
    second, third, last = (client.submit(recipe(steps=30, step_ms=5)) for _ in range(3))
    until_running(client, first)
    assert client.heartbeat() == 4
    client.cancel(second)
    client.finish(third)
    with Client(service.address) as watcher:
        assert watcher.frame(second).state == "cancelled"
    with refused("not-finished"):
        client.result(third)
    client.finish(first)
    assert [client.frame(job, after=10**6).state for job in (first, third, last)] == [
        "finished"
    ] * 3
    assert client.result(third)[1]["step"] == 1
    assert client.result(last)[1]["step"] == 30


def test_only_the_last_results_are_kept(client):
    jobs = [client.submit(recipe(step_ms=0, steps=1)) for _ in range(11)]
    list(client.frames(jobs[-1]))
    client.submit(recipe(step_ms=0, steps=1))
    with refused("unknown-job"):
        client.result(jobs[0])
    client.result(jobs[-1])
