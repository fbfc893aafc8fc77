"""Dreams: what is asked for is seen more and more, refusals are one line, receipts repeat it."""

import json

import pytest
import torch
from shapes import uv_sphere

from geometry.errors import InputError
from geometry.hyperbolic_groups import tiling_group
from service.cli import main
from service.inputs import load_styles
from service.model import Model
from service.networks import NETWORKS
from service.painting.paint import paint
from service.perception.dreams import DreamTarget, find_class, find_dream
from service.perception.network import load_network
from service.perception.network_info import HEAD
from service.recipe import DREAM_RATE, DREAM_SMOOTHNESS, Recipe, parse_recipe
from service.scene import make_scene
from service.steering import adjusted, parse_steering
from service.terms.dream import head_scores

INFO = NETWORKS["squeezenet"]
GOLDFINCH = 11
BASE = {"target": "tile", "group": "p4"}
SMALL = BASE | {"size": 64, "views": 2, "quality": "draft"}
EVERY_KIND = [
    {"target": "class:goldfinch"},
    {"target": "fire9", "weight": 0.5},
    {"target": "fire5:7", "weight": -0.5},
    {"target": "fire5:9"},
]


def dreamt(*dreams, **fields):
    return parse_recipe(SMALL | {"dreams": [{"target": dream} for dream in dreams]} | fields)


def steps(recipe, **options):
    scene, styles = make_scene(recipe), load_styles(recipe)
    return paint(recipe, scene, styles, torch.device("cpu"), **options)


def run(recipe, **options):
    return [dict(now.loss) for now in steps(recipe, **options)]


def pictures(recipe):
    """After the first step and after the last."""
    painting = steps(recipe)
    first = next(painting).texture(0)
    *_, last = painting
    return first, last.texture(0)


def seen(picture, layer):
    """What the network has to say of a picture (H, W, 3)."""
    pixels = torch.from_numpy(picture.copy()).permute(2, 0, 1)[None].float() / 255
    network = load_network("squeezenet")
    with torch.no_grad():
        if layer == HEAD:
            return head_scores(network, pixels)[0]
        ((_, features),) = network.layers(pixels, (layer,))
    return features.mean((0, 2, 3))


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("class:Goldfinch", DreamTarget(HEAD, None, "Goldfinch")),
        ("class: tabby", DreamTarget(HEAD, None, "tabby")),
        ("class:11", DreamTarget(HEAD, 11, "11")),
        ("fire9", DreamTarget("fire9")),
        ("fire9:100", DreamTarget("fire9", 100)),
    ],
)
def test_what_is_dreamt_of_has_a_name(text, target):
    assert find_dream(text, INFO, "dreams") == target


def test_classes_are_found_by_name_or_index():
    for name in ("goldfinch", "Goldfinch", "GOLDFINCH"):
        assert find_class(name, None, INFO, "dreams") == GOLDFINCH
    assert find_class("sports_car", None, INFO, "dreams") == 817
    assert find_class("11", GOLDFINCH, INFO, "dreams") == GOLDFINCH


@pytest.mark.parametrize(
    ("target", "code", "says"),
    [
        ("class:goldfnch", "unknown-class", "Did you mean goldfinch"),
        ("class:1000", "unknown-class", "Use 0 to 999"),
        ("class:", "bad-value", "class:NAME"),
        ("fire99", "unknown-layer", "Did you mean fire9? Layers: conv1, fire2"),
        ("fire9:512", "unknown-channel", "Use fire9:0 to fire9:511"),
        ("fire9:", "bad-value", "LAYER:CHANNEL"),
        ("fire9:-1", "bad-value", "LAYER:CHANNEL"),
        ("fire9:" + "9" * 90, "bad-value", "LAYER:CHANNEL"),
    ],
)
def test_what_there_is_not_is_refused_with_what_there_is(target, code, says):
    with pytest.raises(InputError) as refused:
        run(dreamt("fire5", target))
    assert (refused.value.code, refused.value.field) == (code, "dreams.1.target")
    assert says in refused.value.hint
    assert "\n" not in str(refused.value)


def test_a_network_without_a_head_has_no_classes(capsys):
    headless = {"network": "vgg16-hed"}
    assert dreamt("relu4_3", **headless).dreams
    with pytest.raises(InputError, match="knows no classes") as refused:
        dreamt("class:11", **headless)
    assert refused.value.code == "no-head"
    assert main(["classes", "--network", "vgg16-hed"]) == 2
    assert "network: The network vgg16-hed knows no classes" in capsys.readouterr().err


@pytest.mark.parametrize(
    "dreams",
    [
        "fire9",
        [{"target": ""}],
        [{"target": "fire9", "weight": 101}],
        [{"target": "fire9", "weight": "much"}],
        [{"target": "x" * 257}],
        [{"target": "fire9"}] * 17,
        [{"target": "fire9", "wieght": 1}],
    ],
)
def test_lists_and_numbers_have_bounds(dreams):
    with pytest.raises(InputError):
        parse_recipe(BASE | {"dreams": dreams})


def test_without_styles_it_is_a_pure_dream_and_says_so():
    pure = dreamt("fire9")
    assert (pure.styles, pure.objective.smoothness) == ((), DREAM_SMOOTHNESS)
    assert pure.learning_rate == DREAM_RATE
    given = dreamt("fire9", learning_rate=0.3, objective={"smoothness": 2, "dream": 3})
    assert (given.learning_rate, given.objective.smoothness, given.objective.dream) == (0.3, 2, 3)
    both = dreamt("fire9", styles=[{"source": "stained_glass"}])
    plain = Recipe(**SMALL)
    assert (both.objective, both.learning_rate) == (plain.objective, plain.learning_rate)
    for recipe in (pure, given, both):
        assert parse_recipe(json.loads(recipe.model_dump_json())) == recipe


def test_nothing_is_painted_from_no_wishes():
    for wrong in ({"styles": []}, {"dreams": [{"target": "fire9"}], "objective": {"dream": 0}}):
        with pytest.raises(InputError, match="nothing would be painted"):
            parse_recipe(BASE | wrong)


def test_the_class_is_seen():
    recipe = dreamt("class:goldfinch", steps=70)
    before, after = (seen(picture, HEAD) for picture in pictures(recipe))
    assert after[GOLDFINCH] > before[GOLDFINCH] + 3
    assert (after > after[GOLDFINCH]).sum() < 10
    assert (before > before[GOLDFINCH]).sum() > 50


@pytest.mark.parametrize(("weight", "sign"), [(1, 1), (-1, -1)])
def test_a_channel_is_sought_or_avoided(weight, sign):
    fields = SMALL | {"dreams": [{"target": "fire4:9", "weight": weight}], "steps": 12}
    painted = pictures(parse_recipe(fields))
    before, after = (float(seen(picture, "fire4")[9]) for picture in painted)
    assert sign * (after - before) > 0.3 * before


def test_layers_of_all_scales_weigh_alike():
    losses = [run(dreamt(layer, steps=1))[0]["dream"] for layer in INFO.layers]
    assert max(losses) < 0
    assert min(losses) > 5 * max(losses)  # the layers themselves differ by a factor of 20


def test_frugal_and_steered_paintings_are_the_same():
    fields = {"steps": 3, "styles": [{"source": "stained_glass"}], "dreams": EVERY_KIND}
    recipe = parse_recipe(SMALL | fields)
    plain, frugal = run(recipe), run(recipe, frugal=True)
    for one, other in zip(plain, frugal, strict=True):
        assert other == pytest.approx(one, rel=1e-3, abs=1e-4)
    changes = {"dreams.0.weight": 3, "objective.dream": 2}
    steering = parse_steering(recipe, [{"step": 1, "changes": changes}])
    painting = steps(recipe, steering=steering)
    one, two = next(painting), next(painting)
    assert dict(one.loss) == plain[0]
    checkpoint = two.checkpoint()
    *_, last = painting
    assert last.loss["dream"] != plain[2]["dream"]
    *_, resumed = steps(recipe, steering=steering, resume=checkpoint)
    assert (resumed.texture(0) == last.texture(0)).all()
    assert set(run(dreamt("fire9", steps=1))[0]) == {"dream", "smoothness"}


@pytest.mark.parametrize(
    ("target", "group"),
    [("sphere", "222"), ("hyperbolic", "rotations"), ("spiral", "spiral3"), ("mesh", "1")],
)
def test_every_target_dreams(target, group):
    group = tiling_group(4, 6, group).name if target == "hyperbolic" else group
    recipe = parse_recipe(
        SMALL | {"target": target, "group": group, "dreams": EVERY_KIND[:3], "steps": 4}
    )
    body = Model(uv_sphere(24, 12), ()) if target == "mesh" else None
    painting = paint(recipe, make_scene(recipe, body), (), torch.device("cpu"))
    losses = [dict(now.loss)["dream"] for now in painting]
    assert losses[-1] < losses[0]


def test_weights_may_be_adjusted_and_nothing_else():
    recipe = dreamt("fire9", "fire8")
    new = adjusted(recipe, {"dreams.1.weight": -2, "objective.dream": 5})
    assert ([dream.weight for dream in new.dreams], new.objective.dream) == ([1, -2], 5)
    for changes in ({"dreams.0.target": "fire5"}, {"dreams": []}):
        with pytest.raises(InputError):
            adjusted(recipe, changes)


def test_the_command_line_dreams_and_its_receipt_repeats_it(tmp_path, capsys):
    one, two = tmp_path / "one.png", tmp_path / "two.png"
    words = ["--size", "64", "--steps", "2", "--views", "2", "--dream-weight", "2"]
    dreams = ["--dream", "class:daisy=2", "--dream", "fire9:3=-0.5"]
    assert main(["tile", "-g", "p4", *words, *dreams, "-o", str(one)]) == 0
    receipt = json.loads(one.with_suffix(".json").read_text())
    recipe = receipt["recipe"]
    assert recipe["dreams"] == [
        {"target": "class:daisy", "weight": 2},
        {"target": "fire9:3", "weight": -0.5},
    ]
    assert (recipe["styles"], receipt["styles"], recipe["objective"]["dream"]) == ([], [], 2)
    capsys.readouterr()
    assert main(["tile", "-g", "p4", *words, "--dream", "class:dasy", "-o", str(two)]) == 2
    assert capsys.readouterr().err.count("\n") == 1 and not two.exists()
    assert main(["tile", "-g", "p4", *words, "--dream", "fire9=x", "-o", str(two)]) == 2
    assert "TARGET=WEIGHT" in capsys.readouterr().err
    (tmp_path / "again").mkdir()
    assert main(["run", str(one.with_suffix(".json")), "-o", str(tmp_path / "again")]) == 0
    assert (tmp_path / "again" / "one.png").read_bytes() == one.read_bytes()


def test_classes_are_listed(capsys):
    assert main(["classes", "FINCH"]) == 0
    assert "  11  goldfinch" in capsys.readouterr().out
    assert main(["classes", "tabby", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [{"index": 281, "name": "tabby"}]
    assert main(["classes", "goldfnch"]) == 2
