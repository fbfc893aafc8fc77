"""From the command line: paintings that go on at a larger size, and variants to pick from."""

import json
import shlex

import numpy as np
import pytest
from PIL import Image

from geometry.errors import InputError
from service.cli import main
from service.cli.larger import variants
from service.cli.larger.combinations import combinations, listed

TILE = ["tile", "-g", "p4", "-s", "night_strokes", "--steps", "4", "--seed", "1"]


def command(*words):
    return main([str(word) for word in words]) or 0


def receipt(path):
    return json.loads(path.read_text())


@pytest.fixture(scope="module")
def tile(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tile")
    assert command(*TILE, "--size", 64, "-o", folder / "tile.png") == 0
    return folder / "tile.json"


def test_a_painting_goes_on_larger_and_again_from_its_receipt(tile, tmp_path, capfd):
    assert command("enlarge", tile, "--size", 96) == 0
    made = tile.with_name("tile-96.json")
    found = receipt(made)
    assert found["recipe"] == {**receipt(tile)["recipe"], "size": 96}
    assert found["picture"]["width"] == 96 and found["quality"]["symmetry_rms"] == 0
    assert found["enlarged"]["from"] == str(tile) and found["enlarged"]["size"] == 64
    capfd.readouterr()
    assert command("run", made, "-o", tmp_path) != 0
    assert found["enlarged"]["command"] in capfd.readouterr().err
    _, *words = shlex.split(found["enlarged"]["command"])
    assert command(*words, "-o", tmp_path / "again.png") == 0
    assert receipt(tmp_path / "again.json")["picture"] == found["picture"]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda r: r.with_suffix(".paint.safetensors").unlink(), "not kept"),
        (lambda r: r.with_suffix(".paint.safetensors").write_bytes(b"x"), "another picture's"),
        (lambda r: r.write_text(json.dumps(receipt(r)["recipe"])), "nothing is painted yet"),
        (lambda r: r.unlink(), "no file"),
    ],
)
def test_without_its_paint_one_line_says_what_to_do(tile, tmp_path, capfd, spoil, words):
    for file in (tile, tile.with_suffix(".paint.safetensors")):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    spoil(tmp_path / tile.name)
    assert command("enlarge", tmp_path / tile.name, "--size", 96) != 0
    error = capfd.readouterr().err
    assert words in error and error.count("\n") == 1
    assert not (tmp_path / "tile-96.png").exists()


def test_another_style_under_the_same_name_is_refused(tmp_path, capfd):
    style = tmp_path / "style.png"
    for shade in (10, 200):
        noise = np.random.default_rng(shade).integers(0, 256, (32, 32, 3), np.uint8)
        Image.fromarray(noise).save(style)
        if shade == 10:
            words = ["tile", "-g", "p1", "-s", style, "--size", 64, "--steps", 1]
            assert command(*words, "-o", tmp_path / "t.png") == 0
    assert command("enlarge", tmp_path / "t.json", "--size", 96) != 0
    assert f"{style} was changed since" in capfd.readouterr().err


@pytest.mark.parametrize("size", [32, 64, 10**6])
def test_sizes_that_are_none_are_refused(tile, capfd, size):
    assert command("enlarge", tile, "--size", size) != 0
    assert capfd.readouterr().err.startswith("error: size: ")


def test_a_painting_is_not_written_over_by_itself(tile, capfd):
    assert command("enlarge", tile, "--size", 96, "-o", tile.with_suffix(".png")) != 0
    assert "is read" in capfd.readouterr().err


@pytest.mark.parametrize(("size", "told"), [(64, False), (80, True)])
def test_run_says_that_another_size_is_another_picture(tile, tmp_path, capfd, size, told):
    command("run", tile, "--set", f"size={size}", "--set", "steps=1", "-o", tmp_path)
    out = capfd.readouterr().out
    assert (f"service enlarge {tile} --size {size}" in out) == told


def test_lists_keep_whole_what_has_commas_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a,b.png").touch()
    assert listed(["p4,p6", "p6, p6m"]) == ["p4", "p6", "p6m"]
    assert listed(["none,3a", "r=-r,-g,-b"]) == ["none", "3a", "r=-r,-g,-b"]
    assert listed(["[4,6]+,[3,7]"]) == ["[4,6]+", "[3,7]"]
    assert listed(["a,b.png"]) == ["a,b.png"]


def test_what_is_wrong_with_a_list_by_itself_is_refused_at_once():
    data = {"size": 64, "quality": "draft"}
    for groups, styles, seeds, code in [
        (["p4", "p66"], [], 1, "unknown-group"),
        (["p4"], ["woodcut_waves", "absent.jpg"], 1, "missing-file"),
        (["p4"], [], 1000, "too-large"),
    ]:
        with pytest.raises(InputError) as caught:
            combinations("tile", groups, styles, [], seeds, data)
        assert caught.value.code == code


VARIANTS = ["variants", "tile", "-s", "night_strokes", "--size", "64", "--set", "steps=1"]


@pytest.mark.slow
def test_variants_keep_their_numbers_and_one_is_picked(tmp_path, capfd, monkeypatch):
    painted = []
    paint = variants._paint

    def counted(recipe, picture, *rest):
        painted.append(picture.name)
        if len(painted) == 2:
            raise KeyboardInterrupt
        paint(recipe, picture, *rest)

    monkeypatch.setattr(variants, "_paint", counted)
    more = ["-c", "none,2a", "-o", tmp_path]
    assert command(*VARIANTS, "-g", "p1,p3", *more) != 0  # p3 has no rule 2a
    rows = variants.read_index(tmp_path)
    assert [row.caption for row in rows] == ["p1 · none", "p1 · 2a", "p3 · none", "p3 · 2a"]
    assert rows[3].skipped is not None
    assert "2 left" in capfd.readouterr().out
    assert painted == ["1.png", "2.png"] and not (tmp_path / "2.png").exists()

    assert command(*VARIANTS, "-g", "pg,p3,p1", *more) == 0  # goes on, and has two new ones
    out = capfd.readouterr().out
    assert painted[2:] == ["5.png", "6.png", "3.png", "2.png"]
    assert out.count("skipped: 4") == 1 and "5 painted, 1 skipped" in out
    assert command(*VARIANTS, "-g", "p1,p3,pg", *more) == 0
    assert len(painted) == 6
    assert min(Image.open(tmp_path / "sheet.png").size) > 2 * variants.SIDE

    assert command("pick", tmp_path, 3, "--size", 80) == 0
    made = receipt(tmp_path / "3-80.json")
    assert made["recipe"]["group"] == "p3" and made["enlarged"]["size"] == 64
    capfd.readouterr()
    for number, words in [(4, "not painted"), (9, "1 to 6")]:
        assert command("pick", tmp_path, number, "--size", 80) != 0
        assert words in capfd.readouterr().err
    assert command("pick", tmp_path / "elsewhere", 1, "--size", 80) != 0
    assert "service variants" in capfd.readouterr().err


def test_nothing_that_can_be_painted_is_an_error(tmp_path, capfd):
    assert command(*VARIANTS, "-g", "p3", "-c", "2a", "-o", tmp_path) != 0
    assert "skipped: 1" in capfd.readouterr().out
    assert np.asarray(Image.open(tmp_path / "sheet.png")).std() > 0
