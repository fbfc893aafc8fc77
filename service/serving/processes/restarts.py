"""When what has died is started again: at once, or ever later if it does not even get ready."""

from __future__ import annotations

import time
from dataclasses import dataclass

HOPELESS = 3  # failed starts in a row


def pause_after(failed_starts: int) -> float:
    """Seconds until the next start: 0 after a good one, then ever longer: 0.5, 1, … 32."""
    return 0.25 * 2.0 ** min(failed_starts, 7) if failed_starts else 0.0


@dataclass(eq=False)
class Restarts:
    """``failed``: starts in a row of what ended before it was ready; ``not_before``: the time, as
    time.monotonic has it, of the next one."""

    failed: int = 0
    not_before: float = 0.0

    @property
    def due(self) -> bool:
        """Whether the next start may come now."""
        return time.monotonic() >= self.not_before

    @property
    def hopeless(self) -> bool:
        """Whether several starts in a row have failed."""
        return self.failed >= HOPELESS

    def ended(self, ready: bool) -> None:
        """It has ended, after it was ``ready`` or before."""
        self.failed = 0 if ready else self.failed + 1
        self.not_before = time.monotonic() + pause_after(self.failed)
