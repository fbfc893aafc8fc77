"""What a command asks of a painting besides its recipe and where the picture goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from service.cli.painting.runs import Run
from service.painting.kept import Paint
from service.painting.steering import Steering
from service.reporting.loop import Film


@dataclass(frozen=True, kw_only=True)
class Extras:
    """weights: a file for the network; device: what paints, see
    :func:`service.ranks.devices.devices_of`; steering, before: see
    :func:`service.painting.paint.paint`; read: files besides the recipe's that must not be written
    over; dpi: pixels per inch; figure: the symmetry is drawn over the picture, too; film: an
    endless zoom, too; run: in whose folder the picture lies, and a report that grows."""

    weights: Path | None = None
    device: str | None = None
    steering: Steering = ()
    before: Paint | None = None
    read: Sequence[Path] = ()
    dpi: float | None = None
    figure: bool = False
    film: Film | None = None
    run: Run | None = None
