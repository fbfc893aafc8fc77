"""The form is what the recipe says of its fields."""

import re
from pathlib import Path

import pytest

from service.recipe.parsing import parse_recipe
from service.recipe.recipe import Recipe
from service.studio import page
from service.studio.form import FROM_FILES, NOT_OF_JOBS, OWN_CONTROLS, main_controls, sections

CONTROLS = [*main_controls(), *(c for section in sections() for c in section.controls)]
EXAMPLES = {
    "tile": "p1",
    "sphere": "532",
    "hyperbolic": "[4,6]",
    "spiral": "spiral3",
    "frieze": "p2mg",
    "rosette": "D5",
}
MESH_ALONE = {"mesh", "material", "unwrap", "axis", "centre", "action", "tolerance"}
MESH_ALONE |= {"style_size", "view_layout", "mask"}


def test_every_field_has_its_control_once():
    roots = [control.key.partition(".")[0] for control in CONTROLS]
    assert len({c.key for c in CONTROLS}) == len(CONTROLS)
    elsewhere = {*OWN_CONTROLS, *FROM_FILES, *NOT_OF_JOBS, *MESH_ALONE}
    assert {*roots, *elsewhere} == set(Recipe.model_fields)
    assert not set(roots) & MESH_ALONE


def _with(control, target, value):
    root, _, part = control.key.partition(".")
    given = {"target": target, "group": EXAMPLES[target]}
    return parse_recipe(given | {root: {part: value} if part else value})


@pytest.mark.parametrize("control", CONTROLS, ids=lambda c: c.key)
def test_a_control_is_as_the_recipe_has_it(control):
    target = control.targets[0]
    assert set(control.targets) <= set(EXAMPLES)
    assert _with(control, target, control.default) == parse_recipe(
        {"target": target, "group": EXAMPLES[target]}
    )
    for choice in control.choices:
        _with(control, target, choice)
    for wrong in ([] if control.most is None else [control.most + 1]) + (
        [] if control.least is None else [control.least - 1]
    ):
        with pytest.raises(ValueError, match=control.key):
            _with(control, control.targets[-1], wrong)  # tiles may be larger than the form says
    for other in set(EXAMPLES) - set(control.targets):  # where it is hidden it means nothing
        value = (
            next(c for c in control.choices if c != control.default) if control.choices else "2x2"
        )
        with pytest.raises(ValueError):
            _with(control, other, value)


def test_the_page_has_all_controls_with_their_labels():
    html = page.page()
    for control in CONTROLS:
        assert f'<label for="f-{control.key}">' in html
        assert html.count(f'id="f-{control.key}"') == 1
    assert re.findall(r"<img(?![^>]*\balt=)[^>]*>", html) == []


def test_what_recipes_say_is_escaped(monkeypatch):
    hostile = "'\"><script>alert(1)</script>"
    recipe = {"target": hostile, "group": hostile, "styles": [{"source": hostile}]}
    monkeypatch.setattr(page, "presets", lambda: [page.Preset("a", hostile, recipe, Path("a.jpg"))])
    html = page.page.__wrapped__()
    assert "<script>alert" not in html and "'\">" not in html


def test_presets_can_be_shown():
    assert len(page.presets()) >= 8
    for preset in page.presets():
        assert parse_recipe(preset.recipe).target in EXAMPLES
        assert page.preset_picture(preset.name).stat().st_size < 1 << 16
