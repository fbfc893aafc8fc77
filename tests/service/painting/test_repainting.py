"""A region painted anew: what changes, and what stays to the bit."""

import dataclasses
import functools

import numpy as np
import pytest
import torch
from cases import quick
from shapes import uv_sphere

from geometry.errors import InputError
from geometry.maps.reach import RIM
from service.inputs.body import Body
from service.inputs.styles import StylePicture
from service.painting.checkpoint import Checkpoint
from service.painting.kept import Paint, keep, kept_paint
from service.painting.paint import paint
from service.recipe.recipe import Recipe
from service.reporting.finish import finish
from service.scene import make_scene
from service.surfaces.surface import make_surface

CPU = torch.device("cpu")
PIXELS = np.random.default_rng(0).integers(0, 256, (6, 8, 3)).repeat(12, 0).repeat(12, 1)
STYLE = StylePicture("noise", 1.0, PIXELS.astype(np.uint8), "5eed")
SIZE = 96

RECIPES = {
    "tile": {"target": "tile", "group": "p4", "colouring": "2a"},
    "hexagonal tile": {"target": "tile", "group": "p6"},
    "one-handed": {"target": "tile", "group": "p4", "chirality": "cw"},
    "sphere": {"target": "sphere", "group": "332"},
    "hyperbolic": {"target": "hyperbolic", "group": "[4,6]+"},
    "spiral": {"target": "spiral", "group": "spiral3"},
    "mesh": {"target": "mesh", "group": "1"},
    "symmetric mesh": {"target": "mesh", "group": "332"},
}


def recipe_of(name, **changes):
    given = {"size": SIZE, "steps": 6, "views": 3, "style_scale": 0.4, **RECIPES[name]}
    return Recipe(**given | changes)


def scene_of(recipe):
    return make_scene(recipe, Body(uv_sphere(24, 12), ()) if recipe.target == "mesh" else None)


def run(recipe, **options):
    return paint(recipe, scene_of(recipe), [STYLE], CPU, **options)


def ended(recipe, last):
    """The paint of a painting, through its bytes, and what is delivered."""
    done = finish(recipe, scene_of(recipe), [STYLE], last)
    paint = dataclasses.replace(last.paint(), picture=done.painted)
    return Paint.from_bytes(paint.to_bytes()), done.picture[..., :3]


@functools.cache
def before(name):
    """As :func:`ended`, of a painting that is finished."""
    *_, last = run(recipe_of(name))
    return ended(recipe_of(name), last)


def repainted(name, region, steps=6):
    """(what is kept, the painting)."""
    recipe = recipe_of(name, seed=7, steps=steps)
    kept = kept_paint(scene_of(recipe), SIZE, before(name)[0], region)
    return kept, run(recipe, before=kept)


def box(shape):
    """A region in the upper left part of a picture."""
    region = np.zeros(shape[:2], bool)
    region[shape[0] // 8 : shape[0] * 3 // 8, shape[1] // 8 : shape[1] * 3 // 8] = True
    return region


@pytest.mark.parametrize("name", quick(RECIPES, "tile"))
def test_the_rest_is_the_same_to_the_bit_and_the_region_another(name):
    _, old = before(name)
    kept, painting = repainted(name, region := box(old.shape))
    *_, last = painting
    paint, new = ended(recipe_of(name, seed=7), last)
    differs = (new != old).any(-1)
    assert not differs[~kept.changed].any()
    inner = kept.changed & region
    assert differs[inner].mean() > 0.5
    assert last.kept_sha256 == kept.sha256
    assert last.mirrored == before(name)[0].mirrored
    if name == "mesh":  # no symmetry: nothing but the region
        assert not kept.changed[~region].any() and not differs[~region].any()
    # Once more, elsewhere.
    recipe = recipe_of(name, seed=8)
    kept = kept_paint(scene_of(recipe), SIZE, paint, elsewhere := region[:, ::-1])
    *_, last = run(recipe, before=kept)
    differs = (ended(recipe, last)[1] != new).any(-1)
    assert not differs[~kept.changed].any()
    assert differs[kept.changed & elsewhere].mean() > 0.5


@pytest.mark.parametrize("name", quick(RECIPES, "tile"))
def test_the_rest_of_a_picture_that_was_finished_early_is_the_same_to_the_bit(name):
    last = next(run(recipe_of(name)))
    assert last.stage < last.stages - 1
    paint, old = ended(recipe_of(name), last)
    recipe = recipe_of(name, seed=7)
    kept = kept_paint(scene_of(recipe), SIZE, paint, region := box(old.shape))
    *_, last = run(recipe, before=kept)
    differs = (ended(recipe, last)[1] != old).any(-1)
    assert not differs[~kept.changed].any()
    assert differs[kept.changed & region].mean() > 0.5


def test_on_a_tile_nothing_changes_but_the_regions_orbit():
    """Pixel for pixel: p4's quarter turn takes pixels to pixels."""
    _, old = before("tile")
    region = box(old.shape)
    kept, _ = repainted("tile", region)
    chart = scene_of(recipe_of("tile")).design(SIZE)
    orbits = chart.kaleidoscope[1].indices
    touched = np.isin(orbits, orbits[region.ravel()]).reshape(region.shape)
    assert touched.sum() > 3 * region.sum()
    assert not kept.changed[~touched].any()
    assert kept.changed[touched].mean() > 0.6


def test_no_gradient_reaches_what_is_kept():
    kept, painting = repainted("tile", box((SIZE, SIZE)))
    for progress in painting:
        assert np.isfinite(list(progress.loss.values())).all()
    assert kept.free.min() == 0 and kept.free.max() == 1
    logits = progress.paint().logits
    fixed = kept.free == 0
    assert np.array_equal(logits[fixed], before("tile")[0].logits[fixed])


@pytest.mark.parametrize("name", quick(("tile", "mesh"), "tile"))
def test_it_goes_on_from_checkpoints_to_the_same_bits(name):
    region = box(before(name)[1].shape)
    kept, painting = repainted(name, region)
    data = [p.checkpoint().to_bytes() for p in painting]
    recipe = recipe_of(name, seed=7)
    *_, again = run(recipe, before=kept, resume=Checkpoint.from_bytes(data[3]))
    assert again.checkpoint().to_bytes()[-4096:] == data[-1][-4096:]
    other = kept_paint(scene_of(recipe), SIZE, before(name)[0], np.ones_like(region))
    for wrong in (None, other):
        with pytest.raises(InputError, match="checkpoint"):
            next(run(recipe, before=wrong, resume=Checkpoint.from_bytes(data[3])))


def test_paint_of_an_earlier_stage_is_brought_to_full_size():
    first = next(run(recipe_of("tile"))).paint()
    recipe = recipe_of("tile", seed=7)
    assert first.logits.shape == before("tile")[0].logits.shape
    kept = kept_paint(scene_of(recipe), SIZE, first, box((SIZE, SIZE)))
    *_, last = run(recipe, before=kept)
    assert last.texture(0).shape == (SIZE, SIZE, 3)


def test_the_whole_picture_is_painted_as_if_nothing_was_there():
    _, painting = repainted("tile", np.ones((SIZE, SIZE), bool))
    *_, last = painting
    *_, plain = run(recipe_of("tile", seed=7))
    assert np.array_equal(last.texture(0), plain.texture(0))


def test_a_region_must_be_large_enough():
    region = np.zeros((SIZE, SIZE), bool)
    region[10 : 10 + 2 * RIM, 10:60] = True
    with pytest.raises(InputError) as caught:
        repainted("sphere", region[:48])
    assert caught.value.code == "bad-region"


# --- where paint shows ---


@pytest.mark.parametrize("name", RECIPES)
def test_reach_knows_where_paint_shows(name):
    """Paint that is changed changes no other pixels than it reaches, and those that a region does
    not show change nothing there."""
    random = np.random.default_rng(1)
    scene = scene_of(recipe_of(name))
    reach = scene.design(SIZE).reach()
    surface = make_surface(scene, SIZE, 1, CPU)
    charts, rows, columns = reach.canvas
    logits = random.standard_normal((charts, rows, columns, 3)).astype(np.float32)

    def picture(texels):
        changed = logits + 2.0 * texels[..., None].astype(np.float32)
        show = surface.picture if name.endswith("mesh") else surface.delivered
        return show(torch.from_numpy(changed.reshape(-1, 3)))

    plain = picture(np.zeros(reach.canvas, bool))
    spot = np.zeros(reach.canvas, bool)
    spot[0, rows // 3 : rows // 3 + 3, columns // 2 : columns // 2 + 3] = True
    region = box(plain.shape)
    # What is not covered of the hyperbolic plane shows the mean of all.
    mixed = np.zeros(reach.picture, bool)
    if name == "hyperbolic":
        mixed = (scene.design(SIZE).picture_view().coverage < 1).reshape(mixed.shape)
    for texels, allowed in [(spot, reach.pixels(spot)), (~reach.texels(region), ~region)]:
        differs = np.abs(picture(texels).astype(int) - plain).max(axis=-1)
        # a hexagonal chart is resampled by its waves, which ring
        assert differs[~(allowed | mixed)].max(initial=0) <= (12 if name == "hexagonal tile" else 0)
        assert (differs > 0).any() == reach.pixels(texels).any()


@pytest.mark.parametrize(
    "fields",
    [
        {"group": "p4", "repeat": "2x3"},
        {"group": "p2", "angle": 70, "repeat": "1x2"},
        {"group": "p1", "angle": 70, "cut": "cell"},
        {"group": "p6", "cut": "domain"},
    ],
)
def test_a_region_of_a_cut_or_repeated_tile_is_found_in_its_period(fields):
    recipe = Recipe(target="tile", size=SIZE, **fields)
    scene = make_scene(recipe)
    design = scene.design(SIZE)
    reach = design.reach()
    picture = np.random.default_rng(0).integers(0, 255, (*reach.picture, 3), np.uint8)
    delivered = design.trimmed(picture)[0][..., :3]
    region = np.zeros(delivered.shape[:2], bool)
    region[-40:-10, -50:-20] = True
    paint = Paint(np.zeros((*reach.canvas, 3), np.float32), False)
    kept = kept_paint(scene, SIZE, paint, region)
    wanted = {tuple(pixel) for pixel in delivered[region]}
    inside = np.array([tuple(p) in wanted for p in picture.reshape(-1, 3)]).reshape(reach.picture)
    assert np.array_equal(kept.free, keep(reach, paint, inside).free)
    assert inside.sum() >= 25 * 25


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"nonsense",
        Paint(np.zeros((2, 3), np.float32), False).to_bytes(),
        Paint(np.zeros((1, 2, 2, 3), np.float64), False).to_bytes(),
    ],
)
def test_files_that_hold_no_paint_are_refused(data):
    with pytest.raises(InputError) as caught:
        Paint.from_bytes(data)
    assert caught.value.code == "damaged-job"
