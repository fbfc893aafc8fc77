"""Painting on several devices: the first rank is this process, the others are children of it, which
paint the same recipe with it step by step and show it to nobody."""

from __future__ import annotations

import contextlib
import os
import pickle
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import distributed

from service.parent import environment_of_children
from service.ranks.devices import NO_MEMORY, RankLostError
from service.ranks.ranks import Group, Ranks

T = TypeVar("T")

PATIENCE = timedelta(hours=1)  # of a rank with another one, which may be delivering a frame
# Of a sum on GPUs, for which all ranks are there. NCCL does not notice that one has gone, and ends
# the others when this is over.
QUICK_PATIENCE = timedelta(minutes=5)
# Seconds until a child that has closed its connections has ended: many where memory is short.
LAST_WORDS = 30.0


@dataclass(frozen=True)
class Part:
    """What a child is told. paint(*given, device=…, ranks=…, **options): see together; folder:
    where ranks meet; threads: of each rank on a CPU; known: how many words were said before."""

    devices: tuple[str, ...]
    number: int
    folder: str
    threads: int
    known: int
    paint: Callable[..., Iterator[Any]]
    given: Sequence[Any]
    options: dict[str, Any]


def together(
    devices: Sequence[str], paint: Callable[..., Iterator[T]], *given: Any, **options: Any
) -> Iterator[T]:
    """What paint(*given, device=…, ranks=…, **options) yields on the first of the devices, while
    the others paint along. All but the function, a module's, goes through pickle, to processes of
    this machine; what may grow is in options["steering"].

    Raises RankLostError if one of the processes ends, MemoryError if it had not enough, and what
    paint raises."""
    if len(devices) == 1:
        yield from paint(*given, device=torch.device(devices[0]), **options)
        return
    folder = Path(tempfile.mkdtemp(prefix="orbitex-ranks-"))  # nobody else's: only we meet there
    threads = max(1, torch.get_num_threads() // len(devices))
    words = list(options.get("steering", ()))
    told = {**options, "steering": words}
    children: list[subprocess.Popen[bytes]] = []
    try:
        for number in range(1, len(devices)):
            part = Part(
                *(tuple(devices), number, str(folder), threads, len(words)),
                *(paint, given, told),
            )
            children.append(_start(part))
        with as_rank(devices, 0, str(folder), threads, len(words), children) as ranks:
            device = torch.device(devices[0])
            yield from paint(*given, device=device, ranks=ranks, **options)
    except RankLostError as error:
        raise _why(error, devices, children) from error
    finally:
        for child in children:
            child.kill()
            child.wait()
            assert child.stdin is not None
            with contextlib.suppress(OSError):
                child.stdin.close()
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def as_rank(
    devices: Sequence[str],
    number: int,
    folder: str,
    threads: int,
    known: int,
    others: Sequence[subprocess.Popen[bytes]] = (),
) -> Iterator[Ranks]:
    """Be a rank while this lasts. others: processes whose end is noticed while they start."""
    _stay_on_this_machine()
    before, gpus = torch.get_num_threads(), devices[0].startswith("cuda")
    if gpus:
        torch.cuda.set_device(devices[number])
    else:
        torch.set_num_threads(threads)
    store = distributed.FileStore(str(Path(folder) / "store"), len(devices))
    store.set(f"here {number}", "")
    names = [f"here {k}" for k in range(len(devices))]
    while not store.check(names):
        if any(child.poll() is not None for child in others):
            raise RankLostError("One did not start.")
        time.sleep(0.05)
    distributed.init_process_group(
        "gloo", store=store, rank=number, world_size=len(devices), timeout=PATIENCE
    )
    try:
        quick: Any = None
        if gpus:
            quick = distributed.new_group(backend="nccl", timeout=QUICK_PATIENCE)
        yield Group(devices, number, quick, known)
    finally:
        distributed.destroy_process_group()
        torch.set_num_threads(before)


def _start(part: Part) -> subprocess.Popen[bytes]:
    child = subprocess.Popen(
        [sys.executable, "-P", "-m", "service.ranks.follower"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        # Ctrl-C in a terminal is for the first rank.
        process_group=0 if os.name == "posix" else None,
        env=environment_of_children(),
    )
    assert child.stdin is not None
    with contextlib.suppress(BrokenPipeError):  # that it has ended is noticed soon
        pickle.dump(part, child.stdin)
        child.stdin.flush()
    return child


def _why(
    error: RankLostError, devices: Sequence[str], children: Sequence[subprocess.Popen[bytes]]
) -> Exception:
    """What to raise, in words that name the process that has ended."""
    late = time.monotonic() + LAST_WORDS
    while time.monotonic() < late:
        for device, child in zip(devices[1:], children, strict=False):
            if (code := child.poll()) == NO_MEMORY:
                return MemoryError(f"out of memory on {device}")
            if code is not None:
                reason = f"signal {-code}" if code < 0 else f"exit code {code}"
                return RankLostError(f"The process that paints along on {device} ended ({reason}).")
        time.sleep(0.05)
    return error


def _stay_on_this_machine() -> None:
    """Ranks listen for each other on no network: they have no keys."""
    if os.name == "posix":
        loopback = [name for _, name in socket.if_nameindex() if name.startswith("lo")]
        for library in ("GLOO", "NCCL"):
            os.environ.setdefault(f"{library}_SOCKET_IFNAME", (loopback or ["lo"])[0])
