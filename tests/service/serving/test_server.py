"""A real service process on a real socket, with a painter of a few lines of NumPy."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import zmq
from fake_painter import STEPS
from malformed import malformed_messages
from service_process import HERE, ServiceProcess, alive, environment, eventually, memory, running

from geometry.errors import InputError
from service.serving.client import Client
from service.serving.server import Server
from service.serving.wire import KINDS, PROTOCOL_VERSION, decode, encode

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and /proc")


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with running(tmp_path_factory.mktemp("service") / "log.txt") as process:
        yield process


@pytest.fixture
def client(service):
    with Client(service.address) as client:
        yield client


@pytest.fixture
def dealer(service):
    with zmq.Context.instance().socket(zmq.DEALER) as socket:
        socket.linger = 0
        socket.connect(service.address)
        yield socket


def recipe(step_ms=10, **changes):
    return {"target": "sphere", "group": "532", "size": 64, "seed": step_ms} | changes


def until_running(client, job):
    frame = client.frame(job, max_size=8)
    assert frame.state == "running"
    return frame


@contextlib.contextmanager
def refused(code):
    """As pytest.raises, for an InputError of this code that is one line without a traceback."""
    with pytest.raises(InputError) as caught:
        yield caught
    assert caught.value.code == code, caught.value
    assert "Traceback" not in str(caught.value) and "\n" not in str(caught.value)


# --- the course of a job ---


def test_hello_at_once_and_describe_when_the_worker_is_ready(tmp_path):
    with running(tmp_path / "log.txt") as service, Client(service.address) as client:
        assert service.seconds_to_start < 3  # 0.4 s on a machine that does nothing else
        hello = client.hello()
        assert hello["service"] and hello["device"] in ("starting", "cpu")
        assert client.describe() == {"groups": [], "styles": ["grey"]}
        assert client.hello()["device"] == "cpu"
        assert client.heartbeat() == 0


def test_every_kind_of_the_wire_is_served():
    assert all(hasattr(Server, f"_on_{kind}") for kind in KINDS)


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
    assert texture.shape == (64, 64, 3) and (texture == STEPS).all()
    assert receipt["recipe"]["group"] == "532" and receipt["sums"] == {"vertices": 66.0}


def test_a_slow_client_skips_frames_and_slows_nothing(client):
    job = client.submit(recipe(step_ms=10, steps=60))
    steps = [0]
    for frame in client.frames(job, max_size=8):
        steps.append(frame.progress["step"])
        time.sleep(0.25)
    assert frame.state == "finished" and steps[-1] == 60
    assert len(steps) < 12 and max(np.diff(steps)) > 5


def test_nothing_is_sent_without_a_credit(client, dealer):
    dealer.send_multipart(encode({"kind": "submit", "id": 1, "recipe": recipe(steps=5)}))
    assert dealer.poll(2000)
    job = decode(dealer.recv_multipart())[0]["job"]
    assert eventually(lambda: client.heartbeat() == 0)
    assert not dealer.poll(100)
    # One who asks only now gets the end, made small.
    late = client.frame(job, after=2, max_size=8)
    assert late.state == "finished" and late.pixels.shape == (8, 8, 3) and (late.pixels == 5).all()
    assert client.frame(job, after=5).pixels is None


def test_a_new_credit_replaces_the_old_one(client, dealer):
    job = client.submit(recipe(step_ms=100, steps=20))
    for request, size in (("old", 8), ("new", 16)):
        dealer.send_multipart(
            encode({"kind": "frame", "id": request, "job": job, "after": 3, "max_size": size})
        )
    assert dealer.poll(3000)
    header, buffers = decode(dealer.recv_multipart())
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
    asked = time.monotonic()
    end = list(client.frames(job, max_size=8))[-1]
    assert time.monotonic() - asked < 1
    assert end.state == "finished" and step <= end.progress["step"] < step + 10
    texture, receipt = client.result(job)
    assert receipt["step"] == end.progress["step"] and texture[0, 0, 0] == receipt["step"]


def test_cancel_is_quick_and_frees_the_worker(client):
    job = client.submit(recipe(step_ms=100, steps=1000))
    until_running(client, job)
    asked = time.monotonic()
    client.cancel(job)
    assert client.frame(job, after=10**6).state == "cancelled"
    following = client.submit(recipe(steps=3))
    assert until_running(client, following)
    assert time.monotonic() - asked < 1
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


# --- bad input ---


def test_a_bad_recipe_is_refused_at_once(client):
    for changes, code, field in (
        ({"size": 1}, "bad-value", "size"),
        ({"sizes": 64}, "unknown-field", "recipe"),
        ({"styles": [{"source": ""}]}, "bad-value", "styles.0.source"),
    ):
        with refused(code) as caught:
            client.submit(recipe(**changes))
        assert caught.value.field == field
    with refused("bad-value") as caught:
        client.submit(recipe(), cameras=[{"lens": [1]}])
    assert caught.value.field == "cameras.0.lens"


def test_a_bad_mesh_fails_the_job_in_the_words_of_the_error(client):
    job = client.submit(recipe(target="mesh"))
    end = list(client.frames(job))[-1]
    assert end.state == "failed" and end.pixels is None and end.progress is None
    error = {"code": "missing-buffer", "field": "vertices", "message": "The mesh has no vertices."}
    assert end.error == error | {"hint": "Send it."}
    with refused("missing-buffer"):
        client.result(job)


def test_a_fault_of_the_painter_is_one_line_for_the_client_and_a_traceback_in_the_log(
    service, client
):
    job = client.submit(recipe(group="crash"))
    assert list(client.frames(job))[-1].error["code"] == "internal"
    with refused("internal"):
        client.result(job)
    assert "RuntimeError: as asked" in service.log()
    list(client.frames(client.submit(recipe(steps=2))))


def test_unknown_jobs_and_kinds_and_wrong_fields(client, dealer):
    for ask in (client.frame, client.cancel, client.finish, client.result):
        with refused("unknown-job"):
            ask("nobody")
    for header, code, hint in (
        ({"kind": "submitt"}, "unknown-kind", "submit"),
        ({"kind": "error"}, "unknown-kind", ""),
        ({"kind": "frame"}, "bad-value", ""),
        ({"kind": "submit"}, "bad-value", ""),
        ({"kind": "cancel", "job": ["1"]}, "bad-value", ""),
    ):
        dealer.send_multipart(encode({"id": 5, **header}))
        assert dealer.poll(2000)
        reply = decode(dealer.recv_multipart())[0]
        assert reply["id"] == 5 and reply["error"]["code"] == code
        assert hint in reply["error"]["hint"]


@pytest.mark.parametrize(("field", "value"), [("after", -2), ("after", 0.5), ("max_size", 1 << 40)])
def test_a_credit_out_of_range_is_refused(client, dealer, field, value):
    job = client.submit(recipe(steps=1))
    dealer.send_multipart(encode({"kind": "frame", "id": 1, "job": job, field: value}))
    assert dealer.poll(2000)
    error = decode(dealer.recv_multipart())[0]["error"]
    assert (error["code"], error["field"]) == ("bad-value", field)


def test_another_protocol_version_is_answered(dealer):
    dealer.send(json.dumps({"protocol": PROTOCOL_VERSION + 1, "kind": "hello", "id": "x"}).encode())
    assert dealer.poll(2000)
    reply = decode(dealer.recv_multipart())[0]
    assert reply["kind"] == "error" and reply["id"] == "x"
    assert reply["error"]["code"] == "protocol-version" and reply["error"]["hint"]


def bombard(client, service, count):
    """Malformed messages while a job runs; how it went for the job."""
    job = client.submit(recipe(step_ms=10, steps=150))
    until_running(client, job)
    with zmq.Context.instance().socket(zmq.DEALER) as dealer:
        dealer.linger = 0
        dealer.connect(service.address)
        for index, frames in enumerate(malformed_messages(seed=3, count=count)):
            dealer.send_multipart(frames)
            while dealer.poll(0 if index % 20 else 200):
                assert decode(dealer.recv_multipart())[0]["kind"] in ("error", *KINDS)
        assert client.heartbeat() <= 1
    return list(client.frames(job))[-1], client.result(job)


def test_malformed_messages_disturb_nothing(service, client):
    end, (texture, receipt) = bombard(client, service, 300)
    assert end.state == "finished" and receipt["step"] == 150 and (texture == 150).all()
    assert "a request could not be answered" not in service.log()


@pytest.mark.slow
def test_10_000_malformed_messages_disturb_nothing(service, client):
    before = memory(service.process.pid)
    end, _ = bombard(client, service, 10_000)
    assert end.state == "finished"
    assert "a request could not be answered" not in service.log()
    assert memory(service.process.pid) < before + 64


def test_nothing_answers():
    with Client("tcp://127.0.0.1:9", timeout=0.3) as client, refused("service-unreachable"):
        client.hello()


# --- starting and stopping ---


def run_service(bind, painter="fake_painter:fake_painter"):
    return subprocess.run(
        [sys.executable, str(HERE / "run_service.py"), bind, "0", painter],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=20,
    )


def test_a_port_in_use_is_refused_in_one_line(service):
    done = run_service(service.address)
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr.startswith("address-in-use: bind: ") and done.stderr.count("\n") == 1


def test_idle_exit_waits_for_jobs_and_clients(tmp_path):
    service = ServiceProcess(tmp_path / "log.txt", idle_exit=0.6)
    with Client(service.address) as client:
        client.submit(recipe(step_ms=100, steps=15))
        started = time.monotonic()
    assert service.process.wait(timeout=10) == 0
    assert time.monotonic() - started > 1.4
    service.process.stdout.close()
    assert "finished after 15 steps" in service.log()


def test_sigterm_ends_it_cleanly_and_tells_who_waits(tmp_path):
    with running(tmp_path / "log.txt") as service, Client(service.address) as client:
        job = client.submit(recipe(step_ms=100, steps=1000))
        until_running(client, job)
        worker = service.worker()
        dealer = client._socket
        dealer.send_multipart(encode({"kind": "frame", "id": 99, "job": job, "after": 10**6}))
        time.sleep(0.1)
        asked = time.monotonic()
        assert service.stop() == 0
        assert time.monotonic() - asked < 2
        assert dealer.poll(1000)
        header, _ = decode(dealer.recv_multipart())
        assert header["state"] == "failed" and header["error"]["code"] == "service-stopped"
        assert not alive(worker)


def test_a_killed_worker_fails_its_job_and_only_that(tmp_path):
    with running(tmp_path / "log.txt") as service, Client(service.address) as client:
        job = client.submit(recipe(step_ms=50, steps=1000))
        waiting = client.submit(recipe(steps=3))
        until_running(client, job)
        os.kill(service.worker(), signal.SIGKILL)
        killed = time.monotonic()
        end = list(client.frames(job, max_size=8))[-1]
        assert time.monotonic() - killed < 1
        assert end.state == "failed" and end.error["code"] == "worker-died"
        assert "signal 9" in end.error["message"]
        assert list(client.frames(waiting))[-1].state == "finished"


def test_the_worker_does_not_outlive_a_killed_service(tmp_path):
    service = ServiceProcess(tmp_path / "log.txt")
    with Client(service.address) as client:
        until_running(client, client.submit(recipe(step_ms=300, steps=1000)))
    worker = service.worker()
    assert alive(worker)
    service.process.kill()
    service.process.wait()
    service.process.stdout.close()
    assert eventually(lambda: not alive(worker), seconds=3)


def test_a_worker_that_cannot_start_is_told(tmp_path):
    with (
        running(tmp_path / "log.txt", painter="fake_painter:broken_painter") as service,
        Client(service.address, timeout=20) as client,
    ):
        job = client.submit(recipe())
        with refused("worker-died"):
            client.describe()
        assert client.frame(job).error["code"] == "worker-died"
        assert "no torch here" in service.log()


@pytest.mark.slow
def test_a_worker_that_hangs_is_replaced_after_cancel(tmp_path):
    with running(tmp_path / "log.txt") as service, Client(service.address) as client:
        hung = client.submit(recipe(group="hang"))
        following = client.submit(recipe(steps=3))
        time.sleep(0.5)
        client.cancel(hung)
        assert client.frame(hung).state == "cancelled"
        assert list(client.frames(following))[-1].state == "finished"
        assert "hangs: killed" in service.log()
