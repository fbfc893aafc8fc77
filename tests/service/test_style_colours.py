"""Styles in other colours than their own, and light alone over the hues of what was before."""

import json
from pathlib import Path

import numpy as np
import pytest
from deliveries import CPU
from PIL import Image
from receipt_checker import load, symmetry_errors
from scipy.special import logit
from scipy.stats import wasserstein_distance
from shapes import uv_sphere
from skimage import data

from geometry.errors import InputError
from service.cli import main
from service.cli.recipe_file import files_read, read_recipe
from service.cli.serving.orders import deliver_order, place_of, read_order
from service.colours import framed, in_wanted_colours
from service.inputs.body import Body
from service.inputs.styles import StylePicture, load_styles
from service.painting.paint import paint
from service.painting.steering import adjusted
from service.recipe.parsing import parse_recipe
from service.reporting.finish import finish
from service.reporting.overwriting import FilesRead
from service.scene import make_scene, read_scene, wire_scene

SMALL = {"target": "tile", "group": "p4", "size": 64, "views": 1, "seed": 3, "steps": 2}
NIGHT = [{"source": "night_strokes"}]


@pytest.fixture(scope="module")
def photo(tmp_path_factory):
    """A square picture's file."""
    path = tmp_path_factory.mktemp("photos") / "cat.png"
    Image.fromarray(data.chelsea()[:300, 80:380]).save(path)
    return path


def recipe_of(**fields):
    return parse_recipe(SMALL | {"styles": NIGHT} | fields)


def painted(recipe, styles=None):
    """Picture and receipt of a tile, not written."""
    scene, styles = read_scene(recipe), styles or load_styles(recipe)
    *_, last = paint(recipe, scene, styles, CPU)
    return finish(recipe, scene, styles, last)[:2]


def apart(picture, other):
    """How far colours (…, 3) are from others: Wasserstein-1, the mean over the channels, 0..1."""
    one, two = (x.reshape(-1, 3) / 255 for x in (picture, other))
    return np.mean([wasserstein_distance(one[:, k], two[:, k]) for k in range(3)])


def logits_of(pixels):
    """(n, 3)."""
    return logit((pixels.reshape(-1, 3) + 0.5) / 256)


def pixels_of(name):
    with Image.open(Path("recipes/exemplars") / f"{name}.png") as image:
        return np.asarray(image.convert("RGB"))


def test_a_tile_is_painted_in_the_colours_of_the_picture():
    recipe = recipe_of(style_colours="peacock_feathers", steps=24, quality="draft")
    picture, receipt = painted(recipe)
    own, taken = pixels_of("night_strokes"), pixels_of("peacock_feathers")
    assert apart(picture, taken) < 0.5 * apart(picture, own)
    assert receipt["recipe"]["style_colours"] == "peacock_feathers"
    assert receipt["style_colours"]["source"] == "peacock_feathers"
    assert receipt["style_colours"]["size"] == [taken.shape[1], taken.shape[0]]
    plain = painted(recipe_of())[1]
    assert plain["style_colours"] is None
    assert plain["styles"] == receipt["styles"]  # as they were read


def test_styles_have_the_picture_s_mean_and_covariance(photo):
    recipe = recipe_of(style_colours=str(photo), styles=[*NIGHT, {"source": "woodcut_waves"}])
    styles = load_styles(recipe)
    wanted = in_wanted_colours(recipe, make_scene(recipe), styles)
    target = logits_of(data.chelsea()[:300, 80:380])
    for before, after in zip(styles, wanted, strict=True):
        found = logits_of(after.pixels)
        assert np.allclose(found.mean(axis=0), target.mean(axis=0), atol=0.02)
        assert np.allclose(np.cov(found.T), np.cov(target.T), atol=0.02)
        assert after.sha256 != before.sha256 and after.weight == before.weight
    same = recipe_of(style_colours="night_strokes")
    (own,) = load_styles(same)
    (again,) = in_wanted_colours(same, make_scene(same), [own])
    assert again.sha256 == own.sha256


@pytest.mark.parametrize("rule", ["none", "4a", "2e"])
def test_the_symmetry_is_that_of_the_styles_own_colours(tmp_path, photo, rule):
    """The rule acts in the frame of the colours that are painted."""
    words = f"tile -g p4 -c {rule} -s night_strokes --style-colours {photo} --size 64 --steps 2"
    assert main([*words.split(), "--views", "1", "-o", str(tmp_path / "x.png")]) == 0
    pixels, receipt = load(tmp_path / "x.png")
    errors = [rms for rms in symmetry_errors(pixels, receipt) if rms is not None]
    assert max(errors) <= 0.3
    assert all(row["worst"] <= 0.5 + 1e-6 for row in receipt["quality"]["symmetry"])
    if rule != "none":
        target = logits_of(data.chelsea()[:300, 80:380])
        assert np.allclose(receipt["colour_frame"]["mean"], target.mean(axis=0), atol=0.02)


def test_a_style_takes_the_colours_of_what_was_before(photo):
    recipe = recipe_of(style_colours="base", base=str(photo))
    (style,) = in_wanted_colours(recipe, read_scene(recipe), load_styles(recipe))
    named = recipe_of(style_colours=str(photo))
    (same,) = in_wanted_colours(named, read_scene(named), load_styles(named))
    assert style.sha256 == same.sha256


def test_of_a_mesh_only_what_is_to_be_seen_counts():
    ball = uv_sphere(8, 16)
    base = np.full((64, 64, 4), 255, np.uint8)
    base[..., :3] = np.random.default_rng(1).integers(20, 90, (64, 64, 3))
    base[:, 32:, 3] = 0  # a hole
    base[:, 32:, :3] = 255
    recipe = parse_recipe(
        {"target": "mesh", "group": "1", "size": 64, "styles": NIGHT, "style_colours": "base"}
    )
    scene = make_scene(recipe, Body(ball, base=base))
    seen = scene.colours_before()
    assert seen.size and seen.max() < 128
    (style,) = in_wanted_colours(recipe, scene, load_styles(recipe))
    assert style.pixels.mean() < 90 < load_styles(recipe)[0].pixels.mean()


# hues: differences of logits; where nothing is so light or dark that bytes are too coarse for them
@pytest.mark.parametrize("start", ["noise", "base"])
@pytest.mark.parametrize(("rule", "colours"), [("none", "rgb"), ("2h", "style")])
def test_light_alone_keeps_hues(photo, start, rule, colours):
    light = {"style_colours": "light", "colouring": rule, "colours": colours}
    recipe = recipe_of(base=str(photo), start=start, **light)
    picture, receipt = painted(recipe)
    scene = framed(read_scene(recipe), recipe, [])
    before = scene.design(64)
    shown = before.developed(before.base())
    inside = ((picture > 40) & (picture < 215) & (shown > 40) & (shown < 215)).all(axis=2)
    assert inside.mean() > 0.2

    def hues(x):
        logits = logit(x[inside] / 255)
        return logits - logits.mean(axis=1, keepdims=True)

    assert np.abs(hues(picture) - hues(shown)).max() < 0.1
    assert np.abs(picture.astype(int) - shown)[inside].mean() > 5  # light is another
    assert all(row["worst"] <= 0.5 + 1e-6 for row in receipt["quality"]["symmetry"])


def test_of_the_style_only_light_counts(photo):
    recipe = recipe_of(base=str(photo), style_colours="light", precision="float32")
    (style,) = load_styles(recipe)
    grey = np.asarray(Image.fromarray(style.pixels).convert("L"))[..., None].repeat(3, axis=2)
    plain = StylePicture.of("grey", grey)
    one, other = painted(recipe)[0], painted(recipe, [plain])[0]
    assert np.abs(one.astype(int) - other).max() <= 2  # greys are rounded a little differently


def test_light_alone_is_painted_on_meshes(photo):
    ball = uv_sphere(8, 16)
    with Image.open(photo) as image:
        base = np.asarray(image.convert("RGBA").resize((64, 64)))
    recipe = parse_recipe(
        {"target": "mesh", "group": "1", "size": 64, "views": 2, "steps": 2, "styles": NIGHT}
        | {"style_colours": "light"}
    )
    scene, styles = make_scene(recipe, Body(ball, base=base)), load_styles(recipe)
    *_, last = paint(recipe, scene, styles, CPU)
    texture = last.texture(0)
    inside = ((texture > 40) & (texture < 215) & (base[..., :3] > 40) & (base[..., :3] < 215)).all(
        axis=2
    )
    hues = [logit(x[inside] / 255) for x in (texture, base[..., :3])]
    hues = [x - x.mean(axis=1, keepdims=True) for x in hues]
    assert np.corrcoef(hues[0].ravel(), hues[1].ravel())[0, 1] > 0.9
    assert np.median(np.abs(hues[0] - hues[1])) < 0.05


LIGHT = {"style_colours": "light", "base": "#c8b090"}


@pytest.mark.parametrize(
    ("fields", "code", "field", "words"),
    [
        ({"style_colours": "light"}, "missing-base", "style_colours", "no picture before"),
        ({"style_colours": "base"}, "missing-base", "style_colours", "no picture before"),
        (
            LIGHT | {"colouring": "4a"},
            "bad-value",
            "colouring",
            "'4a' would change the base's hues",
        ),
        (LIGHT | {"colouring": "2e"}, "bad-value", "colouring", "would change the base's hues"),
        (
            LIGHT | {"colouring": "2h", "colours": "rgb"},
            *("bad-value", "colouring", "would change the base's hues"),
        ),
        ({"style_colours": "base", "base": "#c8b090"}, "flat-style", "style_colours", "The base"),
        ({"style_colours": "no.png"}, "missing-file", "style_colours", "no file no.png"),
        ({"style_colours": ""}, "bad-value", "style_colours", "at least 1 character"),
        (
            {"style_colours": "stained_glass", "styles": [], "dreams": [{"target": "fire9"}]},
            *("bad-value", "style_colours", "no style that could take"),
        ),
        (
            {"target": "sphere", "group": "532", "style_colours": "light"},
            *("bad-value", "recipe", "for the target tile or mesh"),
        ),
    ],
)
def test_what_cannot_be_is_refused(fields, code, field, words):
    with pytest.raises(InputError, match=words) as refused:
        recipe = recipe_of(**fields)
        scene, styles = read_scene(recipe), load_styles(recipe)
        next(paint(recipe, scene, styles, CPU))
    assert (refused.value.code, refused.value.field) == (code, field)


def test_a_picture_of_one_colour_has_none_to_take(tmp_path, capfd):
    Image.new("RGB", (2, 2), (90, 90, 90)).save(tmp_path / "flat.png")
    words = f"tile -g p4 --style-colours {tmp_path / 'flat.png'} -o {tmp_path / 'x.png'}".split()
    assert main([*words, "--size", "64"]) == 2
    assert "flat.png has only one colour" in capfd.readouterr().err
    assert not (tmp_path / "x.png").exists()


def test_groups_that_move_directions_cannot_paint_over_a_base():
    ball = uv_sphere(8, 16)
    body = Body(ball, base=np.full((64, 64, 4), 200, np.uint8))
    fields = {"target": "mesh", "group": "222", "size": 64, "action": "direction"}
    for field, value in (("start", "base"), ("style_colours", "light")):
        with pytest.raises(InputError, match="cannot paint over the base") as refused:
            make_scene(parse_recipe(fields | {field: value}), body)
        assert refused.value.field == field


def test_the_rule_of_light_stays_while_it_is_painted():
    with pytest.raises(InputError, match="the colour rule stays"):
        adjusted(recipe_of(**LIGHT), {"colouring": "2h"})


def test_a_checkpoint_belongs_to_its_colours(photo):
    recipe = recipe_of(style_colours=str(photo))
    styles = load_styles(recipe)
    first = next(paint(recipe, make_scene(recipe), styles, CPU))
    kept = first.checkpoint()
    *_, last = paint(recipe, make_scene(recipe), styles, CPU, resume=kept)
    assert np.array_equal(last.texture(0), painted(recipe)[0])
    flipped = StylePicture.of(str(photo), 255 - styles[0].colours.pixels)
    (style,) = styles
    other = [StylePicture.of(style.source, style.pixels, style.weight, flipped)]
    with pytest.raises(InputError) as refused:
        next(paint(recipe, make_scene(recipe), other, CPU, resume=kept))
    assert refused.value.code == "bad-checkpoint"


def test_orders_send_the_picture_and_receipts_name_it(tmp_path, photo):
    Image.open(photo).save(tmp_path / "cat.png")
    file = tmp_path / "recipe.json"
    file.write_text(json.dumps(SMALL | {"styles": NIGHT, "style_colours": "cat.png"}))
    recipe = read_recipe(file)
    assert recipe.style_colours == str(tmp_path / "cat.png")  # beside the recipe
    assert files_read(recipe) == [tmp_path / "cat.png"]
    order = read_order(file, ())
    assert order.wire.style_colours == "buffer:colours"
    styles = load_styles(order.wire, order.buffers)
    assert styles[0].colours.sha256 == load_styles(recipe)[0].colours.sha256
    scene = wire_scene(order.wire, [], order.buffers)
    *_, last = paint(order.wire, scene, styles, CPU)
    picture, receipt = finish(order.wire, scene, styles, last)[:2]
    place = place_of(order, tmp_path / "x.png", FilesRead(()))
    deliver_order(order, place, picture, receipt)
    told = json.loads((tmp_path / "x.json").read_text())
    assert (
        told["style_colours"]["source"]
        == told["recipe"]["style_colours"]
        == str(tmp_path / "cat.png")
    )
    assert np.array_equal(picture, painted(read_recipe(tmp_path / "x.json"))[0])
    with pytest.raises(InputError, match="no buffer 'gone'"):
        load_styles(recipe_of(style_colours="buffer:gone"), {})
    with pytest.raises(InputError) as refused:
        load_styles(recipe_of(style_colours=str(photo)), {})  # no file of this machine
    assert (refused.value.code, refused.value.field) == ("unknown-style", "style_colours")


def test_a_palette_of_few_pixels_will_do():
    swatches = np.array([[[20, 30, 90], [240, 220, 160], [200, 60, 40]]], np.uint8)
    recipe = recipe_of(style_colours="buffer:colours")
    styles = load_styles(recipe, {"colours": swatches})
    (style,) = in_wanted_colours(recipe, make_scene(recipe), styles)
    means = [logits_of(pixels).mean(axis=0) for pixels in (style.pixels, swatches)]
    assert np.allclose(*means, atol=0.1)
