"""The worker: the process that imports torch and paints, one job at a time.

Started by :mod:`service.serving.engines.worker_process` as ``python -m
service.serving.engines.worker ADDRESS PAINTER DEVICE``. It speaks the wire's encoding with the
server over a private PAIR socket. From the server come ``paint``, ``want`` (a frame), ``adjust``,
``finish``, ``pause`` and ``cancel``; back go ``ready``, ``step``, ``frame``, ``saved``,
``finished``, ``failed`` and ``stopped``. Inputs, checkpoints and results are in the job's folder,
which the server names.
"""

from __future__ import annotations

import sys
from pathlib import Path

from service.serving.engines.commands import sendable
from service.serving.engines.paint_job import paint_job
from service.serving.engines.painter import Attempt, load_painter
from service.serving.jobs.job_folder import JobFolder
from service.serving.jobs.job_log import output_to
from service.serving.processes.child import call, token


def main() -> None:
    """Serve one server until it is gone."""
    address, place, device = sys.argv[1:]
    channel = call(address)
    painter = load_painter(place)
    devices = painter.devices()
    device = device or devices[0]
    if device not in (*devices, "cpu"):
        sys.exit(f"There is no device {device} here. There is: {', '.join(devices)}.")
    channel.send(
        "ready",
        {
            "token": token(),
            "device": device,
            "devices": devices,
            "describe": sendable(painter.describe()),
        },
    )
    while True:
        header, _ = channel.receive()
        if header["kind"] == "paint":  # anything else is late, about a job that has ended
            folder = JobFolder(Path(header["folder"]))
            attempt = Attempt(device, frugal=header["frugal"])
            with output_to(folder.log):
                paint_job(channel, painter, attempt, header["job"], folder)


if __name__ == "__main__":
    main()
