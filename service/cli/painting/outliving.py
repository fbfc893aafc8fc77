"""Steps of a painting on several devices, which outlives the processes that paint along."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from service.painting.checkpoint import Checkpoint
from service.painting.paint import paint
from service.painting.progress import Progress
from service.ranks.devices import RankLostError
from service.ranks.together import together

KEPT_SECONDS = 10.0  # from one checkpoint, in memory, to the next: so much may be painted again


def painted_on(
    devices: Sequence[str], say: Callable[[str], None], *given: Any, **options: Any
) -> Iterator[Progress]:
    """What paint(*given, **options) yields on these devices. Where one of several processes ends,
    all are started anew, and the painting goes on from its last checkpoint, which ``say`` is told:
    steps since then come again, and on CPUs the picture is the same to the bit. Raises
    RankLostError where one ends again before there is another checkpoint."""
    kept: Checkpoint | None = None
    while True:
        before, since = kept, time.monotonic()
        try:
            for now in together(devices, paint, *given, resume=kept, **options):
                yield now
                is_new = kept is None or now.step > kept.tally.step
                old = kept is None or time.monotonic() - since >= KEPT_SECONDS
                if len(devices) > 1 and is_new and old:
                    kept, since = now.checkpoint(), time.monotonic()
            return
        except RankLostError as error:
            if kept is None or kept is before:
                raise
            say(f"{error} The painting goes on from step {kept.tally.step}.")
