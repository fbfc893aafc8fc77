"""What there is, as commands list it and as the service offers it."""

import base64
import json
import re
import subprocess
import sys

import numpy as np
import pytest
from commands import ENVIRONMENT

from geometry.catalogue import colourings, find_group, groups
from geometry.symmetry.colour import B3, act
from geometry.symmetry.swatches import SIDE
from service.cli import main
from service.cli.offer.colour_words import in_words, in_words_of, poles
from service.cli.offer.listings import SCREENFUL, first_rules, style_frame
from service.describe import defaults, describe
from service.recipe.about import DescribedRecipe
from service.recipe.parsing import parse_recipe


def test_listings_and_previews_come_without_torch(tmp_path):
    lines = (["groups", "--json"], ["tile", "--help"], ["preview", "532", "--size", "64"])
    code = f"import sys, service.cli as c; print([c.main(line) for line in {lines}]);"
    code += "assert not {'torch', 'warp'} & set(sys.modules), 'slow imports'"
    words = [sys.executable, "-c", code]
    done = subprocess.run(words, env=ENVIRONMENT, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[0, 0, 0]"
    assert (tmp_path / "preview.png").exists()


def test_colour_elements_in_words_are_all_different():
    assert len({in_words(element) for element in B3}) == 48
    assert in_words((1, 2, 3)) == "unchanged" and in_words((-1, -2, -3)) == "inverted"
    # (2, 3, 1): new blue = old red, so what was red becomes blue
    np.testing.assert_array_equal(act((2, 3, 1), np.array([1.0, 0, 0])), [0, 0, 1])
    assert in_words((2, 3, 1)) == "red→blue→green→red"
    assert in_words((2, 1, -3)) == "red↔green, blue inverted"


def test_colour_elements_in_a_styles_words_are_all_different():
    names = poles(style_frame("night_strokes"))
    assert len(set(names.values())) == 6 and (names[1], names[-1]) == ("beige", "navy")
    assert len({in_words_of(names, element) for element in B3}) == 48
    assert in_words_of(names, (1, 2, 3)) == "unchanged"
    assert in_words_of(names, (-1, 2, 3)) == "beige↔navy"
    plain = dict(zip((1, 2, 3, -1, -2, -3), "abcdef", strict=True))
    # (2, 3, 1): the new third place is the old first
    assert in_words_of(plain, (2, 3, 1)) == "a→c→b→a, d→f→e→d"


def test_listings_hold_the_whole_catalogue(capsys):
    assert main(["groups", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in rows] == [group.name for group in groups()]
    assert main(["colourings", "p6", "--json"]) == 0
    rules = json.loads(capsys.readouterr().out)
    assert [rule["name"] for rule in rules] == [r.name for r in colourings(find_group("p6"))]
    assert main(["colourings", "p4"]) == main(["groups", "--space", "sphere"]) == 0
    table = capsys.readouterr().out
    assert "a quarter turn about a corner" in table and "(1,1) (-1,1)" in table and "532" in table


@pytest.mark.parametrize("group", ["p4", "p2", "pmm", "532"])
def test_the_first_rules_fill_a_screen_and_have_every_number_of_colours(group):
    rules = colourings(find_group(group))
    shown = first_rules(rules)
    assert len(shown) <= SCREENFUL and [rule for rule in rules if rule in shown] == shown
    assert {rule.colours for rule in shown} == {rule.colours for rule in rules}


def test_very_many_rules_are_narrowed(capsys):
    rules = colourings(find_group("p2"))
    of_six = [rule.name for rule in rules if rule.colours == 6]
    assert main(["colourings", "p2"]) == 0
    table = capsys.readouterr().out
    assert f"{len(of_six)} of 6" in table and f"of {len(rules)} rules" in table
    assert "--only" in table and "--all" in table
    assert main(["colourings", "p2", "--only", "6"]) == 0
    table = capsys.readouterr().out
    assert re.findall(r"\b(\d+[a-z]+)\b", table) == of_six and "--all" not in table
    assert main(["colourings", "p2", "--only", "6", "--json"]) == 0
    assert [rule["name"] for rule in json.loads(capsys.readouterr().out)] == of_six
    assert main(["colourings", "p2", "--only", "5"]) != 0
    assert "1, 2, 4, 6, 8, 12, 16" in capsys.readouterr().err


def test_the_offer_is_small_and_complete():
    offer = describe()
    assert len(json.dumps(offer, allow_nan=False)) < 1 << 19  # half of the wire's limit
    rows = {row["name"]: row for row in offer["groups"]}
    assert rows.keys() == {group.name for group in groups()} | {"*"}  # and a plain mirror
    assert rows["p2"]["colourings_total"] == 472 and len(rows["p2"]["colourings"]) == 64
    assert rows["p6"]["colourings_total"] == len(rows["p6"]["colourings"]) == 12
    row = next(row for row in offer["groups"] if row["name"] == "432")
    assert row["space"] == "sphere" and row["order"] == 24 and row["title"]
    assert set(row["colourings"][1]) == {"name", "colours", "images", "summary", "note"}
    assert row["colourings"][1]["images"].keys() == {"r", "s"}
    automatic, embedded, *_ = offer["networks"]
    assert {"name": "auto", "available": True}.items() <= automatic.items()
    assert {"name": "squeezenet", "available": True}.items() <= embedded.items()
    assert len(row["figure"]["axes"]) == 13 and not row["figure"]["mirrors"]
    assert all(len(side) == 7 for side in row["figure"]["domain"]) and rows["p2"]["figure"] is None
    assert offer["looks"].keys() == set(offer["styles"])
    assert {len(base64.b64decode(look)) for look in offer["looks"].values()} == {SIDE**2 * 3}
    assert [q["name"] for q in offer["qualities"]] == ["draft", "standard", "final"]
    assert offer["recipe_schema"] == DescribedRecipe.model_json_schema()


def test_the_defaults_are_those_of_a_recipe_that_sets_nothing():
    whole = parse_recipe({"target": "sphere", "group": "432"})
    assert parse_recipe({"target": "sphere", "group": "432", **defaults()}) == whole
