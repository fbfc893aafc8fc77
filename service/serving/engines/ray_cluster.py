"""Joining a Ray cluster, or starting one of this machine alone. Only this module imports Ray."""

from __future__ import annotations

import logging
import os
import secrets
import socket
from typing import Any

from geometry.errors import InputError

CALL_SECONDS = 10.0  # until the head of a cluster is taken to be away
# Of a worker, for each of its GPUs: two jobs on a core each paint more than one after the other on
# two.
CPUS = 1.0


def join_cluster(address: str | None) -> Any:
    """The module ``ray``, connected to the cluster at ``address`` ("HOST:PORT" of its head, or
    "auto" on one of its nodes); None: at RAY_ADDRESS of the environment, else to a new one that
    ends with this process.

    Raises InputError: "no-ray" if it is not installed, "no-cluster" if nothing answers there.
    """
    address = address or os.environ.get("RAY_ADDRESS")
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is reported to anybody
    os.environ["RAY_ENABLE_AUTO_CONNECT"] = "0"  # a thread that comes late must not start Ray anew
    if address is None:
        # Whoever can talk to a cluster can run code on it. A secret of our own, before Ray makes
        # one that it would keep in the user's folder.
        os.environ["RAY_AUTH_MODE"] = "token"
        os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))
    try:
        import ray
    except ImportError:
        raise InputError(
            "no-ray", "engine", "Ray is not installed.", "Run: pip install 'orbitex[ray]'."
        ) from None
    own = {"include_dashboard": False} if address is None else {}
    try:
        if address is not None:
            _expect_somebody(address)
        ray.init(address or "local", logging_level=logging.ERROR, log_to_driver=False, **own)
    except Exception as error:  # of Ray's own kinds and Python's, all in many lines
        what = f"There is no cluster at {address}" if address else "Ray does not start"
        raise InputError(
            "no-cluster",
            "ray-address",
            f"{what}: {first_line(error)}.",
            "'ray status' on its head says whether one runs; docs/scaling.md how to start one.",
        ) from None
    return ray


def _expect_somebody(address: str) -> None:
    # Ray itself would try for minutes. Raises OSError, ValueError.
    if address != "auto":
        host, _, port = address.rpartition(":")
        with socket.create_connection((host, int(port)), CALL_SECONDS):
            pass


def worker_needs(ray: Any, gpus: float | None) -> dict[str, float]:
    """What a worker takes of the cluster. ``gpus``: None: one if there are any by now."""
    if gpus is None:
        gpus = 1.0 if ray.cluster_resources().get("GPU", 0.0) >= 1 else 0.0
    return {"num_cpus": CPUS * max(1.0, gpus), "num_gpus": gpus}


def first_line(error: BaseException) -> str:
    """What happened, of the pages that Ray writes about it."""
    cause = getattr(error, "cause", None) or error
    lines = [line.strip() for line in str(cause).splitlines() if line.strip()]
    return lines[0][:200].rstrip(".") if lines else type(cause).__name__
