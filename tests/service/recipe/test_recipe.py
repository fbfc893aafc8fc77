import json
import math
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geometry.errors import InputError
from service.recipe.parsing import parse_recipe
from service.recipe.parts import QUALITIES, Objective, Style
from service.recipe.recipe import Recipe
from service.recipe.table_fields import MAX_SIZE
from service.terms import TERMS

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
        ("size", 64, MAX_SIZE, 1),
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


@pytest.mark.parametrize(
    "term", [t for t in TERMS.values() if not t.is_for("sphere")], ids=lambda t: t.name
)
def test_weights_that_mean_nothing_to_a_target_are_refused(term):
    sphere = {"target": "sphere", "group": "432"}
    assert parse_recipe({**sphere, "objective": {term.name: term.default}})
    error = refusal({**sphere, "objective": {term.name: 2}})
    known = " or ".join(term.targets)
    assert f"'objective.{term.name}' is for the target {known}, not for 'sphere'" in error.message
    for target in term.targets:
        assert parse_recipe({"target": target, "group": "1", "objective": {term.name: 2}})


def test_something_must_paint():
    painting = [t.name for t in TERMS.values() if t.paints and t.has_wishes(Recipe(**BASE))]
    assert painting == ["style", "colour"]
    assert refusal({**BASE, "objective": dict.fromkeys(painting, 0)}).field == "objective"
    for name in painting:
        assert parse_recipe({**BASE, "objective": dict.fromkeys(painting, 0) | {name: 1}})


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


def parts(schema):
    """(path, schema) of every value that a JSON schema describes."""
    todo = [("recipe", schema), *schema["$defs"].items()]
    while todo:
        path, part = todo.pop()
        yield path, part
        todo += [(f"{path}.{name}", entry) for name, entry in part.get("properties", {}).items()]
        todo += [(path, entry) for entry in part.get("anyOf", [])]
        todo += [(f"{path}[]", part["items"])] if "items" in part else []


def test_every_text_and_every_list_has_a_greatest_length():
    found = list(parts(Recipe.model_json_schema()))
    texts = [(path, p) for path, p in found if p.get("type") == "string" and "enum" not in p]
    lists = [(path, p) for path, p in found if p.get("type") == "array"]
    assert len(texts) >= 9 and len(lists) >= 1
    assert [path for path, part in texts if not part.get("maxLength", math.inf) <= 4096] == []
    assert [path for path, part in lists if not part.get("maxItems", math.inf) <= 64] == []


@pytest.mark.parametrize("field", Recipe.model_fields)
@pytest.mark.parametrize(
    "value",
    [
        "1" * 3000,
        "\U0001f600" * 250_000,
        "\x1b]0;title\x07" * 1000,
        [{"source": ""}] * 300_000,
        {f"key {number}": number for number in range(80_000)},
        10**4000,
    ],
    ids=["digits", "emoji", "escapes", "list", "keys", "large"],
)
def test_a_megabyte_in_any_field_is_refused_in_a_moment_and_in_few_words(field, value):
    # of a sphere nothing has a file's name but its styles
    recipe = BASE | ({"target": "sphere"} if field == "base" else {})
    start = time.process_time()
    error = refusal(recipe | {field: value})
    assert time.process_time() - start < 5  # hours, for some
    assert len(json.dumps([error.field, error.message, error.hint])) < 3000
    assert all(text.isprintable() for text in (error.field, error.message, error.hint))


@pytest.mark.parametrize("name", ["x" * 5000, "\udce4" * 5000])
def test_names_of_files_that_are_too_long_are_told_in_characters(name):
    for data in ({"mesh": name}, {"base": name}, {"mask": name}, {"styles": [{"source": name}]}):
        assert re.search(r"at most \d+ characters", refusal(BASE | data).message)


def test_many_styles_and_long_keys_are_refused_in_a_moment():
    start = time.process_time()
    # They are counted, and not looked at one by one.
    assert refusal({**BASE, "styles": [1] * 300_000}).field == "styles"
    wrong = {**BASE, "styles": [{f"key {k}": k for k in range(100)}] * 16}
    for data in (wrong, {**BASE, "\n" * 10**6: 1}, [BASE] * 100_000):
        refusal(data)
    assert time.process_time() - start < 5


@pytest.mark.parametrize("axis", ["1e200,-1e200,0", "1e-8,0,0", "+.5,1.,-2e1"])
def test_a_direction_of_any_length(axis):
    mesh = {"target": "mesh", "group": "C2"}
    assert parse_recipe({**mesh, "axis": axis}).axis == axis
    many = [",".join(["1" * length] * 3) + "!" for length in (40, 1000)]
    for wrong in ("0,0,0", "1e999,0,0", "1..2,0,0", "1e,0,0", "1,2", "x", *many):
        assert refusal({**mesh, "axis": wrong}).field == "axis"
