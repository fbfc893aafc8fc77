"""What `make same-pictures` calls a difference, and what not."""

import subprocess

import numpy as np
import painted_recipes
import pytest
import same_pictures
from same_pictures import differences, judged

PICTURE = np.zeros((4, 4, 3), np.uint8)
RESULT = {
    "picture": PICTURE,
    "receipt": {"seconds": 1.0, "loss": {"style": 0.5}, "recipe": {"repeat": [1, 2]}},
}


def test_a_result_is_the_same_as_itself_whenever_it_was_made():
    later = RESULT | {"receipt": RESULT["receipt"] | {"seconds": 2.0}}
    assert judged(later, RESULT) == ("same", "")


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"picture": PICTURE + np.eye(4, dtype=np.uint8)[..., None]}, "picture: 25.0%"),
        ({"picture": PICTURE[:2]}, "shape"),
        ({"picture": PICTURE.astype(np.float32)}, "shape"),
        ({"receipt": {"seconds": 1.0, "loss": {"style": 0.5}}}, "receipt.recipe is missing"),
        ({"receipt": RESULT["receipt"] | {"loss": {"style": 0.5000001}}}, "receipt.loss.style"),
        ({"receipt": RESULT["receipt"] | {"recipe": {"repeat": [1, 3]}}}, "repeat.1"),
    ],
)
def test_anything_else_is_a_difference(changed, word):
    verdict, why = judged(RESULT | changed, RESULT)
    assert verdict == "differs" and word in why


def test_what_is_new_in_a_receipt_is_no_difference():
    newer = RESULT["receipt"] | {"recipe": {"repeat": [1, 2], "dream": None}}
    assert not list(differences(RESULT | {"receipt": newer}, RESULT))


def test_a_recipe_that_only_the_base_refuses_is_skipped():
    unknown = {"error": "recipe: There is no 'dream'.", "code": "unknown-field"}
    assert judged(RESULT, unknown)[0] == "skipped"
    assert judged(unknown, RESULT)[0] == judged(unknown, unknown)[0] == "failed"
    assert judged(RESULT, {"error": "a traceback", "code": ""})[0] == "failed"


def test_files_of_recipes_have_different_names():
    assert len({painted_recipes.file_stem(name) for name in painted_recipes.NAMES}) == len(
        painted_recipes.NAMES
    )


@pytest.mark.slow
def test_a_tree_paints_what_its_last_commit_paints(capfd, monkeypatch):
    at_hand = subprocess.run(["git", "rev-parse", "HEAD"], cwd=same_pictures.ROOT)
    if at_hand.returncode:
        pytest.skip("not in a git repository")
    monkeypatch.setattr("sys.argv", ["same_pictures", "HEAD", "--only", "tile p4"])
    same_pictures.main()
    said = capfd.readouterr().out  # what is not committed may change the picture
    assert "tile p4 2e" in said and "failed" not in said
