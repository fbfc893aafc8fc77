"""A service for this process alone, on a thread of it: no port, no other clients."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

import zmq

from geometry.errors import InputError
from service.serving.engines import open_engine
from service.serving.ledger import Ledger
from service.serving.server import Server
from service.serving.settings import Settings
from service.serving.surveyor import Surveyor

ADDRESS = "inproc://orbitex"


@contextlib.contextmanager
def private_service(settings: Settings) -> Iterator[str]:
    """The address of a service with the settings' jobs and engine, for clients of this process.

    At the end the jobs that run get their checkpoints, and go on when the folder is served again.
    Raises InputError if it cannot have the folder or the engine, and, in the place of what its
    clients say, if the folder is lost.
    """
    lost: list[InputError] = []

    def run(server: Server) -> None:
        try:
            server.run(None)
        except InputError as error:
            lost.append(error)

    # Sockets of one process find each other only within one context, and clients have this one.
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context.instance()
    with contextlib.ExitStack() as closing:
        router = context.socket(zmq.ROUTER)
        closing.callback(router.close, linger=0)
        router.router_mandatory = True
        router.bind(ADDRESS)
        ledger = Ledger(settings.data, settings.keep)
        closing.callback(ledger.close)
        engine = open_engine(settings, context)
        closing.callback(engine.close)
        surveyor = Surveyor(settings.painter, context)
        closing.callback(surveyor.close)
        server = Server(router, engine, ledger, surveyor)
        thread = threading.Thread(target=run, args=(server,), name="service")
        thread.start()
        closing.callback(thread.join)
        closing.callback(server.stop)
        try:
            yield ADDRESS
        except InputError:
            if lost:
                raise lost[0] from None
            raise
