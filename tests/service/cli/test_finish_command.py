"""service finish: a painting's picture made anew from its kept paint."""

import hashlib
import json

import numpy as np
import pytest
import tifffile
from PIL import Image
from receipt_checker import load, symmetry_errors

from service.cli import main

TILE = ["tile", "-g", "p4", "-c", "2a", "--colours", "rgb", "-s", "night_strokes"]
TILE += ["--size", "64", "--steps", "4", "-q", "draft"]


def command(*words):
    return main([str(word) for word in words]) or 0


def receipt(path):
    return json.loads(path.with_suffix(".json").read_text())


def pixels(path):
    return np.asarray(Image.open(path)).astype(int)


@pytest.fixture(scope="module")
def tile(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tile")
    assert command(*TILE, "-o", folder / "tile.png") == 0
    return folder / "tile.png"


def test_without_steps_the_picture_is_the_painted_one(tile, tmp_path):
    assert command("finish", tile.with_suffix(".json"), "-o", tmp_path / "again.png") == 0
    assert np.abs(pixels(tmp_path / "again.png") - pixels(tile)).max() <= 1
    assert receipt(tmp_path / "again.png")["recipe"] == receipt(tile)["recipe"]


def test_steps_add_up_and_can_be_undone(tile, tmp_path):
    one, two, three = (tmp_path / f"{name}.png" for name in ("one", "two", "three"))
    before = tile.read_bytes()
    assert command("finish", tile.with_suffix(".json"), "--set", "sharpen=1.5", "-o", one) == 0
    assert max(symmetry_errors(*load(one))) == 0
    assert command("finish", one.with_suffix(".json"), "--set", "contrast=1.5", "-o", two) == 0
    found = receipt(two)["recipe"]["finishing"]
    assert (found["sharpen"], found["contrast"]) == (1.5, 1.5)
    assert pixels(two).std() > pixels(one).std() > pixels(tile).std()
    assert receipt(two)["quality"]["symmetry_rms"] == 0
    undone = ["--set", "sharpen=0", "--set", "contrast=1"]
    assert command("finish", two.with_suffix(".json"), *undone, "-o", three) == 0
    assert np.abs(pixels(three) - pixels(tile)).max() <= 1
    assert tile.read_bytes() == before


def test_a_painting_can_be_finished_at_once(tile, tmp_path):
    steps = ["--finish", "sharpen=1", "--finish", "contrast=0.8"]
    assert command(*TILE, *steps, "-o", tmp_path / "at_once.png") == 0
    sets = ["--set", "sharpen=1", "--set", "contrast=0.8"]
    assert command("finish", tile.with_suffix(".json"), *sets, "-o", tmp_path / "later.png") == 0
    assert np.abs(pixels(tmp_path / "at_once.png") - pixels(tmp_path / "later.png")).max() <= 2


def test_inks_are_separated(tile, tmp_path):
    words = ["--set", "palette=4", "--set", "dither=1", "--separations", "-o", tmp_path / "p.png"]
    assert command("finish", tile.with_suffix(".json"), *words) == 0
    found = receipt(tmp_path / "p.png")
    assert len(found["inks"]) == 4 and found["quality"]["symmetry_rms"] == 0
    films = [np.asarray(Image.open(tmp_path / f"p_ink{k}.png")) for k in (1, 2, 3, 4)]
    assert all(film.shape == (64, 64) for film in films)
    assert np.array_equal(sum((film == 0).astype(int) for film in films), np.ones((64, 64)))
    for film, ink in zip(films, found["inks"], strict=True):
        assert (pixels(tmp_path / "p.png")[film == 0] == list(bytes.fromhex(ink[1:]))).all()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--set", "hue=40"], "colour rule"),
        (["--set", "nothing=1"], "not known"),
        (["--set", "sharpen"], "sharpen"),
        (["--set", "sharpen=much"], "number"),
        (["--set", "match=nowhere.png"], "nowhere.png"),
        (["--separations"], "palette=4"),
        (["-o", "tile.txt"], "tile.txt"),
    ],
)
def test_what_cannot_be_is_said_in_a_line(tile, tmp_path, capfd, monkeypatch, words, said):
    monkeypatch.chdir(tmp_path)
    assert command("finish", tile.with_suffix(".json"), *words) != 0
    error = capfd.readouterr().err
    assert said in error and error.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_it_overwrites_nothing_that_it_reads(tile, capfd):
    before = tile.with_suffix(".json").read_bytes()
    assert command("finish", tile.with_suffix(".json"), "-o", tile) != 0
    assert "overwritten" in capfd.readouterr().err
    assert tile.with_suffix(".json").read_bytes() == before


def test_a_picture_without_a_receipt_is_sent_to_the_command_that_changes_it(tmp_path, capsys):
    photo = tmp_path / "photo.jpg"
    Image.new("RGB", (8, 8)).save(photo)
    assert command("finish", photo, "--set", "contrast=1.2") == 2
    assert f"Change a photo with 'service style {photo}'." in capsys.readouterr().err
    assert [file.name for file in tmp_path.iterdir()] == ["photo.jpg"]


@pytest.mark.parametrize("inks", ["red,blue", "#12,#345678", "0", "17"])
def test_inks_that_are_none_are_told_how_to_write_them(tile, inks, capsys):
    assert command("finish", tile.with_suffix(".json"), "--set", f"palette={inks}") == 2
    error = capsys.readouterr().err
    assert f"finishing.palette: '{inks}' is not understood. Give exact inks: how many" in error


def test_sixteen_bits_of_kept_paint(tile, tmp_path):
    fine = tmp_path / "fine.tif"
    assert command("finish", tile.with_suffix(".json"), "--bits", 16, "-o", fine) == 0
    found = tifffile.imread(fine)
    assert found.dtype == np.uint16 and np.abs(found / 257 - pixels(tile)).max() < 1
    assert receipt(fine)["recipe"]["bits"] == 16 and receipt(fine)["quality"]["symmetry_rms"] == 0
    assert max(symmetry_errors(found / 257, receipt(fine))) < 1e-9
    little = hashlib.sha256(found.astype("<u2").tobytes()).hexdigest()
    assert receipt(fine)["picture"]["sha256"] == little
    # they stay, until others are wanted
    words = ("finish", fine.with_suffix(".json"), "--set", "contrast=1.2")
    assert command(*words, "-o", tmp_path / "again.tif") == 0
    assert tifffile.imread(tmp_path / "again.tif").dtype == np.uint16
    assert command(*words, "--bits", 8, "-o", tmp_path / "usual.tif") == 0
    assert tifffile.imread(tmp_path / "usual.tif").dtype == np.uint8
