"""What a person may set of a service, with its defaults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from geometry.errors import InputError, unknown_name
from service.ranks.devices import MAX_RANKS
from service.serving.engines.painter import TORCH_PAINTER
from service.serving.protocol.limits import (
    INPUT_BOUNDS,
    JOB_BOUNDS,
    KEPT_ENDED,
    MAX_INPUT_BYTES,
    MAX_JOBS,
    MAX_MESSAGE_BYTES,
    MESSAGE_BOUNDS,
    PATIENCE,
)
from service.serving.protocol.wire import DEFAULT_ADDRESS

ENGINES = ("local", "ray")


@dataclass(frozen=True)
class Settings:
    """data: folder of the jobs; bind: as :func:`service.serving.addresses.endpoint_of` takes it;
    idle_exit: end after so many seconds without client and job, None: never; keep: how many jobs
    that have ended stay; keys: see :func:`service.serving.admission.admission_to`; devices: a
    worker for each, of which one may be several (:func:`service.ranks.devices.devices_of`), none:
    all GPUs, or the CPU; patience: seconds without a sign from a worker that has a job, until it is
    taken to hang; engine: where jobs are painted, one of :data:`ENGINES`; ray_address: see
    :func:`service.serving.engines.ray_cluster.join_cluster`; ray_gpus: of a worker there, None: one
    if the cluster has any; painter: see :func:`service.serving.engines.painter.load_painter`;
    max_message: bytes of one; max_inputs: bytes of the inputs of all jobs that may go on; max_jobs:
    how many there are that have not ended.

    Raises InputError("bad-value") for a limit out of range.
    """

    data: Path
    bind: str = DEFAULT_ADDRESS
    idle_exit: float | None = None
    keep: int = KEPT_ENDED
    keys: Path | None = None
    devices: tuple[str, ...] = ()
    patience: float = PATIENCE
    engine: str = ENGINES[0]
    ray_address: str | None = None
    ray_gpus: float | None = None
    painter: str = TORCH_PAINTER
    max_message: int = MAX_MESSAGE_BYTES
    max_inputs: int = MAX_INPUT_BYTES
    max_jobs: int = MAX_JOBS

    def __post_init__(self) -> None:
        """Check the limits."""
        for option, unit, scale, (low, high) in (
            ("max-message", " MiB", 1 << 20, MESSAGE_BOUNDS),
            ("max-inputs", " GiB", 1 << 30, INPUT_BOUNDS),
            ("max-jobs", "", 1, JOB_BOUNDS),
        ):
            if not low <= getattr(self, option.replace("-", "_")) <= high:
                raise InputError(
                    "bad-value", option, f"Not in {low / scale:g} to {high / scale:g}{unit}."
                )

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        keys = None if self.keys is None else str(self.keys)
        return {**asdict(self), "data": str(self.data), "keys": keys}

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Settings:
        """The inverse of :meth:`as_dict`; what is left out has its default."""
        paths = {name: Path(data[name]) for name in ("data", "keys") if data.get(name)}
        return cls(**{**data, **paths, "devices": tuple(data.get("devices", ()))})


def check_engine(
    name: str, ray_address: str | None, ray_gpus: float | None, devices: Sequence[str] = ()
) -> str:
    """The name of an engine, as it is. Raises InputError("bad-value") for none, or for settings
    that are another's or out of range."""
    if name not in ENGINES:
        raise unknown_name("bad-value", "engine", name, ENGINES)
    for option, value in (("ray-address", ray_address), ("ray-gpus", ray_gpus)):
        if value is not None and name != "ray":
            raise InputError(
                "bad-value", option, "It is for --engine ray.", "Add that, or leave this out."
            )
    if ray_gpus is not None and not (
        0 <= ray_gpus <= 1 or (ray_gpus <= MAX_RANKS and ray_gpus.is_integer())
    ):
        raise InputError(
            "bad-value",
            "ray-gpus",
            f"{ray_gpus:g} is not 0 to 1, nor a whole number up to {MAX_RANKS}.",
            "0.5 is for two jobs on each GPU, 2 for one job on two.",
        )
    if devices and name == "ray":
        raise InputError(
            "bad-value", "device", "A cluster chooses devices itself.", "Leave --device out."
        )
    return name
