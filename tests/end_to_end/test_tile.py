"""The painting commands, whole: from arguments to a picture and a receipt that checks."""

import dataclasses
import hashlib
import json

import numpy as np
import pytest
import torch
from PIL import Image
from receipt_checker import load, sphere_errors, tile_errors

from service.cli import main
from service.cli.larger.painted import read_painted
from service.recipe.parsing import parse_recipe
from service.scene import make_scene
from service.surfaces.surface import enlarged_paint


def paint(*words):
    assert main(list(map(str, words))) == 0


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pictures")
    paint(
        "tile",
        "-g",
        "p4",
        "-c",
        "2e",
        "--colours",
        "rgb",
        "--size",
        64,
        "--steps",
        2,
        "--views",
        1,
        "--seed",
        3,
        "--style",
        "2:woodcut_waves",
        "--style",
        "marbled_paper",
        "-o",
        folder / "p4.png",
    )
    return folder  # fmt: skip


def test_a_tile_is_exact_to_the_bit(folder):
    pixels, receipt = load(folder / "p4.png")
    assert pixels.shape == (64, 64, 3) and pixels.std() > 5
    assert tile_errors(pixels, receipt) == [(0.0, True)] * 2


def test_its_receipt_is_complete(folder):
    pixels, receipt = load(folder / "p4.png")
    assert receipt["schema"] == "orbitex/receipt" and receipt["schema_version"] == 1
    recipe = parse_recipe(receipt["recipe"])
    assert [(s.source, s.weight) for s in recipe.styles] == [
        ("woodcut_waves", 2.0),
        ("marbled_paper", 1.0),
    ]
    assert {"orbitex", "torch", "numpy", "python"} <= set(receipt["versions"])
    assert receipt["steps"] == 2 and receipt["seconds"] > 0 and receipt["device"]["name"]
    assert all(len(style["sha256"]) == 64 for style in receipt["styles"])
    assert receipt["megapixel_iterations"] > 0 and receipt["loss"].keys() >= {"style"}
    assert receipt["picture"]["sha256"] == hashlib.sha256(pixels.tobytes()).hexdigest()
    assert set(receipt["quality"]["seams"]) == {"horizontal", "vertical"}


def test_a_receipt_makes_the_picture_again(folder, tmp_path):
    paint("run", folder / "p4.json", "-o", tmp_path / "again")
    again = load(tmp_path / "again" / "p4.png")[0]
    np.testing.assert_array_equal(again, load(folder / "p4.png")[0])


def test_a_coloured_p6_holds_to_a_grey_level_and_tells_what_it_did(tmp_path, capsys):
    picture = tmp_path / "p6.png"
    paint("tile", "-g", "p6", "-c", "3a", "--size", 96, "--steps", 3, "--views", 1, "-o", picture)
    pixels, receipt = load(picture)
    assert max(rms for rms, _ in tile_errors(pixels, receipt)) <= 1.0
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith("stage 1/") and "step 1/3" in told[0] and "Mpx·it/s" in told[0]
    assert str(picture) in told[-1] and str(picture.with_suffix(".json")) in told[-1]
    assert " s " in told[-1] and "symmetry error 0." in told[-1]


def test_a_sphere_from_a_recipe_file_with_a_style_beside_it(tmp_path):
    style = np.random.default_rng(0).integers(0, 256, (40, 40, 3), dtype=np.uint8)
    Image.fromarray(style).save(tmp_path / "mine.png")
    recipe = {"target": "sphere", "group": "432", "styles": [{"source": "mine.png"}]}
    (tmp_path / "ball.json").write_text(json.dumps(recipe | {"size": 128, "steps": 500}))
    paint("run", tmp_path / "ball.json", "--set", "steps=2", "--set", "size=64", "--set", "views=2",
          "--set", "objective.style=2", "-o", tmp_path / "out")  # fmt: skip
    pixels, receipt = load(tmp_path / "out" / "ball.png")
    assert pixels.shape == (32, 64, 3) and receipt["projection"] == "equirectangular"
    assert receipt["recipe"]["objective"]["style"] == 2 and receipt["steps"] == 2
    told = [entry["rms"] for entry in receipt["quality"]["symmetry"]]
    np.testing.assert_allclose(told, sphere_errors(pixels, receipt), rtol=0.02, atol=1e-6)
    assert json.loads((tmp_path / "ball.json").read_text())["size"] == 128


def shown_finer(recipe, paint, times):
    """Kept paint of a sphere on so many times as many pixels across."""
    scene = dataclasses.replace(
        make_scene(recipe), style_frame=paint.frame, mirrored=paint.mirrored
    )
    design, fine = (scene.design(n * recipe.size) for n in (1, times))
    logits = torch.from_numpy(paint.logits.astype(np.float32)).reshape(-1, 3)
    texels = enlarged_paint(logits, design.canvas_shape, design.chart_shape[1:], design.wrap)

    def band(rows):
        view = fine.picture_view(rows)
        seen = design.fold(view.points).apply(texels.numpy(), design.frame)
        return fine.developed(view, seen, design.mean_colour(texels.numpy()))

    return fine.joined([band(rows) for rows in fine.bands])


@pytest.mark.slow
@pytest.mark.parametrize(("group", "colouring"), [("332", "3a"), ("432", "2a"), ("532", "none")])
def test_a_sphere_holds_to_a_grey_level(tmp_path, group, colouring):
    """On enough pixels: splines cannot bring back lines of one or two between them."""
    picture = tmp_path / "sphere.png"
    paint("sphere", "-g", group, "-c", colouring, "--size", 512, "-q", "draft", "-o", picture)
    pixels, receipt = load(picture)
    recipe, kept, _ = read_painted(picture.with_suffix(".json"))
    again = shown_finer(recipe, kept, 1).astype(int)
    assert np.abs(again - pixels).max() <= 1
    assert max(sphere_errors(shown_finer(recipe, kept, 4), receipt)) <= 1.0
