"""Groups of the sphere as matrices."""

from geometry.catalogue import find_colouring, find_group
from geometry.symmetry.groups import elements


def matrices_of(name):
    """All elements of a group, (n, 3, 3)."""
    group = find_group(name, "sphere")
    return elements(group, find_colouring(group, "none")).matrices
