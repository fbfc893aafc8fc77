"""Paintings that are steered: the list of adjustments and nothing else decides what comes of it."""

import functools
import itertools
import json

import numpy as np
import pytest
import torch
from cases import quick
from hypothesis import given, settings
from hypothesis import strategies as st
from shapes import uv_sphere

from geometry.errors import InputError
from service.cli import main
from service.inputs.body import Body
from service.inputs.styles import StylePicture, load_styles
from service.painting.checkpoint import Checkpoint
from service.painting.ladder import places, stage_plans
from service.painting.paint import paint
from service.painting.steering import (
    ADJUSTABLE,
    Adjustment,
    adjusted,
    difference,
    parse_steering,
    recoloured,
    steered,
)
from service.recipe.parts import QUALITIES
from service.recipe.recipe import Recipe
from service.reporting.finish import finish
from service.scene import make_scene

CPU = torch.device("cpu")
PIXELS = np.random.default_rng(0).integers(0, 256, (6, 8, 3)).repeat(12, 0).repeat(12, 1)
STYLE = StylePicture("noise", 1.0, PIXELS.astype(np.uint8), "5eed")
TILE = Recipe(target="tile", group="p4", size=92, steps=6, views=2)

# Every adjustable field once or more, within stages, at their ends and before the first step.
PAINTINGS = {
    "tile": (
        {"target": "tile", "group": "p4", "size": 92, "steps": 6},
        [(1, {"objective.style": 3, "learning_rate": 0.3}), (3, {"colouring": "2a"})],
    ),
    "ladder": (
        {"target": "tile", "group": "p1", "size": 184, "steps": 9, "quality": "standard"},
        [(2, {"quality": "draft"}), (5, {"steps": 14, "style_scale": 0.7}), (7, {"views": 3})],
    ),
    "one-handed": (
        {"target": "tile", "group": "p4", "size": 92, "steps": 6, "chirality": "cw"},
        [(3, {"colouring": "2a"}), (4, {"views": 1})],
    ),
    "sphere": (
        {"target": "sphere", "group": "332", "size": 92, "steps": 6},
        [(0, {"style_scale": 0.7}), (2, {"colouring": "3a"}), (2, {"views": 4}), (3, {"steps": 4})],
    ),
    "mesh": (
        {"target": "mesh", "group": "1", "size": 92, "steps": 6},
        [(2, {"views": 4, "objective.seam": 9}), (4, {"quality": "draft", "steps": 7})],
    ),
}


def recipe_of(name):
    """Small strokes: the time to measure a style goes with its area, under every colour again."""
    return Recipe(**{"views": 2, "style_scale": 0.4, **PAINTINGS[name][0]})


def steering_of(name):
    entries = [{"step": step, "changes": changes} for step, changes in PAINTINGS[name][1]]
    return parse_steering(recipe_of(name), entries)


def run(recipe, steering=(), resume=None):
    body = Body(uv_sphere(16, 8), ()) if recipe.target == "mesh" else None
    return paint(recipe, make_scene(recipe, body), [STYLE], CPU, resume=resume, steering=steering)


@functools.cache
def watched(name):
    """A painting that is steered while it is watched: checkpoints as bytes, the last step, and its
    texture."""
    planned, so_far, kept = steering_of(name), [], []
    so_far += [a for a in planned if a.step == 0]
    for last in run(recipe_of(name), so_far):
        so_far += [a for a in planned if a.step == last.step]
        kept.append(last.checkpoint().to_bytes())
        assert last.steering == tuple(a for a in planned if a.step < last.step)
    assert so_far == list(planned)
    return kept, last, last.texture(0)


def bits(checkpoint):
    levels = (c for c in vars(checkpoint).values() if type(c) is tuple)
    return [level.tobytes() for field in levels for level in field]


@pytest.mark.parametrize("name", quick(PAINTINGS, "tile", "ladder"))
def test_painted_again_from_its_list_it_is_the_same_to_the_bit(name):
    kept, last, texture = watched(name)
    *_, again = run(recipe_of(name), steering_of(name))
    assert again.step == last.step == len(kept)
    assert np.array_equal(again.texture(0), texture)
    *_, plain = run(recipe_of(name))
    assert not np.array_equal(plain.texture(0), texture)


@pytest.mark.parametrize("name", quick(PAINTINGS, "tile", "mesh", "ladder"))
def test_from_any_checkpoint_it_goes_on_to_the_same_bits(name):
    kept, last, texture = watched(name)
    for step in range(1, last.step, 3):
        steps = run(recipe_of(name), steering_of(name), Checkpoint.from_bytes(kept[step - 1]))
        for progress in steps:
            now = Checkpoint.from_bytes(kept[progress.step - 1])
            assert bits(progress.checkpoint()) == bits(now)
        assert np.array_equal(progress.texture(0), texture)


def test_until_an_adjustment_nothing_is_another():
    before = [p.checkpoint() for p in run(recipe_of("tile"))]
    after = [Checkpoint.from_bytes(data) for data in watched("tile")[0]]
    assert bits(before[0]) == bits(after[0])
    assert bits(before[1]) != bits(after[1])
    assert before[0].recipe == after[0].recipe != after[1].recipe


def test_checkpoints_of_another_history_are_refused():
    checkpoint = Checkpoint.from_bytes(watched("tile")[0][3])
    for steering in ((), steering_of("tile")[:1]):
        with pytest.raises(InputError, match="adjustments") as caught:
            next(run(recipe_of("tile"), steering, checkpoint))
        assert caught.value.code == "bad-checkpoint"
    later = [*steering_of("tile"), Adjustment(5, {"learning_rate": 0.5})]
    assert next(run(recipe_of("tile"), later, checkpoint)).step == 4


def test_the_rate_counts_at_once():
    """A rate of next to nothing leaves the paint where it is."""
    still = [Adjustment(2, {"learning_rate": 1e-12})]
    levels = [p.checkpoint().canvas[0] for p in run(TILE.model_copy(update={"size": 64}), still)]
    assert np.abs(levels[1] - levels[0]).max() > 0.01
    assert np.abs(levels[2] - levels[1]).max() < 1e-6


def test_progress_says_how_it_goes_on_from_now():
    grown = []
    for progress in run(TILE, grown):
        if progress.step == 2:
            grown.append(Adjustment(2, {"steps": 20}))
        assert progress.steps == (6 if progress.step <= 2 else 20)
        assert progress.step == 1 or 0 <= progress.seconds_left < 1000
    assert progress.step == 20 and progress.seconds_left == 0


def test_its_receipt_makes_the_same_picture_again(tmp_path):
    recipe = TILE.model_copy(update={"size": 64})
    steering = parse_steering(
        recipe, [{"step": 2, "changes": {"objective.colour": 9, "colouring": "2a", "steps": 5}}]
    )
    scene, styles = make_scene(recipe), load_styles(recipe)
    *_, last = paint(recipe, scene, styles, CPU, steering=steering)
    receipt = finish(recipe, scene, styles, last).receipt
    assert receipt["steps"] == 5 and receipt["colouring"]["name"] == "2a"
    assert receipt["recipe"]["colouring"] == "none"
    (tmp_path / "kept.json").write_text(json.dumps(receipt))
    assert main(["run", str(tmp_path / "kept.json"), "-o", str(tmp_path / "again")]) == 0
    again = json.loads((tmp_path / "again" / "kept.json").read_text())
    assert again["picture"] == receipt["picture"]
    assert again["steering"] == receipt["steering"] == [steering[0].as_dict()]


# --- ladders ---


@settings(deadline=None, max_examples=150)
@given(
    st.sampled_from((64, 92, 260, 724)),
    st.lists(
        st.tuples(
            st.integers(0, 80),
            st.sampled_from(list(QUALITIES)),
            st.none() | st.integers(1, 60),
        ),
        min_size=1,
        max_size=4,
    ),
)
def test_a_ladder_that_changes_is_climbed_on(size, changes):
    """Nothing before an adjustment is another; widths only grow, to the full size; within a width
    steps count on; there is always a next step."""
    recipe = Recipe(target="tile", group="p1", size=size, steps=40)
    steering = [
        Adjustment(step, {"quality": quality, "steps": steps})
        for step, quality, steps in sorted(changes, key=lambda change: change[0])
    ]
    for number, adjustment in enumerate(steering):
        before, after = places(recipe, steering[:number]), places(recipe, steering[: number + 1])
        assert after[: adjustment.step] == before[: adjustment.step]
        assert len(after) > adjustment.step or after == before
        now = steered(recipe, [a.changes for a in steering[: number + 1]])
        if adjustment.step < len(before):
            assert after[-1].last and after[-1].stages == len(stage_plans(now))
            assert {p.width for p in after[adjustment.step :]} <= {
                *(plan.width for plan in stage_plans(now)),
                *(p.width for p in before[adjustment.step - 1 : adjustment.step]),
            }
    for a, b in itertools.pairwise(after):
        assert (b.width == a.width and b.stage_step == a.stage_step + 1) or (
            b.width > a.width and b.stage_step == 1
        )


def test_the_same_ladder_again_changes_nothing():
    steering = [Adjustment(step, {"learning_rate": 0.2}) for step in (0, 3, 6, 99)]
    assert places(TILE, steering) == places(TILE, ())
    shorter = [Adjustment(6, {"steps": 3})]  # too late
    assert places(TILE, shorter) == places(TILE, ())


# --- what can be changed ---


def refused(changes, recipe=TILE):
    with pytest.raises(InputError) as caught:
        adjusted(recipe, changes)
    assert "\n" not in str(caught.value)
    return caught.value


def test_changes_are_keys_or_objects():
    one = adjusted(TILE, {"objective.style": 2, "learning_rate": 0.5})
    two = adjusted(TILE, {"objective": {"style": 2}, "learning_rate": 0.5})
    assert one == two
    assert one.objective.style == 2 and one.objective.smoothness == TILE.objective.smoothness
    assert difference(TILE, one).keys() == {"objective", "learning_rate"}
    assert steered(TILE, [difference(TILE, one)]) == one
    assert difference(TILE, TILE) == {}


def test_weights_of_styles_can_be_changed_and_styles_cannot():
    assert adjusted(TILE, {"styles.0.weight": 3}).styles[0].weight == 3
    assert refused({"styles.0.source": "woodcut_waves"}).code == "not-adjustable"
    assert refused({"styles": []}).code == "bad-value"


def test_what_is_painted_stays_as_it_is():
    for changes in ({"size": 128}, {"seed": 3}, {"group": "p6"}, {"target": "sphere"}):
        error = refused(changes)
        assert error.code == "not-adjustable"
        assert all(field in error.hint for field in ADJUSTABLE)


def test_bad_values_are_refused_as_those_of_a_recipe():
    assert refused({"learning_rat": 0.1}).hint.startswith("Did you mean learning_rate")
    assert refused({"objective.styl": 0.1}).code == "unknown-field"
    assert refused({"views": 10**9}).code == "bad-value"
    assert refused({"objective.style": 0, "objective.colour": 0}).code == "bad-value"
    assert refused({"objective.seam": 2}).code == "bad-value"
    assert refused({"objective.style.x": 0}).code == "bad-value"
    assert refused({"styles.7.weight": 1}).code == "bad-value"
    assert refused({f"x{k}": 0 for k in range(99)}).code == "too-large"
    assert refused({"colouring": "nonsense"}).code == "unknown-colouring"


@pytest.mark.parametrize(
    ("target", "group", "possible", "impossible"),
    [
        ("tile", "p1", ["x=gbr y=rgb"], ["x=gbr y=gbr", "none"]),
        ("tile", "p4", ["2a", "none"], []),
        ("sphere", "432", ["2a", "none"], []),
        ("spiral", "spiral3", [], ["x=gbr r=rgb"]),
    ],
)
def test_a_colour_rule_can_change_where_its_period_stays(target, group, possible, impossible):
    first = "x=brg y=rgb" if group == "p1" else "none"
    recipe = Recipe(target=target, group=group, size=96, colouring=first)
    for name in possible:
        scene = recoloured(make_scene(recipe), adjusted(recipe, {"colouring": name}))
        assert scene.colouring.images != make_scene(recipe).colouring.images or name == first
    for name in impossible:
        assert refused({"colouring": name}, recipe).code == "not-adjustable"


@pytest.mark.parametrize(
    "data",
    [
        {},
        [1],
        [{"step": 1}],
        [{"step": -1, "changes": {}}],
        [{"step": 1.0, "changes": {}}],
        [{"step": 3, "changes": {}}, {"step": 2, "changes": {}}],
        [{"step": 3, "changes": {}}] * 1001,
    ],
)
def test_lists_that_are_none_are_refused(data):
    with pytest.raises(InputError) as caught:
        parse_steering(TILE, data)
    assert caught.value.code == "bad-value" and caught.value.field.startswith("steering")
