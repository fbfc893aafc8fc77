"""What ``service doctor`` finds."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Literal

LEVELS = ("good", "note", "bad")


@dataclass(frozen=True)
class Finding:
    """One line. ``bad`` keeps Orbitex from painting or serving, a ``note`` only limits it; both end
    with the ``fix``, a command where there is one."""

    level: Literal["good", "note", "bad"]
    topic: str
    text: str
    fix: str = ""

    def __post_init__(self) -> None:
        assert bool(self.fix) == (self.level != "good"), self


good = functools.partial(Finding, "good")
note = functools.partial(Finding, "note")
bad = functools.partial(Finding, "bad")
