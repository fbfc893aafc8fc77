"""A disk that is full, files that cannot be opened any more, strangers in crowds: what cannot be
done is told, nothing that was done is lost, and all goes on when there is room again."""

import contextlib
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from patience import PATIENCE
from service_process import ServiceProcess, eventually, memory, recipe, refused, running
from stubborn_client import BUFFERS

from service.serving.client import Client
from service.serving.protocol.wire import decode, encode

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits and /proc")

ORDER = recipe(target="mesh", step_ms=5, steps=150)
MOST_MIB = 64


@pytest.fixture(scope="module")
def undisturbed(service):
    with Client(service.address, timeout=PATIENCE) as client:
        return end_of(client, client.submit(ORDER, BUFFERS))


def end_of(client, job):
    frames = list(client.frames(job, max_size=8))
    assert frames[-1].state == "finished", frames[-1].error
    return client.result(job)[0]


def open_files(pid):
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


@pytest.fixture
def small_disk(tmp_path):
    """A folder with room for four MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("no file system can be mounted here")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder):
    """All of a disk; the file that has it."""
    path = folder / "filler"
    with path.open("wb", buffering=0) as file:
        for size in (1 << 16, 1 << 10, 1):
            try:
                while file.write(bytes(size)) == size:
                    pass
            except OSError:
                continue
    return path


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_disk_that_is_full_for_a_while(tmp_path, small_disk, undisturbed):
    data = small_disk / "jobs"
    service = ServiceProcess(tmp_path / "log.txt", data=data)
    with Client(service.address, timeout=PATIENCE) as client:
        job = client.submit(ORDER | {"seed": 20}, BUFFERS)
        checkpoint = data / job / "checkpoint.safetensors"
        assert eventually(checkpoint.exists)
        filler = fill(small_disk)
        assert eventually(lambda: client.attach(job)["warning"])
        warning = client.attach(job)["warning"]
        assert warning["code"] == "not-saved" and "No space left" in warning["message"]
        before = checkpoint.read_bytes()
        with refused("not-saved"):
            client.submit(ORDER, BUFFERS)
        waiting = client.frame(job, after=client.attach(job)["progress"]["step"] + 5, max_size=8)
        assert waiting.state == "running" and checkpoint.read_bytes() == before
        client.pause(job)  # which cannot be written, either
        filler.unlink()
        client.resume(job)
        assert eventually(lambda: checkpoint.read_bytes() != before)
        filler = fill(small_disk)
        # Its end cannot be kept: it fails, and says so.
        assert eventually(lambda: client.attach(job)["state"] == "failed")
        assert client.attach(job)["error"]["code"] == "not-saved"
    service.kill()
    filler.unlink()
    with running(tmp_path / "log.txt", data=data) as service:
        with Client(service.address, timeout=PATIENCE) as client:
            assert [row["job"] for row in client.jobs()] == [job]
            client.resume(job)
            np.testing.assert_array_equal(end_of(client, job), undisturbed)
        assert not list(data.rglob(".*"))


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_no_more_files_can_be_opened_for_a_while(tmp_path, undisturbed):
    with (
        running(tmp_path / "log.txt") as service,
        Client(service.address, timeout=PATIENCE) as client,
    ):
        job = client.submit(ORDER | {"seed": 20}, BUFFERS)
        assert client.frame(job, after=10, max_size=8).state == "running"
        limits = resource.prlimit(service.process.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(service.process.pid, resource.RLIMIT_NOFILE, (8, limits[1]))
        worker = service.worker()
        os.kill(worker, signal.SIGKILL)
        assert eventually(lambda: "Too many open files" in service.log())
        with refused("not-saved"):
            client.submit(ORDER, BUFFERS)
        assert client.heartbeat() <= 1
        resource.prlimit(service.process.pid, resource.RLIMIT_NOFILE, limits)
        assert eventually(lambda: service.worker() != worker)
        client.resume(job)  # if it was given up meanwhile
        np.testing.assert_array_equal(end_of(client, job), undisturbed)
        assert [row["job"] for row in client.jobs()] == [job]


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_crowds_of_strangers_get_nothing(guarded, keys):
    host, port = guarded.address.removeprefix("tcp://").split(":")
    greeting = b"\xff" + bytes(8) + b"\x7f\x03\x01"
    openings = (
        b"",
        b"GET / HTTP/1.1\r\n\r\n",
        greeting + b"NULL".ljust(52, b"\0"),
        greeting + b"CURVE".ljust(52, b"\0") + b"\x04\xc8\x05HELLO" + bytes(194),
        os.urandom(10_000),
    )
    pid = guarded.process.pid
    with Client(guarded.address, PATIENCE, keys.folder / "clients" / "owner.key") as client:
        job = client.submit(recipe(step_ms=5, steps=100))
        before, files = memory(pid), open_files(pid)
        strangers = []
        for number in range(400):
            stranger = socket.create_connection((host, int(port)), timeout=PATIENCE)
            strangers.append(stranger)
            with contextlib.suppress(OSError):  # it has been cut already
                stranger.sendall(openings[number % len(openings)])
        assert client.heartbeat() <= 1
        assert list(client.frames(job, max_size=8))[-1].state == "finished"
        assert memory(pid) < before + MOST_MIB
        # Cut without a word from us, also those that say nothing.
        assert eventually(lambda: open_files(pid) <= files + 5)
        assert memory(pid) < before + MOST_MIB
        for stranger in strangers:
            stranger.close()


def test_a_key_that_is_revoked_in_mid_job(guarded, keys):
    """It gets what it had asked for before, one frame at most, and nothing after that."""
    path = keys.new("guest")
    owner = keys.folder / "clients" / "owner.key"
    with (
        Client(guarded.address, PATIENCE, owner) as trusted,
        Client(guarded.address, PATIENCE, path) as guest,
    ):
        job = guest.submit(recipe(step_ms=5, steps=100_000))
        assert guest.frame(job, max_size=8).state == "running"
        keys.revoke("guest")
        answers = 0

        def refused_now():
            nonlocal answers
            guest._socket.send_multipart(encode({"kind": "heartbeat", "id": answers}))
            step = trusted.frame(job, max_size=8).progress["step"]
            trusted.frame(job, after=step + 1, max_size=8)  # in this time it would be answered
            if not guest._socket.poll(0):
                return True
            answers += 1
            assert decode(guest._socket.recv_multipart())[0]["kind"] == "heartbeat"
            return False

        assert eventually(refused_now)
        for kind in ("frame", "attach", "result", "cancel", "jobs"):
            guest._socket.send_multipart(encode({"kind": kind, "id": kind, "job": job}))
        trusted.finish(job)
        assert list(trusted.frames(job, max_size=8))[-1].state == "finished"
        assert trusted.result(job)[0].shape == (64, 64, 3)
        while guest._socket.poll(0):
            header, _ = decode(guest._socket.recv_multipart())
            assert header["kind"] == "heartbeat"  # of before
