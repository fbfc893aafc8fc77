"""The worker: the process that imports torch and paints, one job at a time.

Started by :mod:`service.serving.engines.local_engine` as ``python -m
service.serving.engines.worker ADDRESS PAINTER DEVICE``. It speaks the wire's encoding with the
server over a private PAIR socket. From the server come ``paint``, ``want`` (a frame), ``adjust``,
``finish``, ``pause`` and ``cancel``; back go ``ready``, ``step``, ``frame``, ``saved``,
``finished``, ``failed`` and ``stopped``. Inputs, checkpoints and results are in the job's folder,
which the server names.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from service.memory import MORE_MEMORY, is_out_of_memory
from service.ranks.devices import RankLostError, devices_of
from service.serving.engines.paint_job import work
from service.serving.engines.painter import load_painter
from service.serving.engines.workplace import Message
from service.serving.jobs.job_folder import JobFolder
from service.serving.jobs.job_log import output_to
from service.serving.processes.child import call, token


def main() -> None:
    """Serve one server until it is gone."""
    address, place, device = sys.argv[1:]
    channel = call(address)
    try:
        painter = load_painter(place)
    except Exception as error:
        if not is_out_of_memory(error):
            raise
        sys.exit(f"There is too little memory to paint. {MORE_MEMORY}")
    devices = painter.devices()
    device = device or devices[0]
    for name in devices_of(device):
        if name not in (*devices, "cpu"):
            sys.exit(f"There is no device {name} here. There is: {', '.join(devices)}.")
    try:
        work(channel, painter, device, {"token": token(), "devices": devices}, _folder)
    except RankLostError as error:
        sys.exit(str(error))


@contextmanager
def _folder(message: Message) -> Iterator[JobFolder]:
    header, _ = message
    folder = JobFolder(Path(header["folder"]))
    with output_to(folder.log):
        yield folder


if __name__ == "__main__":
    main()
