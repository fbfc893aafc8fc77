import pytest
import torch

from service.perception.distances import Targets, moment_distance
from service.perception.moments import SeveralMoments, moments
from service.terms.smoothness import steps
from service.terms.style import Wanted, loss

torch.manual_seed(1)


def test_the_distance_is_zero_at_the_target_only():
    x = torch.rand(1, 4, 6, 6)
    assert float(moment_distance(moments(x), moments(x))) < 1e-12
    shuffled = x.flatten(2)[..., torch.randperm(36)].reshape(x.shape)
    assert float(moment_distance(moments(shuffled), moments(x))) < 1e-10
    for other in (x + 0.1, x * 1.2, x.flip(1), torch.rand(1, 4, 6, 6)):
        assert float(moment_distance(moments(other), moments(x))) > 1e-4


def test_the_distance_is_relative():
    """Brighter features of a layer weigh no more: both scaled alike are as far apart."""
    a, b = torch.rand(1, 4, 6, 6), torch.rand(1, 4, 6, 6)
    near = moment_distance(moments(a), moments(b))
    assert moment_distance(moments(100 * a), moments(100 * b)) == pytest.approx(
        float(near), rel=1e-3
    )


def test_the_distance_has_its_closed_form():
    a, b = (torch.rand(1, 3, 5, 5, dtype=torch.float64) for _ in range(2))
    expected = 0.0
    p, q = (x[0].flatten(1).numpy() for x in (a, b))
    for f in (lambda m: m @ m.T / 25, lambda m: m.mean(axis=1), lambda m: m.std(axis=1)):
        expected += ((f(p) - f(q)) ** 2).sum() / (f(q) ** 2).sum()
    assert float(moment_distance(moments(a), moments(b))) == pytest.approx(expected, rel=1e-6)


def test_following_the_gradient_reaches_the_target():
    target = moments(torch.rand(1, 3, 16, 16) ** 2)
    x = torch.rand(1, 3, 8, 8, requires_grad=True)
    optimiser = torch.optim.Adam([x], lr=0.05)
    losses = []
    for _ in range(60):
        loss = moment_distance(moments(x), target)
        losses.append(float(loss.detach()))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert losses[-1] < 0.02 * losses[0]


def test_the_style_term_is_the_weighted_mean_of_its_layers_square_roots():
    a = {name: torch.rand(1, 3, 4, 4) for name in ("one", "two")}
    b = {name: torch.rand(1, 3, 4, 4) for name in ("one", "two")}
    one, two = (float(moment_distance(moments(a[k]), moments(b[k]))) for k in ("one", "two"))
    painted, target = ({k: moments(x[k]) for k in x} for x in (a, b))
    wanted = Wanted([Targets(list(target.values()))], {"one": 1.0, "two": 3.0}, ())

    def term_of(found):
        return float(loss({k: SeveralMoments([found[k]]) for k in found}, wanted))

    assert term_of(painted) == pytest.approx((one**0.5 + 3 * two**0.5) / 4, rel=5e-3)
    assert term_of(target) < 0.011  # the slope at 0 is kept finite


def test_smoothness_is_the_mean_square_of_steps():
    ramp = torch.arange(5.0).expand(1, 3, 4, 5) * 0.1
    assert float(steps(ramp, None)) == pytest.approx(0.01, rel=1e-5)
    assert float(steps(ramp.transpose(-1, -2), None)) == pytest.approx(0.01, rel=1e-5)
    assert float(steps(torch.full((1, 3, 4, 5), 0.3), None)) == 0


def test_of_several_pictures_every_one_has_its_own_steps():
    pictures, weight = torch.rand(3, 3, 6, 5), torch.rand(3, 1, 6, 5)
    for w in (None, weight):
        alone = [steps(pictures[k : k + 1], None if w is None else w[k : k + 1]) for k in range(3)]
        torch.testing.assert_close(steps(pictures, w), torch.cat(alone))


def test_smoothness_sees_nothing_behind_a_mask():
    """Neither steps within the background nor those over its border count."""
    x = torch.full((1, 3, 8, 8), 0.5)
    weight = torch.zeros(1, 1, 8, 8)
    weight[..., :4, :] = 1
    x[..., 4:, :] = torch.rand(1, 3, 4, 8)
    assert float(steps(x, weight)) == 0
    assert float(steps(x, 1 - weight)) > 0


def test_smoothness_of_a_masked_ramp_is_near_that_of_the_whole():
    ramp = torch.arange(32.0).expand(1, 3, 32, 32) * 0.1
    weight = torch.zeros(1, 1, 32, 32)
    weight[..., 2:30, 2:30] = 1
    assert float(steps(ramp, weight)) == pytest.approx(0.01, rel=0.1)


def test_smoothness_of_nothing_is_finite():
    assert float(steps(torch.rand(1, 3, 4, 4), torch.zeros(1, 1, 4, 4))) == 0
