"""Texel grids with phases, against what smooth functions are at the texels' places; and that
paintings have no cut where grids begin."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from service.inputs.styles import load_styles
from service.painting.canvas import Canvas
from service.painting.paint import paint
from service.recipe.parsing import parse_recipe
from service.scene import make_scene
from service.surfaces import grids
from service.surfaces.grids import ALIGNED, enlarge_where_read, random_phases, resize, shrink
from service.surfaces.surface import enlarged_paint
from tests.benchmarks.cuts import line_steps

quick = settings(deadline=None, max_examples=25)
phases = st.tuples(st.floats(-0.5, 0.5), st.floats(-0.5, 0.5))


def waves(size, phase=ALIGNED):
    """A smooth function on a torus, at the texels of a grid: (1, 3, h, w)."""
    y, x = ((torch.arange(n) + 0.5 + p) / n for n, p in zip(size, phase, strict=True))
    y, x = 2 * np.pi * y[:, None], 2 * np.pi * x
    return torch.stack([torch.sin(x + y), torch.cos(x - 2 * y), torch.sin(2 * x)[None] + 0 * y])[
        None
    ]


@quick
@given(st.sampled_from([(48, 40), (40, 40), (56, 72)]), phases, phases)
def test_paint_stays_where_it_is_whatever_the_phases(size, before, after):
    out = resize(waves((40, 40), before), size, True, before, after)
    assert torch.allclose(out, waves(size, after), atol=6e-3)


@quick
@given(phases)
def test_means_are_of_what_a_texel_covers(phase):
    """A coarse texel of four by five texels: the mean over a little more or less than that."""
    out = shrink(waves((96, 100)), (24, 20), True, phase)
    assert torch.allclose(out, waves((24, 20), phase), atol=0.06)
    assert (shrink(torch.ones(1, 1, 9, 7), (4, 3), False, phase) == 1).all()


def test_a_shift_continues_a_torus_and_repeats_the_border_of_other_charts():
    ramp = torch.arange(8.0).expand(1, 1, 8, 8)
    inside = resize(ramp, (8, 8), False, ALIGNED, (0.0, 0.5))[0, 0, 0]
    assert torch.allclose(inside[1:-2], torch.arange(8.0)[1:-2] + 0.5, atol=1e-5)
    assert inside[-1] == pytest.approx(7, abs=0.1)
    around = resize(ramp, (8, 8), True, ALIGNED, (0.0, 0.5))[0, 0, 0]
    assert around[-1] == pytest.approx(3.5, abs=0.1)


def test_every_grid_has_a_phase_of_its_own_but_the_finest_at_full_size():
    early, full, again = (random_phases(5, seed, seed == 2) for seed in (1, 2, 1))
    assert early == again
    assert full[0] == ALIGNED and ALIGNED not in full[1:] and ALIGNED not in early
    drawn = [x for phase in (*early, *full[1:]) for x in phase]
    assert len(set(drawn)) == len(drawn) and all(-0.5 <= x <= 0.5 for x in drawn)


def test_a_canvas_shows_the_same_whatever_its_phases():
    """Levels that hold the same waves on grids of their own add up to the same paint."""
    sizes = Canvas.level_sizes((1, 80, 80), 3)
    grids = random_phases(3, 7, aligned=True)
    moved = Canvas([waves(s, p) for s, p in zip(sizes, grids, strict=True)], True, None, grids)
    plain = Canvas([waves(s) for s in sizes], True)
    assert torch.allclose(moved.logits(), plain.logits(), atol=0.02)
    others = random_phases(3, 8, aligned=False)
    enlarged = moved.enlarged((1, 112, 112), others)
    for level, size, phase in zip(
        enlarged.levels, Canvas.level_sizes((1, 112, 112), 3), others, strict=True
    ):
        assert torch.allclose(level, waves(size, phase), atol=0.03)


def test_tiles_have_no_cut_at_their_border():
    """The step from a tile to its copy is as large as any other, over some seeds. Where all grids
    begin at the border it is 1.8 times as large. tests.benchmarks.cuts has more, and larger tiles.
    """
    found = []
    for seed in (1, 2, 3):
        fields = {"target": "tile", "group": "p1", "size": 128, "quality": "draft", "steps": 50}
        recipe = parse_recipe(fields | {"seed": seed})
        *_, last = paint(recipe, make_scene(recipe), load_styles(recipe))
        found.append(line_steps(last.texture(0)))
    assert np.mean(found, axis=0)[:, 0].mean() < 1.4


@pytest.mark.parametrize("wrap", [True, False])
@pytest.mark.parametrize("size", [(70, 45), (9, 300)])
def test_strips_of_a_large_grid_are_what_one_product_makes(size, wrap, monkeypatch):
    made = []
    for largest in (1000, 1):
        monkeypatch.setattr(grids, "_SPARSE", largest)
        monkeypatch.setattr(grids, "_STRIP", 16)
        x = torch.randn(2, 3, 31, 40, generator=torch.Generator().manual_seed(1)).requires_grad_()
        out = resize(x, size, wrap, (0.3, -0.5), (-0.2, 0.4))
        (out * torch.linspace(-1, 1, size[1])).square().sum().backward()
        made.append((out.detach(), x.grad))
    assert torch.allclose(made[0][0], made[1][0], atol=1e-5)
    assert torch.allclose(made[0][1], made[1][1], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("size", [(80, 70), (211, 190)])
def test_texels_that_are_read_are_those_of_all_that_is_enlarged(size):
    """Up to rounding, and their gradient too; of a block in the middle and at three borders."""
    canvas, phase = (3, 40, 37), (0.2, -0.3)
    paint = torch.randn(3 * 40 * 37, 3, requires_grad=True)
    texels = 3 * size[0] * size[1]
    read = [torch.arange(0, 900), torch.arange(texels // 2, texels // 2 + 300)]
    every = torch.cat([*read, torch.tensor([texels - 1])])
    few = enlarge_where_read(paint, canvas, size, phase, [*read, every[-1:]])[every]
    whole = enlarged_paint(paint, canvas, size, wrap=False, phase=phase)[every]
    assert torch.allclose(few, whole, atol=1e-5)
    wanted = torch.randn(len(every), 3)
    made, expected = (torch.autograd.grad((seen * wanted).sum(), paint)[0] for seen in (few, whole))
    assert torch.allclose(made, expected, atol=1e-5)
    assert float(expected.abs().max()) > 1
