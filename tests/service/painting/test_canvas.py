import itertools

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from service.painting.canvas import Canvas
from service.surfaces.grids import resize

sides = st.integers(4, 20)
quick = settings(deadline=None, max_examples=25)


def noise(h, w, seed=0):
    return torch.randn(2, 3, h, w, generator=torch.Generator().manual_seed(seed))


@quick
@given(sides, sides, sides, sides, st.booleans())
def test_constant_paint_stays_constant_at_any_size(h, w, h2, w2, wrap):
    out = resize(torch.full((2, 3, h, w), 0.7), (h2, w2), wrap)
    assert out.shape == (2, 3, h2, w2)
    assert torch.allclose(out, torch.tensor(0.7), atol=1e-5)


@quick
@given(sides, sides, st.integers(0, 20), st.integers(0, 20), st.sampled_from([1, 2, 3]))
def test_a_torus_has_no_seam(h, w, down, across, factor):
    """Rolled paint makes the rolled picture: nothing happens at the border that does not happen
    elsewhere."""
    x = noise(h, w)
    rolled = resize(x.roll((down, across), (-2, -1)), (h * factor, w * factor), True)
    expected = resize(x, (h * factor, w * factor), True)
    expected = expected.roll((down * factor, across * factor), (-2, -1))
    assert torch.allclose(rolled, expected, atol=1e-4)


def test_a_torus_continues_periodically():
    """The same as enlarging 3 × 3 copies and cutting out the middle one."""
    x = noise(6, 5)
    tiled = resize(x.repeat(1, 1, 3, 3), (42, 33), False)
    assert torch.allclose(resize(x, (14, 11), True), tiled[..., 14:28, 11:22], atol=1e-4)


@pytest.mark.parametrize("wrap", [False, True])
def test_texel_centres_are_halfway(wrap):
    """A ramp along x stays nearly a ramp: texel i of n lies at (i + ½)/n of the width. A quarter
    of a texel beside that place would be off by 0.01."""
    ramp = ((torch.arange(16) + 0.5) / 16).expand(1, 1, 4, 16)
    out = resize(ramp, (4, 24), wrap)[0, 0]
    expected = ((torch.arange(24) + 0.5) / 24).expand(4, 24)
    assert torch.allclose(out[:, 5:-5], expected[:, 5:-5], atol=5e-3)


def test_paint_of_the_same_size_is_left_alone():
    x = noise(5, 7)
    assert torch.equal(resize(x, (5, 7), True), x)


@pytest.mark.parametrize("wrap", [False, True])
def test_gradients_flow_back_to_every_texel(wrap):
    x = noise(6, 6).requires_grad_()
    resize(x, (17, 9), wrap).square().sum().backward()
    assert (x.grad.abs() > 0).all()


@quick
@given(st.integers(1, 3), st.integers(8, 900), st.integers(8, 900), st.integers(1, 8))
def test_levels_halve_and_never_vanish(charts, h, w, depth):
    sizes = Canvas.level_sizes((charts, h, w), depth)
    assert len(sizes) == depth
    assert sizes[0] == (h, w)
    for (a, b), (c, d) in itertools.pairwise(sizes):
        assert c == max(4, a // 2)
        assert d == max(4, b // 2)


def make(shape=(2, 20, 14), depth=4, seed=1, wrap=False):
    return Canvas.noise(shape, depth, wrap, 0.3, torch.Generator().manual_seed(seed))


def test_noise_is_reproducible_and_mild():
    one, two, other = make(), make(), make(seed=2)
    assert one.shape == (2, 20, 14)
    assert torch.equal(one.logits(), two.logits())
    assert not torch.equal(one.logits(), other.logits())
    assert one.logits().shape == (2 * 20 * 14, 3)
    assert 0.02 < float(one.logits().detach().std()) < 2


def test_the_paint_is_the_sum_of_its_levels():
    """Linear: each level alone, the others at zero, and the sum."""
    canvas = make()
    whole, parts = canvas.logits().detach(), torch.zeros(560, 3)
    for k in range(4):
        alone = [x.detach() if i == k else torch.zeros_like(x) for i, x in enumerate(canvas.levels)]
        parts += Canvas(alone, False).logits().detach()
    assert torch.allclose(whole, parts, atol=1e-5)


def test_rows_of_logits_are_texels_in_order():
    """A single texel painted on the finest level is one row: chart, then row, then column."""
    canvas = make()
    for level in canvas.levels:
        level.data.zero_()
    canvas.levels[0].data[1, :, 3, 5] = 1
    rows = canvas.logits().detach().abs().sum(dim=1).nonzero().ravel()
    assert rows.tolist() == [1 * 280 + 3 * 14 + 5]


def test_colours_are_mixed_by_an_invertible_matrix():
    """Any colour can be painted; the first axis is light, which moves all channels alike."""
    columns = []
    for k in range(3):
        x = torch.zeros(1, 3, 4, 4)
        x[:, k] = 1
        columns.append(Canvas([x], False).logits()[0].detach())
    mix = torch.stack(columns, dim=1)
    assert torch.linalg.matrix_rank(mix) == 3
    assert (mix[:, 0] > 0.3).all()
    assert mix.norm(dim=0).max() == pytest.approx(1)


def test_every_level_gets_a_gradient():
    canvas = make(wrap=True)
    canvas.logits().square().sum().backward()
    assert all(level.grad.abs().sum() > 0 for level in canvas.levels)


# --- paint that must be coarser than texels --------------------------------------------------


def coarser_by(octaves, shape=(2, 32, 32), depth=4):
    canvas = make(shape=shape, depth=depth)
    levels = [level.detach() for level in canvas.levels]
    return canvas, Canvas(levels, False, torch.full((shape[0], 1, *shape[1:]), float(octaves)))


def test_paint_as_fine_as_texels_keeps_all_levels():
    free, bound = coarser_by(0.0)
    assert torch.equal(bound.logits(), free.logits())


@pytest.mark.parametrize("octaves", [1, 2, 3])
def test_levels_that_are_too_fine_are_silent(octaves):
    """Coarser by n octaves: the finest n levels show nothing, and are not moved; the others all."""
    free, bound = coarser_by(octaves)
    expected = torch.zeros_like(free.logits().detach())
    for k in range(octaves, 4):
        alone = [x.detach() if i == k else torch.zeros_like(x) for i, x in enumerate(free.levels)]
        expected += Canvas(alone, False).logits().detach()
    assert torch.allclose(bound.logits(), expected, atol=1e-5)
    bound.logits().square().sum().backward()
    moved = [float(level.grad.abs().max()) for level in bound.levels]
    assert all(x == 0 for x in moved[:octaves]) and all(x > 0 for x in moved[octaves:])


def test_between_octaves_a_level_fades():
    silent, half, full = (coarser_by(x)[1].logits().detach() for x in (1.0, 0.5, 0.0))
    assert torch.allclose(half, (silent + full) / 2, atol=1e-5)


def test_something_is_always_left_to_paint():
    """However coarse it must be, the coarsest level stays."""
    free, bound = coarser_by(40.0)
    alone = [*(torch.zeros_like(x) for x in free.levels[:-1]), free.levels[-1].detach()]
    expected = Canvas(alone, False).logits().detach()
    assert float(expected.std()) > 0.02
    assert torch.allclose(bound.logits(), expected, atol=1e-5)


def test_detail_is_held_back_only_where_it_must_be():
    free, _ = coarser_by(0)
    coarser = torch.zeros(2, 1, 32, 32)
    coarser[:, :, :, :16] = 2.0
    bound = Canvas([x.detach() for x in free.levels], False, coarser)
    pictures = [c.logits().detach().reshape(2, 32, 32, 3) for c in (bound, free)]
    fine = [(p[:, :, 1:] - p[:, :, :-1]).abs().mean(dim=(0, 1, 3)) for p in pictures]
    assert torch.allclose(pictures[0][:, :, 24:], pictures[1][:, :, 24:], atol=1e-5)
    assert (fine[0][:12] < 0.6 * fine[1][:12]).all()


def test_a_canvas_that_is_looked_at_small_shows_the_same_in_the_same_places():
    """Waves on grids with phases: where these were left out, those of the coarsest level would be
    half a texel, a tenth of a wave, beside their places."""
    phases = [(0.3, -0.2), (-0.5, 0.4), (0.5, 0.5)]

    def waves(number, size):
        down, across = (
            torch.cos(2 * torch.pi * (torch.arange(n) + 0.5 + phase) / n + number)
            for n, phase in zip(size, phases[number], strict=True)
        )
        return (down[:, None] + across).expand(1, 3, *size).contiguous()

    sizes = Canvas.level_sizes((1, 48, 48), 3)
    canvas = Canvas([waves(k, size) for k, size in enumerate(sizes)], True, None, phases)
    small = canvas.shrunk((1, 24, 24))
    assert small.shape == (1, 24, 24) and torch.equal(small.axes, canvas.axes)
    whole = canvas.logits().reshape(1, 48, 48, 3).movedim(-1, 1)
    expected = torch.nn.functional.adaptive_avg_pool2d(whole, (24, 24))
    shown = small.logits().reshape(1, 24, 24, 3).movedim(-1, 1)
    assert (shown - expected).abs().max() < 0.04 * whole.abs().max()
