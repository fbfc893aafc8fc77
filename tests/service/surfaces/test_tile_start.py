"""Tiles painted on top of a picture: it is there at first, and content keeps it."""

import itertools
import json

import numpy as np
import pytest
import torch
from PIL import Image
from skimage import data

from geometry.errors import InputError
from service.cli import main
from service.cli.serving.orders import read_order
from service.inputs.styles import load_styles
from service.painting.paint import paint
from service.recipe.parsing import parse_recipe
from service.scene import read_scene, wire_scene
from service.spaces.plane_design import PlaneDesign
from service.surfaces.surface import make_surface

CPU = torch.device("cpu")
SMALL = {"target": "tile", "group": "p4", "size": 64, "views": 2, "quality": "draft", "seed": 3}
SMALL |= {"style_scale": 0.4}


@pytest.fixture(scope="module")
def photo(tmp_path_factory):
    """A square picture's file, larger than the tile."""
    path = tmp_path_factory.mktemp("photos") / "cat.png"
    Image.fromarray(data.chelsea()[:300, 80:380]).save(path)
    return path


@pytest.fixture
def started(photo):
    def make(**fields):
        return parse_recipe(SMALL | {"base": str(photo), "start": "base"} | fields)

    return make


def base_of(recipe):
    """What is started from, as it would be delivered."""
    design = PlaneDesign(read_scene(recipe), recipe.size)
    return design.developed(design.base())


def steps(recipe, **options):
    return paint(recipe, read_scene(recipe), load_styles(recipe), CPU, **options)


def off(picture, recipe):
    """How far a picture is from what it started from, in grey levels."""
    return np.abs(picture.astype(float) - base_of(recipe)).mean()


def test_it_is_there_at_first_and_changes_little_by_little(started):
    recipe = started(steps=24, learning_rate=0.03)
    pictures = [now.texture(0) for now in steps(recipe)]
    away = [off(picture, recipe) for picture in (pictures[0], pictures[8], pictures[-1])]
    assert away[0] < 8 and away[0] < away[1] < away[2]
    noise = next(steps(started(steps=1, start="noise", learning_rate=0.03))).texture(0)
    assert off(noise, recipe) > 3 * away[0]


@pytest.mark.parametrize("group", ["p1", "p4g", "p6"])
def test_fine_detail_is_there_at_full_size(group, photo, tmp_path):
    """Though it starts at a width that has none of it."""
    if group == "p6":
        Image.open(photo).resize((256, 443)).save(tmp_path / "tall.png")
        photo = tmp_path / "tall.png"
    recipe = parse_recipe(SMALL | {"group": group, "size": 128, "steps": 1, "learning_rate": 1e-6})
    recipe = recipe.model_copy(update={"base": str(photo), "start": "base"})
    picture = next(steps(recipe)).texture(0)
    assert off(picture, recipe) < 8

    def detail(pixels):
        return np.abs(np.diff(pixels.astype(float), axis=1)).mean()

    assert detail(picture) > 0.9 * detail(base_of(recipe))


def test_content_keeps_it_and_needs_no_start(started):
    def last(**fields):
        recipe = started(steps=10, **fields)
        *_, now = steps(recipe)
        return off(now.texture(0), recipe), now.loss

    plain, losses = last(objective={"content": 1e-9})
    kept, kept_losses = last(objective={"content": 20})
    assert kept < plain and kept_losses["content"] < losses["content"]
    _, losses = last(start="noise", objective={"content": 20})
    assert losses["content"] < 1


def test_views_show_it_as_it_was(started):
    recipe = started()
    surface = make_surface(read_scene(recipe), 64, 2, CPU)
    surface.prepare_views(0)
    nothing = torch.zeros(surface.canvas_shape[1] * surface.canvas_shape[2], 3)
    for look in surface.look(nothing, [0, 1]):
        assert (look.pixels - look.base).abs().max() < 0.02  # but for what is too dark or bright


def test_a_checkpoint_goes_on_to_the_bit(started):
    recipe = started(steps=12, dreams=[{"target": "fire9"}])
    painting = steps(recipe)
    early = next(itertools.islice(painting, 4, None)).checkpoint()
    *_, last = painting
    *_, resumed = steps(recipe, resume=early)
    assert (resumed.texture(0) == last.texture(0)).all()


def test_a_flat_colour_has_any_aspect(started):
    recipe = started(base="#c04020", group="p6", steps=1)
    assert np.abs(base_of(recipe) - [0xC0, 0x40, 0x20]).max() <= 1


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"group": "p6"}, "bad-value", "base"),
        ({"base": None}, "missing-base", "start"),
        ({"base": None, "start": "noise", "objective": {"content": 1}}, "missing-base", "obj"),
        ({"base": "nowhere.png"}, "missing-file", "base"),
        ({"base": "#12"}, "bad-value", "base"),
        ({"chirality": "ccw"}, "bad-chirality", "chirality"),
    ],
)
def test_what_cannot_be_started_from_is_refused(started, fields, code, field):
    with pytest.raises(InputError) as refused:
        read_scene(started(**fields))
    assert refused.value.code == code and refused.value.field.startswith(field)
    assert refused.value.hint and "\n" not in str(refused.value)


def test_the_aspect_is_that_of_a_period(started, photo, tmp_path):
    with pytest.raises(InputError, match=r"64 × 110 pixels.*300 × 300") as refused:
        read_scene(started(group="p6"))
    assert "64 : 110" in refused.value.hint
    Image.open(photo).resize((640, 1110)).save(tmp_path / "tall.png")
    read_scene(started(group="p6", base=str(tmp_path / "tall.png")))
    read_scene(started(group="pmm", aspect=111 / 64, base=str(tmp_path / "tall.png")))


def test_a_job_brings_the_picture_along(started, tmp_path):
    file = tmp_path / "recipe.json"
    file.write_text(started().model_dump_json())
    order = read_order(file, [])
    assert order.wire.base is None and order.wire.wants_base() == "start"
    scene = wire_scene(order.wire, [], order.buffers)
    assert (scene.base == read_scene(started()).base).all()
    with pytest.raises(InputError) as refused:
        wire_scene(order.wire, [], {})
    assert refused.value.code == "missing-base"


def test_the_command_line_starts_from_it_and_the_receipt_repeats_it(photo, tmp_path, capsys):
    words = ["tile", "-g", "p4", "--size", "64", "--steps", "2", "--views", "2"]
    one = tmp_path / "one.png"
    assert main([*words, "--start", str(photo), "-o", str(one)]) == 0
    recipe = json.loads(one.with_suffix(".json").read_text())["recipe"]
    assert (recipe["start"], recipe["base"]) == ("base", str(photo))
    assert main(["run", str(one.with_suffix(".json")), "-o", str(tmp_path / "again")]) == 0
    assert (tmp_path / "again" / "one.png").read_bytes() == one.read_bytes()
    capsys.readouterr()
    assert main([*words, "--start", str(photo), "-o", str(photo)]) == 2
    assert "overwritten" in capsys.readouterr().err  # not over what is read
    assert main(["sphere", "-g", "432", "--start", str(photo)]) == 2
