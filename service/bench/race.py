"""Timing: everything that is compared is run in turns, so that a neighbour on the machine slows
all of it down alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping

import torch

ROUNDS = 7
WARM_UP = 2  # rounds that do not count: they compile, fill caches, make transposes


def race(
    runners: Mapping[str, Callable[[], object]], rounds: int = ROUNDS
) -> dict[str, list[float]]:
    """{name: seconds of every round}, all run once a round, in turns."""
    found: dict[str, list[float]] = {name: [] for name in runners}
    for number in range(WARM_UP + rounds):
        for name, run in runners.items():
            seconds = timed(run)
            if number >= WARM_UP:
                found[name].append(seconds)
    return found


def timed(run: Callable[[], object]) -> float:
    """Seconds of a call, until the GPU has done it too."""
    _wait()
    start = time.perf_counter()
    run()
    _wait()
    return time.perf_counter() - start


def ratio(seconds: Mapping[str, list[float]], name: str, base: str) -> float:
    """How many times as long ``name`` took as ``base``: the median over rounds."""
    pairs = zip(seconds[name], seconds[base], strict=True)
    return statistics.median(a / b for a, b in pairs)


def _wait() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()
