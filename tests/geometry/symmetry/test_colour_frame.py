import numpy as np
import pytest
from scipy.special import expit, logit

from geometry.maps.sampling import SamplingMap
from geometry.symmetry.colour import B3, IDENTITY, act, compose
from geometry.symmetry.colour_frame import CLAMP, FLOOR, RGB, ColourMoments

RANDOM = np.random.default_rng(0)
COLOURS = expit(RANDOM.normal(size=(4000, 3)) @ RANDOM.normal(size=(3, 3)) * 0.6 + (0.5, -0.4, 0.1))
FRAME = ColourMoments.of(COLOURS).frame()
every_element = pytest.mark.parametrize("element", B3)


@every_element
def test_mean_and_covariance_are_the_same_under_every_rule(element):
    inside = COLOURS[(np.abs(COLOURS - 0.5) < 0.5 - CLAMP).all(axis=1)]
    frame = ColourMoments.of(inside).frame()
    before, after = (logit(x) for x in (inside, frame.act(element, inside)))
    assert np.allclose(after.mean(axis=0), before.mean(axis=0), atol=1e-9)
    assert np.allclose(np.cov(after.T), np.cov(before.T), atol=1e-9)


@every_element
def test_elements_act_as_a_group(element):
    some = COLOURS[:50]
    for other in B3:
        twice = FRAME.act(element, FRAME.act(other, some))
        assert np.allclose(FRAME.act(compose(element, other), some), twice, atol=1e-9)
    assert np.allclose(FRAME.act(IDENTITY, some), some, atol=1e-12)


def test_axes_are_the_principal_ones_and_point_to_light_and_to_warm_colours():
    axes, mean = np.array(FRAME.axes), np.array(FRAME.mean)
    logits = logit(COLOURS.clip(CLAMP, 1 - CLAMP))
    assert np.allclose(axes @ axes.T, np.cov(logits.T, bias=True))
    assert np.allclose(mean, logits.mean(axis=0))
    lengths = np.linalg.norm(axes, axis=0)
    assert (np.diff(lengths) < 0).all() and FRAME.floored == 0
    assert axes[:, 0].sum() > 0 and (axes[0, 1:] > axes[2, 1:]).all()


def test_the_first_axis_inverted_makes_light_and_dark_change_places():
    light = FRAME.act((-1, 2, 3), COLOURS).mean(axis=1)
    assert np.corrcoef(light, COLOURS.mean(axis=1))[0, 1] < -0.9


@every_element
def test_red_green_and_blue_themselves_are_acted_on_to_the_bit(element):
    pixels = RANDOM.integers(0, 256, (50, 3), dtype=np.uint8)
    assert np.array_equal(RGB.act(element, COLOURS[:50]), act(element, COLOURS[:50]))
    assert np.array_equal(RGB.as_pixels(element, pixels / 255), act(element, pixels))


def test_colours_on_a_line_have_short_axes_made_longer():
    line = np.array([[-1, 0.2, 0.6]]) + np.linspace(-1, 1.5, 50)[:, None]
    frame = ColourMoments.of(expit(line)).frame()
    lengths = np.linalg.norm(frame.axes, axis=0)
    assert frame.floored == 2 and np.allclose(lengths[1:], FLOOR * lengths[0])


def test_one_colour_alone_has_no_frame():
    assert ColourMoments.of(np.full((9, 3), 0.4)).frame() is None


def test_styles_are_pooled_as_if_their_pixels_were_in_one_picture():
    parts = [(ColourMoments.of(part), len(part)) for part in (COLOURS[:1000], COLOURS[1000:])]
    pooled = ColourMoments.pooled(parts).frame()
    assert np.allclose(pooled.axes, FRAME.axes) and np.allclose(pooled.mean, FRAME.mean)


@every_element
def test_what_becomes_of_a_rounded_pixel_is_within_its_bounds(element):
    pixels = np.rint(255 * COLOURS[:500])
    low, high = FRAME.bounds(element, pixels / 255)
    image = FRAME.act(element, COLOURS[:500].clip(1e-6, 1 - 1e-6))
    assert (low - 1e-9 <= image).all() and (image <= high + 1e-9).all()


@pytest.mark.parametrize("element", [(2, 3, 1), (-1, -2, -3)])
def test_mixtures_have_the_symmetry_of_what_is_mixed(element):
    def mix(x):
        return 0.25 * x[:20] + 0.75 * x[20:40]

    for frame in (RGB, FRAME):
        mixed = frame.mixed(COLOURS, mix)
        image = frame.mixed(frame.act(element, COLOURS), mix)
        assert np.allclose(frame.act(element, mixed), image, atol=1e-9)


def test_a_map_reads_colours_through_the_frame():
    """Two copies of weight ¾, the second through (2, 3, 1): the image under (2, 3, 1) of what is
    read is what is read of the image, and paint that shows the mean shows it everywhere."""
    cycle = (2, 3, 1)
    sampling = SamplingMap(
        3,
        np.array([0, 3, 3]),
        np.arange(3, dtype=np.int32),
        np.full(3, 0.75),
        np.arange(3, dtype=np.int8),
        (IDENTITY, cycle, compose(cycle, cycle)),
    )
    paint = RANDOM.normal(size=(3, 3))
    moved, shift = FRAME.action(cycle)
    read = sampling.apply(paint, FRAME)
    again = sampling.apply(paint[[1, 2, 0]], FRAME)
    assert np.allclose(moved @ again[0] + shift, read[0])
    assert np.array_equal(read[1], np.zeros(3))
    mean = np.array(FRAME.mean)
    assert np.allclose(sampling.apply(np.tile(mean / 2.25, (3, 1)), FRAME)[0], mean)
