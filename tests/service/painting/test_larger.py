"""A painting that goes on at a larger size: what stays, and what it costs."""

import dataclasses
import functools

import numpy as np
import pytest
import torch
from cases import quick
from PIL import Image
from test_repainting import CPU, RECIPES, STYLE, recipe_of, run, scene_of

from geometry.errors import InputError
from service.painting.canvas import Canvas, colour_axes
from service.painting.checkpoint import Checkpoint
from service.painting.kept import Paint
from service.painting.ladder import places, stage_plans
from service.painting.paint import paint
from service.painting.stage import style_side
from service.recipe.recipe import Recipe
from service.scene import make_scene
from service.surfaces.grids import ALIGNED, random_phases
from service.surfaces.surface import make_surface

SIZE, LARGER = 64, 96


@functools.cache
def small(name):
    """(the picture, its paint as a file keeps it), of a painting that is finished."""
    *_, last = run(recipe_of(name, size=SIZE, steps=16))
    return last.texture(0), Paint.from_bytes(last.paint().to_bytes(half=True))


def enlarged(name, **options):
    recipe = recipe_of(name, size=LARGER, steps=16)
    return run(recipe, before=small(name)[1], **options)


def likeness(one, other):
    """The correlation of two pictures of any size."""
    size = (one.shape[1], one.shape[0])
    other = np.asarray(Image.fromarray(other).resize(size, Image.Resampling.BOX))
    return np.corrcoef(one.astype(float).ravel(), other.astype(float).ravel())[0, 1]


@pytest.mark.parametrize("name", quick(RECIPES, "tile", "mesh"))
def test_the_picture_stays(name):
    picture, paint = small(name)
    *_, last = enlarged(name)
    found = last.texture(0)
    assert found.shape[1] == LARGER
    assert likeness(picture, found) > 0.9
    assert last.mirrored == paint.mirrored
    assert last.larger_than.sha256 == paint.sha256 and last.larger_than.width == SIZE


def test_another_painting_of_that_size_is_another_picture():
    """What the likeness above is worth."""
    *_, last = run(recipe_of("tile", size=LARGER, steps=16))
    assert likeness(small("tile")[0], last.texture(0)) < 0.7


def test_it_is_the_same_however_often_it_stops():
    steps = list(enlarged("tile"))
    whole = steps[-1]
    first = next(iter(enlarged("tile")))
    resumed = list(enlarged("tile", resume=Checkpoint.from_bytes(first.checkpoint().to_bytes())))
    assert len(resumed) == len(steps)
    assert np.array_equal(resumed[-1].texture(0), whole.texture(0))
    with pytest.raises(InputError) as caught:  # it is no other painting's
        next(run(recipe_of("tile", size=LARGER, steps=16), resume=first.checkpoint()))
    assert caught.value.code == "bad-checkpoint"


def test_strokes_keep_their_size_relative_to_the_picture_in_any_number_of_goes():
    _, paint = small("tile")
    *_, last = enlarged("tile")
    again = Paint.from_bytes(last.paint().to_bytes())
    assert (again.width, again.first_width) == (LARGER, SIZE)
    *_, last = run(recipe_of("tile", size=128, steps=4), before=again)
    assert last.paint().first_width == paint.first_width == SIZE
    scene = scene_of(recipe_of("tile"))
    sides = [
        style_side(make_surface(scene, width, 1, CPU).unit, scene, width, first) / width
        for width, first in ((SIZE, SIZE), (128, SIZE))
    ]
    assert sides[0] == sides[1] > 1


@pytest.mark.parametrize("wrap", [True, False])
def test_a_canvas_shows_the_paint_that_it_is_made_of(wrap):
    paint = torch.randn(2, 3, 20, 24, generator=torch.Generator().manual_seed(1))
    frame = dataclasses.replace(
        scene_of(recipe_of("tile")).style_frame,
        axes=((2.0, 0.1, 0.0), (0.3, 1.0, 0.2), (0, 0, 0.5)),
    )
    phases = random_phases(3, 5, aligned=True)
    canvas = Canvas.showing(paint, (2, 20, 24), 3, wrap, phases, colour_axes(frame))
    shown = canvas.logits().detach().reshape(2, 20, 24, 3).movedim(-1, 1)
    assert torch.allclose(shown, paint, atol=1e-4)
    assert [tuple(x.shape[-2:]) for x in canvas.levels] == [(20, 24), (10, 12), (5, 6)]


def test_a_coarse_level_holds_what_is_smooth():
    x = torch.linspace(0, 2 * np.pi, 65)[:-1]
    smooth = torch.sin(x)[None, None, :, None].expand(1, 3, 64, 64)
    canvas = Canvas.showing(smooth, (1, 64, 64), 3, True, (ALIGNED,) * 3, torch.eye(3))
    fine, middle, coarse = (float(level.detach().abs().max()) for level in canvas.levels)
    assert coarse > 0.9 and max(fine, middle) < 0.05


@pytest.mark.parametrize("quality", ["draft", "standard", "final"])
@pytest.mark.parametrize(("before", "size"), [(512, 1024), (256, 1024), (500, 512), (64, 4096)])
def test_the_ladder_begins_above_the_picture_and_costs_less_than_a_new_one(quality, before, size):
    recipe = Recipe(target="tile", group="p4", size=size, quality=quality)
    plans = stage_plans(recipe, 4, before)
    widths = [before, *(plan.width for plan in plans)]
    assert widths[-1] == size
    ratios = np.diff(np.log2(widths))
    assert np.allclose(ratios[1:], 0.5, atol=0.02) and ratios.max() < 0.78

    def cost(plans):
        return sum(plan.steps * plan.width**2 for plan in plans)

    assert cost(plans) < 0.6 * cost(stage_plans(recipe, 4))
    assert len(places(recipe, (), 4, before)) == sum(plan.steps for plan in plans)


def test_what_is_no_larger_is_refused():
    recipe = recipe_of("tile", size=SIZE)
    with pytest.raises(InputError) as caught:
        next(paint(recipe, scene_of(recipe), [STYLE], CPU, before=small("tile")[1]))
    assert (caught.value.code, caught.value.field) == ("bad-value", "size")


def test_paint_that_does_not_know_its_width_is_refused():
    old = dataclasses.replace(small("tile")[1], width=0, first_width=0)
    recipe = recipe_of("tile", size=LARGER)
    with pytest.raises(InputError) as caught:
        next(run(recipe, before=old))
    assert caught.value.code == "bad-value"


def test_a_picture_of_light_alone_goes_on():
    base = np.random.default_rng(2).integers(0, 256, (64, 64, 4), np.uint8) | (0, 0, 0, 255)
    base = base.astype(np.uint8)
    fields = {"style_colours": "light", "start": "base", "base": "given"}
    recipe = Recipe(target="tile", group="p4", size=64, steps=2, style_scale=0.2, **fields)
    scene = make_scene(recipe).on_base(recipe, base)
    *_, small = paint(recipe, scene, [STYLE], CPU)
    larger = recipe.model_copy(update={"size": 128})
    scene = make_scene(larger).on_base(larger, np.asarray(Image.fromarray(base).resize((128, 128))))
    *_, large = paint(larger, scene, [STYLE], CPU, before=small.paint())
    assert np.isfinite(large.paint().logits).all() and large.texture(0).shape == (128, 128, 3)
