"""Dreams: what is asked for is seen more and more, refusals are one line, receipts repeat it."""

import functools
import json
import operator

import pytest
import torch
from shapes import uv_sphere

from geometry.errors import InputError
from geometry.hyperbolic.groups import tiling_group
from geometry.symmetry import colour_frame
from service.cli import main
from service.inputs.body import Body
from service.inputs.styles import load_styles
from service.networks import NETWORKS
from service.painting.paint import paint
from service.painting.stage import Sight, Stage
from service.painting.steering import adjusted, parse_steering
from service.perception.colour_images import colour_images
from service.perception.network import load_network
from service.perception.parts import scores
from service.perception.redirected import unblocked
from service.recipe.implied import DREAM_OBJECTIVE, DREAM_RATE
from service.recipe.parsing import parse_recipe
from service.recipe.recipe import Recipe
from service.scene import make_scene
from service.tables.dreams import DreamTarget, find_class, find_dream
from service.tables.network_info import HEAD
from service.tables.term import RGB
from service.terms import TERMS
from service.terms.natural_colours import MEAN, ROOT, SPREAD

INFO = NETWORKS["squeezenet"]
GOLDFINCH = 11
DEAD = 7  # a channel of fire9 that neither grey nor noise excites
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
            return scores(network, pixels)[0]
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
    assert (pure.styles, pure.learning_rate) == ((), DREAM_RATE)
    assert pure.objective.weights.items() >= DREAM_OBJECTIVE.items()
    given = dreamt("fire9", learning_rate=0.3, objective={"smoothness": 2, "dream": 3})
    assert (given.learning_rate, given.objective.smoothness, given.objective.dream) == (0.3, 2, 3)
    both = dreamt("fire9", styles=[{"source": "stained_glass"}])
    plain = Recipe(**SMALL)
    assert (both.objective, both.learning_rate) == (plain.objective, plain.learning_rate)
    for recipe in (pure, given, both):
        assert parse_recipe(json.loads(recipe.model_dump_json())) == recipe


def test_nothing_is_painted_from_no_wishes():
    unwished = {"dreams": [{"target": "fire9", "weight": 0}]}
    weightless = {"dreams": [{"target": "fire9"}], "objective": {"dream": 0}}
    for wrong in ({"styles": []}, unwished, weightless):
        with pytest.raises(InputError, match="nothing would be painted"):
            parse_recipe(BASE | wrong)


@pytest.mark.parametrize(
    ("steps", "most"), [(20, 250), pytest.param(40, 9, marks=pytest.mark.slow)]
)
def test_the_class_is_seen(steps, most):
    """``most``: how many of the 1000 classes may be seen better in the end."""
    recipe = dreamt("class:goldfinch", steps=steps)
    before, after = (seen(picture, HEAD) for picture in pictures(recipe))
    assert after[GOLDFINCH] > before[GOLDFINCH] + 3
    assert (after > after[GOLDFINCH]).sum() <= most
    assert (before > before[GOLDFINCH]).sum() > most + 50


def test_channels_are_sought_or_avoided():
    def found(weight):
        dreams = [{"target": "fire4:9", "weight": weight}]
        picture = pictures(parse_recipe(SMALL | {"dreams": dreams, "steps": 12}))[1]
        return float(seen(picture, "fire4")[9])

    avoided, left, sought = (found(weight) for weight in (-5, 1e-9, 1))
    assert avoided < 0.7 * left
    assert sought > 1.5 * left


def test_a_channel_that_nothing_excites_comes_alive():
    first, *_, last = run(dreamt(f"fire9:{DEAD}", steps=24))
    assert first["dream"] == 0
    assert last["dream"] < -1


def test_unblocked_networks_say_the_same_and_have_gradients_everywhere():
    network = load_network("squeezenet")
    noise = torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    picture = torch.sigmoid(0.3 * noise).requires_grad_()
    ((_, plain),) = network.layers(picture, ("fire9",))
    with unblocked(network):
        ((_, open_),) = network.layers(picture, ("fire9",))
    ((_, after),) = network.layers(picture, ("fire9",))
    assert (plain == open_).all() and (plain == after).all()
    gradients = [
        torch.autograd.grad(-features[:, DEAD].sum(), picture)[0]
        for features in (plain, open_, after)
    ]
    assert [bool(gradient.any()) for gradient in gradients] == [False, True, False]


@pytest.mark.slow
def test_beside_a_style_both_are_seen():
    fields = {"styles": [{"source": "night_strokes"}], "style_scale": 0.5, "steps": 44}
    first, *_, last = run(dreamt("class:goldfinch", **fields))
    assert last["dream"] < first["dream"] - 1
    assert last["style"] < 0.7 * first["style"]


def test_a_pure_dream_has_natural_colours():
    def apart(weight):
        recipe = dreamt("fire9", steps=20, objective={"natural_colours": weight})
        return run(recipe)[-1]["natural_colours"]

    natural = DREAM_OBJECTIVE["natural_colours"]
    assert apart(natural) < 0.3 * apart(natural / 1000)


@pytest.mark.parametrize("elements", [((1, 2, 3),), ((1, 2, 3), (-1, -2, -3))])
def test_natural_colours_are_those_of_photographs_under_every_colour(elements):
    term = TERMS["natural_colours"]
    stage = Stage(dreamt("fire9"), load_network("squeezenet"), (), elements, 64, colour_frame.RGB)
    state = term.prepare(stage)

    def loss(colours):
        picture = colours.T.reshape(1, 3, 1, -1)
        images = colour_images(picture, elements)
        sights = [Sight(RGB, image, None, stage.network) for image in images]
        sums = functools.reduce(operator.add, (term.observe(s, state) for s in sights))
        return float(term.loss({RGB: sums}, state))

    spread = torch.tensor(ROOT) * torch.tensor(SPREAD)
    noise = torch.randn(100_000, 3, generator=torch.Generator().manual_seed(0))
    natural = torch.tensor(MEAN) + noise @ spread.T
    assert loss(natural) < 1e-3
    assert loss(natural.roll(1, 1)) > 0.01  # red is green now
    assert loss(0.5 + 0.3 * noise) > 1


def test_layers_of_all_scales_weigh_alike():
    losses = [run(dreamt(layer, steps=1))[0]["dream"] for layer in INFO.layers]
    assert max(losses) < 0
    assert min(losses) > 5 * max(losses)  # the layers themselves differ by a factor of 20


def test_frugal_and_steered_paintings_are_the_same():
    fields = {"steps": 3, "styles": [{"source": "stained_glass"}], "style_scale": 0.4}
    fields |= {"dreams": EVERY_KIND}
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
    assert set(run(dreamt("fire9", steps=1))[0]) == {"dream", *DREAM_OBJECTIVE}


@pytest.mark.parametrize(
    ("target", "group"),
    [("sphere", "222"), ("hyperbolic", "rotations"), ("spiral", "spiral3"), ("mesh", "1")],
)
def test_every_target_dreams(target, group):
    group = tiling_group(4, 6, group).name if target == "hyperbolic" else group
    recipe = parse_recipe(
        SMALL | {"target": target, "group": group, "dreams": EVERY_KIND[:3], "steps": 4}
    )
    body = Body(uv_sphere(24, 12), ()) if target == "mesh" else None
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
