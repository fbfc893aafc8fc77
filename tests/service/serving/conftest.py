"""A service that the tests of a module share, and two ways to talk to it."""

import pytest
import zmq
from service_process import running

from service.serving.client import Client


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
