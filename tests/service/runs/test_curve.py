"""Curves that grow, and stay as long as a page can show."""

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from service.runs.curve import Curve
from service.runs.record import MAX_POINTS


def grown(curve, first, last):
    for step in range(first, last + 1):
        curve.add(step, float(step), {"style": 2.0 * step})
    return curve.points()


@given(st.integers(1, 4 * MAX_POINTS))
@settings(max_examples=30, deadline=None)
def test_points_are_those_of_steps_evenly_and_of_the_last(count):
    points = grown(Curve(), 1, count)
    assert len(points.steps) <= MAX_POINTS
    assert points.steps[0] == 1 and points.steps[-1] == count
    gaps = {b - a for a, b in zip(points.steps[:-1], points.steps[1:-1], strict=False)}
    assert len(gaps) <= 1
    assert points.loss == [float(step) for step in points.steps]
    assert points.terms["style"] == [2.0 * step for step in points.steps]


@given(st.integers(2, 3 * MAX_POINTS), st.data())
@settings(max_examples=30, deadline=None)
def test_one_that_goes_on_forgets_what_comes_again(count, data):
    back = data.draw(st.integers(0, count - 1))
    points = grown(Curve(grown(Curve(), 1, count), back), back + 1, count)
    assert points.steps == sorted(set(points.steps)) and len(points.steps) <= MAX_POINTS
    assert points.steps[0] == 1 and points.steps[-1] == count
    assert points.loss == [float(step) for step in points.steps]


def test_terms_come_and_go_and_may_not_be_finite():
    curve = Curve()
    curve.add(1, math.inf, {"style": 1.0})
    curve.add(2, 2.0, {"seam": math.nan})
    curve.add(3, 3.0, {"seam": 0.123456789})
    points = curve.points()
    assert points.loss == [None, 2.0, 3.0]
    assert points.terms == {"style": [1.0, None, None], "seam": [None, None, 0.123457]}
