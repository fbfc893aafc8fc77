"""Channels: directions are sought, surveys name what is special about a picture, small pictures of
channels make them respond, and what is painted like a picture says so in its recipe."""

import json

import numpy as np
import pytest
import torch
from PIL import Image

from geometry.errors import InputError
from service.cli import main
from service.inputs.styles import exemplar_file, load_styles
from service.networks import NETWORKS
from service.painting.paint import paint
from service.perception.directions import along
from service.perception.network import load_network
from service.perception.usual import at_scales, usual
from service.recipe.parsing import parse_recipe
from service.scene import make_scene
from service.survey.dreaming import channel_picture, channel_pictures
from service.survey.likeness import likeness
from service.survey.sheet import GAP, LABEL, contact_sheet, thumbnail
from service.survey.surveying import Described, survey
from service.tables.dreams import direction_target, find_dream

INFO = NETWORKS["squeezenet"]
SMALL = {"target": "tile", "group": "p4", "size": 64, "views": 2, "quality": "draft"}
ASLEEP = 426  # a channel of fire9 that does not respond to noise at all


@pytest.fixture(scope="module")
def network():
    return load_network("squeezenet")


def stripes(angle, side=96):
    """A coarse grating (side, side, 3), its lines turned by an angle."""
    y, x = np.mgrid[:side, :side]
    wave = np.sin((x * np.cos(angle) + y * np.sin(angle)) * 2 * np.pi / 12)
    return np.repeat(((wave > 0) * 255).astype(np.uint8)[..., None], 3, 2)


def exemplar(name):
    with Image.open(exemplar_file(name).open("rb")) as picture:
        return np.array(picture.convert("RGB"))


def response(network, picture, layer):
    """Of every channel the mean, (C,)."""
    pixels = torch.from_numpy(picture.copy()).permute(2, 0, 1)[None].float() / 255
    with torch.no_grad():
        ((_, x),) = network.layers(pixels, (layer,))
    return x.mean((0, 2, 3)).numpy()


@pytest.mark.parametrize(
    ("text", "direction"),
    [
        ("12+40", {12: 1, 40: 1}),
        ("0.8*12+.5*40-0.3*7", {12: 0.8, 40: 0.5, 7: -0.3}),
        ("-3+2*4", {3: -1, 4: 2}),
        (" 1*3 + 5 ", {3: 1, 5: 1}),
        ("2*9", {9: 2}),
        ("12+12", {12: 2}),
    ],
)
def test_directions_are_read(text, direction):
    target = find_dream(f"fire8:{text}", INFO, "dreams")
    assert (target.layer, target.channel, dict(target.direction)) == ("fire8", None, direction)


@pytest.mark.parametrize(
    "text", ["1*", "*3", "1**3", "3+", "+", "1x3", "-3", "1-1", "1e3*3", "3 a"]
)
def test_other_texts_are_no_directions(text):
    with pytest.raises(InputError) as refused:
        find_dream(f"fire8:{text}", INFO, "dreams.0.target")
    assert (refused.value.code, refused.value.field) == ("bad-value", "dreams.0.target")
    assert "fire8:0.8*12+40-0.3*7" in refused.value.hint


def test_a_written_direction_is_read_again():
    shares = {7: 1.0, 500: 0.25, 3: -0.5}
    assert dict(find_dream(direction_target("fire9", shares), INFO, "x").direction) == shares


def test_a_direction_is_the_dot_product_by_the_square_of_the_cosine():
    random = np.random.default_rng(0)
    x, strength = random.random((2, 5, 3, 4)), random.random(5) + 0.5
    v = np.array([0, 2.0, 0, -1.0, 0])
    found = along(torch.tensor(x), {1: 2.0, 3: -1.0}, torch.tensor(strength)).numpy()
    for b, i, j in np.ndindex(2, 3, 4):
        u = x[b, :, i, j] / strength
        dot = u @ v / np.linalg.norm(v)
        expected = dot * max(0.1, dot / np.linalg.norm(u)) ** 2
        assert found[b, i, j] == pytest.approx(expected)
    assert found.min() < 0 < found.max()


def test_a_direction_is_sought_by_a_painting(network):
    dreams = [{"target": "fire4:9+0.5*30"}]
    recipe = parse_recipe(SMALL | {"dreams": dreams, "steps": 12})
    painting = paint(recipe, make_scene(recipe), load_styles(recipe), torch.device("cpu"))
    first = next(painting).texture(0)
    *_, last = painting
    before, after = (response(network, x, "fire4")[[9, 30]] for x in (first, last.texture(0)))
    assert (after > 1.5 * before).all()


def test_a_direction_of_a_channel_that_is_not_there_is_refused():
    recipe = parse_recipe(SMALL | {"dreams": [{"target": "fire9:3+512"}]})
    with pytest.raises(InputError, match="fire9 has no channel 512") as refused:
        next(paint(recipe, make_scene(recipe), (), torch.device("cpu")))
    assert (refused.value.code, refused.value.field) == ("unknown-channel", "dreams.0.target")


def test_a_channel_that_sleeps_is_woken_by_a_painting():
    dreams = [{"target": f"fire9:{ASLEEP}"}]
    recipe = parse_recipe(SMALL | {"dreams": dreams, "steps": 25})
    losses = [
        now.loss["dream"] for now in paint(recipe, make_scene(recipe), (), torch.device("cpu"))
    ]
    assert losses[0] == 0 > losses[-1]


def test_a_survey_measures_by_how_much_a_response_is_unusual(network):
    picture = stripes(0.5)
    found = survey(picture, network, ("fire3", "fire5"))
    assert {row.layer for row in found} == {"fire3", "fire5"}
    assert [row.strength for row in found] == sorted((r.strength for r in found), reverse=True)
    known = usual(network, ("fire5",))["fire5"]
    means = []
    for scaled in at_scales(picture, torch.device("cpu")):
        with torch.no_grad():
            means.append(network(scaled)["fire5"].mean((0, 2, 3)))
    unusual = ((torch.stack(means) - known.mean) / known.spread).amax(0)
    for row in found:
        if row.layer == "fire5":
            assert row.strength == pytest.approx(float(unusual[row.channel]), rel=1e-4)


def test_channels_that_always_respond_describe_nothing(network):
    """Naively, by their share of the layer's response, the same channels win everywhere."""
    pictures = [stripes(0), stripes(1.2), exemplar("peacock_feathers"), exemplar("night_strokes")]

    def shared(best):
        """How many of the ten best of a picture are another picture's, on the average."""
        pairs = [(a, b) for a in range(4) for b in range(a)]
        return np.mean([len(best[a] & best[b]) for a, b in pairs])

    naive = [set(np.argsort(-response(network, x, "fire5"))[:10]) for x in pictures]
    found = [{row.channel for row in survey(x, network, ("fire5",))[:10]} for x in pictures]
    assert shared(found) < 0.6 * shared(naive)


def test_stripes_are_described_by_channels_of_their_direction(network):
    """The best channels of stripes respond less to the same stripes across."""
    picture, across = stripes(0), stripes(np.pi / 2)
    for layer in ("fire2", "fire4"):
        best = [row.channel for row in survey(picture, network, (layer,))[:5]]
        mine, other = (response(network, x, layer)[best] for x in (picture, across))
        assert (mine > 2 * other).sum() >= 4


@pytest.mark.parametrize(
    ("pixels", "code"),
    [
        (np.full((64, 64, 3), 90, np.uint8), "nothing-described"),
        (stripes(0)[:12], "bad-image"),
        (np.tile(stripes(0)[:16], (1, 3, 1)), "bad-image"),
    ],
)
def test_what_cannot_be_surveyed_is_refused(pixels, code, network):
    with pytest.raises(InputError) as refused:
        survey(pixels, network, field="--dream-like")
    assert (refused.value.code, refused.value.field) == (code, "--dream-like")


def test_a_picture_of_a_channel_makes_it_respond(network):
    picture = channel_picture(network, "fire9", ASLEEP, 64)
    assert (picture.shape, picture.dtype) == ((64, 64, 3), np.uint8)
    usually = float(usual(network, ("fire9",))["fire9"].strength[ASLEEP])
    tiled = np.tile(picture, (2, 2, 1))
    assert response(network, tiled, "fire9")[ASLEEP] > 3 * usually


def test_a_channels_picture_is_the_same_beside_others_and_another_with_another_seed(network):
    alone = channel_picture(network, "fire2", 5, 32).astype(float)
    beside = list(channel_pictures(network, "fire2", (3, 5), 32))[1]
    other = channel_picture(network, "fire2", 5, 32, seed=1)
    assert np.abs(alone - beside).mean() < 2 < np.abs(alone - other).mean()


def test_pictures_of_channels_have_a_groups_symmetry(network):
    picture = channel_picture(network, "fire2", 5, 32, group="p4").astype(int)
    plain = channel_picture(network, "fire2", 5, 32).astype(int)

    def turned_apart(x):
        return min(
            np.abs(np.roll(np.rot90(x), (i, j), (0, 1)) - x).max() for i in (0, 1) for j in (0, 1)
        )

    assert turned_apart(picture) <= 1 < turned_apart(plain)


def test_a_likeness_takes_the_best_layer_of_each_third():
    rows = [
        Described(layer, k, s / (k + 1))
        for layer, s in (("a", 2.0), ("b", 3.0), ("d", 9.0), ("f", 4.0), ("e", 1.0))
        for k in range(9)
    ]
    found = likeness(rows, list("abcdef"))
    assert [target.split(":")[0] for target in found] == ["b", "d", "f"]
    assert found[1].startswith("d:1*0+0.5*1+0.33*2") and found[1].count("*") == 8
    assert likeness(rows[:9], list("abcdef")) == [found[0].replace("b", "a")]


def test_a_sheet_shows_all_pictures_and_labels():
    pictures = [np.full((40, 40, 3), 50 * k, np.uint8) for k in range(5)]
    sheet = contact_sheet(pictures, ["a", "b", "c", "a label that is far too long", ""])
    assert sheet.shape == (2 * (40 + LABEL + GAP) + GAP, 3 * (40 + GAP) + GAP, 3)
    for k, picture in enumerate(pictures):
        row, column = divmod(k, 3)
        y, x = GAP + row * (40 + LABEL + GAP), GAP + column * (40 + GAP)
        assert (sheet[y : y + 40, x : x + 40] == picture).all()
        written = sheet[y + 40 : y + 40 + LABEL, x : x + 40].max()
        assert (written > 100) == (k < 4)
    gaps = sheet[:, 40 + GAP : 40 + 2 * GAP]
    assert gaps.max() == gaps.min()
    assert thumbnail(np.zeros((30, 50, 3), np.uint8), 24).shape == (24, 24, 3)


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "a=b.png"
    Image.fromarray(stripes(0.3)).save(path)
    return path


def test_the_command_lists_what_dream_takes(photo, tmp_path, capsys):
    sheet = tmp_path / "sheet.png"
    words = ["channels", str(photo), "--count", "3", "--layer", "fire3"]
    assert main([*words, "--size", "32", "-o", str(sheet)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert main([*words, "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [line.split()[:2] for line in lines[:3]] == [["--dream", r["dream"]] for r in rows]
    assert [r["dream"] for r in rows] == [f"fire3:{r['channel']}" for r in rows]
    assert Image.open(sheet).width == 3 * (32 + GAP) + GAP  # the picture and three channels


def test_the_command_paints_a_layer(tmp_path, capsys):
    sheet = tmp_path / "sheet.png"
    words = ["--sheet", "conv1", "--range", "61-63", "--size", "32", "-g", "p4g"]
    assert main(["channels", *words, "-o", str(sheet)]) == 0
    assert "3 channels" in capsys.readouterr().out
    assert Image.open(sheet).width == 3 * (32 + GAP) + GAP


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "Give either a picture or --sheet LAYER"),
        (["nowhere.png"], "There is no file nowhere.png"),
        ([__file__], "is not a picture that can be read"),
        (["{photo}", "--layer", "fire99"], "Did you mean fire9?"),
        (["{photo}", "--count", "0"], "Use 1 to 256"),
        (["{photo}", "-o", "{photo}"], "would be overwritten"),
        (["{photo}", "-g", "532", "-o", "x.png"], "is a group of space 'sphere'"),
        (["{photo}", "--size", "8", "-o", "x.png"], "Use 32 to 256"),
        (["{photo}", "--network", "fire"], "'fire' is not known"),
        (["{photo}", "--sheet", "fire9"], "Give either"),
        (["--sheet", "head"], "Choose a layer: conv1, fire2"),
        (["--sheet", "class:tabby"], "see 'service classes'"),
        (["--sheet", "conv1", "--range", "60-64"], "Use conv1:0 to conv1:63"),
        (["--sheet", "conv1", "--range", "9-3"], "such as --range 0-63"),
        (["--sheet", "conv1", "--seed", "-1"], "Use 0 to"),
    ],
)
def test_the_command_refuses_in_one_line(words, says, photo, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before = photo.read_bytes()
    assert main(["channels", *(word.format(photo=photo) for word in words)]) == 2
    error = capsys.readouterr().err
    assert says in error and error.count("\n") == 1
    assert [*tmp_path.iterdir()] == [photo] and photo.read_bytes() == before


def test_a_painting_like_a_picture_names_channels_and_not_the_picture(photo, tmp_path, capsys):
    one = tmp_path / "one.png"
    words = ["--size", "64", "--steps", "2", "--views", "2", "--dream", "fire9=0.5"]
    like = ["--dream-like", f"{photo}=2", "--dream-like", str(photo)]
    assert main(["tile", "-g", "p4", *words, *like, "-o", str(one)]) == 0
    recipe = json.loads(one.with_suffix(".json").read_text())["recipe"]
    assert (recipe["styles"], recipe["network"]) == ([], "squeezenet")
    assert [d["weight"] for d in recipe["dreams"]] == [0.5, 2, 2, 2, 1, 1, 1]
    targets = [d["target"] for d in recipe["dreams"]]
    assert targets[1:4] == targets[4:] and "a=b" not in json.dumps(recipe)
    (tmp_path / "again").mkdir()
    assert main(["run", str(one.with_suffix(".json")), "-o", str(tmp_path / "again")]) == 0
    assert (tmp_path / "again" / "one.png").read_bytes() == one.read_bytes()
    capsys.readouterr()
    assert main(["tile", "-g", "p4", "--dream-like", "nowhere.png", "-o", str(one)]) == 2
    assert "--dream-like: There is no file nowhere.png" in capsys.readouterr().err
