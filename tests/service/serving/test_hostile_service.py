"""Our own client against a service that is broken or malicious: one line, and little memory."""

import contextlib
import re
import socket
import struct
import subprocess
import sys
import threading
from typing import get_args

import numpy as np
import pytest
from hostile_service import (
    ESCAPE,
    FEW,
    PICTURE,
    SIDE,
    SOLID,
    HostileService,
    arrays,
    encoded,
    jpeg_bomb,
    message,
    picture,
    png_bomb,
    put,
    spoilt,
    zlib_bomb,
)
from patience import PATIENCE
from PIL import Image
from service_process import environment, memory, refused

from geometry.errors import InputError
from service.cli import main
from service.serving.client import Client
from service.serving.protocol.answers import SHAPES
from service.serving.protocol.encodings import ENCODINGS
from service.serving.protocol.kinds import KINDS

JOB = "7-0a1b2c"
LARGE = {"style": np.zeros((300, 300, 3), np.uint8)}  # goes as an upload
MESH = np.eye(3, dtype=np.float32), np.array([[0, 1, 2]], np.int32)
TEXTURED = {
    **{"vertices": MESH[0], "triangles": MESH[1]},
    "uvs": np.array([[(0, 0), (1, 0), (0, 1)]], np.float32),
}
REGION = np.full((SIDE, SIDE), 255, np.uint8)
ASK = {
    "hello": lambda client: client.hello(),
    "describe": lambda client: client.describe(),
    "network": lambda client: client.network("squeezenet"),
    "channel": lambda client: client.channel_picture("squeezenet", "fire9", 7, 2 * SIDE),
    "survey": lambda client: client.survey("squeezenet", PICTURE),
    "look": lambda client: client.look(PICTURE),
    "prepare": lambda client: client.prepare("stained_glass", {"turn": 90}),
    "group": lambda client: client.group("C7"),
    "symmetries": lambda client: client.symmetries(*MESH),
    "maps": lambda client: client.maps(PICTURE, TEXTURED),
    "solid": lambda client: client.solid(PICTURE, TEXTURED),
    "withdraw": lambda client: client.withdraw(),
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
    "refinish": lambda client: client.refinish(JOB, {"contrast": 2}),
    "enlarge": lambda client: client.enlarge(JOB, 2 * SIDE),
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
    assert ASK.keys() == KINDS.keys() == SHAPES.keys() - {"error"}


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
    fields = KINDS[kind].Reply.model_fields
    for field in fields.keys() - LENIENT:
        if kind not in LENIENT:
            may_be_none = type(None) in get_args(fields[field].annotation)
            assert f"{field}=missing" in refusals, field
            assert may_be_none or f"{field}=None" in refusals, field
    assert "error.message=missing" in refusals and "error.code=[]" in refusals


@pytest.mark.parametrize(
    "wrong",
    [
        {"points": np.eye(3)},
        {"points": np.full((3, 3), np.nan, np.float32)},
        {"points": np.eye(2, 3, dtype=np.float32)},
        {"triangles": np.array([[0, 1, -1]], np.int32)},
        {"triangles": np.array([[0, 1]], np.int32)},
        {"colours": np.zeros((2, 3), np.uint8)},
        {"filament": np.full(1, 2, np.uint8)},
        {"filament": np.zeros(2, np.uint8)},
        {"palette": np.zeros((2, 4), np.uint8)},
        {"file": np.zeros((2, 2), np.uint8)},
    ],
)
def test_what_is_no_solid_is_refused(hostile, client, wrong):
    hostile.spoil = {"solid": arrays(SOLID | wrong)}
    with refused("bad-reply"):
        client.solid(PICTURE, TEXTURED)


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
        with Client(address, timeout=1.0) as client, refused("service-unreachable"):
            client._ask("hello", {"client": "x" * 400})
        thread.join(PATIENCE)
    assert len(taken) < 32


# --- the command line ---

COMMANDS = {
    "jobs": ["jobs"],
    "attach": ["watch", JOB],
    "frame": ["watch", JOB, "-o", "kept.png"],
    "result": ["watch", JOB, "-o", "kept.png"],
    "submit": ["submit", "recipe.json"],
    "adjust": ["adjust", JOB, "--set", "steps=9"],
    "repaint": ["repaint", JOB, "--mask", "mask.png", "--seed", "2"],
    "pause": ["pause", JOB],
    "resume": ["resume", JOB],
    "finish": ["finish", JOB],
    "cancel": ["cancel", JOB],
    "forget": ["forget", JOB],
}


@pytest.fixture
def command(hostile, client, capsys, tmp_path, monkeypatch):
    """Run 'service WORDS' against the hostile service: (exit code, output, errors)."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "recipe.json").write_text('{"target": "tile", "group": "p4"}')
    Image.fromarray(REGION).save(tmp_path / "mask.png")

    def run(*words):
        return main([*words, "--address", hostile.address]), *capsys.readouterr()

    return run


@pytest.mark.parametrize("stride", [FEW, pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.parametrize("kind", COMMANDS)
def test_a_command_ends_in_one_line(hostile, command, kind, stride):
    codes = set()
    for fails in (False, True):
        hostile.fails = {kind} if fails else set()
        for number, (name, spoil) in enumerate(spoilt(kind, fails)):
            if number % stride or name.startswith("id="):
                continue
            hostile.spoil = {kind: spoil}
            code, out, err = command(*COMMANDS[kind])
            codes.add(code)
            assert code in (0, 2), (name, err)
            assert code == 0 or re.fullmatch(r"(\| .*\n)*error: .*\n", err), name
            assert all(line.isprintable() for line in (out + err).split("\n")), name
    assert 2 in codes


def test_nothing_that_others_have_written_reaches_the_terminal(hostile, command, monkeypatch):
    """Names, groups, lines of logs and errors with escape sequences and markup."""
    row = {
        **{"job": "1-000000", "state": "failed", "target": ESCAPE[:60], "group": ESCAPE[-60:]},
        **{"size": 64, "step": None, "steps": None, "age": 1},
    }
    hostile.spoil = {"jobs": put(("jobs",), [row])}
    code, out, _ = command("jobs")
    assert code == 0 and "\\x1b[2J" in out and "[red]" in out and "[link=" in out
    assert all(line.isprintable() for line in out.split("\n"))
    error = {"code": "refused", "field": ESCAPE, "message": ESCAPE, "hint": ESCAPE}
    hostile.fails, hostile.spoil = {"pause"}, {"pause": put(("error",), error)}
    code, _, err = command("pause", JOB)
    assert code == 2 and err.count("\\x1b[2J") == 3 and err.strip().isprintable()
    hostile.fails = set()
    hostile.spoil = {
        "frame": lambda header, data: message(header | {"state": "failed", "error": error}, data),
        "attach": put(("log",), [ESCAPE]),
    }
    code, _, err = command("watch", JOB)
    assert code == 2 and err.startswith("| \\x1b]0;owned\\x07")
    assert all(line.isprintable() for line in err.split("\n"))


def test_a_terminal_interprets_no_markup(hostile, command, monkeypatch):
    """Where there are colours rich would read [red] in a name."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    row = {
        **{"job": "1-000000", "state": "queued", "target": "tile", "group": "[red]p4[/red]"},
        **{"size": 64, "step": None, "steps": None, "age": 1},
    }
    hostile.spoil = {"jobs": put(("jobs",), [row])}
    assert "[red]p4[/red]" in command("jobs")[1]


def test_weights_that_make_no_sense_are_a_bad_reply(hostile, command):
    recipe = {"objective": {"style": "x", "unknown": 1}}
    hostile.spoil = {"attach": put(("recipe",), recipe)}
    code, _, err = command("watch", JOB)
    assert code == 2 and "recipe.objective" in err
