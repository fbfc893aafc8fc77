"""Paint that starts from a mesh's base colour, keeps its content, or leaves parts of it alone."""

import numpy as np
import pytest
import torch
from deliveries import CPU, random_paint
from scipy.ndimage import gaussian_filter
from shapes import cube, plane, uv_sphere

from geometry.errors import InputError
from geometry.seeing.cameras import Camera
from service.inputs.body import Body
from service.inputs.styles import StylePicture
from service.painting.canvas import START_NOISE
from service.painting.paint import paint
from service.recipe.recipe import Recipe
from service.scene import make_scene
from service.surfaces.mesh import MeshSurface
from service.surfaces.surface import make_surface

SIDE = 64
STYLE = StylePicture(
    "stripes", 1.0, np.indices((96, 96))[0][..., None].repeat(3, 2).astype(np.uint8) % 12 * 20, ""
)
ABOVE = Camera(
    kind="ORTHO",
    ortho_scale=2.0,
    width=SIDE,
    height=SIDE,
    matrix_world=((1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 3), (0, 0, 0, 1)),
)


def photograph(rows=SIDE, columns=SIDE, smooth=5.0):
    """Broad forms in a few colours, opaque."""
    rough = np.random.default_rng(2).normal(size=(rows, columns, 3))
    forms = gaussian_filter(rough, (smooth, smooth, 0), mode="wrap")
    base = np.full((rows, columns, 4), 255, np.uint8)
    base[..., :3] = np.clip(128 + 60 * forms / forms.std(), 10, 245)
    return base


def recipe_of(**fields):
    return Recipe(target="mesh", **({"group": "1", "size": SIDE, "views": 1} | fields))


def surface_of(body, **fields) -> MeshSurface:
    surface = make_surface(make_scene(recipe_of(**fields), body), SIDE, 1, CPU)
    surface.prepare_views(0)
    return surface


def zeros(surface):
    return torch.zeros_like(random_paint(surface))


def picture_of(look):
    return look.pixels[0].permute(1, 2, 0).numpy()


# --- what is shown ---------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [SIDE, SIDE // 2])
def test_no_paint_on_the_base_is_the_base(rows):
    """At full size and with all details, which coarse textures cannot hold."""
    base = photograph(rows, smooth=1.0)
    surface = surface_of(Body(plane(4, 4), (ABOVE,), base=base), start="base")
    for show in (surface.picture, surface.delivered):
        shown = show(zeros(surface))
        assert shown.shape == (rows, SIDE, 3)
        assert np.abs(shown.astype(int) - base[..., :3]).max() <= 1


def test_a_flat_base_is_started_from():
    base = np.uint8([[(200, 176, 144, 255)]])
    surface = surface_of(Body(cube(), base=base), start="base")
    assert np.abs(surface.picture(zeros(surface)).astype(int) - (200, 176, 144)).max() <= 1
    (look,) = surface.look(zeros(surface), [0])
    assert np.abs(255 * picture_of(look) - (200, 176, 144)).max() <= 2


def test_views_show_the_base_beside_the_painting():
    base = photograph()
    surface = surface_of(Body(plane(4, 4), (ABOVE,), base=base))
    (look,) = surface.look(random_paint(surface), [0])
    assert look.base.shape == look.pixels.shape
    seen = look.base[0].permute(1, 2, 0).numpy()
    assert np.abs(255 * seen - base[..., :3])[3:-3, 3:-3].mean() < 6
    bare = surface_of(Body(plane(4, 4), (ABOVE,)))
    assert bare.look(random_paint(bare), [0])[0].base is None


def test_views_show_the_base_where_no_paint_goes():
    """The left half is painted; in views it is paint, the right half is the base."""
    base, mask = photograph(), np.zeros((SIDE, SIDE), np.uint8)
    mask[:, : SIDE // 2] = 255
    body = Body(plane(4, 4), (ABOVE,), base=base, mask=mask)
    surface = surface_of(body)
    logits = random_paint(surface).requires_grad_()
    (look,) = surface.look(logits, [0])
    (free,) = surface_of(Body(plane(4, 4), (ABOVE,), base=base)).look(logits, [0])
    near = SIDE // 2 - 6, SIDE // 2 + 6  # and two pixels at the sides: textures repeat
    with torch.no_grad():
        np.testing.assert_allclose(
            look.pixels[..., 2 : near[0]], free.pixels[..., 2 : near[0]], atol=0.02
        )
        np.testing.assert_allclose(
            look.pixels[..., near[1] : -2], free.base[..., near[1] : -2], atol=0.02
        )
    assert float(look.weight.pixels[..., near[1] : -2].max()) < 0.01  # nothing there to be judged
    assert float(look.weight.pixels[..., 3 : near[0]].min()) > 0.9
    # and no paint there is moved
    look.pixels.square().sum().backward()
    moved = logits.grad.abs().sum(dim=1).reshape(surface.canvas_shape)[0]
    assert float(moved[:, -12:-4].max()) < 1e-6 * float(moved.max())


# --- seams -----------------------------------------------------------------------------------


def test_paint_that_ignores_seams_costs_and_plain_paint_does_not():
    surface = surface_of(Body(cube(seed=2)))
    rough = float(surface.seam_energy(random_paint(surface)))
    plain = float(surface.seam_energy(zeros(surface)))
    assert plain < 1e-6 < 0.1 < rough < 4
    assert float(surface_of(Body(plane(4, 4))).seam_energy(zeros(surface))) == 0


# --- whole paintings -------------------------------------------------------------------------


def last_of(body, steps=12, **fields):
    *_, last = paint(
        recipe_of(steps=steps, **fields), make_scene(recipe_of(**fields), body), [STYLE], CPU
    )
    return last


def likeness(texture, base):
    """Correlation of broad forms in brightness."""
    a, b = (gaussian_filter(x[..., :3].mean(axis=2), 3).ravel() for x in (texture, base))
    return np.corrcoef(a, b)[0, 1]


@pytest.mark.slow
def test_content_keeps_what_the_base_shows():
    """The same steps with and without the term, from noise: with it the base is recognised."""
    base = photograph()
    body = Body(plane(4, 4), (ABOVE,), base=base)
    fields = {"steps": 40, "learning_rate": 0.2}
    kept = last_of(body, objective={"content": 20.0}, **fields)
    free = last_of(body, **fields)
    assert "content" in kept.loss and "content" not in free.loss
    assert {"style", "colour", "smoothness", "seam"} <= set(free.loss)
    with_content, without = (likeness(x.texture(0), base) for x in (kept, free))
    assert with_content > without + 0.25, (with_content, without)


def test_starting_from_the_base_begins_at_the_base():
    base = photograph()
    body = Body(plane(4, 4), (ABOVE,), base=base)
    started = last_of(body, steps=1, start="base").texture(0).astype(int)
    noise = last_of(body, steps=1).texture(0).astype(int)
    assert START_NOISE["base"] < START_NOISE["noise"]
    assert np.abs(started - base[..., :3]).mean() < 0.3 * np.abs(noise - base[..., :3]).mean()
    assert likeness(started, base) > 0.95


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"start": "base"}, "start"), ({"objective": {"content": 1.0}}, "objective.content")],
)
def test_a_base_that_is_wanted_must_be_there(fields, field):
    with pytest.raises(InputError, match="no base colour") as refused:
        make_scene(recipe_of(**fields), Body(uv_sphere(16, 8)))
    assert refused.value.code == "missing-base" and refused.value.field == field


def test_a_mask_needs_a_base_of_the_pictures_size():
    mask = np.full((8, 8), 255, np.uint8)
    body = Body(uv_sphere(16, 8), mask=mask)
    with pytest.raises(InputError, match="no base colour"):
        make_scene(recipe_of(), body)
    for width, hint in ((80, "--size 80"), (8200, "64 to 8192"), (30, "64 to 8192")):
        base = np.full((8, width, 4), 255, np.uint8)
        with pytest.raises(InputError) as refused:
            make_scene(recipe_of(), Body(uv_sphere(16, 8), base=base, mask=mask))
        assert refused.value.field == "size" and hint in refused.value.hint
    for width in (1, SIDE):
        base = np.full((1, width, 4), 255, np.uint8)
        assert make_scene(recipe_of(), Body(uv_sphere(16, 8), base=base, mask=mask))
