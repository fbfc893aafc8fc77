import dataclasses

import numpy as np
import pytest
import torch
from cases import every
from deliveries import CPU, random_paint, scene_of
from PIL import Image
from shapes import cube, uv_sphere
from shapes import plane as flat_mesh
from torch.nn import functional as F

from geometry.catalogue import colourings, find_group
from geometry.mesh.mesh import make_mesh
from geometry.plane.chart import picture_generators, picture_periods
from geometry.seeing.cameras import Camera
from geometry.symmetry.colour import act
from service.inputs.body import Body
from service.perception.looks import Look, Weight
from service.recipe.recipe import Recipe
from service.reporting.mesh_finish import finish_mesh
from service.scene import make_scene
from service.spaces.resolution import view_side
from service.surfaces.surface import make_surface


def surface_of(target, group, colouring="none", width=64, views=2, mesh=None, cameras=(), **fields):
    recipe = Recipe(target=target, group=group, colouring=colouring, **fields)
    body = None if mesh is None else Body(mesh, cameras)
    return make_surface(make_scene(recipe, body), width, views, CPU)


def paint(surface, seed=0, scale=1.0):
    charts, height, width = surface.canvas_shape
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(charts * height * width, 3, generator=generator) * scale


def smooth_paint(surface):
    """What windows can show turned and zoomed: three texels wide."""
    shape = surface.canvas_shape
    rough = paint(surface, scale=5.0).reshape(*shape, 3).permute(0, 3, 1, 2)
    return F.avg_pool2d(rough, 3, 1, 1).permute(0, 2, 3, 1).reshape(-1, 3)


SURFACES = {
    "tile": lambda: surface_of("tile", "p4", "2a", width=24),
    "hexagonal tile": lambda: surface_of("tile", "p6", "3a", width=24),
    "sphere": lambda: surface_of("sphere", "432", "2a"),
    "disk": lambda: surface_of("hyperbolic", "[4,6]+", "2b"),
    "spiral": lambda: surface_of("spiral", "spiral3", "2a"),
    "mesh": lambda: surface_of("mesh", "1", mesh=uv_sphere(16, 8)),
    "symmetric mesh": lambda: surface_of("mesh", "44", "2a", mesh=uv_sphere(16, 8)),
    "mesh by direction": lambda: surface_of(
        "mesh", "432", "2a", mesh=uv_sphere(16, 8), action="direction"
    ),
}


@pytest.fixture(scope="module")
def made():
    """Surfaces with their views, made when first asked for."""
    surfaces = {}

    def get(name):
        if name not in surfaces:
            surfaces[name] = SURFACES[name]()
            surfaces[name].prepare_views(5)
        return surfaces[name]

    return get


@pytest.mark.parametrize("name", SURFACES)
def test_views_are_pictures_in_range(made, name):
    surface = made(name)
    assert surface.views >= 2
    looks = surface.look(paint(surface), range(2))
    assert len(looks) == 2
    for look in looks:
        _, channels, height, width = look.pixels.shape
        assert channels == 3
        assert -0.15 < float(look.pixels.min()) < float(look.pixels.max()) < 1.15
        if look.weight is not None:
            assert look.weight.pixels.shape == (1, 1, height, width)
            assert float(look.weight.pixels.min()) >= 0
            assert float(look.weight.pixels.max()) <= 1 + 1e-6


@pytest.mark.parametrize("name", SURFACES)
def test_the_gradient_of_what_is_seen_is_its_finite_difference(made, name):
    """A random score of all views, along random directions of paint. Pixels at the border of a
    body are left out: there the mean colour is filled in, which is meant to carry no gradient."""
    surface = made(name)
    logits = paint(surface, scale=0.5).requires_grad_()
    looks = surface.look(logits, range(surface.views))
    generator = torch.Generator().manual_seed(9)
    marks = []
    for look in looks:
        mark = torch.randn(look.pixels.shape, generator=generator)
        if look.weight is not None:
            inside = (look.weight.pixels > 0).float()
            mark *= 1 - F.max_pool2d(1 - inside, 7, stride=1, padding=3)
            assert 0.1 < float((mark != 0).float().mean()) < 1
        marks.append(mark)

    def score(seen: list[Look]) -> torch.Tensor:
        pairs = zip(seen, marks, strict=True)
        return torch.stack([(x.pixels.double() * m).sum() for x, m in pairs]).sum()

    (gradient,) = torch.autograd.grad(score(looks), logits)
    for seed in (1, 2):
        direction = paint(surface, seed)
        step = 2e-2
        with torch.no_grad():
            ahead, behind = (
                score(surface.look(logits + s * step * direction, range(surface.views)))
                for s in (1, -1)
            )
        along = float((gradient.double() * direction).sum())
        scale = float((gradient.norm() * direction.norm() / len(direction) ** 0.5).detach())
        assert float(ahead - behind) / (2 * step) == pytest.approx(along, abs=3e-3 * scale)


@pytest.mark.parametrize("name", SURFACES)
def test_every_texel_of_the_canvas_matters_somewhere(made, name):
    """The delivered texture depends on nearly all of the paint: little of it is wasted."""
    surface = made(name)
    logits = paint(surface)
    before = surface.delivered(logits).astype(int)
    assert before.shape[2] == 3 and before.shape[1] == (24 if "tile" in name else 64)
    assert np.array_equal(surface.delivered(logits), before)  # the same again
    after = surface.delivered(logits + 0.5).astype(int)
    changed = (after != before).any(axis=2)
    assert changed.mean() > 0.95


@pytest.mark.parametrize("name", ["tile", "hexagonal tile", "sphere"])
def test_half_grey_paint_is_half_grey_everywhere(made, name):
    surface = made(name)
    picture = surface.picture(torch.zeros_like(paint(surface))).astype(int)
    assert np.abs(picture - 127.5).max() <= 0.5
    for look in surface.look(torch.zeros_like(paint(surface)), [0]):
        assert float((look.pixels - 0.5).abs().max()) < 1e-3


INVERTING = [
    (name, rule.name)
    for name in ("p1", "p2", "pm", "pg", "cm", "pmm", "pmg", "pgg", "cmm", "p4")
    for rules in [colourings(find_group(name))]
    for rule in (rules[0], rules[1], rules[len(rules) // 3], rules[-1])
] + [("p1", "x=-r,-g,-b y=-r,-g,-b"), ("p4", "r=-r,-g,-b s=-r,-g,-b")]


@pytest.mark.parametrize(("group", "rule"), every(2, INVERTING))
def test_delivered_tiles_are_symmetric_to_the_bit(group, rule):
    """In whole pixels: the 8-bit picture at g·p is the colour action on the one at p, for every
    generator in the pixel coordinates of the receipt, in the picture and its copies around."""
    surface = surface_of("tile", group, rule, width=24)
    chart = scene_of("tile", group, colouring=rule).chart(24)
    picture = surface.delivered(paint(surface))
    height, width = shape = picture.shape[:2]
    assert picture.std() > 10
    shift = picture_periods(chart, shape)[0, 1]
    i, j = np.mgrid[:height, :width]
    for generator, colour in picture_generators(chart, shape):
        moved = np.stack([j + 0.5, i + 0.5, np.ones_like(i)], axis=-1) @ generator.matrix.T - 0.5
        column, row = np.rint(moved[..., 0]).astype(int), np.rint(moved[..., 1]).astype(int)
        assert np.abs(moved[..., 0] - column).max() < 1e-6
        assert np.abs(moved[..., 1] - row).max() < 1e-6
        seen = picture[row % height, (column - row // height * shift) % width]
        assert np.array_equal(seen, act(colour, picture))


def test_windows_show_the_delivered_tile():
    """Elsewhere, a little turned and zoomed: but the same colours, as often."""
    surface = surface_of("tile", "p4", width=64, views=1)
    logits = smooth_paint(surface)
    picture = surface.delivered(logits) / 255.0
    surface.prepare_views(3)
    (look,) = surface.look(logits, [0])
    assert np.allclose(look.pixels.mean(dim=(0, 2, 3)), picture.mean(axis=(0, 1)), atol=0.05)
    assert float(look.pixels.std()) == pytest.approx(picture.std(), rel=0.15)


def test_a_sphere_looks_like_its_texture():
    """Cameras all around see, on average, the texture's mean weighted by area."""
    surface = surface_of("sphere", "1", width=64, views=6)
    surface.prepare_views(1)
    logits = paint(surface)
    texture = surface.picture(logits).reshape(32, 64, 3) / 255.0
    latitude = np.pi * (0.5 - (np.arange(32) + 0.5) / 32)
    area = np.cos(latitude)[:, None, None]
    mean = (texture * area).sum(axis=(0, 1)) / (area.sum() * 64)
    looks = surface.look(logits, range(6))
    seen = torch.stack([(x.pixels * x.weight.pixels).sum(dim=(0, 2, 3)) for x in looks]).sum(dim=0)
    weight = torch.stack([x.weight.pixels.sum() for x in looks]).sum()
    assert np.allclose(seen / weight, mean, atol=0.04)


@pytest.mark.parametrize("name", ["sphere", "mesh", "symmetric mesh", "mesh by direction"])
def test_the_background_takes_no_part(made, name):
    """It has no weight, and no edge: its colour is the body's mean."""
    surface = made(name)
    for look in surface.look(paint(surface), range(surface.views)):
        empty = look.weight.pixels[0, 0] == 0
        corner = look.pixels[0, :, 0, 0]
        assert empty[0, 0]
        total = look.weight.pixels.sum()
        mean = (look.pixels * look.weight.pixels).sum(dim=(0, 2, 3)) / total
        assert torch.allclose(corner, mean, atol=0.05)


def test_a_flat_mesh_is_seen_as_its_texture():
    """An orthographic camera straight above a square shows the delivered texture."""
    camera = Camera(
        kind="ORTHO",
        ortho_scale=2.0,
        width=64,
        height=64,
        matrix_world=((1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 3), (0, 0, 0, 1)),
    )
    surface = surface_of("mesh", "1", width=64, mesh=flat_mesh(), cameras=(camera,))
    surface.prepare_views(0)
    assert surface.views == 1
    coarse = torch.randn(1, 3, 6, 6, generator=torch.Generator().manual_seed(2)) * 2
    smooth = F.interpolate(coarse, surface.canvas_shape[1:], mode="bilinear")
    logits = smooth.permute(0, 2, 3, 1).reshape(-1, 3)
    (look,) = surface.look(logits, [0])
    texture = surface.picture(logits) / 255.0
    assert look.pixels.shape[-1] == view_side(64) == 64
    view = look.pixels[0].permute(1, 2, 0).numpy()
    assert np.abs(view - texture)[2:-2, 2:-2].mean() < 0.005
    for turned in (view[::-1], view[:, ::-1], np.roll(view, 1, axis=0)):
        assert np.abs(turned - texture)[2:-2, 2:-2].mean() > 0.01


def test_a_group_may_move_directions():
    """The same group and paint give points in the same direction the same colour, near or far."""
    surfaces = [
        surface_of("mesh", "432", mesh=mesh, action="direction")
        for mesh in (uv_sphere(16, 8), scaled(uv_sphere(16, 8), 7.0))
    ]
    texture = [surface.delivered(paint(surface, seed=3)) for surface in surfaces]
    assert np.abs(texture[0].astype(int) - texture[1]).max() <= 1


def scaled(mesh, factor):
    return make_mesh(mesh.vertices * factor, mesh.triangles, mesh.uvs)


def test_view_sides_are_bounded_multiples_of_eight():
    for width in range(64, 8193, 31):
        assert 64 <= view_side(width) <= 512
        assert view_side(width) % 8 == 0


def test_a_symmetric_mesh_is_delivered_symmetric_and_without_seams():
    """Both at once, though the layout's islands are turned and the paint has seams."""
    surface = surface_of("mesh", "432", "2a", width=256, mesh=cube(seed=3))
    _, rows, columns = surface.canvas_shape
    seeded = torch.Generator().manual_seed(1)
    coarse = torch.randn(1, 3, rows // 8, columns // 8, generator=seeded)
    smooth = F.interpolate(coarse, (rows, columns), mode="bicubic")
    logits = smooth[0].permute(1, 2, 0).reshape(-1, 3)
    scene = make_scene(Recipe(target="mesh", group="432", colouring="2a"), Body(cube(seed=3)))
    done = finish_mesh(scene, surface.delivered(logits), np.ones((8, 8)))
    assert done.quality.symmetry_rms <= 1.0
    assert max(done.quality.seams.values()) <= 1.05


@pytest.mark.parametrize("group", ["p4", "cmm", "p2", "p6", "p3m1"])
@pytest.mark.parametrize("mirrored", [False, True])
def test_a_look_at_a_tile_is_nearly_what_is_delivered(group, mirrored):
    """Quick and exact ways to a picture: the same place, size and colours."""
    scene = dataclasses.replace(scene_of("tile", group), mirrored=mirrored)
    surface = make_surface(scene, 96, 1, CPU)
    logits = random_paint(surface)
    quick, exact = surface.picture(logits), surface.delivered(logits)
    assert max(quick.shape) <= max(exact.shape)
    small = Image.fromarray(exact).resize(quick.shape[1::-1], Image.Resampling.BOX)
    # Colours of neighbours differ by much more: a shift by a pixel would be seen.
    shifted = np.roll(small, 1, axis=0).astype(float)
    off = np.abs(np.asarray(small, float) - quick).mean()
    assert off < 6 and off < 0.5 * np.abs(shifted - small).mean()


def test_weights_are_averaged_down_to_coarser_features():
    """A coarse place counts as much as the pixels under it do on average."""
    pixels = torch.rand(1, 1, 8, 10)
    weight = Weight(pixels)
    coarse = weight.at(torch.empty(1, 3, 4, 5))
    assert torch.allclose(coarse[0, 0], pixels.reshape(4, 2, 5, 2).mean(dim=(1, 3)))
    assert weight.at(torch.empty(2, 4, 5)) is coarse and weight.at(pixels) is pixels
