"""What mirrors do to colours."""

from __future__ import annotations

import numpy as np

from geometry.symmetry.groups import Colouring, Group


def mirrors_of(group: Group) -> tuple[str, ...]:
    """The letters of the generators that are mirrors: they reverse and undo themselves, and keep
    more than a point in place."""
    return tuple(
        g.letter
        for g in group.generators
        if group.powers.get(g.letter) == 2
        and np.linalg.det(g.matrix) < 0
        and not np.allclose(g.matrix, -np.eye(3))
    )


def inverts_at_mirrors(group: Group, rule: Colouring) -> bool:
    """Whether a mirror inverts colours. What lies on it is its own image, so it has the colour
    between the two: on red, green and blue the grey of 127.5, in a style's frame the mean."""
    return any(min(rule.images[letter]) < 0 for letter in mirrors_of(group))
