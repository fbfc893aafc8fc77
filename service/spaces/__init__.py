"""The spaces that can be painted: one module for each, whose ``SPACE`` is its row of the table.
Importing them imports no torch.

What a row says is explained in :mod:`service.spaces.space`, and how to add one in
docs/extending.md.
"""

from __future__ import annotations

from service.spaces import frieze, hyperbolic, mesh, plane, rosette, sphere, spiral
from service.spaces.space import Space

SPACES: dict[str, Space] = {  # by target
    module.SPACE.target: module.SPACE
    for module in (plane, sphere, hyperbolic, spiral, frieze, rosette, mesh)
}


def targets_of_fields() -> dict[str, list[str]]:
    """The recipe's fields that mean something only to some targets, and these; to others they keep
    their defaults."""
    found: dict[str, list[str]] = {}
    for space in SPACES.values():
        for field in space.fields:
            found.setdefault(field, []).append(space.target)
    return found


def with_pictures() -> dict[str, Space]:
    """The spaces whose groups can be shown without more than a recipe, by the groups' space."""
    return {space.groups: space for space in SPACES.values() if not space.needs_body}
