"""Cases of a test of which a few are run by default."""

from collections.abc import Iterable

import pytest


def quick(names: Iterable[str], *few: str) -> list:
    """All names for pytest.mark.parametrize; those that are not among the ``few`` are slow."""
    return [n if n in few else pytest.param(n, marks=pytest.mark.slow) for n in names]
