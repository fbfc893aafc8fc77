"""The networks that can look at a painting: one module for each, whose ``NETWORK`` is its row of
the table. Importing them imports no torch; a network is loaded when it is used.

What a row says is explained in :mod:`service.tables.network_info`, and how to add one in
docs/extending.md.
"""

from __future__ import annotations

from geometry.errors import unknown_name
from service.tables.network_info import NetworkInfo
from service.tables.rows import rows

TORCHVISION = "torchvision:"  # and the name of any classifier of torchvision's: no row of the table
AUTO = "auto"  # the best at hand, see service.perception.choice
EMBEDDED = "squeezenet"  # its weights come with a package: it needs no download
NETWORKS: dict[str, NetworkInfo] = {row.name: row for row in rows(__name__, "NETWORK")}


def check_network(name: str) -> None:
    """Raise InputError("unknown-network") for a name that no recipe may have. Whether torchvision
    knows a classifier is found out when it is loaded: that takes torch."""
    if name not in (AUTO, *NETWORKS) and not name.startswith(TORCHVISION):
        raise unknown_name("unknown-network", "network", name, [AUTO, *NETWORKS])


def automatic() -> list[NetworkInfo]:
    """The networks that AUTO chooses from, the best one last."""
    return sorted((row for row in NETWORKS.values() if row.rank), key=lambda row: row.rank)


def find_network(name: str) -> NetworkInfo:
    """A network by name, which is not AUTO. Raises InputError("unknown-network")."""
    if name in NETWORKS:
        return NETWORKS[name]
    if not name.startswith(TORCHVISION):
        raise unknown_name("unknown-network", "network", name, NETWORKS)
    from service.perception.classifiers import classifier_info

    return classifier_info(name)
