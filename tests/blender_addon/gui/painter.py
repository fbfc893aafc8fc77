"""A service whose every frame has one colour, and goes on when the test says so."""

from __future__ import annotations

from typing import Any

import fake_service
import numpy as np
import pytest
from fake_service import FakeService

COLOURS = ((235, 20, 20), (20, 200, 20), (30, 40, 235))  # of steps 1, 2, 3, 4 …: red first


def colour_of(step: int) -> tuple[int, int, int]:
    return COLOURS[(step - 1) % len(COLOURS)]


def flat(step: int, steps: int, size: int) -> np.ndarray:
    """The frame of a step, |u1 (size, size, 3)."""
    return np.full((size, size, 3), colour_of(step), np.uint8)


class Painter(FakeService):
    """``shown`` is the step whose frame it gives; 0: none yet."""

    shown = 0

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        super().__init__(steps=1000)
        patch.setattr(fake_service, "picture", flat)

    def _step(self, job: dict[str, Any]) -> int:
        return self.steps if job["finished"] else self.shown
