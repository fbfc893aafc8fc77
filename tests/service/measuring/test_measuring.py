"""Which symmetry is found in pictures whose symmetry is known, and in those that have none."""

from __future__ import annotations

import itertools
import math
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage

sys.path.insert(0, str(Path(__file__).parent))
from patterns import SPOILT, cropped, endless, opaque, rescaled, tile, turned

from geometry.catalogue import find_group
from geometry.errors import InputError
from geometry.plane.chart import picture_lattice
from geometry.plane.groups import PLANE_GROUPS
from service.measuring.measured import Measured, measure_period, measure_picture
from service.pictures.files import over_white, read_picture
from service.recipe.parsing import parse_recipe
from service.scene import make_scene

NAMES = [group.name for group in PLANE_GROUPS]
SOME_NAMES = ("p1", "cm", "pmg", "p4g", "p3m1", "p31m", "p6m")
# some groups in one way each; and all in all ways
SOME = [(name, list(SPOILT)[k % len(SPOILT)]) for k, name in enumerate(SOME_NAMES)]
REST = [pair for pair in itertools.product(NAMES, SPOILT) if pair not in SOME]


def measured(picture, *arguments) -> Measured:
    return measure_picture(opaque(picture), *arguments)


def _is_found(name: str, spoilt: str) -> None:
    # what is left of a turned picture must still hold two periods of any shape
    periods = (3.2, 3.2) if spoilt == "turned" else (2.3, 2.6)
    found = measured(SPOILT[spoilt](endless(tile(name), *periods)))
    assert (found.pattern.group.name, found.pattern.colouring.name) == (name, "none")
    assert found.trial.agrees
    assert max(error.rms for error in found.errors) < 0.2 * found.unrelated


@pytest.mark.parametrize(("name", "spoilt"), SOME)
def test_groups_are_found(name, spoilt):
    _is_found(name, spoilt)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "spoilt"), REST)
def test_every_group_is_found_in_every_picture(name, spoilt):
    _is_found(name, spoilt)


@pytest.mark.parametrize(("name", "rule"), [("p4", "2a"), ("p6", "3a"), ("p1", "2a")])
def test_colour_rules_are_found_in_red_green_and_blue(name, rule):
    found = measured(endless(tile(name, rule, colours="rgb")))
    assert (found.pattern.group.name, found.pattern.colouring.name) == (name, rule)
    assert found.frame.is_rgb
    assert max(error.rms for error in found.errors) < 0.05 * found.unrelated


def test_a_rule_that_inverts_light_is_found_on_the_pictures_own_axes():
    rule = "r=-r,g,b s=r,g,b"
    found = measured(endless(tile("p4", rule)))
    assert found.pattern.group.name == "p4"
    assert found.pattern.colouring.colours == 2
    assert not found.frame.is_rgb
    plain = max((t for t in found.plain if t.agrees), key=lambda trial: trial.elements)
    assert plain.group.name in ("p2", "p4")  # p4 on the lattice of every second square


def test_a_group_may_lie_on_its_lattice_in_another_way_than_in_the_tables():
    upright = tile("pmg")
    level = np.ascontiguousarray(upright.transpose(1, 0, 2))
    (a,), (b,) = ([e.rms for e in measured(endless(p)).errors][:1] for p in (upright, level))
    assert max(a, b) < 2


def test_the_lattice_is_right_to_a_part_of_a_pixel():
    picture = endless(tile("p31m", size=64))
    again = rescaled(picture)
    factors = np.array(again.shape[1::-1]) / picture.shape[1::-1]
    scene = make_scene(parse_recipe({"target": "tile", "group": "p31m", "size": 64}))
    a, b, _ = picture_lattice(scene.chart(64), scene.period(64))
    known = np.stack([a, b], axis=1) * factors[:, None]
    steps = np.linalg.solve(known, measured(again).cell)
    assert abs(abs(np.linalg.det(steps)) - 1) < 1e-2
    assert np.abs(known @ (steps - np.rint(steps))).max() < 0.1


def test_a_turned_picture_has_a_turned_lattice():
    (x, y), _ = measured(turned(endless(tile("p4"), 3, 3))).cell.T
    angle = math.degrees(math.atan2(y, x)) % 90
    assert abs(angle - 79) < 0.3  # 11 degrees counter-clockwise, where y points down
    assert abs(math.hypot(x, y) - 72) < 0.3


def test_all_that_a_group_holds_agrees_and_nothing_else():
    found = measured(endless(tile("p4g")))
    agreeing = {trial.group.name for trial in found.plain if trial.agrees}
    assert agreeing == {"p1", "p2", "pg", "cm", "pgg", "cmm", "p4", "p4g"}
    assert all(trial.worst > 0.5 for trial in found.plain if not trial.agrees)


def test_the_origin_is_where_the_figure_draws_it():
    """The centres that are found are those that the painting's own figure draws."""
    period = tile("p4g")
    found = measure_period(opaque(period))
    scene = make_scene(parse_recipe({"target": "tile", "group": "p4g", "size": 72}))
    own, measured_ = scene.design(72).figure(), found.figure()

    def centres(figure):
        return sorted((s.order, *((s.place + 4) // 9).astype(int).tolist()) for s in figure.symbols)

    assert centres(own) == centres(measured_)
    assert len(centres(own)) == 9


def test_one_period_is_enough_where_one_says_so():
    period = tile("p4")
    with pytest.raises(InputError):
        measured(period)
    assert measure_period(opaque(period)).pattern.group.name == "p4"


def test_a_brick_is_measured_with_the_copies_above_it_aside():
    period = tile("p2", angle=70.0)
    scene = make_scene(parse_recipe({"target": "tile", "group": "p2", "size": 72, "angle": 70}))
    skew = scene.design(72).picture_frame().layout.skew
    assert skew
    assert measure_period(opaque(period), skew).pattern.group.name == "p2"


def test_a_given_lattice_need_not_be_the_finest():
    found = measured(endless(tile("p4m"), 3, 3), np.diag([144.0, 72.0]))
    assert found.pattern.group.name == "p4m"
    assert abs(abs(np.linalg.det(found.cell)) - 72**2) < 20


def test_one_group_alone_is_measured_whether_it_agrees_or_not():
    picture = endless(tile("p2"))
    found = measured(picture, None, find_group("pgg", "plane"))
    assert found.pattern.group.name == "pgg"
    assert not found.trial.agrees
    assert max(error.rms for error in found.errors) > 0.4 * found.unrelated
    with pytest.raises(InputError) as refused:
        measured(picture, None, find_group("p6m", "plane"))
    assert refused.value.code == "bad-lattice"


def _noise(blur: float):
    random = np.random.default_rng(4)
    field = ndimage.gaussian_filter(random.normal(size=(220, 250, 3)), (blur, blur, 0))
    return np.rint(np.clip(128 + 50 * field / field.std(), 0, 255)).astype(np.uint8)


def _bands(greys):
    return np.repeat(np.uint8(greys), 3 * len(greys)).reshape(len(greys), -1, 3)


STYLE = Path(__file__).parents[3] / "recipes" / "exemplars" / "night_strokes.png"
NOTHING = {
    "noise": lambda: _noise(0),
    "clouds": lambda: _noise(8),
    "a gradient": lambda: _bands(np.linspace(0, 255, 90)),
    "stripes": lambda: _bands(np.arange(120) // 10 % 2 * 200),
    "a painting": lambda: over_white(read_picture(STYLE, "picture")),
    "a frieze": lambda: endless(tile("pmm"), 1, 4),
}


@pytest.mark.parametrize("what", NOTHING)
def test_what_has_no_lattice_is_told_so(what):
    with pytest.raises(InputError) as refused:
        measured(NOTHING[what]())
    assert refused.value.code == "no-symmetry"


@pytest.mark.parametrize(
    ("picture", "lattice", "code"),
    [
        (np.full((20, 200, 3), 9, np.uint8), None, "too-small"),
        (np.full((64, 64, 3), 9, np.uint8), None, "flat-picture"),
        (_noise(2), np.diag([50.0, 50.0]), "bad-lattice"),
        (_noise(2), np.diag([500.0, 50.0]), "bad-lattice"),
        (_noise(2), np.array([[50.0, 100.0], [20.0, 40.0]]), "bad-lattice"),
    ],
)
def test_what_cannot_be_measured_is_refused(picture, lattice, code):
    with pytest.raises(InputError) as refused:
        measured(picture, lattice)
    assert refused.value.code == code


def test_a_picture_whose_borders_do_not_meet_is_no_period():
    with pytest.raises(InputError, match="border"):
        measure_period(opaque(cropped(endless(tile("p4"), 1.4, 1))))
