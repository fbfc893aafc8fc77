"""Our own client against a service that is broken or malicious: one line, and little memory."""

import contextlib
import socket
import struct
import subprocess
import sys
import threading

import numpy as np
import pytest
from hostile_service import (
    PICTURE,
    SIDE,
    HostileService,
    encoded,
    jpeg_bomb,
    picture,
    png_bomb,
    spoilt,
    zlib_bomb,
)
from patience import PATIENCE
from service_process import environment, memory, refused

from geometry.errors import InputError
from service.serving.answers import _FIELDS
from service.serving.client import Client
from service.serving.encodings import ENCODINGS
from service.serving.wire_kinds import KINDS

JOB = "7-0a1b2c"
LARGE = {"style": np.zeros((300, 300, 3), np.uint8)}  # goes as an upload
REGION = np.full((SIDE, SIDE), 255, np.uint8)
ASK = {
    "hello": lambda client: client.hello(),
    "describe": lambda client: client.describe(),
    "heartbeat": lambda client: client.heartbeat(),
    "submit": lambda client: client.submit({}),
    "have": lambda client: client.submit({}, LARGE),
    "upload": lambda client: client.submit({}, LARGE),
    "frame": lambda client: list(client.frames(JOB, max_size=SIDE)),
    "cancel": lambda client: client.cancel(JOB),
    "finish": lambda client: client.finish(JOB),
    "pause": lambda client: client.pause(JOB),
    "resume": lambda client: client.resume(JOB),
    "adjust": lambda client: client.adjust(JOB, {"steps": 9}),
    "repaint": lambda client: client.repaint(JOB, REGION, 1),
    "jobs": lambda client: client.jobs(),
    "attach": lambda client: client.attach(JOB),
    "forget": lambda client: client.forget(JOB),
    "result": lambda client: client.result(JOB),
}
LENIENT = {"describe", "encodings", "warning", "error", "encoding", "shape", "progress"}


@pytest.fixture(scope="module")
def hostile():
    with HostileService() as service:
        yield service


@pytest.fixture
def client(hostile):
    hostile.spoil, hostile.fails = {}, set()
    with Client(hostile.address, timeout=PATIENCE) as client:
        yield client


def test_every_kind_of_reply_is_checked_and_asked_for_here():
    assert ASK.keys() == KINDS.keys() == _FIELDS.keys() - {"error"}
    for kind in KINDS.values():
        assert kind.reply.keys() <= _FIELDS[kind.name].keys(), kind.name


@pytest.mark.parametrize("kind", ASK)
def test_what_the_wire_promises_is_taken(client, kind):
    ASK[kind](client)


@pytest.mark.parametrize("kind", ASK)
def test_a_reply_with_anything_odd_is_taken_or_refused_in_one_line(hostile, client, kind):
    refusals = set()
    for fails in (False, True):
        hostile.fails = {kind} if fails else set()
        for name, spoil in spoilt(kind, fails):
            hostile.spoil = {kind: spoil}
            if name.startswith("id="):
                continue  # the answer to nothing: there is none
            try:
                ASK[kind](client)
            except InputError as error:
                codes = ("bad-reply", "protocol-version", "unknown-upload", "out-of-memory")
                assert error.code in codes or fails, (name, error)
                assert len(str(error)) < 70_000 and "\n" not in error.message, name
                if error.code == "bad-reply":
                    refusals.add(name)
            else:
                assert not fails, name
    assert {"kind=-1", "protocol=missing", "nothing", "deep"} & refusals
    for field in KINDS[kind].reply.keys() - LENIENT:
        if kind not in LENIENT:
            assert f"{field}=missing" in refusals and f"{field}=None" in refusals, field
    assert "error.message=missing" in refusals and "error.code=[]" in refusals


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_picture_larger_than_was_asked_for_is_refused(hostile, client, encoding):
    large = np.zeros((SIDE + 1, 4, 3), np.uint8)
    name = "pixels" if encoding == "raw" else "data"
    data = large if encoding == "raw" else encoded(encoding, large)
    spoil = picture(data, name, encoding=encoding, shape=list(large.shape))
    hostile.spoil = {"frame": spoil}
    assert client.frame(JOB, max_size=SIDE + 1, encoding=encoding).pixels.shape == large.shape
    with refused("bad-reply"):
        client.frame(JOB, max_size=SIDE, encoding=encoding)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_an_honest_picture_comes_through(client, encoding):
    pixels = client.frame(JOB, max_size=SIDE, encoding=encoding).pixels
    assert pixels.shape == PICTURE.shape and (encoding == "jpeg" or (pixels == PICTURE).all())


BOMBS = """
import sys
from geometry.errors import InputError
from service.serving.client import Client
client = Client(sys.argv[1], timeout=60)
client.frame("7-0a1b2c", max_size=16)
print("ready", flush=True)
for line in sys.stdin:
    encoding, size = line.split()
    try:
        client.frame("7-0a1b2c", max_size=int(size), encoding=encoding)
        print("taken", flush=True)
    except InputError as error:
        print(error.code, flush=True)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
def test_bombs_are_refused_with_little_memory(hostile, client):
    side = 6_000  # 108 MB each
    bombs = {"zlib": zlib_bomb(side), "png": png_bomb(side), "jpeg": jpeg_bomb(side)}
    command = [sys.executable, "-c", BOMBS, hostile.address]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, env=environment(), stdin=pipe, stdout=pipe, text=True
    ) as process:
        try:
            assert process.stdout.readline() == "ready\n"
            before = memory(process.pid, "VmHWM")
            for encoding, data in bombs.items():
                for shape in ([SIDE, SIDE, 3], [side, side, 3]):
                    for asked in (SIDE, 0):
                        if shape[0] == side and asked == 0:
                            continue  # a picture of that size, for one that asks for any
                        hostile.spoil = {
                            "frame": picture(data, "data", encoding=encoding, shape=shape)
                        }
                        process.stdin.write(f"{encoding} {asked}\n")
                        process.stdin.flush()
                        assert process.stdout.readline() == "bad-reply\n", (encoding, shape)
            assert memory(process.pid, "VmHWM") < before + 50
        finally:
            process.kill()


def test_a_frame_is_cut_off_where_it_announces_too_much():
    """Four gigabytes by ZMTP itself: not even the first of them are taken."""
    greeting = b"\xff" + bytes(8) + b"\x7f\x03\x00" + b"NULL".ljust(20, b"\0") + bytes(32)
    ready = b"\x04\x1c\x05READY\x0bSocket-Type\x00\x00\x00\x06ROUTER"
    taken = []

    def serve(listener):
        with contextlib.suppress(OSError), listener.accept()[0] as peer:
            peer.settimeout(PATIENCE)
            peer.sendall(greeting + ready)
            heard = b""
            while len(heard) < 400:  # its greeting, then its request
                heard += peer.recv(4096)
            peer.sendall(b"\x02" + struct.pack(">Q", 4 << 30))
            for _ in range(64):
                peer.sendall(bytes(1 << 20))
                taken.append(1)

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        thread = threading.Thread(target=serve, args=(listener,), daemon=True)
        thread.start()
        address = f"tcp://127.0.0.1:{listener.getsockname()[1]}"
        with Client(address, timeout=2.0) as client, refused("service-unreachable"):
            client._ask("hello", {"client": "x" * 400})
        thread.join(PATIENCE)
    assert len(taken) < 32
