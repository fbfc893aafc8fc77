"""The engine that a service's settings ask for."""

from __future__ import annotations

import zmq

from service.serving.engine import Engine
from service.serving.local_engine import LocalEngine
from service.serving.settings import Settings


def open_engine(settings: Settings, context: zmq.Context[zmq.Socket[bytes]]) -> Engine:
    """The engine, which begins to start workers; ``context``: of its private sockets. Raises
    InputError as :func:`service.serving.ray_cluster.join_cluster`."""
    if settings.engine == "ray":
        from service.serving.ray_engine import RayEngine

        cluster = settings.ray_address, settings.ray_gpus
        return RayEngine(settings.painter, context, *cluster, settings.patience)
    return LocalEngine(settings.painter, context, settings.devices, settings.patience)
