import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geometry.errors import InputError
from service.recipe import QUALITIES, Objective, Recipe, Style, parse_recipe

BASE = {"target": "tile", "group": "p4"}


def refusal(data):
    with pytest.raises(InputError) as refused:
        parse_recipe(data)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 400
    return refused.value


def test_a_recipe_needs_only_a_target_and_a_group():
    recipe = parse_recipe(BASE)
    assert recipe.quality in QUALITIES
    assert recipe.styles
    assert recipe == Recipe(target="tile", group="p4")
    assert refusal({"target": "tile"}).field == "group"
    assert refusal({}).code == "bad-value"


@settings(deadline=None, max_examples=30)
@given(
    st.builds(
        Recipe,
        target=st.sampled_from(["tile", "sphere", "mesh"]),
        group=st.text(max_size=8),
        styles=st.lists(
            st.builds(Style, source=st.text(min_size=1, max_size=8), weight=st.floats(0.01, 100)),
            min_size=1,
            max_size=3,
        ).map(tuple),
        size=st.integers(64, 4096),
        seed=st.integers(0, 2**31 - 1),
        steps=st.none() | st.integers(1, 100_000),
        objective=st.builds(Objective, style=st.floats(0, 1000)),
        style_scale=st.floats(0.1, 10),
    )
)
def test_recipes_survive_json(recipe):
    """The receipt's recipe is enough to paint the picture again."""
    assert parse_recipe(json.loads(recipe.model_dump_json())) == recipe
    assert parse_recipe(recipe.model_dump()) == recipe


@pytest.mark.parametrize(
    ("field", "low", "high", "step"),
    [
        ("size", 64, 4096, 1),
        ("seed", 0, 2**31 - 1, 1),
        ("steps", 1, 100_000, 1),
        ("views", 1, 256, 1),
        ("style_scale", 0.1, 10, 0.01),
        ("learning_rate", 1e-6, 1, 0.01),
    ],
)
def test_numbers_have_bounds_that_belong_to_them(field, low, high, step):
    for good in (low, high):
        assert getattr(parse_recipe({**BASE, field: good}), field) == good
    for bad in (low - step, high + step, float("nan"), float("inf"), "many", [1]):
        assert refusal({**BASE, field: bad}).field == field


@pytest.mark.parametrize("field", ["style", "colour", "smoothness"])
def test_weights_are_finite_and_not_negative(field):
    for bad in (-0.1, 1001, float("nan")):
        error = refusal({**BASE, "objective": {field: bad}})
        assert error.field == f"objective.{field}"
    assert parse_recipe({**BASE, "objective": {field: 0}})


@pytest.mark.parametrize(
    ("data", "given_name", "known"),
    [
        ({**BASE, "colour": "none"}, "colour", "colouring"),
        ({**BASE, "sed": 1}, "sed", "seed"),
        ({**BASE, "objective": {"smoothnes": 1}}, "smoothnes", "smoothness"),
        ({**BASE, "styles": [{"source": "x", "wieght": 1}]}, "wieght", "weight"),
    ],
)
def test_unknown_keys_are_refused_with_the_nearest(data, given_name, known):
    error = refusal(data)
    assert error.code == "unknown-field"
    assert f"'{given_name}'" in error.message
    assert known in error.hint


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("target", "cube"),
        ("quality", "best"),
        ("network", 3),
        ("styles", []),
        ("styles", [{"source": ""}]),
        ("styles", [{"source": "x", "weight": 0}]),
        ("styles", [{"source": "x"}] * 17),
        ("styles", "stained_glass"),
        ("group", 6),
        ("objective", 3),
    ],
)
def test_values_of_the_wrong_kind_are_refused_with_their_field(field, value):
    error = refusal({**BASE, field: value})
    assert error.code == "bad-value"
    assert error.field.split(".")[0] == field


def test_a_network_that_there_is_not_is_refused_with_the_nearest():
    error = refusal({**BASE, "network": "vgg"})
    assert (error.code, error.field) == ("unknown-network", "network")
    assert "vgg19" in error.hint


@pytest.mark.parametrize("data", [None, 3, "tile", [BASE]])
def test_what_is_no_object_is_refused(data):
    assert refusal(data).field == "recipe"


def test_long_values_are_not_repeated_at_length():
    assert len(str(refusal({**BASE, "size": "9" * 10_000}))) < 300


def test_recipes_cannot_be_changed_in_place():
    with pytest.raises(ValueError, match="frozen"):
        parse_recipe(BASE).size = 512


def test_every_field_is_explained_in_the_schema():
    """Command line, wire and add-on show these words."""
    schema = Recipe.model_json_schema()
    for model in (schema, *schema["$defs"].values()):
        for name, field in model["properties"].items():
            assert field.get("description"), name
