"""Endless loops to disk: numbered PNG frames in a folder, an animated WebP, or an animated GIF."""

from __future__ import annotations

import io
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from geometry.errors import InputError
from service.reporting.delivery import followed
from service.reporting.overwriting import FilesRead
from service.whole_files import reason, temporary_name, write_atomically

Frame = NDArray[np.uint8]  # (H, W, 3) sRGB, top row first

MAX_FRAMES = 500  # of one repetition
MAX_FPS = 50  # browsers slow down GIFs that ask for more

_WEBP_QUALITY = 90
_PALETTE_SAMPLES = 1 << 15  # pixels of all frames together that a GIF's palette is chosen from


@dataclass(frozen=True)
class Film:
    """A loop that is wanted: where, with how many frames for one repetition, frames a second."""

    place: Path
    frames: int
    fps: float


def check_film(film: Film, read: FilesRead) -> None:
    """Find out before anything is painted whether a film can be written, over nothing that is
    ``read``. Raises InputError: "bad-frames", "bad-fps", "bad-output"."""
    if not 2 <= film.frames <= MAX_FRAMES:
        raise InputError(
            "bad-frames",
            "frames",
            f"A loop of {film.frames} frames cannot be made.",
            f"Choose 2 to {MAX_FRAMES}.",
        )
    _check_fps(film.fps)
    loop_destination(film.place)
    read.check([film.place], "loop", "--loop")


def loop_destination(place: Path) -> Path:
    """Where a loop will lie, checked before its frames are made: the folder that it lies in is made
    if it is missing, and proved to be writable. Returns ``place``.

    Raises InputError("bad-output") for a suffix other than .webp, .gif or none (a folder of
    frames), for a folder of frames that is not empty, and where nothing can be written.
    """
    suffix = place.suffix.lower()
    if suffix not in ("", ".webp", ".gif") or (suffix and place.exists() and not place.is_file()):
        raise _bad(
            f"{place} is no name for a loop.",
            "End it with .webp or .gif, or name a folder for PNG frames.",
        )
    if not suffix and (place.is_file() or (place.is_dir() and any(place.iterdir()))):
        raise _bad(f"{place} is not an empty folder.", "Name a new one for the frames.")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=followed(place).parent):
            pass
    except OSError as error:
        raise _unwritable(place, error) from None
    return place


def write_loop(frames: Iterable[Frame], place: Path, fps: float) -> None:
    """Write a loop of ``frames``, all of one size, that plays for ever at ``fps`` frames a second,
    1 to 50. The suffix of ``place`` says as what; whole or not at all, see
    :func:`loop_destination`.

    PNG frames are lossless and have no speed. A WebP is lossy (quality 90), its frames last whole
    milliseconds. A GIF has one palette of 256 colours, its frames last whole hundredths of a
    second. Both keep all frames in memory while they are written.

    Raises InputError: "bad-output", "bad-fps", "no-frames".
    """
    _check_fps(fps)
    loop_destination(place)
    own, place = place, followed(place)
    try:
        if not own.suffix:
            _write_folder(frames, place)
        elif own.suffix.lower() == ".gif":
            hundredths = round(100 / fps)
            data = _animation(_indexed(list(frames)), "GIF", duration=10 * hundredths)
            write_atomically(place, data)
        else:
            pictures = [Image.fromarray(frame) for frame in frames]
            data = _animation(pictures, "WEBP", duration=round(1000 / fps), quality=_WEBP_QUALITY)
            write_atomically(place, data)
    except OSError as error:
        raise _unwritable(own, error) from None


def _write_folder(frames: Iterable[Frame], folder: Path) -> None:
    """0001.png, 0002.png, … into a new folder, which gets its name when all of them are there."""
    growing = temporary_name(folder)
    growing.mkdir()
    try:
        number = 0
        for number, frame in enumerate(frames, start=1):
            Image.fromarray(frame).save(growing / f"{number:04d}.png")
        if not number:
            raise _no_frames()
        if folder.exists():
            folder.rmdir()  # an empty one
        growing.rename(folder)
    except BaseException:
        shutil.rmtree(growing, ignore_errors=True)
        raise


def _animation(pictures: Sequence[Image.Image], kind: str, duration: int, **options: int) -> bytes:
    """An animated file; ``duration`` of a frame in milliseconds."""
    if not pictures:
        raise _no_frames()
    stream = io.BytesIO()
    pictures[0].save(
        stream,
        kind,
        save_all=True,
        append_images=pictures[1:],
        duration=duration,
        loop=0,  # for ever
        **options,
    )
    return stream.getvalue()


def _indexed(frames: Sequence[Frame]) -> list[Image.Image]:
    """Frames in 256 colours. One palette for all, and a dither that stands still on the screen
    (Bayer's ordered one): a palette for each frame, or error diffusion, would flicker."""
    if not frames:
        return []
    pixels = sum(frame.shape[0] * frame.shape[1] for frame in frames)
    step = max(1, round((pixels / _PALETTE_SAMPLES) ** 0.5))
    chosen = np.concatenate([frame[::step, ::step].reshape(-1, 3) for frame in frames])
    palette = Image.fromarray(chosen[None]).quantize(256, Image.Quantize.MEDIANCUT, kmeans=1)
    error = np.asarray(palette.convert("RGB"), float)[0] - chosen
    spread = float(np.sqrt(12 * (error**2).mean()))  # √12: from an error's RMS to a step's height
    height, width = frames[0].shape[:2]
    repeats = (-(-height // 8), -(-width // 8))
    threshold = np.tile(_bayer(3), repeats)[:height, :width, None] * spread
    return [
        Image.fromarray(np.rint(np.clip(frame + threshold, 0, 255)).astype(np.uint8)).quantize(
            palette=palette, dither=Image.Dither.NONE
        )
        for frame in frames
    ]


def _bayer(power: int) -> NDArray[np.float64]:
    """Bayer's (1973) threshold matrix of side 2^power, between −½ and ½."""
    matrix = np.zeros((1, 1))
    for _ in range(power):
        matrix = np.block([[4 * matrix, 4 * matrix + 2], [4 * matrix + 3, 4 * matrix + 1]])
    return (matrix + 0.5) / matrix.size - 0.5


def _check_fps(fps: float) -> None:
    if not 1 <= fps <= MAX_FPS:
        raise InputError(
            "bad-fps",
            "fps",
            f"A loop cannot show {fps:g} frames a second.",
            f"Choose 1 to {MAX_FPS}.",
        )


def _no_frames() -> InputError:
    return InputError("no-frames", "frames", "A loop needs at least one frame.")


def _unwritable(place: Path, error: OSError) -> InputError:
    return _bad(f"{place} cannot be written: {reason(error)}.", "Choose another.")


def _bad(message: str, hint: str) -> InputError:
    return InputError("bad-output", "loop", message, hint)
