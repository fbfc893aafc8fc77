"""Who is let in: a real service process that demands keys, on real sockets."""

import shutil
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest
import zmq
from patience import PATIENCE
from service_process import (
    environment,
    memory,
    recipe,
    refused,
    service_command,
)

from service.serving.addresses import open_socket
from service.serving.admission import REREAD_SECONDS, admission_to
from service.serving.client import Client
from service.serving.keys import KeyFolder, load_client_key
from service.serving.protocol.wire import encode

SILENCE_MS = 600  # an honest client has its answer after some 20


def client_of(guarded, path, timeout=PATIENCE):
    return Client(guarded.address, timeout, path)


def answered(dealer, message=None):
    """Whether anything at all comes back for a heartbeat, or for ``message``."""
    send(dealer, message or encode({"kind": "heartbeat", "id": 1}))
    return bool(dealer.poll(SILENCE_MS))


def send(dealer, message):
    dealer.linger, dealer.sndtimeo = 0, SILENCE_MS
    with suppress(zmq.Again):  # what has been refused already takes nothing
        dealer.send_multipart(message)


def curve(dealer, key):
    dealer.curve_serverkey = key.server.encode()
    dealer.curve_publickey, dealer.curve_secretkey = key.public.encode(), key.secret.encode()


def test_the_right_key_paints(guarded, keys):
    with client_of(guarded, keys.folder / "clients" / "owner.key") as client:
        assert client.hello()["service"]
        job = client.submit(recipe(steps=3), {"style": np.zeros((300, 300, 3), np.uint8)})
        assert list(client.frames(job))[-1].state == "finished"
        assert client.result(job)[0].shape == (64, 64, 3)


def test_no_key_gets_nothing(guarded):
    with zmq.Context.instance().socket(zmq.DEALER) as dealer:
        dealer.connect(guarded.address)
        assert not answered(dealer)
    with Client(guarded.address, timeout=0.3) as client, refused("service-unreachable") as caught:
        client.hello()
    assert "key" in caught.value.hint


def test_a_client_that_has_been_refused_does_not_wait_for_ever(guarded):
    clients = [Client(guarded.address, timeout=0.05) for _ in range(24)]
    time.sleep(0.5)  # all have been refused, and some have no connection left to send on
    for client in clients:
        with client, refused("service-unreachable"):
            client.hello()


def test_a_stranger_who_knows_the_service_gets_nothing(guarded, keys):
    owner = load_client_key(keys.folder / "clients" / "owner.key")
    public, secret = (half.decode() for half in zmq.curve_keypair())
    thief = replace(owner, secret=secret)  # has read the allow-list, and claims to be its entry
    for key in (replace(owner, public=public, secret=secret), thief):
        with zmq.Context.instance().socket(zmq.DEALER) as dealer:
            curve(dealer, key)
            dealer.connect(guarded.address)
            assert not answered(dealer)


def test_a_password_is_no_key(guarded):
    with zmq.Context.instance().socket(zmq.DEALER) as dealer:
        dealer.plain_username, dealer.plain_password = b"owner", b"guess"
        dealer.connect(guarded.address)
        assert not answered(dealer)


def test_connections_are_refused_before_the_server_sees_them(tmp_path):
    keys = KeyFolder(tmp_path)
    allowed, revoked = (load_client_key(keys.new(name)) for name in ("allowed", "revoked"))
    keys.revoke("revoked")
    with zmq.Context() as context, zmq.Context() as outside:
        admission = admission_to("tcp://127.0.0.1:*", tmp_path, context)
        router, address = open_socket("tcp://127.0.0.1:*", context, admission.guard)

        def arrives(key, milliseconds=SILENCE_MS):
            with outside.socket(zmq.DEALER) as dealer:
                curve(dealer, key)
                dealer.connect(address)
                send(dealer, [b"x"])
                return bool(router.poll(milliseconds) and router.recv_multipart())

        with router:
            assert not arrives(revoked)
            assert arrives(allowed, 1000 * PATIENCE)
            admission.close()
            assert not arrives(allowed)  # nobody is there to be asked: closed, not open


@pytest.mark.parametrize("size", [1 << 40, (1 << 63) - 1, (1 << 30) + 1])
def test_a_stranger_cannot_announce_more_than_the_limit(guarded, size):
    before = memory(guarded.process.pid, "VmSize")
    host, port = guarded.address.removeprefix("tcp://").split(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE) as stranger:
        # ZMTP 3.1 (ZeroMQ RFC 37): a greeting for CURVE, then a command of this length.
        stranger.sendall(b"\xff" + bytes(8) + b"\x7f\x03\x01" + b"CURVE".ljust(52, b"\0"))
        stranger.sendall(b"\x06" + size.to_bytes(8, "big"))
        while stranger.recv(256):
            pass  # the other side's greeting, then the end
    assert memory(guarded.process.pid, "VmSize") < before + 64


def test_a_client_does_not_talk_to_another_service(guarded, keys):
    owner = load_client_key(keys.folder / "clients" / "owner.key")
    with zmq.Context.instance().socket(zmq.DEALER) as dealer:
        curve(dealer, replace(owner, server=zmq.curve_keypair()[0].decode()))
        dealer.connect(guarded.address)
        assert not answered(dealer)


def test_a_new_key_works_at_once_and_a_revoked_one_never_again(guarded, keys):
    path = keys.new("guest")
    copy = path.with_name("copy.key")
    shutil.copy(path, copy)  # keeps the mode
    owner = keys.folder / "clients" / "owner.key"
    with client_of(guarded, path) as connected, client_of(guarded, owner) as other:
        assert other.heartbeat() == 0
        job = connected.submit(recipe(step_ms=20, steps=10_000))
        keys.revoke("guest")
        # A new connection is refused from that moment,
        with client_of(guarded, copy, timeout=0.5) as late, refused("service-unreachable"):
            late.hello()
        # and the old one is heard no more.
        time.sleep(REREAD_SECONDS)
        connected.timeout = 0.3
        with refused("service-unreachable"):
            connected.cancel(job)
        # What it has begun goes on, and everybody else is served.
        assert other.heartbeat() == 1
        other.cancel(job)
    again = keys.new("guest")
    with client_of(guarded, again) as client:
        assert client.heartbeat() == 0
    with client_of(guarded, copy, timeout=0.5) as late, refused("service-unreachable"):
        late.hello()


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_service_for_other_machines_needs_keys(tmp_path, keys):
    def start(bind, **settings):
        return subprocess.run(
            service_command(bind=bind, data=tmp_path / "jobs", **settings),
            env=environment() | {"XDG_CONFIG_HOME": str(tmp_path), "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )

    for bind in ("tcp://0.0.0.0:*", "tcp://*:0", "tcp://[::]:0"):
        with zmq.Context() as context, refused("no-keys"):
            admission_to(bind, tmp_path, context)
    done = start(bind)
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr.startswith("no-keys: keys: ") and "service keys new" in done.stderr
    assert done.stderr.count("\n") == 1
    # With keys it listens there, until nobody has asked for anything.
    done = start("tcp://0.0.0.0:*", idle_exit=0.3, keys=keys.folder)
    assert done.returncode == 0 and done.stdout.startswith("ready tcp://0.0.0.0:"), done.stderr
    # An address that is taken ends it in one line, too: nothing is left that waits.
    with zmq.Context() as context, context.socket(zmq.ROUTER) as router:
        port = router.bind_to_random_port("tcp://127.0.0.1")
        done = start(f"tcp://127.0.0.1:{port}", keys=keys.folder)
    assert done.returncode == 1 and done.stderr.startswith("address-in-use")


def test_a_service_without_its_own_key_does_not_start(tmp_path):
    keys = KeyFolder(tmp_path)
    keys.new("laptop")
    (tmp_path / "server.key").unlink()
    with zmq.Context() as context, refused("missing-file"):
        admission_to("tcp://127.0.0.1:*", tmp_path, context)
