import numpy as np
import pytest
import torch

from geometry.symmetry.colour import B3
from service.perception.colour_images import colour_images
from service.perception.distances import moment_distance
from service.perception.moments import blended, moments, moments_of_planes

torch.manual_seed(0)


def picture(batch=1, height=8, width=10, channels=5):
    return torch.rand(batch, channels, height, width, dtype=torch.float64)


def same(a, b):
    for name in ("count", "first", "second"):
        torch.testing.assert_close(getattr(a, name), getattr(b, name), rtol=1e-9, atol=1e-12)


def test_moments_are_numpys():
    x = picture(batch=2)
    found = moments(x)
    pixels = x.movedim(1, -1).reshape(-1, 5).numpy()
    assert float(found.count) == 160
    assert np.allclose(found.mean, pixels.mean(axis=0))
    assert np.allclose(found.std, pixels.std(axis=0))
    centred = pixels - pixels.mean(axis=0)
    outer = np.outer(found.mean, found.mean)
    assert np.allclose(found.raw - outer, centred.T @ centred / len(pixels))


def test_the_halves_of_a_picture_add_up_to_it():
    x = picture()
    same(moments(x[..., :3]) + moments(x[..., 3:]), moments(x))


def test_views_add_up_to_their_batch():
    x = picture(batch=3)
    one, two, three = (moments(view[None]) for view in x)
    same(one + two + three, moments(x))


def test_a_mask_is_a_crop():
    x = picture()
    weight = torch.zeros(1, 1, 8, 10, dtype=x.dtype)
    weight[..., 2:6, 1:9] = 1
    same(moments(x, weight), moments(x[..., 2:6, 1:9]))
    same(moments(x, torch.ones_like(weight)), moments(x))


def test_complementary_masks_add_up():
    x, weight = picture(), torch.rand(1, 1, 8, 10, dtype=torch.float64)
    same(
        moments(x, weight) + moments(x, 1 - weight),
        moments(x),
    )


def test_what_is_masked_out_has_no_influence():
    x = picture()
    weight = torch.ones(1, 1, 8, 10, dtype=x.dtype)
    weight[..., :4, :] = 0
    other = x.clone()
    other[..., :4, :] = 1e3
    same(moments(x, weight), moments(other, weight))


def test_scaling_changes_the_count_and_no_mean():
    found = moments(picture())
    half = found.scaled(0.5)
    assert float(half.count) == float(found.count) / 2
    for name in ("mean", "raw", "std"):
        torch.testing.assert_close(getattr(half, name), getattr(found, name))


def test_a_blend_counts_shares_not_pixels():
    """A large style with share 1 and a small one with share 3: the mean is a quarter to three."""
    large, small = picture(height=40, width=40), picture() + 2
    mixed = blended([({"l": moments(large)}, 1.0), ({"l": moments(small)}, 3.0)])["l"]
    expected = (large.mean(dim=(0, 2, 3)) + 3 * small.mean(dim=(0, 2, 3))) / 4
    torch.testing.assert_close(mixed.mean, expected)


def test_a_flat_picture_has_no_spread_and_a_finite_gradient():
    x = torch.full((1, 3, 4, 4), 0.5, requires_grad=True)
    std = moments(x).std
    assert std.max() <= 2e-3
    std.sum().backward()
    assert torch.isfinite(x.grad).all()


@pytest.mark.parametrize("element", [B3[0], B3[9], B3[-1], (2, 3, 1), (-2, 1, -3)])
def test_colour_images_permute_and_invert_channels(element):
    x = torch.rand(1, 3, 4, 5)
    (image,) = colour_images(x, (element,))
    for new, old in enumerate(element):
        channel = x[:, abs(old) - 1]
        torch.testing.assert_close(image[:, new], channel if old > 0 else 1 - channel)


def test_statistics_pooled_over_a_colour_group_are_invariant():
    """With an inversion in the group the mean is grey, whatever the picture."""
    x = torch.rand(1, 3, 6, 6) * 0.3
    group = ((1, 2, 3), (-1, -2, -3))
    images = colour_images(x, group)
    one, two = (moments(image) for image in images)
    mixed = one + two
    torch.testing.assert_close(mixed.mean, torch.full((3,), 0.5))


@pytest.mark.parametrize("masked", [False, True])
def test_moments_of_bfloat16_are_those_of_its_numbers(masked):
    # As many places as a first layer has.
    generator = torch.Generator().manual_seed(4)
    x = (1 + 0.5 * torch.randn(1, 6, 150, 130, generator=generator)).bfloat16()
    weight = torch.rand(1, 1, 150, 130, generator=generator).round() if masked else None
    found, exact = (
        moments(x, weight),
        moments(x.double(), None if weight is None else weight.double()),
    )
    assert {y.dtype for y in (found.count, found.first, found.second)} == {torch.float32}
    torch.testing.assert_close(found.mean.double(), exact.mean, rtol=1e-5, atol=0)
    torch.testing.assert_close(found.raw.double(), exact.raw, rtol=2e-3, atol=0)
    torch.testing.assert_close(found.std.double(), exact.std, rtol=5e-3, atol=0)


@pytest.mark.parametrize("masked", [False, True])
def test_moments_of_planes_are_those_of_their_pixels(masked):
    x = picture()
    weight = torch.rand(1, 1, *x.shape[2:], dtype=torch.float64) if masked else None
    planes = x.reshape(5, -1).clone().requires_grad_()
    seen = x.clone().requires_grad_()
    found = moments_of_planes(planes, None if weight is None else weight.flatten())
    expected = moments(seen, weight)
    same(found, expected)
    for one in (found, expected):
        (one.mean.square().sum() + one.raw.pow(3).sum()).backward()
    torch.testing.assert_close(planes.grad, seen.grad.reshape(5, -1))


@pytest.mark.parametrize("flat", [False, True])
def test_the_distance_is_its_formula_and_has_its_gradient(flat):
    x, y = picture(), picture()
    if flat:
        x[:, 0] = 0.25  # no deviation at all
    target = moments(y)

    def plain(a):
        pairs = (a.raw, target.raw), (a.mean, target.mean), (a.std, target.std)
        return sum((p - q).square().sum() / q.square().sum() for p, q in pairs)

    weight = torch.rand(1, 1, 8, 10, dtype=torch.float64)
    found = []
    for distance in (lambda a: moment_distance(a, target), plain):
        seen = x.clone().requires_grad_()
        value = 3 * distance(moments(seen, weight))
        value.backward()
        found.append((value.detach(), seen.grad))
    for ours, theirs in zip(*found, strict=True):
        torch.testing.assert_close(ours, theirs)
