"""What a person may set of a service, with its defaults."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from geometry.errors import InputError
from service.serving.ledger import KEPT_ENDED
from service.serving.painter import TORCH_PAINTER
from service.serving.wire import DEFAULT_ADDRESS
from service.serving.worker_process import PATIENCE


@dataclass(frozen=True)
class Settings:
    """data: folder of the jobs; bind: as :func:`service.serving.addresses.endpoint_of` takes it;
    idle_exit: end after so many seconds without client and job, None: never; keep: how many jobs
    that have ended stay; keys: see :func:`service.serving.admission.admission_to`; devices: a
    worker for each, none: all GPUs, or the CPU; patience: seconds without a sign from a worker that
    has a job, until it is taken to hang; painter: see
    :func:`service.serving.painter.load_painter`."""

    data: Path
    bind: str = DEFAULT_ADDRESS
    idle_exit: float | None = None
    keep: int = KEPT_ENDED
    keys: Path | None = None
    devices: tuple[str, ...] = ()
    patience: float = PATIENCE
    painter: str = TORCH_PAINTER


def check_device(name: str) -> str:
    """The name of a device, as it is. Raises InputError("bad-value") for none of torch's."""
    if not re.fullmatch(r"cpu|mps|cuda:\d{1,2}", name):
        raise InputError("bad-value", "device", f"{name!r} is no device.", "Try cpu or cuda:0.")
    return name
