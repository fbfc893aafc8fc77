"""A service that the tests share, and two ways to talk to it; ledgers without one."""

import contextlib
import errno
import os

import pytest
import zmq
from patience import PATIENCE
from service_process import running, started

from service.reporting import delivery
from service.serving.client import Client
from service.serving.jobs.ledger import Ledger
from service.serving.keys import KeyFolder


@pytest.fixture(autouse=True)
def nothing_is_left():
    """A test that fails in the middle leaves no service behind that would slow the others."""
    before = len(started)
    yield
    for service in started[before:]:
        service.process.kill()


@pytest.fixture(scope="session")
def started_once(tmp_path_factory):
    """Two processes, which take seconds to start: one for all modules."""
    with running(tmp_path_factory.mktemp("service") / "log.txt") as process:
        yield process


@pytest.fixture(scope="module")
def service(started_once):
    """A service without jobs; whatever a module leaves is cleared away."""
    yield started_once
    with Client(started_once.address, timeout=PATIENCE) as client:
        for row in client.jobs():
            client.cancel(row["job"])
            client.forget(row["job"])


@pytest.fixture
def client(service):
    with Client(service.address, timeout=PATIENCE) as client:
        yield client


@pytest.fixture
def dealer(service):
    with zmq.Context.instance().socket(zmq.DEALER) as socket:
        socket.linger = 0
        socket.connect(service.address)
        yield socket


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    """A folder of keys with that of one client, "owner"."""
    folder = KeyFolder(tmp_path_factory.mktemp("keys"))
    folder.new("owner")
    return folder


@pytest.fixture(scope="module")
def guarded(tmp_path_factory, keys):
    """A service that lets in nobody else."""
    log = tmp_path_factory.mktemp("service") / "log.txt"
    with running(log, keys=keys.folder) as process:
        yield process


@pytest.fixture
def opened(tmp_path):
    """Opens the same folder again and again, as services do one after another."""
    ledgers = []

    def open_again(**options):
        while ledgers:
            ledgers.pop().close()
        ledgers.append(Ledger(tmp_path / "jobs", **options))
        return ledgers[-1]

    yield open_again
    open_again().close()


@pytest.fixture
def full_disk(monkeypatch):
    """Within it no file can be written."""

    def full(number):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    @contextlib.contextmanager
    def full_disk():
        with monkeypatch.context() as patch:
            patch.setattr(delivery.os, "fsync", full)
            yield

    return full_disk
