"""Checkpoints: all that decides how a painting goes on, as data that can be kept.

Views, targets and the choice of views of every step follow from recipe, scene and step, so a
checkpoint need not hold them. Of the scene only what the recipe says is checked: whoever keeps a
checkpoint keeps the mesh with it. Its bytes are safetensors with the rest as JSON in the metadata:
nothing is ever unpickled. No torch in here.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from geometry.errors import InputError
from service.inputs.styles import StylePicture
from service.painting.ladder import Place
from service.painting.steering import Steering
from service.recipe.recipe import Recipe
from service.tensor_files import DTYPES, tensor_parts
from service.whole_files import Part

Levels = tuple[NDArray[Any], ...]

_FORMAT = 2  # to be raised when a checkpoint of before can no longer be gone on from
# Fields of Checkpoint that are Levels, the last one only of large paintings.
LEVELS = ("canvas", "mean", "moments", "squares", "synced")


@dataclass(frozen=True)
class Tally:
    """How far a painting is. stage: 0-based; stage_step, step: steps taken in this stage and over
    all; seconds, megapixels: spent so far, see Progress; loss: value of each term at the last
    step; stage_moves, moves: how often the canvas of a large painting was moved, in this stage and
    over all."""

    stage: int
    stage_step: int
    step: int
    seconds: float
    megapixels: float
    loss: Mapping[str, float]
    stage_moves: int = 0
    moves: int = 0


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """A painting after one of its steps. recipe: see :func:`painting_digest`; mirrored: see Scene.

    canvas: the levels of the optimiser's canvas, (charts, 3, h, w), finest first; mean: those of
    the mean of the iterates; moments, squares: Adam's running means of gradients and of their
    squares. Adam's own count of steps is ``tally.step``. All are float32.

    Of a large painting (:mod:`service.painting.large`) levels are in blocks
    (:meth:`service.blocks.sheets.Sheet.array`), moments and squares the bits of bfloat16, and
    synced says of each block after how many steps its mean was brought up to date.
    """

    recipe: str
    tally: Tally
    mirrored: bool
    canvas: Levels
    mean: Levels
    moments: Levels
    squares: Levels
    synced: Levels = ()

    def to_bytes(self) -> bytes:
        """For a file: safetensors, with a checksum over all of it."""
        return b"".join(self.parts())

    def parts(self) -> list[Part]:
        """The same one after the other, arrays as they are: of a large painting all at once are
        gigabytes."""
        tensors = {
            f"{field}.{k}": np.ascontiguousarray(level)
            for field in LEVELS
            for k, level in enumerate(getattr(self, field))
        }
        words = _Words(_FORMAT, self.recipe, self.mirrored, self.tally)
        state = json.dumps(dataclasses.asdict(words))
        return tensor_parts(tensors, {"state": state, "checksum": str(_checksum(state, tensors))})

    @classmethod
    def from_bytes(cls, data: bytes | memoryview) -> Checkpoint:
        """Its arrays are those of ``data``. Raises InputError "bad-checkpoint" for bytes that are
        damaged or none of ours."""
        try:
            length = int.from_bytes(data[:8], "little")
            header = json.loads(bytes(data[8 : 8 + length]))
            metadata = header.pop("__metadata__")
            tensors = {name: _array(about, data, 8 + length) for name, about in header.items()}
            if str(_checksum(metadata["state"], tensors)) != metadata["checksum"]:
                raise _bad("It is damaged.")
            words = _WORDS.validate_json(metadata["state"], strict=True)
            if words.format != _FORMAT:
                raise _bad("It is of another version of Orbitex.")
            depth = sum(name.startswith("canvas.") for name in tensors)
            given = LEVELS if len(tensors) == depth * len(LEVELS) else LEVELS[:-1]
            levels = {
                field: tuple(tensors.pop(f"{field}.{k}") for k in range(depth)) for field in given
            }
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            if isinstance(error, InputError):
                raise
            raise _bad("It cannot be read.") from error
        return cls(words.recipe, words.tally, words.mirrored, **levels)

    def check(self, recipe: str, places: Sequence[Place]) -> None:
        """Raise InputError "bad-checkpoint" unless it is of the painting with this digest, whose
        steps lie in these ``places``."""
        if self.recipe != recipe:
            raise _bad("It is of another recipe, of other styles or adjustments.")
        tally = self.tally
        if not 1 <= tally.step <= len(places):
            raise _bad("Its stages are not those of the recipe.")
        place = places[tally.step - 1]
        if (place.stage, place.stage_step) != (tally.stage, tally.stage_step):
            raise _bad("Its stages are not those of the recipe.")

    def check_shape(self, shapes: Sequence[tuple[int, ...]], moments: str = "float32") -> None:
        """Raise InputError "bad-checkpoint" unless all levels have these shapes, and ``moments``
        and squares are of this type."""
        kinds = {"canvas": "float32", "mean": "float32", "moments": moments, "squares": moments}
        for field, kind in kinds.items():
            levels = getattr(self, field)
            if [level.shape for level in levels] != list(shapes):
                raise _bad("Its canvas is not that of the recipe.")
            if any(level.dtype != kind for level in levels):
                raise _bad("Its canvas is not of 32-bit floating-point numbers.")


def painting_digest(
    recipe: Recipe,
    styles: Sequence[StylePicture],
    steering: Steering,
    step: int,
    kept: str | None,
) -> str:
    """SHA-256 of what has decided a painting up to a step, hexadecimal: the recipe as submitted,
    its loaded styles, the adjustments before that step, and the digest of paint that it kept."""
    data: list[Any] = [
        recipe.model_dump(mode="json"),
        [[style.sha256, style.weight] for style in styles],
    ]
    if before := [a.as_dict() for a in steering if a.step < step]:
        data.append(before)
    if kept is not None:
        data.append(kept)
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class _Words:
    """What of a checkpoint is no array."""

    format: int
    recipe: str
    mirrored: bool
    tally: Tally


_WORDS = TypeAdapter(_Words)


def _array(about: Mapping[str, Any], data: bytes | memoryview, start: int) -> NDArray[Any]:
    """A tensor of safetensors, without a copy. Raises ValueError, KeyError or TypeError."""
    dtype, (begin, end) = np.dtype(DTYPES[about["dtype"]]), about["data_offsets"]
    if not 0 <= begin <= end <= len(data) - start:
        raise ValueError("out of bounds")
    found = np.frombuffer(data, dtype, (end - begin) // dtype.itemsize, start + begin)
    return found.reshape(about["shape"])


def _checksum(state: str, tensors: Mapping[str, NDArray]) -> int:
    """CRC-32 of all that a checkpoint holds: finds damage, not malice."""
    checksum = zlib.crc32(state.encode())
    for name in sorted(tensors):
        level = np.ascontiguousarray(tensors[name])
        checksum = zlib.crc32(f"{name} {level.dtype} {level.shape}".encode(), checksum)
        checksum = zlib.crc32(level.data, checksum)
    return checksum


def _bad(message: str) -> InputError:
    return InputError(
        "bad-checkpoint",
        "checkpoint",
        f"This checkpoint cannot be gone on from. {message}",
        "Paint from the start.",
    )
