"""What is said of a picture's figures."""

import pytest

from service.reporting.remarks import remarks

FINE = {"coverage": 1.0, "collapsed": 0.0, "collapsed_triangles": 0, "seams": {"mip0": 1.0}}


TURN = [[-1.0, 0.0, 1.0], [0.0, -1.0, 1.0], [0.0, 0.0, 1.0]]
MIRROR = [[-1.0, 0.0, 1.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
PLAIN, NEGATIVE = [1, 2, 3], [-1, -2, -3]


def receipt(rms=0.3, seams=None, surface=None, generator=TURN, colour=NEGATIVE, **recipe):
    found = {
        "quality": {"symmetry_rms": rms, "seams": seams or {}},
        "recipe": {"folds": None, "views": 8, **recipe},
        "generators": [{"matrix": generator, "colour": colour}],
    }
    return found if surface is None else found | {"surface": FINE | surface}


@pytest.mark.parametrize(
    "figures",
    [
        receipt(),
        receipt(rms=None),
        receipt(rms=40.0, folds="1/6"),  # which is what was asked for
        receipt(seams={"horizontal": 1.5, "vertical": None}),
        receipt(seams={"horizontal": 4.0}, generator=MIRROR),  # light meets dark, as was asked for
        receipt(surface={"seams": {"mip0": None}}),
        receipt(surface={"coverage": 0.97}),
    ],
)
def test_nothing_is_said_of_what_is_fine(figures):
    assert list(remarks(figures)) == []


@pytest.mark.parametrize(
    ("figures", "figure", "help_"),
    [
        (receipt(rms=6.7), "6.7/255", "--size"),
        (receipt(seams={"horizontal": 1.0, "vertical": 3.1}), "3.1 times", "--seed"),
        (receipt(seams={"vertical": 3.1}, generator=MIRROR, colour=PLAIN), "3.1 times", "--seed"),
        (receipt(surface={"seams": {"mip0": 1.0, "mip1": 1.4}}), "1.40 times", "--seam"),
        (receipt(surface={"coverage": 0.6}), "40 %", "--views 16"),
        (receipt(surface={"collapsed": 0.1, "collapsed_triangles": 7}), "7 triangles", "--unwrap"),
    ],
)
def test_what_is_not_is_said_with_what_helps(figures, figure, help_):
    (sentence,) = list(remarks(figures))
    assert figure in sentence and help_ in sentence
