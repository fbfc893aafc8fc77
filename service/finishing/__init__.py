"""Steps after the painting: one module for each, whose ``STEP`` is its row of the table. Each keeps
the symmetry; no torch in here.

What a row says is explained in :mod:`service.tables.finishing_step`, how steps are done in
:mod:`service.finisher`, and how to add one in docs/extending.md.
"""

from __future__ import annotations

from service.tables.finishing_step import FinishingStep
from service.tables.rows import rows

STEPS: dict[str, FinishingStep] = {
    row.name: row for row in sorted(rows(__name__, "STEP"), key=lambda step: step.rank)
}
