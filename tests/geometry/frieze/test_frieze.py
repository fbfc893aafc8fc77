"""The frieze groups, against coset enumeration by sympy, Conway's count, and rolls and flips of the
pixels."""

from fractions import Fraction

import numpy as np
import pytest
from sympy.combinatorics.fp_groups import FpGroup
from sympy.combinatorics.free_groups import free_group

from geometry.catalogue import colourings, find_group, groups
from geometry.frieze.chart import APART, PAINTED, frieze_chart
from geometry.plane.kaleidoscope import kaleidoscope
from geometry.plane.lattices import shaped
from geometry.symmetry.colour import matrix
from geometry.symmetry.presentation import expand, image

# symbol: orbifold, elements modulo translations
TABLE = {
    "p1": ("∞∞", 1), "p11g": ("∞×", 2), "p1m1": ("*∞∞", 2), "p2": ("22∞", 2), "p2mg": ("2*∞", 4),
    "p11m": ("∞*", 2), "p2mm": ("*22∞", 4),
}  # fmt: skip
# What is to be done with the pixels of one period (H, W): the symmetries that each group has.
MOVES = {
    "half turn": lambda a: a[::-1, ::-1],
    "upright mirror": lambda a: a[:, ::-1],
    "mirror along": lambda a: a[::-1],
    "glide": lambda a: np.roll(a[::-1], a.shape[1] // 2, axis=1),
    "mirror at a quarter": lambda a: np.roll(a[:, ::-1], a.shape[1] // 2, axis=1),
    "half step": lambda a: np.roll(a, a.shape[1] // 2, axis=1),
}
KEPT = {
    "p1": set(), "p11g": {"glide"}, "p1m1": {"upright mirror"},
    "p2": {"half turn"}, "p2mg": {"half turn", "mirror at a quarter", "glide"},
    "p11m": {"mirror along"}, "p2mm": {"half turn", "upright mirror", "mirror along"},
}  # fmt: skip
every_group = pytest.mark.parametrize("symbol", TABLE)


def strip_of(symbol, rule, width=64, height=1.25):
    """Noise with the symmetry, (H, W, 3), and its chart."""
    chart = frieze_chart(shaped(find_group(symbol, "frieze"), 0.5), rule, width, height)
    average, unfold = kaleidoscope(chart.torus)
    paint = np.random.default_rng(0).normal(size=(average.columns, 3))
    texels = unfold.apply(average.apply(paint))
    return texels[chart.texels].reshape(*chart.shape, 3), chart


def test_the_table_has_the_seven_frieze_groups():
    found = {g.aliases[1]: (g.orbifold, g.order) for g in groups("frieze")}
    assert found == TABLE


@every_group
def test_the_orbifolds_of_friezes_cost_two(symbol):
    """∞ costs 1, behind a star ½ (Conway, Burgiel, Goodman-Strauss, ch. 5)."""
    cost, starred = Fraction(0), False
    for feature in TABLE[symbol][0]:
        if feature in "*×":
            cost, starred = cost + 1, starred or feature == "*"
        elif feature == "∞":
            cost += Fraction(1, 2 if starred else 1)
        else:
            cost += Fraction(1, 4 if starred else 2)
    assert cost == 2


@every_group
def test_the_presentations_are_complete(symbol):
    """With x⁵ = 1 added for the translation there are five times as many elements as modulo it."""
    group = find_group(symbol, "frieze")
    free, *symbols = free_group(",".join(group.letters))
    table = dict(zip(group.letters, symbols, strict=True))
    table |= {letter.upper(): one**-1 for letter, one in table.items()}

    def word(text):
        out = free.identity
        for letter in expand(text):
            out = out * table[letter]
        return out

    relators = [*map(word, group.relators), word(group.translations[0]) ** 5]
    assert FpGroup(free, relators).order() == 5 * TABLE[symbol][1]


@every_group
def test_pixels_have_these_symmetries_and_no_others(symbol):
    strip, chart = strip_of(symbol, colourings(find_group(symbol, "frieze"))[0])
    assert chart.shape == (32, 64)
    assert {name for name, move in MOVES.items() if np.array_equal(move(strip), strip)} == KEPT[
        symbol
    ]


@every_group
def test_colours_change_as_the_rule_says(symbol):
    """A period of the colours is several of the group: rolled by one of them, colours change by the
    translation's image."""
    group = find_group(symbol, "frieze")
    rules = [rule for rule in colourings(group) if rule.supercell[0][0] == 3][:2]
    assert rules
    for rule in rules:
        strip, chart = strip_of(symbol, rule, 200)
        moved = np.roll(strip, -chart.shape[1] // 3, axis=1)
        colour = image(group.translations[0], rule.images)
        assert np.array_equal(moved, strip @ matrix(colour).T)


@pytest.mark.parametrize("width", [64, 101, 250])
@every_group
def test_strips_are_as_long_as_wanted_or_a_little_less(symbol, width):
    group = shaped(find_group(symbol, "frieze"), 0.3)
    for rule in colourings(group)[::9]:
        for height in (PAINTED, APART):
            chart = frieze_chart(group, rule, width, height)
            rows, columns = chart.shape
            assert columns <= max(width, 24) and columns > width - 24
            turned_over = any(g.matrix[1, 1] < 0 for g, _ in chart.torus.generators)
            assert rows <= chart.torus.rows and not (turned_over and chart.torus.rows % 2)
            assert chart.shape == frieze_chart(group, rule, width).shape
