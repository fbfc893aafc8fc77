"""The rosettes, against coset enumeration by sympy and turned and flipped pixels."""

import numpy as np
import pytest
from sympy.combinatorics.fp_groups import FpGroup
from sympy.combinatorics.free_groups import free_group

from geometry.catalogue import colourings, find_group, groups
from geometry.errors import InputError
from geometry.rosette.chart import one_of_each, rosette_chart
from geometry.rosette.diagram import rosette_diagram
from geometry.sphere.fold import fold
from geometry.symmetry.colour import act, matrix
from geometry.symmetry.groups import elements, word_matrix
from geometry.symmetry.presentation import expand, image

ALL = [f"{kind}{n}" for kind in "CD" for n in range(1, 13)]
every_group = pytest.mark.parametrize("name", ALL)
MOVES = {
    "quarter turn": np.rot90,
    "half turn": lambda a: a[::-1, ::-1],
    "upright mirror": lambda a: a[:, ::-1],
    "level mirror": lambda a: a[::-1],
    "diagonal mirror": lambda a: np.swapaxes(a, 0, 1),
}


def kept_on_a_grid(kind, n):
    """The moves of square pixels that are in Cn or, with an upright mirror, in Dn."""
    found = {"half turn"} if n % 2 == 0 else set()
    found |= {"quarter turn"} if n % 4 == 0 else set()
    if kind == "D":
        found |= {"upright mirror"}
        found |= {"level mirror"} if n % 2 == 0 else set()
        found |= {"diagonal mirror"} if n % 4 == 0 else set()
    return found


def noise(name, rule, points, reach=1.1):
    """Logits (n, 3) of a chart full of noise at points (n, 3)."""
    chart = rosette_chart(elements(find_group(name, "rosette"), rule), 0.02, reach)
    paint = np.random.default_rng(0).normal(size=(chart.texels, 3))
    return fold(points, chart).apply(paint)


def plain(name):
    return colourings(find_group(name, "rosette"))[0]


def test_the_table_has_these_groups_with_orders_and_orbifolds():
    found = {g.aliases[1]: (g.orbifold, g.order) for g in groups("rosette")}
    assert list(found) == ALL
    assert found["C1"] == ("•", 1) and found["D1"] == ("*•", 2)
    assert found["C12"] == ("12•", 12) and found["D12"] == ("*12•", 24)


def test_more_turns_are_found_by_name_up_to_sixty():
    assert find_group("D24", "rosette") is find_group("rosette-d24")
    for name in ("C0", "D61"):
        with pytest.raises(InputError) as refused:
            find_group(f"rosette-{name}")
        assert refused.value.code == "bad-order" and "from 1 to 60" in refused.value.hint


@every_group
def test_the_presentations_are_complete(name):
    group = find_group(name, "rosette")
    assert all(np.allclose(word_matrix(group, word), np.eye(3)) for word in group.relators)
    assert len(elements(group, plain(name))) == group.order
    if not group.generators:
        return
    free, *symbols = free_group(",".join(group.letters))
    table = dict(zip(group.letters, symbols, strict=True))

    def word(text):
        out = free.identity
        for letter in expand(text):
            out = out * table[letter]
        return out

    assert FpGroup(free, [word(text) for text in group.relators]).order() == group.order


@every_group
def test_points_have_the_symmetry_with_every_kind_of_rule(name):
    group = find_group(name, "rosette")
    random = np.random.default_rng(1)
    points = np.column_stack([random.uniform(-0.75, 0.75, (200, 2)), np.ones(200)])
    points[:3, :2] = (0, 0), (1e-9, 0), (0, 1.1)  # the centre, and the end of what is painted
    for rule in colourings(group)[::7]:
        here = noise(name, rule, points)
        for generator in group.generators:
            there = noise(name, rule, points @ generator.matrix.T)
            assert np.allclose(there, here @ matrix(rule.images[generator.letter]).T, atol=1e-6)


@every_group
def test_pixels_have_these_symmetries_and_no_others(name):
    side = 32
    row, column = np.divmod(np.arange(side**2), side)
    points = np.column_stack([column, side - 1 - row, np.full(side**2, side)]) * 2 / side - 1
    points = np.column_stack([points[:, :2] + 1 / side, np.ones(side**2)]) * (0.7, 0.7, 1)
    picture = noise(name, plain(name), points).reshape(side, side, 3)
    kept = {key for key, move in MOVES.items() if np.allclose(move(picture), picture, atol=1e-6)}
    assert kept == kept_on_a_grid(name[0], int(name[1:]))


def test_a_disc_without_symmetry_is_the_paint_itself():
    """Nothing is blended where there is nothing to blend, not even where the angle jumps."""
    points = np.column_stack([*np.random.default_rng(2).uniform(-0.7, 0.7, (2, 300)), np.ones(300)])
    chart = rosette_chart(elements(find_group("C1", "rosette"), plain("C1")), 0.02, 1.1)
    _, rows, columns = chart.shape
    origin, texel = np.array(chart.origin), chart.texel
    places = np.stack(np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij"), axis=-1)
    paint = (places.reshape(-1, 2) * texel + origin) @ [[1, 0, 2], [0, 1, -1]]
    found = fold(points, chart).apply(paint)
    up_and_left = points[:, 1::-1] * (1, -1)  # as the chart's rows and columns go
    assert np.allclose(found, up_and_left @ [[1, 0, 2], [0, 1, -1]], atol=1e-9)


@pytest.mark.parametrize("name", ["C2", "C4", "C6", "D1", "D4", "D12"])
def test_of_each_orbit_of_pixels_one_stands_for_all(name):
    """Of any picture: all that takes pixels to pixels holds to the bit, with colours."""
    group = find_group(name, "rosette")
    for rule in colourings(group)[::11]:
        found = elements(group, rule)
        picture = np.random.default_rng(3).integers(0, 256, (16, 16, 3), dtype=np.uint8)
        whole = one_of_each(picture, found)
        assert (whole == picture).all(axis=2).sum() >= 256 // len(found)
        half = image("r" * (group.order // 2) if name[0] == "C" else "", rule.images)
        if name[0] == "C":
            assert np.array_equal(whole[::-1, ::-1], act(half, whole))
        else:
            upright = act(rule.images["m"], whole)
            assert np.array_equal(whole[:, ::-1], upright)


@every_group
def test_the_figure_has_all_mirrors_and_one_wedge(name):
    kind, n = name[0], int(name[1:])
    diagram = rosette_diagram(elements(find_group(name, "rosette"), plain(name)))
    assert len(diagram.lines) == (n if kind == "D" else 0)
    assert [centre.order for centre in diagram.centres] == ([n] if n > 1 else [])
    points = np.column_stack([*np.random.default_rng(4).normal(size=(2, 4000)), np.ones(4000)])
    inside = (points @ diagram.domain.T > 0).all(axis=1)
    assert abs(inside.mean() - 1 / find_group(name, "rosette").order) < 0.03
