"""Steps after the painting keep the symmetry, on paint that was never painted: noise."""

import json

import numpy as np
import pytest
import torch
from cases import quick
from PIL import Image
from scipy.ndimage import binary_dilation
from shapes import cube, plane

from geometry.errors import InputError
from geometry.symmetry.colour_transport import moments_of
from service.anew import Anew
from service.cli.serving.orders import read_order
from service.finisher import Finisher, unique_colours
from service.finishing import STEPS
from service.inputs.body import Body
from service.inputs.styles import exemplar_pixels, load_styles
from service.painting.kept import Paint
from service.recipe.parsing import parse_recipe
from service.reporting.quality import measure_quality
from service.scene import make_scene, read_scene, wire_scene
from service.surfaces.surface import make_surface

SPACES = {
    "tile": {"group": "p4", "colouring": "2a", "colours": "rgb"},
    "centred": {"target": "tile", "group": "cmm"},
    "hexagonal": {"target": "tile", "group": "p6m"},
    "oblique": {"target": "tile", "group": "p2", "angle": 70},
    "frieze": {"group": "p2mg"},
    "sphere": {"group": "532"},
    "hyperbolic": {"group": "{4,6}"},
    "spiral": {"group": "spiral3"},
}
ON_PIXELS = ("tile", "centred", "oblique", "frieze")


def recipe(space, **finishing):
    return parse_recipe({"target": space, **SPACES[space], "size": 64, "finishing": finishing})


def rough_paint(surface, seed=0):
    charts, rows, columns = surface.canvas_shape
    coarse = torch.randn(
        charts, 3, rows // 4, columns // 4, generator=torch.Generator().manual_seed(seed)
    )
    fine = torch.nn.functional.interpolate(coarse, (rows, columns), mode="bicubic")
    return fine.permute(0, 2, 3, 1).reshape(-1, 3)


def finished(space, **finishing):
    """The picture of some paint, finished, and the scene."""
    found = recipe(space, **finishing)
    scene = make_scene(found)
    surface = make_surface(scene, found.size, 1, torch.device("cpu"))
    return surface.delivered(rough_paint(surface), Finisher.of(found, scene)), scene


def detail(picture):
    return float(np.abs(np.diff(picture.astype(float), axis=1)).mean())


@pytest.mark.parametrize("name", STEPS)
def test_a_step_at_its_default_is_no_step(name):
    values = recipe("tile", **{name: STEPS[name].default}).finishing
    assert values.used == {}
    if STEPS[name].gaussians is not None:
        assert sum(share for share, _ in STEPS[name].gaussians(0.7, 512)) == pytest.approx(1)


@pytest.mark.parametrize("space", quick(SPACES, "tile", "hexagonal", "sphere"))
def test_filters_do_what_they_say_and_keep_the_symmetry(space):
    plain, scene = finished(space)
    frame = scene.design(64).picture_frame()
    before = measure_quality(plain, frame).symmetry_rms
    for step, sharper in (({"sharpen": 1.0}, True), ({"blur": 20.0}, False)):
        picture, _ = finished(space, **step)
        assert (detail(picture) > detail(plain)) == sharper
        after = measure_quality(picture, frame)
        assert after.symmetry_rms <= max(1.5 * before, 0.01)
        if space in ON_PIXELS:
            assert all(error.exact for error in after.symmetry)


@pytest.mark.parametrize("space", quick(SPACES, "oblique", "hyperbolic"))
def test_colours_change_and_the_symmetry_stays(space):
    plain, scene = finished(space)
    frame = scene.design(64).picture_frame()
    picture, _ = finished(space, contrast=1.3)
    assert picture.std() > plain.std()
    after = measure_quality(picture, frame)
    assert after.symmetry_rms <= 1.6 * measure_quality(plain, frame).symmetry_rms + 0.01
    if space == "tile":  # its rule inverts colours
        return
    assert finished(space, brightness=1.0)[0].mean() > plain.mean() + 20
    grey, _ = finished(space, saturation=0.0)
    assert np.ptp(grey.astype(int), axis=2).max() <= 1
    turned, _ = finished(space, hue=120.0)
    means = plain.reshape(-1, 3).mean(0), turned.reshape(-1, 3).mean(0)
    assert np.allclose(np.roll(means[0], 1), means[1], atol=6)
    dark, _ = finished(space, black=0.3, white=0.7)
    assert dark.min() == 0 and dark.max() == 255


@pytest.mark.parametrize("space", quick(("centred", "oblique", "frieze"), "frieze"))
def test_the_colours_of_another_picture_are_taken(space):
    wanted = moments_of(exemplar_pixels("night_strokes"))
    plain, matched = (moments_of(finished(space, match=x)[0]) for x in (None, "night_strokes"))
    assert np.abs(plain.mean - wanted.mean).max() > 0.3
    assert np.abs(matched.mean - wanted.mean).max() < 0.1
    assert np.abs(matched.covariance - wanted.covariance).max() < 0.2 * wanted.covariance.max()


@pytest.mark.parametrize("body", ["islands", "hole", "mask"])
def test_of_a_mesh_only_what_faces_show_is_measured(body):
    """Paint beside it has other colours, of which there is more."""
    bodies = {"islands": Body(cube())}
    base, mask = np.zeros((64, 64, 4), np.uint8), np.zeros((64, 64), np.uint8)
    base[..., 3], mask[:32] = 255, 255
    bodies["mask"] = Body(plane(2, 2), base=base, mask=mask)
    base[32:, :, 3] = 0
    bodies["hole"] = Body(plane(2, 2), base=base)
    fields = {"target": "mesh", "group": "1", "size": 64, "finishing": {"match": "night_strokes"}}
    found = parse_recipe(fields)
    scene = make_scene(found, bodies[body])
    surface, visible = make_surface(scene, 64, 1, torch.device("cpu")), scene.design(64).visible
    assert 0.3 < visible.mean() < 0.6
    shape = surface.canvas_shape[1:]
    far = ~binary_dilation(visible, iterations=3)
    far = np.asarray(Image.fromarray(far).resize(shape[::-1], Image.Resampling.NEAREST))
    paint = rough_paint(surface) + torch.tensor(far.reshape(-1, 1)) * torch.tensor([6.0, -6.0, 0.0])
    picture = surface.delivered(paint, Finisher.of(found, scene))
    kept = Paint(paint.numpy().reshape(1, *shape, 3), False)
    drafted = Anew(found, scene, [], kept).draft(found)[..., :3]
    wanted = moments_of(exemplar_pixels("night_strokes"))
    for matched in (moments_of(made[visible][None]) for made in (picture, drafted)):
        assert np.abs(matched.mean - wanted.mean).max() < 0.1
        assert np.abs(matched.covariance - wanted.covariance).max() < 0.2 * wanted.covariance.max()


@pytest.mark.parametrize("space", quick(SPACES, "tile", "frieze", "hexagonal"))
@pytest.mark.parametrize("dither", [0.0, 1.0])
def test_a_picture_in_inks_has_these_alone(space, dither):
    if dither and space not in ON_PIXELS:
        with pytest.raises(InputError) as refused:
            finished(space, palette=4, dither=dither)
        assert "finishing.dither" in str(refused.value)
        return
    picture, scene = finished(space, palette=4, dither=dither)
    assert len(unique_colours(picture)[0]) == 4
    if space in ON_PIXELS:
        errors = measure_quality(picture, scene.design(64).picture_frame()).symmetry
        assert all(error.exact for error in errors)
    named, _ = finished("frieze", palette="#000000,#ffffff,#c02040")
    assert {tuple(x) for x in unique_colours(named)[0]} <= {(0, 0, 0), (255,) * 3, (192, 32, 64)}


@pytest.mark.parametrize(
    ("rule", "colours", "step", "allowed"),
    [
        ("r=-r,-g,-b", "rgb", {"brightness": 0.5}, False),
        ("r=-r,-g,-b", "rgb", {"saturation": 0.5}, True),
        ("r=-r,-g,-b", "rgb", {"hue": 40}, True),
        ("r=-r,-g,-b", "rgb", {"black": 0.1}, False),
        ("r=rbg", "rgb", {"brightness": 0.5}, True),
        ("r=rbg", "rgb", {"hue": 40}, False),
        ("r=rbg", "rgb", {"match": "night_strokes"}, False),
        ("r=-r,-g,-b", "rgb", {"palette": "#102030,#efdfcf"}, True),
        ("r=-r,-g,-b", "rgb", {"palette": "#102030,#efdf00"}, False),
    ],
)
def test_a_step_that_would_break_the_colour_rule_is_refused(rule, colours, step, allowed):
    found = parse_recipe(
        {"target": "tile", "group": "p4", "colouring": rule, "colours": colours, "finishing": step}
    )
    if allowed:
        assert Finisher.of(found, make_scene(found)) is not None
        return
    with pytest.raises(InputError) as refused:
        Finisher.of(found, make_scene(found))
    assert refused.value.code in ("bad-finishing", "bad-inks")
    assert refused.value.field == f"finishing.{next(iter(step))}"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"finishing": {"palette": "some"}}, "finishing.palette"),
        ({"finishing": {"palette": 40}}, "finishing.palette"),
        ({"finishing": {"sharpen": -1}}, "finishing.sharpen"),
        ({"finishing": {"dither": 1}, "target": "tile", "group": "p4"}, "finishing.dither"),
        ({"finishing": {"sharp": 1}}, "recipe"),
        ({"finishing": {"sharpen": 1}, "size": 8192, "target": "tile", "group": "p4"}, "finishing"),
        ({"finishing": {"palette": 3, "dither": 1}}, "recipe"),
        ({"finishing": {"palette": 3}, "bits": 16}, "bits"),
    ],
)
def test_recipes_say_what_is_wrong_with_their_finishing(fields, field):
    with pytest.raises(InputError) as refused:
        parse_recipe({"target": "sphere", "group": "532", **fields})
    assert refused.value.field == field and refused.value.message.count("\n") == 0


def test_a_job_names_no_file_of_the_service():
    with pytest.raises(InputError) as refused:
        wire_scene(recipe("tile", match="/etc/hostname"), [], {})
    assert (refused.value.code, refused.value.field) == ("unknown-style", "finishing.match")
    assert wire_scene(recipe("tile", match="night_strokes"), [], {}) is not None


def test_a_job_brings_the_pictures_that_steps_name(tmp_path):
    """And they do to its picture what the files do."""
    for number, name in enumerate(("warm.png", "cool.png")):
        pixels = np.random.default_rng(number).integers(0, 120, (20, 30, 3), np.uint8)
        pixels[..., 2 * number] += 120
        Image.fromarray(pixels).save(tmp_path / name)
    style = {"source": "night_strokes", "prepare": {"match": "cool.png"}}
    told = {"target": "tile", "group": "p4", "styles": [style], "finishing": {"match": "warm.png"}}
    file = tmp_path / "recipe.json"
    file.write_text(json.dumps(told))
    order = read_order(file, [])
    assert order.wire.finishing.values["match"] == "buffer:finishing_match"
    assert order.wire.styles[0].pictures_matched == {"match": "buffer:style0_match"}
    own = load_styles(order.recipe)[0], Finisher.of(order.recipe, read_scene(order.recipe))
    scene = wire_scene(order.wire, [], order.buffers)
    sent = load_styles(order.wire, order.buffers)[0], Finisher.of(order.wire, scene)
    assert own[0].sha256 == sent[0].sha256
    assert np.array_equal(own[1].pictures["match"], sent[1].pictures["match"])
    with pytest.raises(InputError, match="no buffer"):
        wire_scene(order.wire, [], {})
