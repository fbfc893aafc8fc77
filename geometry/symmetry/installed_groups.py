"""Groups that installed packages bring, by the entry point "orbitex.groups": docs/extending.md."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points

import numpy as np

from geometry.errors import InputError
from geometry.symmetry.groups import Group, word_matrix

ENTRY_POINT = "orbitex.groups"
# What the charts of a space are made from, besides generators and relators.
_NEEDS = {
    "plane": ("lattice", "translations", "order"),
    "sphere": ("order",),
    "hyperbolic": ("tiling",),
}


def installed_groups(is_taken: Callable[[str], bool]) -> tuple[Group, ...]:
    """The groups of all packages, by package. ``is_taken`` tells names that others have already.

    Raises InputError("bad-plugin") that names the package whose groups cannot be used.
    """
    found: list[Group] = []
    for point in sorted(entry_points(group=ENTRY_POINT), key=_package):
        try:
            for group in _offered(point):
                taken = {n.lower() for other in found for n in (other.name, *other.aliases)}
                for name in (group.name, *group.aliases):
                    if name.lower() in taken or is_taken(name):
                        raise ValueError(f"the name {name} is taken")
                found.append(group)
        except Exception as error:  # it is a stranger's code: anything may come
            raise InputError(
                "bad-plugin",
                "group",
                f"The package {_package(point)} brings groups that cannot be used "
                f"({point.value}): {type(error).__name__}: {error}.",
                "Mend it, or uninstall it.",
            ) from error
    return tuple(found)


def _package(point: EntryPoint) -> str:
    return point.value if point.dist is None else point.dist.name


def _offered(point: EntryPoint) -> tuple[Group, ...]:
    """The checked groups of an entry point, a Group or a tuple of them. Raises anything."""
    loaded = point.load()
    groups = loaded if isinstance(loaded, tuple) else (loaded,)
    for group in groups:
        if not isinstance(group, Group):
            raise TypeError(f"{group!r:.80} is no Group")
        if group.space.name not in _NEEDS:
            raise ValueError(f"{group.name} is of the {group.space.name}, not of a known space")
        for field in _NEEDS[group.space.name]:
            if getattr(group, field) is None:
                raise ValueError(f"{group.name} has no {field}")
        for relator in group.relators:
            if not np.allclose(word_matrix(group, relator), np.eye(3), atol=1e-5):
                raise ValueError(f"{relator} is not the identity in {group.name}")
    return groups
