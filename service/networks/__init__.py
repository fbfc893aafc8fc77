"""The networks that can look at a painting: one module for each, whose ``NETWORK`` is its row of
the table. Importing them imports no torch; a network is loaded when it is used.

What a row says is explained in :mod:`service.perception.network_info`, and how to add one in
docs/extending.md.
"""

from __future__ import annotations

from geometry.errors import unknown_name
from service.perception.network_info import NetworkInfo
from service.table import rows

DEFAULT = "squeezenet"  # its weights come with a package: it needs no download
NETWORKS: dict[str, NetworkInfo] = {row.name: row for row in rows(__name__, "NETWORK")}


def find_network(name: str) -> NetworkInfo:
    """A network by name. Raises InputError("unknown-network")."""
    if name not in NETWORKS:
        raise unknown_name("unknown-network", "network", name, NETWORKS)
    return NETWORKS[name]
