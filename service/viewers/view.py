"""A picture of a space as a viewer shows it, and what its receipt must say for that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from geometry.domain.element import Element
from geometry.errors import InputError
from geometry.spaces import Array, Space
from service.viewers.reading import Receipt
from service.viewers.symmetries import Json

_T = TypeVar("_T")


@dataclass(frozen=True, eq=False)
class View:
    """What differs from space to space. models: of src/models.js, that of the picture first;
    numbers: uniforms of src/sources.js; elements: of the generators; unit: of the model's extent;
    start: the first motion; periods: translations that change nothing; cell: of all symmetries
    that have none of their own, see ``cell_json``."""

    space: Space
    models: Sequence[str]
    source: str
    pixels: NDArray[np.uint8]
    symmetries: list[Json]
    numbers: dict[str, list[float]]
    elements: Sequence[Element]
    offset: float = 0.0
    unit: float = 1.0
    start: Array = field(default_factory=lambda: np.eye(3))
    periods: Array | None = None
    cell: Json | None = None


def title_of(receipt: Receipt) -> str:
    """Of the symmetry that a picture was painted with."""
    return f"{receipt.group.name}, as painted"


def needed(value: _T | None, name: str) -> _T:
    """A field that a receipt of this space has. Raises InputError("bad-receipt")."""
    if value is None:
        raise bad_receipt(name, f"This receipt has no {name}.")
    return value


def bad_receipt(field: str, message: str) -> InputError:
    """What to raise for a receipt that cannot be shown."""
    return InputError("bad-receipt", field, message, "Paint the picture again.")
