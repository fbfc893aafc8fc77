"""Whole services: one for all who can reach its address, and one for this process alone."""

from __future__ import annotations

import contextlib
import functools
import json
import signal
import sys
import threading
from collections.abc import Callable, Iterator

import zmq

from geometry.errors import InputError
from service.parent import die_with_parent, stop_signals
from service.serving.addresses import open_socket, seed_routing_ids
from service.serving.admission import Admission, admission_to
from service.serving.engines.engine import Engine
from service.serving.engines.local_engine import LocalEngine
from service.serving.jobs.archive import using
from service.serving.jobs.folder_rights import check_way
from service.serving.jobs.job import Fault
from service.serving.jobs.ledger import Ledger
from service.serving.processes.logs import LogFormat, log_to_stderr
from service.serving.protocol.wire import Limits
from service.serving.server import Server
from service.serving.settings import Settings
from service.serving.surveyor import Surveyor

PRIVATE_ADDRESS = "inproc://orbitex"


def serve(settings: Settings, announce: Callable[[str], None]) -> None:
    """Serve until SIGTERM, SIGINT or the settings' idle time.

    ``announce`` is called once, with "ready tcp://HOST:PORT", when the service listens; what
    happens to jobs is logged (loggers below ``service.serving``). For the main thread of a process.
    Raises InputError if it cannot listen there, or cannot have the folder or the engine, and as
    :meth:`Server.run`.
    """
    seed_routing_ids()
    with contextlib.ExitStack() as closing:
        context = closing.enter_context(zmq.Context())
        admission = admission_to(settings.bind, settings.keys, context)
        if admission is not None:
            closing.callback(admission.close)
        guard = admission.guard if admission else None
        router, address = open_socket(settings.bind, context, guard, settings.max_message)
        closing.callback(router.close)
        with using(settings.data):
            check_way(settings.data, "exposed-data", "data")
        server = closing.enter_context(_server(settings, router, context, admission))
        for number in stop_signals():
            signal.signal(number, lambda *_: server.stop())
        announce(f"ready {address}")
        server.run(settings.idle_exit)


@contextlib.contextmanager
def private_service(settings: Settings) -> Iterator[str]:
    """The address of a service with the settings' jobs and engine, for clients of this process: on
    a thread of it, without a port.

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
        router.bind(PRIVATE_ADDRESS)
        server = closing.enter_context(_server(settings, router, context))
        thread = threading.Thread(target=run, args=(server,), name="service")
        thread.start()
        closing.callback(thread.join)
        closing.callback(server.stop)
        try:
            yield PRIVATE_ADDRESS
        except InputError:
            if lost:
                raise lost[0] from None
            raise


@contextlib.contextmanager
def _server(
    settings: Settings,
    router: zmq.Socket[bytes],
    context: zmq.Context[zmq.Socket[bytes]],
    admission: Admission | None = None,
) -> Iterator[Server]:
    """A server with all that it needs, which is closed at the end."""
    with contextlib.ExitStack() as closing:
        ledger = Ledger(settings.data, settings.keep, settings.max_jobs, settings.max_inputs)
        closing.callback(ledger.close)
        engine = _engine(settings, context)
        closing.callback(engine.close)
        surveyor = Surveyor(settings.painter, context)
        closing.callback(surveyor.close)
        limits = Limits(total_bytes=settings.max_message)
        yield Server(router, engine, ledger, surveyor, admission, limits)


def _engine(settings: Settings, context: zmq.Context[zmq.Socket[bytes]]) -> Engine:
    if settings.engine == "ray":
        from service.serving.engines.ray_engine import RayEngine

        cluster = settings.ray_address, settings.ray_gpus
        return RayEngine(settings.painter, context, *cluster, settings.patience)
    return LocalEngine(settings.painter, context, settings.devices, settings.patience)


def main() -> None:
    """The process of :mod:`service.serving.server_process`, which reads what is said to standard
    output: "ready ADDRESS", or "refused" and a fault."""
    log_format, settings = sys.argv[1:]
    log_to_stderr(LogFormat(log_format))
    die_with_parent()
    say = functools.partial(print, flush=True)
    try:
        serve(Settings.of(json.loads(settings)), say)
    except InputError as error:
        say("refused", json.dumps(Fault.of(error).as_dict()))
        sys.exit(2)


if __name__ == "__main__":
    main()
