"""Which rules invert colours at a mirror."""

import numpy as np
import pytest

from geometry.catalogue import colourings, find_colouring, find_group
from geometry.symmetry.groups import elements
from geometry.symmetry.mirrors import inverts_at_mirrors


@pytest.mark.parametrize("name", ["*332", "3*2", "*432", "*532", "5*", "2*5", "*225", "5x", "432"])
def test_on_the_sphere_they_are_found_among_all_elements(name):
    """A mirror has the trace 1 and the determinant -1; the generators' images are all of them."""
    group = find_group(name)
    for rule in colourings(group)[:40]:
        all_of_them = elements(group, rule)
        mirrors = np.isclose(np.trace(all_of_them.matrices, axis1=1, axis2=2), 1)
        mirrors &= np.linalg.det(all_of_them.matrices) < 0
        found = any(min(all_of_them.colours[k]) < 0 for k in np.flatnonzero(mirrors))
        assert inverts_at_mirrors(group, rule) == found, rule


def test_glides_and_turns_have_no_line_on_which_colours_meet():
    inverted = {"pg": False, "p4": False, "pm": True, "cm": True}
    for name, expected in inverted.items():
        group = find_group(name)
        letter = group.generators[0].letter
        rules = (rule for rule in colourings(group) if min(rule.images[letter]) < 0)
        assert inverts_at_mirrors(group, next(rules)) is expected
    none = find_group("p4m")
    assert not inverts_at_mirrors(none, find_colouring(none, "none"))
