"""The worker: the process that imports torch and paints, one job at a time.

Started by :mod:`service.serving.worker_process` as ``python -m service.serving.worker ADDRESS
PAINTER DEVICE``.
It speaks the wire's encoding with the server over a private PAIR socket. From the server come
``paint``, ``want`` (a frame), ``adjust``, ``finish``, ``pause`` and ``cancel``; back go ``ready``,
``step``, ``frame``, ``saved``, ``finished``, ``failed`` and ``stopped``. Inputs, checkpoints and
results are in the job's folder, which the server names. Commands are read between steps, and a
frame is rendered only when one is wanted: nobody's reading speed slows the painting.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import math
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import zmq

from geometry.errors import InputError
from service.painting.memory import is_out_of_memory
from service.serving.checkpoints import Checkpoints
from service.serving.helm import Helm
from service.serving.job_folder import JobFolder
from service.serving.job_log import output_to
from service.serving.jobs import OUT_OF_MEMORY, Fault, Result
from service.serving.painter import Attempt, Painter, load_painter
from service.serving.wire import decode, encode
from service.serving.workplace import Channel, Folder

if TYPE_CHECKING:
    from service.painting.progress import Progress

MAX_SIZES = 16  # of frames that are rendered of one step
NEWS_SECONDS = 1.0  # between two words about how far a job is
FRAME_SHARE = 0.03  # of the painting's time, that frames may take
LONGEST_PAUSE = 2.0  # seconds between frames: then they may take more
YOUNG_SHARE = 0.1  # of a job's age, that passes between frames at most: at first much changes
TOKEN_VARIABLE = "ORBITEX_WORKER_TOKEN"


class SocketChannel:
    """A :class:`Channel` over the private socket."""

    def __init__(self, address: str) -> None:
        self._socket: zmq.Socket[bytes] = zmq.Context.instance().socket(zmq.PAIR)
        # No bounds: commands are tiny, frames are bounded by the credits, and a blocked send
        # would slow the painting.
        self._socket.set_hwm(0)
        self._socket.connect(address)

    def send(
        self, kind: str, fields: Mapping[str, Any], buffers: Mapping[str, np.ndarray] | None = None
    ) -> None:
        """Send without waiting."""
        self._socket.send_multipart(encode({"kind": kind, **fields}, buffers), copy=False)

    def receive(self) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """Wait for a message."""
        return decode(self._socket.recv_multipart())

    def pending(self) -> bool:
        """Whether a message is there."""
        return bool(self._socket.poll(0))


class Commands:
    """What the server has said about the job that runs."""

    def __init__(self, channel: Channel, job: str) -> None:
        self._channel, self._job = channel, job
        self._wanted: dict[int, int] = {}  # size of a frame -> newer than which step
        self._began = time.monotonic()
        self._next_frame = self._next_news = 0.0  # not before this time
        self.adjustments: list[dict[str, Any]] = []  # all of the job's, see Helm
        self.finish = False
        self.pause = False
        self.cancel = False

    def read(self) -> None:
        """Take in all that has arrived. Late words about an earlier job are dropped."""
        while self._channel.pending():
            header, _ = self._channel.receive()
            if header.get("job") != self._job:
                continue
            if header["kind"] == "want":
                self._want(header["max_size"], header["after"])
            elif header["kind"] == "adjust":
                self.adjustments = header["adjustments"]
            elif header["kind"] in ("finish", "pause", "cancel"):
                setattr(self, header["kind"], True)

    def _want(self, size: int, after: int) -> None:
        # The least any client has; who is forgotten here asks again.
        after = min(after, self._wanted.pop(size, after))
        self._wanted[size] = after
        if len(self._wanted) > MAX_SIZES:
            del self._wanted[next(iter(self._wanted))]

    def say_step(self, progress: Progress) -> None:
        """Say how far the job is, unless that has just been said."""
        now = time.monotonic()
        if now >= self._next_news:
            self._next_news = now + NEWS_SECONDS
            self._channel.send("step", {"job": self._job, "progress": progress_fields(progress)})

    def serve_frames(self, progress: Progress) -> None:
        """Render and send the frames that are wanted, each size once, unless that has just been
        done: the longer frames take, the more time passes between them."""
        start = time.monotonic()
        due = [size for size, after in self._wanted.items() if after < progress.step]
        if not due or start < self._next_frame:
            return
        for size in due:
            del self._wanted[size]
            self._channel.send(
                "frame",
                {"job": self._job, "max_size": size, "progress": progress_fields(progress)},
                {"pixels": progress.texture(size)},
            )
        end = time.monotonic()
        longest = min(LONGEST_PAUSE, YOUNG_SHARE * (end - self._began))
        self._next_frame = end + min((end - start) / FRAME_SHARE, longest)


def progress_fields(progress: Progress) -> dict[str, Any]:
    """The ``progress`` of a ``frame`` reply."""
    return sendable(
        {
            "stage": progress.stage,
            "stages": progress.stages,
            "step": progress.step,
            "steps": progress.steps,
            "loss": dict(progress.loss),
            "seconds": progress.seconds,
            "seconds_left": progress.seconds_left,
            "megapixels": progress.megapixels,
        }
    )


def sendable(value: Any) -> Any:
    """``value`` as strict JSON can carry it: NumPy scalars as numbers, NaN and infinity as None."""
    if isinstance(value, np.generic):
        return sendable(value.item())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: sendable(entry) for key, entry in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [sendable(entry) for entry in value]
    return value


def fault_of(error: Exception) -> Fault:
    """An exception in the words of an error reply; one that is nobody's input becomes one line."""
    if isinstance(error, InputError):
        return Fault.of(error)
    if is_out_of_memory(error):
        return Fault(
            OUT_OF_MEMORY, "size", "The job does not fit into memory.", "Choose a smaller size."
        )
    name = type(error).__name__
    return Fault("internal", "job", f"Painting stopped on {name}.", "The job's log says more.")


def paint_job(
    channel: Channel, painter: Painter, attempt: Attempt, job: str, folder: Folder
) -> None:
    """Paint the job of a ``paint`` message to its end, whatever that is, and report it."""

    def saved(progress: Progress, warning: Fault | None) -> None:
        fields = {"progress": progress_fields(progress), "warning": warning and warning.as_dict()}
        channel.send("saved", {"job": job, **fields})

    try:
        inputs = folder.read_inputs()
        recipe = inputs.recipe
        styles = painter.load_styles(recipe, inputs.buffers)
        scene = painter.wire_scene(recipe, inputs.cameras, inputs.buffers)
        paint = functools.partial(painter.paint, recipe, scene, styles)
        helm = Helm(folder)
        resume = folder.read_checkpoint()
        attempt = dataclasses.replace(attempt, steering=helm.taken, kept=folder.read_kept())
        commands = Commands(channel, job)
        if resume is None:
            helm.take(folder.read_standing().adjustments, 0)
        commands.read()
        last = _paint(_steps(paint, attempt, resume), commands, helm, Checkpoints(folder, saved))
        if last is None:
            channel.send("stopped", {"job": job})
            return
        texture, receipt = painter.finish(recipe, scene, styles, last)
        result = Result(texture, sendable(receipt))
        folder.write_paint(last.paint().to_bytes())
        folder.write_result(result)
        channel.send(
            "finished",
            {"job": job, "progress": progress_fields(last), "receipt": result.receipt},
            {"texture": texture},
        )
    except Exception as error:
        fault = fault_of(error)
        if fault.code == "internal":
            with contextlib.suppress(OSError):  # nobody may read our log any more
                traceback.print_exc()
        channel.send("failed", {"job": job, "fault": fault.as_dict()})


def _steps(
    paint: Callable[[Attempt], Iterator[Progress]], attempt: Attempt, resume: bytes | None
) -> Iterator[Progress]:
    # From the checkpoint, or from the start if there is none, or none that can be used (of another
    # release, say): slower, and the same picture.
    if resume is not None:
        try:
            yield from paint(dataclasses.replace(attempt, resume=resume))
            return
        except InputError as error:
            if error.code != "bad-checkpoint":
                raise
            print(f"The painting begins anew: {error}", file=sys.stderr, flush=True)
    yield from paint(attempt)


def _paint(
    steps: Iterator[Progress], commands: Commands, helm: Helm, checkpoints: Checkpoints
) -> Progress | None:
    # The last step, not yet left behind (so that its texture can still be had); None if cancelled
    # or paused.
    if commands.cancel or commands.pause:
        return None
    last = None
    for progress in steps:
        last = progress
        commands.read()
        if commands.cancel:
            return None
        commands.say_step(progress)
        commands.serve_frames(progress)
        # After the last step a pause comes too late: there is nothing to go on with.
        if commands.finish or progress.step >= progress.steps:
            break
        if commands.pause:
            checkpoints.write(progress)
            return None
        try:
            helm.take(commands.adjustments, progress.step)
        except InputError as error:  # it is tried again after the next step
            checkpoints.warn(progress, error)
        checkpoints.write_if_due(progress)
    if last is None:
        raise RuntimeError("The painter took no step.")
    return last


def _die_with_parent(address: str) -> None:
    # The server holds the other end of our standard input and never writes: the end of the file
    # is the end of the server, however it died, on every platform, in the middle of a step too.
    def wait() -> None:
        sys.stdin.buffer.read()
        if address.startswith("ipc://"):  # of a server that was killed before we had called
            with contextlib.suppress(OSError):
                socket = Path(address.removeprefix("ipc://"))
                socket.unlink()
                socket.parent.rmdir()
        os._exit(0)

    threading.Thread(target=wait, name="parent-watch", daemon=True).start()


def main() -> None:
    """Serve one server until it is gone."""
    address, place, device = sys.argv[1:]
    # Ctrl-C in a terminal, and systemd's SIGTERM, go to all processes but are for the server: it
    # wants a checkpoint of us first.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    _die_with_parent(address)
    channel = SocketChannel(address)
    painter = load_painter(place)
    devices = painter.devices()
    device = device or devices[0]
    channel.send(
        "ready",
        {
            "token": os.environ[TOKEN_VARIABLE],
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
