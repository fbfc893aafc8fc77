"""A network that takes a picture for one period of a pattern, and borders that see padding."""

import torch

from service.perception.borders import inner
from service.perception.network import load_network

NETWORK = load_network("squeezenet")
PERIOD = torch.rand(1, 3, 64, 96, generator=torch.Generator().manual_seed(1))


def test_a_rolled_period_has_rolled_features():
    plain = NETWORK.periodic(PERIOD)
    rolled = NETWORK.periodic(PERIOD.roll((16, 48), (2, 3)))  # the coarsest layer's stride is 16
    for name, features in plain.items():
        stride = PERIOD.shape[-1] // features.shape[-1]
        expected = features.roll((16 // stride, 48 // stride), (2, 3))
        assert torch.allclose(rolled[name], expected, atol=1e-3 * float(features.abs().max())), name


def test_several_periods_have_several_times_the_same_features():
    one, four = NETWORK.periodic(PERIOD), NETWORK.periodic(PERIOD.repeat(1, 1, 2, 2))
    for name, features in one.items():
        repeated = features.repeat(1, 1, 2, 2)
        assert torch.allclose(four[name], repeated, atol=1e-3 * float(features.abs().max())), name


def test_the_same_numbers_serve_both():
    for own, other in zip(NETWORK.parameters(), NETWORK.periodic.parameters(), strict=True):
        assert own is other


def test_within_the_reach_nothing_sees_padding():
    # In the middle of nine periods, far from all borders, features are those of the torus.
    side = 256
    picture = torch.rand(1, 3, side, side, generator=torch.Generator().manual_seed(2))
    nine = picture.repeat(1, 1, 3, 3)[..., side - 64 : 2 * side + 64, side - 64 : 2 * side + 64]
    for name, features in NETWORK(nine).items():
        margin = NETWORK.reach[name]
        stride = nine.shape[-1] // features.shape[-1]
        truth = NETWORK.periodic(picture)[name]
        offset = 64 // stride
        expected = truth.roll((offset, offset), (2, 3)).repeat(1, 1, 2, 2)
        expected = expected[..., : features.shape[-2], : features.shape[-1]]
        apart = inner((features - expected).abs(), margin).amax()
        assert apart < 0.02 * features.abs().max(), name


def test_something_is_left_of_small_features():
    assert inner(torch.zeros(1, 1, 4, 9), 6).shape == (1, 1, 2, 5)
