"""What groups of the sphere are called in menus, for those who never heard of orbifolds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geometry.catalogue import find_colouring, find_group
from geometry.sphere.names import read_name
from geometry.symmetry.groups import Group, elements

if TYPE_CHECKING:
    from geometry.mesh.detection import Proposal

_LABELS = {
    "1": "None",
    "*": "Mirror",
    "x": "Point Inversion",
    "332": "Tetrahedral",
    "*332": "Tetrahedral with Mirrors",
    "3*2": "Volleyball",
    "432": "Octahedral",
    "*432": "Octahedral with Mirrors",
    "532": "Icosahedral",
    "*532": "Icosahedral with Mirrors",
}
_FAMILIES = {
    "nn": "Turns",
    "*nn": "Turns with Mirrors",
    "n*": "Turns with a Mirror Across",
    "nx": "Turn-and-Mirror",
    "22n": "Turns and Half Turns",
    "2*n": "Antiprism",
    "*22n": "Prism",
}
_TURNS = {2: "Half", 3: "Third", 4: "Quarter", 5: "Fifth", 6: "Sixth", 8: "Eighth"}
_MIRRORS = ("Left–Right", "Front–Back", "Top–Bottom")  # by the axis across which it lies
_STRAIGHT = 0.9994  # cos 2°: of what lies along an axis


def group_label(group: Group) -> str:
    """A few words in title case, the same for a whole family; other groups' titles."""
    return _LABELS.get(group.name) or _FAMILIES.get(group.family, group.title)


def proposal_label(proposal: Proposal) -> str:
    """What a mesh has: "Mirror Left–Right", "Quarter Turns about Z", "Octahedral"."""
    group = find_group(proposal.group, "sphere")
    if group.name == "*":
        return f"Mirror {_across(group, proposal)}".rstrip()
    numbered = read_name(group.name)
    if group.name in _LABELS or numbered is None:
        return group_label(group)
    axis = proposal.axis if proposal.axis in "XYZ" else "a Slanted Axis"
    kind, n = _FAMILIES[group.family], numbered[1]
    if not kind.startswith("Turns"):
        return f"{kind} with {n} Sides about {axis}"
    return kind.replace("Turns", f"{_TURNS.get(n, n)} Turns about {axis}", 1)


def _across(group: Group, proposal: Proposal) -> str:
    """Between which sides the mirror lies; empty for a slanted one."""
    mirror = elements(group, find_colouring(group, "none")).matrices[-1]
    normal = np.linalg.eigh(proposal.placement.matrix(mirror))[1][:, 0]
    along = int(np.abs(normal).argmax())
    return _MIRRORS[along] if abs(normal[along]) > _STRAIGHT else ""
