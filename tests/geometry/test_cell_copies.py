"""A picture behind the kaleidoscope: what has the symmetry stays, nothing is cut."""

import numpy as np
import pytest
from skimage import data

from geometry.catalogue import find_colouring, find_group
from geometry.cell_copies import in_all_copies, repeats
from geometry.plane.chart import picture_shape, plane_chart
from geometry.plane.kaleidoscope import kaleidoscope
from geometry.plane.lattices import shaped
from geometry.plane.resample import resample
from geometry.plane.torus import parse_torus_map


def chart_of(group, rule="none", torus=None, side=48, **cell):
    found = shaped(find_group(group, "plane"), **cell)
    torus_map = parse_torus_map(torus) if torus else None
    return plane_chart(found, find_colouring(found, rule), side, torus_map)


def smooth_paint(chart):
    """Broad waves of three colours, periodic on the chart's torus of texels: (texels, 3)."""
    row, column = np.indices((chart.rows, chart.columns)).reshape(2, -1)
    u, v = np.linalg.solve(chart.texels, np.stack([column, row]))
    waves = [np.sin(2 * np.pi * (a * u + b * v + c)) for a, b, c in ((1, 0, 0), (1, 1, 0.3))]
    waves.append(np.cos(2 * np.pi * (v - u)))
    return np.stack(waves, axis=1)


def texture_of(chart, orbits):
    """(rows, columns, 3) of one colour in 0..1 per orbit."""
    _, unfold = kaleidoscope(chart)
    return (unfold.apply(orbits - 0.5) + 0.5).reshape(chart.rows, chart.columns, 3)


CHARTS = [
    ("p1", "none", {}),
    ("p2", "none", {"angle": 70}),
    ("p2", "none", {"aspect": 1.5, "angle": 110}),
    ("pgg", "none", {}),
    ("cmm", "none", {"aspect": 0.8}),
    ("p4", "2a", {}),
    ("p4g", "none", {}),
    ("p4m", "2a", {}),
    ("p4", "none", {"torus": "{4,4}2,1", "side": 60}),
    ("p3", "3a", {}),
    ("p6", "none", {}),
    ("p31m", "none", {}),
]


@pytest.mark.parametrize(("group", "rule", "cell"), CHARTS)
def test_a_picture_that_has_the_symmetry_stays(group, rule, cell):
    """Wherever the cell lies: beyond the border such a picture goes on."""
    chart = chart_of(group, rule, **cell)
    average, _ = kaleidoscope(chart)
    made = average.apply(smooth_paint(chart))
    orbits = 0.5 + 0.4 * made / np.abs(made).max()
    picture = resample(texture_of(chart, orbits), chart, picture_shape(chart, cell.get("side", 48)))
    found = in_all_copies(picture, chart, around=True)
    # where grids agree pixels are copied; else it is read bilinearly
    exact = picture.shape[:2] == (chart.rows, chart.columns) and chart.skew == 0
    error = np.abs(texture_of(chart, found) - texture_of(chart, orbits))
    assert error.max() < (1e-9 if exact and group[1] not in "36" else 0.04)


@pytest.mark.parametrize(("group", "rule", "cell"), CHARTS)
def test_no_copy_is_cut_off(group, rule, cell):
    """Colours that rise evenly over the picture would jump at its border, or where cells end."""
    chart = chart_of(group, **(cell | {"side": 100}))
    height, width = picture_shape(chart, 100)
    rows, columns = np.indices((height, width))
    picture = np.stack([rows / height, columns / width, 1 - rows / height], axis=-1)
    found = texture_of(chart, in_all_copies(picture, chart, around=False))
    shown = resample(found, chart, (height, width))
    steps = [np.abs(np.diff(shown, axis=axis)).max() for axis in (0, 1)]
    steps.append(np.abs(shown[:, 0] - shown[:, -1]).max())
    assert max(steps) < 0.25  # a cut is a step of up to 1; soft edges rise over some pixels


def test_what_repeats_is_told_from_what_does_not():
    chart, brick = chart_of("p4"), chart_of("p2", angle=70)
    photo = data.chelsea()[:300, :300]
    assert not repeats(photo, chart) and not repeats(photo, brick)
    mirrored = np.concatenate([photo, photo[::-1]])
    assert repeats(np.concatenate([mirrored, mirrored[:, ::-1]], axis=1), chart)
    average, _ = kaleidoscope(brick)
    noise = np.random.default_rng(0).normal(size=(brick.rows * brick.columns, 3))
    made = texture_of(brick, 1 / (1 + np.exp(-average.apply(noise))))
    assert repeats(np.rint(made * 255).astype(np.uint8), brick)
