"""Names of devices: torch's, several with commas between them. No torch in here."""

from __future__ import annotations

import re

from geometry.errors import InputError

MAX_RANKS = 16  # devices of one painting
NO_MEMORY = 3  # exit code of a rank that had not enough


class RankLostError(Exception):
    """A process that paints along has ended, and what it was to do is not done. The canvas is as it
    was after the last step."""


def devices_of(names: str) -> tuple[str, ...]:
    """The devices of a text such as "cuda:0,cuda:1": as many ranks paint one picture together.
    "cpu,cpu" are two processes that share the cores. Raises InputError("bad-value")."""
    found = tuple(names.split(","))
    for name in found:
        if not re.fullmatch(r"cpu|mps|cuda:\d{1,2}", name):
            raise _bad(f"{name!r} is no device.", "Try cpu, cuda:0 or cuda:0,cuda:1.")
    gpus = [name for name in found if name != "cpu"]
    if len(found) > MAX_RANKS:
        raise _bad(f"More than {MAX_RANKS} devices for one picture.", "Name fewer.")
    if gpus and len(gpus) < len(found):
        raise _bad("A CPU and a GPU do not paint one picture together.", "Name one kind.")
    if len(set(gpus)) < len(gpus):
        raise _bad(f"One device is named twice in '{names}'.", "Name each once.")
    return found


def devices_here(names: str) -> tuple[str, ...]:
    """The same, of this machine. Raises InputError("bad-value") too for one that is not there.
    Imports torch, to know that."""
    import torch

    here = [f"cuda:{k}" for k in range(torch.cuda.device_count())]
    here += ["mps"] if torch.backends.mps.is_available() else []
    found = devices_of(names)
    for name in found:
        if name not in (*here, "cpu"):
            there = ", ".join([*here, "cpu"])
            raise _bad(f"There is no device {name} here.", f"There is: {there}.")
    return found


def check_device(names: str) -> str:
    """Names of devices, as they are. Raises InputError("bad-value") as :func:`devices_of`."""
    devices_of(names)
    return names


def _bad(message: str, hint: str) -> InputError:
    return InputError("bad-value", "device", message, hint)
