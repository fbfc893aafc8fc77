import itertools
import math
import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from shapes import uv_sphere

from geometry.errors import InputError
from geometry.seeing.cameras import Camera
from geometry.seeing.surrounding import surrounding_cameras
from geometry.symmetry.colour_frame import RGB
from service.inputs.body import Body
from service.inputs.styles import StylePicture
from service.painting.ladder import stage_plans
from service.painting.paint import paint
from service.painting.stage import Stage
from service.perception.network import load_network
from service.recipe.parts import QUALITIES
from service.recipe.recipe import Recipe
from service.recipe.seeds import seed_of
from service.scene import make_scene
from service.terms import colour

CPU = torch.device("cpu")
PIXELS = np.random.default_rng(0).integers(0, 256, (6, 8, 3)).repeat(12, 0).repeat(12, 1)
STYLE = StylePicture("noise", 1.0, PIXELS.astype(np.uint8), "")


def tile(**changes):
    given = {"target": "tile", "group": "p4", "size": 64, "steps": 3, "views": 2}
    return Recipe(**given | {"style_scale": 0.4} | changes)


def run(recipe, mesh=None, cameras=()):
    body = None if mesh is None else Body(mesh, cameras)
    return paint(recipe, make_scene(recipe, body), [STYLE], CPU)


def finished(recipe):
    *_, last = run(recipe)
    return last.texture(0)


def test_the_same_recipe_paints_the_same_bits_and_another_seed_others():
    one, two, other = finished(tile()), finished(tile()), finished(tile(seed=1))
    assert np.array_equal(one, two)
    assert not np.array_equal(one, other)


def test_progress_counts_up_to_the_end():
    recipe = tile(size=96, steps=7)
    reports = list(run(recipe))
    plans = stage_plans(recipe)
    assert len(plans) > 1
    assert [p.step for p in reports] == list(range(1, 8))
    assert {p.steps for p in reports} == {7}
    assert {p.stages for p in reports} == {len(plans)}
    expected = [k for k, plan in enumerate(plans) for _ in range(plan.steps)]
    assert [p.stage for p in reports] == expected
    for earlier, later in itertools.pairwise(reports):
        assert later.seconds >= earlier.seconds >= 0
        assert later.megapixels > earlier.megapixels > 0
    assert all(p.seconds_left >= 0 for p in reports)
    assert reports[-1].seconds_left == pytest.approx(0, abs=1e-6)
    for p in reports:
        assert set(p.loss) == {"style", "detail", "colour", "smoothness"}
        assert all(math.isfinite(x) and x >= 0 for x in p.loss.values())


def test_textures_have_their_size_at_every_stage_also_when_stopped_early():
    """Full size on demand from the first step on, and a bounded one; asking disturbs nothing."""
    recipe = tile(size=96, steps=4)
    undisturbed = finished(recipe)
    stages = set()
    for progress in run(recipe):
        stages.add(progress.stage)
        full, small = progress.texture(0), progress.texture(40)
        assert full.shape == (96, 96, 3)
        assert full.dtype == small.dtype == np.uint8
        assert max(small.shape[:2]) <= 40
        assert max(progress.texture(10_000).shape[:2]) <= 96
        assert abs(full.mean() - small.mean()) < 4
    assert len(stages) > 1
    assert np.array_equal(full, undisturbed)
    painting = run(recipe)
    first = next(painting)
    painting.close()  # finish with what there is
    assert first.texture(0).shape == (96, 96, 3)


@pytest.mark.parametrize("target", ["sphere", "mesh"])
def test_bodies_are_painted_too(target):
    fields = {"group": "332", "colouring": "3a", "style_scale": 0.4}
    recipe = Recipe(target=target, size=64, steps=2, views=2, **fields)
    *_, last = run(recipe, uv_sphere(24, 12) if target == "mesh" else None)
    assert last.texture(0).shape == ((32, 64, 3) if target == "sphere" else (64, 64, 3))
    assert last.texture(0).std() > 1
    assert all(map(math.isfinite, last.loss.values()))


@pytest.mark.parametrize(
    ("target", "group", "shape"),
    [("hyperbolic", "[4,6]+", (64, 64, 3)), ("spiral", "spiral3", (64, 64, 3))],
)
def test_other_spaces_are_painted_too(target, group, shape):
    recipe = Recipe(target=target, group=group, colouring="2a", size=64, steps=2, views=2)
    *_, last = run(recipe)
    assert last.texture(0).shape == shape and last.texture(0).std() > 1
    assert all(map(math.isfinite, last.loss.values()))


def test_a_spirals_loop_begins_with_its_picture_and_ends_where_it_begins():
    """One repetition changes the colours by the rule, here green with blue; two bring them back.
    Every frame is one step on."""
    recipe = Recipe(
        target="spiral",
        group="spiral1",
        colouring="x=rbg",
        colours="rgb",
        size=64,
        steps=1,
        views=1,
    )
    *_, last = run(recipe)
    surface, paint_then = last.surface(True)
    frames = [frame.astype(int) for frame in surface.loop(paint_then, 8)]
    assert len(frames) == 16
    assert np.array_equal(frames[0], last.texture(0))
    steps = [np.abs(a - b).mean() for a, b in itertools.pairwise([*frames, frames[0]])]
    assert max(steps) < 2 * min(steps)
    assert np.abs(frames[8][..., [0, 2, 1]] - frames[0]).max() <= 1
    assert np.abs(frames[8] - frames[0]).mean() > 3


def looking_away() -> Camera:
    """Below the sphere, looking down."""
    pose = ((1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, -9), (0, 0, 0, 1))
    return Camera(width=64, height=64, matrix_world=pose)


def test_a_camera_that_sees_nothing_spoils_nothing():
    """One camera looks away: the painting stays finite."""
    mesh = uv_sphere(16, 8)
    recipe = Recipe(target="mesh", group="1", size=64, steps=3)
    *_, last = run(recipe, mesh, (looking_away(), *surrounding_cameras(mesh, 1, 64)))
    assert all(map(math.isfinite, last.loss.values()))


def test_cameras_that_all_look_away_are_refused():
    recipe = Recipe(target="mesh", group="1", size=64, steps=1)
    with pytest.raises(InputError, match="No view sees the mesh"):
        list(run(recipe, uv_sphere(16, 8), (looking_away(),)))


def test_the_loss_falls():
    reports = list(run(tile(steps=48, style_scale=0.25)))  # forms that fit in
    totals = [p.loss["style"] + p.loss["colour"] for p in reports]
    assert np.mean(totals[-3:]) < 0.6 * np.mean(totals[:2])


@settings(deadline=None, max_examples=150)
@given(
    st.integers(64, 4096),
    st.sampled_from(list(QUALITIES)),
    st.none() | st.integers(1, 100_000),
)
def test_stage_plans_climb_to_the_full_size(size, quality, steps):
    recipe = Recipe(target="tile", group="p1", size=size, quality=quality, steps=steps)
    plans = stage_plans(recipe)
    widths = [plan.width for plan in plans]
    assert widths == sorted(set(widths))
    assert min(widths) >= 64
    if size <= 1024:
        assert len(plans) <= QUALITIES[quality].stages
    assert all(plan.steps >= 1 for plan in plans)
    if steps is not None:
        assert sum(plan.steps for plan in plans) == steps
    if steps is None or steps >= 20:
        assert widths[-1] == size
        assert widths[0] <= 512  # all of a large picture is composed while it is small
        for a, b in itertools.pairwise(plans):
            assert a.steps >= b.steps - 1  # fewer from stage to stage, up to rounding
            assert b.width / a.width == pytest.approx(2**0.5, rel=0.04)
    else:
        assert widths[-1] <= size


@pytest.mark.parametrize("size", [1024, 4096])
def test_a_first_stage_takes_the_steps_of_its_quality(size):
    for name, quality in QUALITIES.items():
        plans = stage_plans(Recipe(target="tile", group="p1", size=size, quality=name))
        assert len(plans) == quality.stages or size > 1024
        assert abs(plans[0].steps - quality.steps) <= 1


def test_meshes_take_more_steps_the_more_of_them_is_different():
    """And only meshes; steps that are asked for are taken."""
    mesh = Recipe(target="mesh", group="1", size=1024)
    totals = {
        order: sum(plan.steps for plan in stage_plans(mesh, order)) for order in (1, 2, 12, 120)
    }
    plain = sum(plan.steps for plan in stage_plans(mesh))
    assert totals[1] == pytest.approx(3 * plain, rel=0.01)
    assert totals[1] > totals[2] > totals[12] > totals[120] > plain
    assert totals[120] == pytest.approx(plain, rel=0.03)
    widths = [plan.width for plan in stage_plans(mesh, 1)]
    assert widths == [plan.width for plan in stage_plans(mesh)]
    asked = mesh.model_copy(update={"steps": 77})
    assert sum(plan.steps for plan in stage_plans(asked, 1)) == 77
    ball = Recipe(target="sphere", group="1", size=1024)
    assert stage_plans(ball, 1) == stage_plans(ball) == stage_plans(ball, 60)


def test_seeds_of_different_keys_differ():
    seeds = {seed_of(*keys) for keys in [(0, 0), (0, 1), (1, 0), (1, 1), (7, 0), (2**31 - 1, 7)]}
    assert len(seeds) == 6
    assert all(0 <= s < 2**32 for s in seeds)


def test_targets_are_the_styles_colours():
    """The mean colour of the target is the style's; with an inversion in the group it is grey;
    blended styles count by weight, not by size."""
    network = load_network("squeezenet")
    dark = StylePicture("dark", 1.0, (PIXELS // 4).astype(np.uint8), "")
    bright = StylePicture("bright", 3.0, np.full((96, 200, 3), 200, np.uint8), "")
    identity, inversion = (1, 2, 3), (-1, -2, -3)

    def colours(styles, *elements):
        return colour.prepare(Stage(tile(), network, styles, elements, 64, RGB))

    plain = colours([dark], identity)
    assert np.allclose(plain.targets.mean, dark.pixels.mean(axis=(0, 1)) / 255, atol=0.01)
    grey = colours([dark], identity, inversion)
    assert np.allclose(grey.targets.mean, 0.5, atol=1e-4)
    both = colours([dark, bright], identity)
    expected = (dark.pixels.mean(axis=(0, 1)) + 3 * 200) / 4 / 255
    assert np.allclose(both.targets.mean, expected, atol=0.01)


def test_it_starts_without_torchs_compiler(tmp_path):
    """That is a quarter of the time that a command, or a worker of a service, takes to start."""
    words = ["tile", "-g", "p4", "--size", "64", "--steps", "2", "-o", str(tmp_path / "tile.png")]
    code = f"""
import sys
from service.cli import main
from service.serving.engines.painter import torch_painter
code = main({words})
torch_painter()
print([name for name in ("torchvision", "torch._dynamo") if name in sys.modules], code)"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.splitlines()[-1] == "[] 0"
