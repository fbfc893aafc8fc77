"""What flows between the worker threads and Blender's main thread: frozen values. No bpy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..offer import catalogue
from ..offer.symmetries import Symmetry
from ..problems import Problem, ProblemError
from .answers import check_picture
from .wire import WireError

RUNNING = frozenset(
    {
        *("connecting", "starting", "detecting", "submitting"),
        *("queued", "running", "paused", "fetching"),
    }
)
DECODED_SIDE = 1024  # longest side of a JPEG that Blender decodes without a pause, in pixels
LONGEST_SIDE = 8192  # of a texture, in pixels; the bound of meshes (a test compares them)


@dataclass(frozen=True)
class Submission:
    """All that one job sends. ``buffers``: vertices, triangles, uvs and style pictures.

    ``job``: the name of one that was submitted before; it is watched, and nothing is sent.
    ``repaints``: one whose picture is painted anew where the buffer ``region`` is white; of the
    recipe only the seed is sent then. ``enlarges``: one that is gone on from at a larger size; of
    the recipe only that is sent. ``key_file``: of a service that demands keys, else empty.
    ``encoding``: of streamed frames. ``detects``: the symmetry is the best that the service finds
    on the mesh.
    """

    address: str
    recipe: Mapping[str, Any]
    cameras: tuple[Mapping[str, Any], ...]
    buffers: Mapping[str, np.ndarray]
    preview_size: int = 512  # longest side of a streamed frame in pixels; 0: full size
    preview_rate: float = 10.0  # frames a second at most
    job: str = ""
    repaints: str = ""
    enlarges: str = ""
    key_file: str = ""
    encoding: str = "raw"
    detects: bool = False

    def request(self) -> tuple[str, dict[str, Any]]:
        """Kind and fields of the message that begins it."""
        if self.repaints:
            return "repaint", {"job": self.repaints, "seed": self.recipe["seed"]}
        if self.enlarges:
            return "enlarge", {"job": self.enlarges, "size": self.recipe["size"]}
        return "submit", {"recipe": dict(self.recipe), "cameras": list(self.cameras)}


def clock(seconds: float) -> str:
    """A time as a person says it: "24 s", "4 min 18 s", "40 min"."""
    whole = round(seconds)
    if whole >= 600:  # more would be cut in a sidebar
        return f"{round(seconds / 60)} min"
    return f"{whole} s" if whole < 100 else f"{whole // 60} min {whole % 60} s"


@dataclass(frozen=True)
class Progress:
    """How far the job is: a copy of the wire's 'progress' with safe types."""

    stage: int = 0  # 0-based
    stages: int = 0
    step: int = 0
    steps: int = 0
    loss: float = 0.0  # sum of the terms
    seconds: float = 0.0
    seconds_left: float | None = None

    @property
    def fraction(self) -> float:
        """Done share, 0 to 1."""
        return min(max(self.step / self.steps, 0.0), 1.0) if self.steps > 0 else 0.0

    def line(self) -> str:
        """One line for a panel or a terminal."""
        left = f", {clock(self.seconds_left)} left" if self.seconds_left is not None else ""
        return (
            f"stage {self.stage + 1}/{self.stages}, step {self.step}/{self.steps}, "
            f"loss {self.loss:.4g}, {self.seconds:.1f} s{left}"
        )


@dataclass(frozen=True)
class Frame:
    """A picture ready for Blender: ``pixels`` float32 (width·height·4,), RGBA in 0..1, bottom
    row first, alpha 1. Only the final one has ``png``, the same picture as a file, and maybe a
    ``receipt``. A frame that came as ``jpeg`` has no pixels until Blender has decoded it."""

    step: int
    size: tuple[int, int]
    pixels: np.ndarray
    png: bytes | None = None
    receipt: Mapping[str, Any] | None = None
    jpeg: bytes | None = None


@dataclass(frozen=True)
class Report:
    """A snapshot of the job: ``state`` is one of RUNNING, "finished", "cancelled", "failed".

    ``job``: its name once the service has it, with its ``recipe`` where the service told it.
    ``over``: the service has ended it or does not know it: there is nothing to come back to.
    ``notice``: why the last command was refused. ``milliseconds``: a message there and back.
    ``found``: the symmetries of the mesh, where they were asked for.
    """

    state: str
    progress: Progress | None = None
    problem: Problem | None = None
    offers: catalogue.Catalogue | None = None
    job: str = ""
    recipe: Mapping[str, Any] | None = None
    over: bool = False
    notice: Problem | None = None
    milliseconds: float = 0.0
    found: tuple[Symmetry, ...] | None = None


def bad_picture() -> Problem:
    """What came from the service is not the picture that was asked for."""
    return Problem("bad-reply", "The service sent no picture of the agreed form.")


def to_blender_pixels(
    picture: Any, longest: int = LONGEST_SIDE
) -> tuple[tuple[int, int], np.ndarray]:
    """((width, height), float32 RGBA flat, bottom row first) of a |u1 (H, W, 3), top row first.

    Raises ProblemError "bad-reply" for anything else, or with a side over ``longest`` pixels.
    """
    try:
        height, width, channels = check_picture(picture, "pixels", longest)
    except WireError:
        raise ProblemError(bad_picture()) from None
    if channels != 3:
        raise ProblemError(bad_picture())
    pixels = np.ones((height, width, 4), np.float32)
    np.multiply(picture[::-1], np.float32(1 / 255), out=pixels[..., :3])
    return (width, height), pixels.ravel()


def read_progress(data: Mapping[str, Any] | None) -> Progress | None:
    """The wire's progress object, which has been checked; a number that was not finite is null."""
    if data is None:
        return None
    left = data["seconds_left"]
    return Progress(
        data["stage"],
        data["stages"],
        data["step"],
        data["steps"],
        float(sum(loss for loss in data["loss"].values() if loss is not None)),
        float(data["seconds"] or 0.0),
        None if left is None else float(left),
    )
