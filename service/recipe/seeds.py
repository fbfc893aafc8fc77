"""Seeds of what is random in a painting: each follows from the recipe's seed, what it is for, and
perhaps a number, such as the step's."""

from __future__ import annotations

import numpy as np

NOISE, VIEWS, STEP, GRIDS = range(4)  # what a seed is for


def seed_of(*keys: int) -> int:
    """One well-mixed seed from several small numbers."""
    return int(np.random.SeedSequence((len(keys), *keys)).generate_state(1)[0])
