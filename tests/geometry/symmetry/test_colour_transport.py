import numpy as np
import pytest
from scipy.linalg import cholesky, inv, sqrtm
from scipy.special import expit, logit

from geometry.symmetry.colour_frame import CLAMP, ColourFrame, ColourMoments
from geometry.symmetry.colour_transport import GAIN, ColourTransport, moments_of

RANDOM = np.random.default_rng(0)


def colours(spread, mean=(0.3, -0.4, 0.1), count=4000):
    """(count, 3) in 0..1, none so near to black or white that it would be clamped."""
    logits = RANDOM.normal(size=(count, 3)) @ (spread * RANDOM.normal(size=(3, 3))) + mean
    found = expit(logits)
    return found[(np.abs(found - 0.5) < 0.5 - CLAMP).all(axis=1)]


ONE, OTHER = colours(0.4), colours(0.7, (-0.6, 0.2, 0.5))
PIXELS = RANDOM.integers(0, 256, (40, 50, 3), dtype=np.uint8)


def between(one, other):
    return ColourTransport.between(ColourMoments.of(one), ColourMoments.of(other))


def test_mean_and_covariance_become_the_others():
    moved = logit(ONE) @ (transport := between(ONE, OTHER)).linear.T + transport.shift
    assert np.allclose(moved.mean(axis=0), logit(OTHER).mean(axis=0), atol=1e-9)
    assert np.allclose(np.cov(moved.T, bias=True), np.cov(logit(OTHER).T, bias=True), atol=1e-9)


def test_no_other_linear_map_does_so_with_less_change():
    one, other = (np.cov(logit(x).T, bias=True) for x in (ONE, OTHER))
    linear = between(ONE, OTHER).linear
    assert np.allclose(linear, linear.T) and np.linalg.eigvalsh(linear).min() > 0

    def change(m):  # mean square, of centred colours
        return np.trace((m - np.eye(3)) @ one @ (m - np.eye(3)).T)

    # Bures and Wasserstein's distance of two normal distributions
    distance = np.trace(one + other - 2 * np.real(sqrtm(sqrtm(one) @ other @ sqrtm(one))))
    assert np.isclose(change(linear), distance)
    by_cholesky = cholesky(other, lower=True) @ inv(cholesky(one, lower=True))
    assert np.allclose(by_cholesky @ one @ by_cholesky.T, other)
    assert change(by_cholesky) > change(linear)


@pytest.mark.parametrize(
    "pixels",
    [PIXELS, PIXELS[..., :1].repeat(3, axis=2), np.full((20, 20, 3), 7, np.uint8), PIXELS // 255],
    ids=["colours", "grey", "flat", "black"],
)
def test_a_picture_in_its_own_colours_stays_as_it_is(pixels):
    same = ColourTransport.between(moments_of(pixels), moments_of(pixels))
    assert np.array_equal(same.on_pixels(pixels), pixels)


def test_pixels_get_the_colours_and_black_and_white_stay_the_darkest_and_the_lightest():
    pixels = np.rint(255 * ONE[:3500].reshape(50, 70, 3)).astype(np.uint8)
    pixels[0, 0], pixels[0, 1] = 0, 255
    moved = between(ONE, OTHER).on_pixels(pixels)
    seen = moved.reshape(-1, 3) / 255
    assert np.allclose(logit(np.median(seen, axis=0)), logit(np.median(OTHER, axis=0)), atol=0.15)
    light = moved.sum(axis=2)
    assert light.argmin() == 0 and light.argmax() == 1


def test_what_is_grey_does_not_become_noise():
    grey = colours(0.5).mean(axis=1, keepdims=True).repeat(3, axis=1)
    noisy = grey + RANDOM.normal(0, 1e-3, grey.shape)
    transport = between(noisy, OTHER)
    assert np.isclose(np.linalg.eigvalsh(transport.linear).max(), GAIN)
    moved = logit(noisy) @ transport.linear.T + transport.shift
    assert np.allclose(moved.mean(axis=0), logit(OTHER).mean(axis=0), atol=1e-9)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_frame_of_light_inverts_grey_and_keeps_hues(axis):
    element = tuple(-k if k == axis + 1 else k for k in (1, 2, 3))
    frame = ColourFrame.of_light(0.4, [(1, 2, 3), element])
    before, after = (logit(x) for x in (ONE, frame.act(element, ONE)))
    hues = [x - x.mean(axis=1, keepdims=True) for x in (before, after)]
    assert np.allclose(*hues, atol=1e-9)
    assert np.allclose(before.mean(axis=1) + after.mean(axis=1), 0.8)


def test_there_is_no_frame_of_light_where_more_than_one_axis_changes():
    for elements in ([(-1, -2, -3)], [(2, 1, 3)], [(-1, 2, 3), (1, -2, 3)], [(1, 2, 3), (2, 3, 1)]):
        assert ColourFrame.of_light(0.0, elements) is None
    assert ColourFrame.of_light(0.0, [(1, 2, 3)]) is not None
