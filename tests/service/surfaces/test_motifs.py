"""Motifs: a picture in every copy of the domain, from the first step on."""

import dataclasses
import json

import numpy as np
import pytest
import torch
from PIL import Image
from skimage import data

from geometry.errors import InputError
from service.cli import main
from service.cli.recipe_file import files_read
from service.cli.serving.orders import read_order
from service.inputs.styles import load_styles
from service.painting.paint import paint
from service.preview import preview
from service.recipe.parsing import parse_recipe
from service.scene import read_scene, wire_scene
from service.surfaces.surface import make_surface

CPU = torch.device("cpu")
SPACES = {
    "tile": "p4", "sphere": "432", "hyperbolic": "[4,6]", "spiral": "spiral3", "frieze": "p2mg",
    "rosette": "D5",
}  # fmt: skip
every_space = pytest.mark.parametrize("target", SPACES)
CAT = data.chelsea()[:300, 80:380]


@pytest.fixture(scope="module")
def photo(tmp_path_factory):
    path = tmp_path_factory.mktemp("motifs") / "cat.png"
    Image.fromarray(CAT).save(path)
    return str(path)


def recipe_of(target, photo, **fields):
    data = {"target": target, "group": SPACES[target], "size": 96, "views": 2, "seed": 3}
    return parse_recipe(data | {"quality": "draft", "style_scale": 0.4, "motif": photo} | fields)


@every_space
def test_a_painting_starts_as_its_preview_shows(target, photo):
    recipe = recipe_of(target, photo, motif_turn=30, motif_zoom=1.5)
    scene = read_scene(recipe)
    surface = make_surface(scene, 96, 1, CPU)
    texels = np.prod(surface.canvas_shape)
    start = surface.delivered(torch.zeros(int(texels), 3))
    plain = dataclasses.replace(scene, motif=None)
    shown = preview(plain, 96, 0, CAT, recipe.motif_placement)
    drawn = np.abs(start.astype(float) - shown[..., :3]).mean(axis=2)
    if shown.shape[2] == 4:
        drawn = drawn[shown[..., 3] == 255]
    assert drawn.mean() < 12  # what the canvas could not hold is missing
    assert start.std() > 25


@every_space
def test_every_view_knows_what_there_was_before(target, photo):
    """Without paint, and without noise, each shows just that."""
    surface = make_surface(read_scene(recipe_of(target, photo)), 96, 2, CPU)
    surface.prepare_views(1)
    nothing = torch.zeros(int(np.prod(surface.canvas_shape)), 3)
    for look in surface.look(nothing, [0, 1]):
        assert torch.allclose(look.base, look.pixels, atol=1e-5)
        assert look.base.std() > 0.05


def test_content_keeps_it(photo):
    """Weighed, as it is unless the recipe says otherwise, it is nearer in the end."""
    ends = []
    for recipe in (
        recipe_of("rosette", photo, steps=10, size=64),
        recipe_of("rosette", photo, steps=10, size=64, objective={"content": 0.0}),
    ):
        scene = read_scene(recipe)
        *_, last = paint(recipe, scene, load_styles(recipe), CPU)
        zero = make_surface(scene, 64, 1, CPU)
        begun = zero.delivered(torch.zeros(int(np.prod(zero.canvas_shape)), 3))
        ends.append(np.abs(last.texture(0).astype(float) - begun).mean())
    assert 1 < ends[0] < ends[1]


def test_the_weight_of_content_is_written_down(photo):
    assert recipe_of("sphere", photo).objective.weights["content"] == 2.0
    assert (
        recipe_of("sphere", photo, objective={"content": 0.5}).objective.weights["content"] == 0.5
    )
    assert parse_recipe({"target": "sphere", "group": "432"}).objective.weights["content"] == 0


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"motif": None, "motif_turn": 30}, "no motif to place"),
        ({"start": "base"}, "no other picture before"),
        ({"base": "#c8b090"}, "no other picture before"),
        ({"chirality": "ccw"}, "which way things turn"),
        ({"size": 8192}, "4096 pixels wide at most"),
        ({"motif_shift": "1,2,3"}, "not two numbers"),
        ({"motif_shift": "0,7"}, "by 1 each way"),
        ({"motif_zoom": 0}, "motif_zoom"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_line(photo, fields, words):
    with pytest.raises(InputError, match=words) as refused:
        recipe_of("tile", photo, **fields)
    assert "\n" not in str(refused.value)


def test_a_weight_of_content_wants_something_before():
    recipe = parse_recipe({"target": "sphere", "group": "432", "objective": {"content": 1}})
    with pytest.raises(InputError, match="no picture before") as refused:
        read_scene(recipe)
    assert "--motif" in refused.value.hint


def test_meshes_have_no_motif(photo):
    with pytest.raises(InputError, match="motif"):
        parse_recipe({"target": "mesh", "group": "C1", "motif": photo})


def test_a_job_brings_the_picture_along(photo, tmp_path):
    recipe = recipe_of("rosette", photo)
    file = tmp_path / "recipe.json"
    file.write_text(recipe.model_dump_json())
    assert [str(path) for path in files_read(recipe)] == [photo]
    order = read_order(file, [])
    assert order.wire.motif == "buffer:motif"
    sheet = wire_scene(order.wire, [], order.buffers).motif((40, 40), 0)
    assert np.array_equal(sheet, read_scene(recipe).motif((40, 40), 0))
    for missing in (order.wire, recipe):  # files of the service's machine are not read
        with pytest.raises(InputError) as refused:
            wire_scene(missing, [], {})
        assert (refused.value.code, refused.value.field) == ("unknown-style", "motif")


def test_the_command_line_places_it_and_the_receipt_repeats_it(photo, tmp_path, capsys):
    words = ["frieze", "-g", "p2", "--size", "64", "--steps", "2", "--views", "2", "-q", "draft"]
    place = ["--motif-zoom", "2", "--motif-turn", "45", "--motif-shift", "0.1,-0.2"]
    picture = tmp_path / "a.png"
    assert main([*words, "--motif", photo, *place, "-o", str(picture)]) == 0
    recipe = json.loads((tmp_path / "a.json").read_text())["recipe"]
    assert (recipe["motif_zoom"], recipe["motif_shift"]) == (2, "0.1,-0.2")
    assert main(["run", str(tmp_path / "a.json"), "-o", str(tmp_path / "again")]) == 0
    assert (tmp_path / "again" / "a.png").read_bytes() == picture.read_bytes()
    assert main([*words, "--motif", str(tmp_path / "no.png"), "-o", str(picture)]) != 0
    assert "no.png" in capsys.readouterr().err
    shown = ["preview", "p4", "--motif", photo, "--motif-turn", "30", "--size", "64"]
    assert main([*shown, "-o", str(tmp_path / "p.png")]) == 0
