"""Reading requests: from a header that any program may have sent to checked values.

Pure functions; each raises InputError("bad-value") that names the field.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from geometry.errors import InputError
from service.recipe import parse_recipe
from service.serving.jobs import Inputs

MAX_CAMERAS = 256
MAX_CAMERA_KEYS = 32
MAX_NUMBER = 1e12  # far beyond any camera, small enough to be a float
MAX_STEP = 1 << 31
MAX_SIDE = 1 << 16


def read_submission(header: Mapping[str, Any], buffers: Mapping[str, np.ndarray]) -> Inputs:
    """Recipe and cameras of a ``submit``, checked; what the buffers hold is the worker's to say.

    Raises InputError for the recipe's faults as :func:`service.recipe.parse_recipe` does.
    """
    if "recipe" not in header:
        raise InputError("bad-value", "recipe", "The recipe is missing.")
    return Inputs(parse_recipe(header["recipe"]), _cameras(header.get("cameras", [])), buffers)


def read_job(header: Mapping[str, Any]) -> str:
    """The name of a job."""
    name = header.get("job")
    if not isinstance(name, str):
        raise InputError("bad-value", "job", "The name of a job is missing.")
    return name


def read_whole(header: Mapping[str, Any], field: str, low: int, high: int, default: int) -> int:
    """A whole number in ``low`` … ``high``."""
    value = header.get(field, default)
    if type(value) is not int or not low <= value <= high:
        raise InputError("bad-value", field, f"Not a whole number from {low} to {high}.")
    return value


def _cameras(value: Any) -> list[dict[str, Any]]:
    # Only the outline: the worker knows what a camera means, the server that it is small and
    # flat enough to be passed on.
    if not isinstance(value, list) or len(value) > MAX_CAMERAS:
        raise InputError("bad-value", "cameras", f"Not a list of at most {MAX_CAMERAS} cameras.")
    for index, camera in enumerate(value):
        if not isinstance(camera, dict) or len(camera) > MAX_CAMERA_KEYS:
            raise InputError("bad-value", f"cameras.{index}", "Not a camera.")
        for key, entry in camera.items():
            if not (_is_plain(entry) or _is_matrix(entry)):
                raise InputError(
                    "bad-value",
                    f"cameras.{index}.{key[:40]}",
                    "Neither a number, nor short text, nor 4×4 numbers.",
                )
    return value


def _is_plain(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) <= 64
    return value is None or isinstance(value, bool) or _is_number(value)


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and abs(value) <= MAX_NUMBER


def _is_matrix(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 4
        and all(isinstance(row, list) and len(row) == 4 for row in value)
        and all(_is_number(entry) for row in value for entry in row)
    )
