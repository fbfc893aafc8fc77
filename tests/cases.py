"""Cases of a test of which a few are run by default."""

from collections.abc import Iterable, Sequence

import pytest


def quick(names: Iterable[str], *few: str) -> list:
    """All names for pytest.mark.parametrize; those that are not among the ``few`` are slow."""
    return [n if n in few else pytest.param(n, marks=pytest.mark.slow) for n in names]


def every(step: int, cases: Sequence[tuple]) -> list:
    """All cases for pytest.mark.parametrize; those between every ``step``-th are slow."""
    return [
        case if k % step == 0 else pytest.param(*case, marks=pytest.mark.slow)
        for k, case in enumerate(cases)
    ]
