"""``service serve``: its options; the work is in :mod:`service.serving.serve`, a child
that is kept running."""

from __future__ import annotations

import functools
import math
import sys
from pathlib import Path
from typing import Annotated

import typer

from geometry import catalogue
from geometry.errors import InputError
from service.cli import options
from service.serving.processes.logs import LogFormat, log_to_stderr
from service.serving.protocol.limits import (
    KEPT_ENDED,
    MAX_INPUT_BYTES,
    MAX_JOBS,
    MAX_MESSAGE_BYTES,
    PATIENCE,
)
from service.serving.protocol.wire import DEFAULT_ADDRESS


def serve(
    bind: Annotated[
        str, typer.Option("--bind", metavar="ADDRESS", help="Where to listen; port 0 is any free.")
    ] = DEFAULT_ADDRESS,
    idle_exit: Annotated[
        float | None,
        typer.Option(
            "--idle-exit", metavar="SECONDS", help="End after so long without client and job."
        ),
    ] = None,
    keys: Annotated[
        Path | None,
        typer.Option(
            "--keys",
            metavar="DIR",
            help="Let in only keys of this folder. Left out: on 127.0.0.1 everybody, elsewhere "
            "the keys of 'service keys'.",
        ),
    ] = None,
    data: options.DataFolder = None,
    keep: Annotated[
        int, typer.Option("--keep", metavar="N", help="How many jobs that have ended are kept.")
    ] = KEPT_ENDED,
    max_jobs: Annotated[
        int,
        typer.Option(
            "--max-jobs", metavar="N", help="How many jobs may wait, rest or run at a time."
        ),
    ] = MAX_JOBS,
    max_inputs: Annotated[
        float,
        typer.Option(
            "--max-inputs",
            metavar="GIB",
            help="Of meshes and pictures of all jobs that may go on; what they share counts once.",
        ),
    ] = MAX_INPUT_BYTES / (1 << 30),
    max_message: Annotated[
        int,
        typer.Option(
            "--max-message",
            metavar="MIB",
            help="Of one message; larger inputs come in pieces, as uploads.",
        ),
    ] = MAX_MESSAGE_BYTES >> 20,
    log_format: Annotated[
        LogFormat,
        typer.Option(
            "--log-format",
            metavar="|".join(LogFormat),
            help="Of the log on standard error: lines to read, or JSON, one object a line.",
        ),
    ] = LogFormat.TEXT,
    device: Annotated[
        list[str] | None,
        typer.Option(
            "--device",
            metavar="NAME",
            help="cpu, mps or cuda:N; again for another worker. Left out: all GPUs, or the CPU. "
            "One worker paints each of its jobs on several with commas: cuda:0,cuda:1.",
        ),
    ] = None,
    patience: Annotated[
        float,
        typer.Option(
            "--patience",
            metavar="SECONDS",
            help="A worker that says nothing about its job for so long is taken to hang.",
        ),
    ] = PATIENCE,
    engine: options.Engine = "local",
    ray_address: options.RayAddress = None,
    ray_gpus: options.RayGpus = None,
) -> None:
    """Serve Blender and other clients until stopped."""
    for name, seconds in (("idle-exit", idle_exit), ("patience", patience)):
        if seconds is not None and not 0 < seconds < float("inf"):
            raise InputError("bad-value", name, f"{seconds} is not a time.", "Give seconds.")
    if not math.isfinite(max_inputs):
        raise InputError("bad-value", "max-inputs", f"{max_inputs} is not a size.", "Give GiB.")
    from service.ranks.devices import check_device
    from service.serving.jobs.archive import default_folder
    from service.serving.server_process import ServerProcess
    from service.serving.settings import Settings, check_engine

    catalogue.groups()  # a plug-in that cannot be used is told here, not by every worker
    log_to_stderr(log_format)
    announce = functools.partial(print, file=sys.stdout, flush=True)
    devices = tuple(check_device(name) for name in device or ())
    settings = Settings(
        data or default_folder(),
        bind,
        idle_exit,
        keep,
        keys,
        devices,
        patience,
        max_message=max_message << 20,
        max_inputs=round(max_inputs * (1 << 30)),
        max_jobs=max_jobs,
        engine=check_engine(engine, ray_address, ray_gpus, devices),
        ray_address=ray_address,
        ray_gpus=ray_gpus,
    )
    raise typer.Exit(ServerProcess(settings, log_format, announce).run())
