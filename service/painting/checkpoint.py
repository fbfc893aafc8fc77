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
import safetensors
import safetensors.numpy
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError

from geometry.errors import InputError
from service.inputs.styles import StylePicture
from service.painting.ladder import Place
from service.painting.steering import Steering
from service.recipe.recipe import Recipe

Levels = tuple[NDArray[np.float32], ...]

_FORMAT = 2  # to be raised when a checkpoint of before can no longer be gone on from
_LEVELS = ("canvas", "mean", "moments", "squares")  # fields of Checkpoint that are Levels


@dataclass(frozen=True)
class Tally:
    """How far a painting is. stage: 0-based; stage_step, step: steps taken in this stage and over
    all; seconds, megapixels: spent so far, see Progress; loss: value of each term at the last
    step."""

    stage: int
    stage_step: int
    step: int
    seconds: float
    megapixels: float
    loss: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """A painting after one of its steps. recipe: see :func:`painting_digest`; mirrored: see Scene.

    canvas: the levels of the optimiser's canvas, (charts, 3, h, w), finest first; mean: those of
    the mean of the iterates; moments, squares: Adam's running means of gradients and of their
    squares. Adam's own count of steps is ``tally.step``.
    """

    recipe: str
    tally: Tally
    mirrored: bool
    canvas: Levels
    mean: Levels
    moments: Levels
    squares: Levels

    def to_bytes(self) -> bytes:
        """For a file: safetensors, with a checksum over all of it."""
        tensors = {
            f"{field}.{k}": level
            for field in _LEVELS
            for k, level in enumerate(getattr(self, field))
        }
        words = _Words(_FORMAT, self.recipe, self.mirrored, self.tally)
        state = json.dumps(dataclasses.asdict(words))
        checksum = str(_checksum(state, tensors))
        return safetensors.numpy.save(tensors, {"state": state, "checksum": checksum})

    @classmethod
    def from_bytes(cls, data: bytes) -> Checkpoint:
        """Raises InputError "bad-checkpoint" for bytes that are damaged or none of ours."""
        try:
            tensors = safetensors.numpy.load(data)
            length = int.from_bytes(data[:8], "little")
            metadata = json.loads(data[8 : 8 + length])["__metadata__"]
            if str(_checksum(metadata["state"], tensors)) != metadata["checksum"]:
                raise _bad("It is damaged.")
            words = _WORDS.validate_json(metadata["state"], strict=True)
            if words.format != _FORMAT:
                raise _bad("It is of another version of Orbitex.")
            depth = len(tensors) // len(_LEVELS)
            levels = {
                field: tuple(tensors.pop(f"{field}.{k}") for k in range(depth)) for field in _LEVELS
            }
        except (safetensors.SafetensorError, KeyError, ValidationError) as error:
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

    def check_shape(self, shapes: Sequence[tuple[int, ...]]) -> None:
        """Raise InputError "bad-checkpoint" unless all levels have these shapes."""
        for field in _LEVELS:
            levels = getattr(self, field)
            if [level.shape for level in levels] != list(shapes):
                raise _bad("Its canvas is not that of the recipe.")
            if any(level.dtype != np.float32 for level in levels):
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
