"""What the table of preparing says of each step: a row of :mod:`service.preparing`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geometry.spaces import Array
from service.tables.step import Step

# Colours (H, W, 3) in 0..1, the step's value, and the picture that it names → colours, any size
Change = Callable[[Array, Any, NDArray[np.uint8] | None], Array]


@dataclass(frozen=True, kw_only=True)
class PreparingStep(Step):
    """One row: something that is done to a style picture before it is painted in.

    change(colours, value, picture): what becomes of it; colours in 0..1, sRGB; what it returns may
    go beyond, and is cut off. Raises InputError for a value that this picture cannot have."""

    change: Change
