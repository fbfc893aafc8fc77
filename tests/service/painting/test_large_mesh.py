"""Textures of meshes that are painted window by window, with the size from which they are made
small."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from cases import quick
from deliveries import CPU
from scipy.ndimage import gaussian_filter
from shapes import cube, head, plane, uv_sphere, vase
from test_large import fill_the_disk, shows_what_it_did
from test_repainting import STYLE

from geometry.texture.margins import filling
from service import room
from service.blocks import ground as grounds
from service.blocks import mesh_ground, mesh_windows
from service.blocks.boxes import Held
from service.blocks.mesh_paint import MeshPaint
from service.inputs.body import Body
from service.painting import large
from service.painting.canvas import Canvas, colour_axes
from service.painting.checkpoint import Checkpoint
from service.painting.kept import Paint
from service.painting.paint import paint
from service.recipe.recipe import Recipe
from service.reporting import mesh_finish
from service.reporting.finish import finish
from service.scene import make_scene
from service.spaces import resolution
from service.spaces.mesh_design import MARGIN_TEXELS
from service.surfaces.surface import enlarged_paint, make_surface, packed_pyramid

SIZE, STEPS = 96, 6
DEPTH = 4


@pytest.fixture(autouse=True)
def small_windows(monkeypatch):
    monkeypatch.setattr(room, "WHOLE_SIZE", 80)
    monkeypatch.setattr(large, "GLANCES", (48,))
    monkeypatch.setattr(grounds, "TAPER", 4)
    monkeypatch.setattr(mesh_ground, "_FADES", SIZE)
    monkeypatch.setattr(resolution, "WINDOW", 24)


BODIES = {
    "1": {"group": "1"},
    "mirror": {"group": "C12v"},
    "colours": {"group": "C12", "colouring": "3a"},
    "by direction": {"group": "332", "action": "direction"},
    "folds": {"group": "C12", "folds": "1/12"},
}


def recipe_of(**fields) -> Recipe:
    usual = {"target": "mesh", "size": SIZE, "steps": STEPS, "views": 4}
    return Recipe(**(usual | {"group": "1"} | fields))


def run(recipe, body, **options):
    yield from paint(recipe, make_scene(recipe, body), [STYLE], CPU, **options)


def ground_of(body, size=SIZE, **fields):
    recipe = recipe_of(size=size, **fields)
    scene = make_scene(recipe, body)
    ground = mesh_ground.MeshGround(scene, size, colour_axes(scene.frame), DEPTH, 4, 4)
    ground.prepare(0)
    return scene, ground


def painted_on(scene, ground, seed=1):
    """Random paint for a ground, and the same as logits on the canvas of a surface."""
    design = ground.design
    random = torch.Generator().manual_seed(seed)
    canvas = Canvas.noise(design.canvas_shape, DEPTH, design.wrap, 0.5, random)
    levels = [
        Held(level[chart].detach())
        for chart in range(design.canvas_shape[0])
        for level in canvas.levels
    ]
    phases = [(0.0, 0.0)] * DEPTH
    paint = [large.Pyramid(chart, phases, design.chart_shape[1:]) for chart in ground.shown(levels)]
    coarser = design.detail()
    whole = Canvas(
        canvas.levels,
        design.wrap,
        None if coarser is None else torch.tensor(coarser[:, None], dtype=torch.float32),
        axes=colour_axes(scene.frame),
    )
    return paint, whole.logits().detach()


# --- what is shown ---------------------------------------------------------------------------


@pytest.mark.parametrize("case", quick(BODIES, "1", "colours", "by direction"))
def test_some_texels_show_what_all_of_them_do(case):
    body = Body(vase(columns=48, rows=24) if case != "by direction" else cube(seed=1))
    scene = make_scene(recipe_of(**BODIES[case]), body)
    design = scene.design(SIZE)
    fills = None if design.by_direction else filling(body.mesh, design.coarse_shape, MARGIN_TEXELS)
    some = np.random.default_rng(0).permutation(SIZE**2)[:500]
    found, whole = MeshPaint(design, fills).at(some), design.paint.row_subset(some)
    logits = np.random.default_rng(1).normal(size=(whole.columns, 3))
    shown = found.apply(logits, scene.frame), whole.apply(logits, scene.frame)
    np.testing.assert_allclose(*shown, atol=1e-5)


@pytest.mark.parametrize("case", quick(BODIES, "1", "mirror", "by direction"))
def test_the_textures_are_those_that_are_made_at_once(case):
    body = Body(vase(columns=48, rows=24) if case != "by direction" else cube(seed=1))
    scene, ground = ground_of(body, **BODIES[case])
    paint, logits = painted_on(scene, ground)
    wanted = make_surface(scene, SIZE, 4, CPU).delivered(logits).astype(int)
    found = ground.picture(paint, np.uint8).astype(int)
    assert np.abs(found - wanted).mean() < 0.4
    assert (np.abs(found - wanted).max(axis=2) <= 3).mean() > 0.99


@pytest.mark.parametrize("case", quick(BODIES, "colours", "by direction"))
def test_a_window_shows_what_the_whole_camera_would(case):
    body = Body(vase(columns=48, rows=24) if case != "by direction" else cube(seed=1))
    scene, ground = ground_of(body, **BODIES[case])
    paint, logits = painted_on(scene, ground)
    design, spot = ground.design, ground._spots[3]
    view = mesh_windows.view_map(
        mesh_windows.trace_ready(body.mesh), spot.camera, ground.design.coarse_shape, 4
    )
    chart = enlarged_paint(logits, design.canvas_shape, design.chart_shape[1:], design.wrap)
    texture = design.paint.apply(chart.numpy(), scene.frame)
    pyramid = packed_pyramid(torch.from_numpy(texture), ground.design.coarse_shape).numpy()
    colours = 1 / (1 + np.exp(-view.sampling.apply(pyramid).reshape(*view.coverage.shape, 3)))
    (top, left), (height, width) = spot.corner, spot.size
    inside = np.s_[top : top + height, left : left + width]
    wanted, whole = colours[inside], view.coverage[inside] > 0.999
    pane = ground.pane(3)
    found = pane.look(pane.read(paint)).pixels[0].permute(1, 2, 0).numpy()
    assert whole.mean() > 0.3
    assert np.abs(found - wanted)[whole].mean() < 0.003


def test_windows_in_turn_look_at_all_of_it_evenly(monkeypatch):
    body = Body(uv_sphere(32, 16))
    _, ground = ground_of(body, size=192)
    spots = ground._spots
    assert len(spots) > 40
    looks, best = np.zeros((2, *ground.design.canvas_shape))
    for number in range(len(spots)):
        window = ground.pane(number).window
        looks.reshape(-1)[window.places.texels] += window.reach.numpy()
    cameras = {spot.camera for spot in spots}
    for camera in cameras:  # all that it sees, in one window
        monkeypatch.setattr(resolution, "WINDOW", 1000)
        whole = mesh_windows.Spot(camera, (0, 0), (camera.height, camera.width))
        window = ground._windows.make(whole)
        flat = best.reshape(-1)
        flat[window.places.texels] = np.maximum(flat[window.places.texels], window.reach)
    well = best > 0.95
    assert well.mean() > 0.4
    least, few, many = np.percentile(looks[well], (1, 10, 90))
    assert least > 0.25 and many < 4 * few
    in_a_draft = 72 * ground.turns / len(spots)  # times that each of them is looked through
    assert 9 < in_a_draft * np.median(looks[well]) < 25


def test_there_are_windows_for_all_of_it_however_little_cameras_overlap():
    """The first ones show much more than those after them."""
    _, ground = ground_of(Body(head()), size=4 * SIZE)
    spots, needed = mesh_windows.spots_on(ground.design, 4)
    assert len(spots) > 3.5 * needed


def test_what_a_window_does_not_show_does_not_move():
    _, ground = ground_of(Body(cube(seed=1)), group="432", action="surface", size=SIZE)
    paint, _ = painted_on(*ground_of(Body(cube(seed=1)), group="432", size=SIZE))
    pane = ground.pane(0)
    with torch.no_grad():
        logits = pane.read(paint)
    logits.requires_grad_()
    pane.look(logits).pixels.square().sum().backward()
    found: list = []
    pane.spread(paint, logits.grad, lambda *told: found.append(told))
    assert {level for _, level, _, _ in found} == set(range(DEPTH))
    moved = np.zeros(ground.design.canvas_shape, bool)
    for chart, level, (top, left, height, width), x in found:
        assert x.shape == (4, height, width)
        if level == 0:
            moved[chart, top : top + height, left : left + width] |= (x[3] > 0).numpy()
    read = np.zeros(moved.size, bool)
    read[pane.window.places.texels] = True
    assert not (moved.ravel() & ~read).any()
    assert 0.01 < moved.mean() < 0.3  # of the six faces of a cube one, and less


# --- whole paintings -------------------------------------------------------------------------


def test_looking_changes_nothing_and_a_checkpoint_goes_on_to_the_very_bits():
    recipe, body = recipe_of(group="C12"), Body(vase(columns=48, rows=24))
    *_, whole = run(recipe, body)
    picture = whole.texture(0)
    assert picture.shape == (SIZE, SIZE, 3)
    assert picture.std() > 5
    for number, progress in enumerate(run(recipe, body)):
        assert max(progress.texture(32).shape) <= 32
        if number == 3:
            data = progress.checkpoint().to_bytes()
    assert np.array_equal(progress.texture(0), picture)
    *_, last = run(recipe, body, resume=Checkpoint.from_bytes(data))
    assert np.array_equal(last.texture(0), picture)
    small = last.texture(1000).astype(float)
    halved = picture.reshape(48, 2, 48, 2, 3).mean((1, 3))
    assert np.corrcoef(small.ravel(), halved.ravel())[0, 1] > 0.8


@pytest.mark.parametrize("case", quick(BODIES, "1", "mirror"))
def test_it_is_delivered_whole_and_measured(case, monkeypatch):
    body = Body(vase(columns=48, rows=24) if case != "by direction" else cube(seed=1))
    recipe = recipe_of(**BODIES[case])
    scene = make_scene(recipe, body)
    monkeypatch.setattr(mesh_finish, "LARGEST", 80)  # in single precision
    *_, last = run(recipe, body)
    done = finish(recipe, scene, [STYLE], last)
    assert done.picture.shape == (SIZE, SIZE, 3)
    assert done.receipt["surface"]["coverage"] > 0.8
    if case == "mirror":
        assert done.receipt["quality"]["symmetry_rms"] < 6


def test_a_painting_finished_early_and_one_that_is_made_larger():
    body = Body(cube(seed=1))
    first = next(run(recipe_of(group="432"), body))
    assert first.stages > 1
    assert first.texture(0).shape == (SIZE, SIZE, 3)
    *_, small = run(recipe_of(group="432", size=64), body)
    kept = Paint.from_bytes(small.paint().to_bytes(half=True))
    *_, last = run(recipe_of(group="432", size=128), body, before=kept)
    halved = last.texture(0).reshape(64, 2, 64, 2, 3).mean((1, 3))
    assert np.corrcoef(halved.ravel(), small.texture(0).astype(float).ravel())[0, 1] > 0.7


@pytest.mark.parametrize("case", quick(BODIES, "mirror", "by direction"))
def test_a_disk_that_fills_up_while_a_mesh_grows_costs_nothing(monkeypatch, case):
    """Room for some levels."""
    body = Body(vase(columns=48, rows=24) if case != "by direction" else cube(seed=1))
    fill_the_disk(monkeypatch, 6)
    assert shows_what_it_did(run(recipe_of(**BODIES[case]), body))


def photograph():
    rough = np.random.default_rng(2).normal(size=(SIZE, SIZE, 3))
    forms = gaussian_filter(rough, (3, 3, 0), mode="wrap")
    base = np.full((SIZE, SIZE, 4), 255, np.uint8)
    base[..., :3] = np.clip(128 + 60 * forms / forms.std(), 10, 245)
    return base


def test_it_starts_from_a_base_and_a_mask_keeps_parts_of_that():
    base, mask = photograph(), np.zeros((SIZE, SIZE), np.uint8)
    mask[:, : SIZE // 2] = 255
    body = Body(plane(4, 4), base=base, mask=mask)
    recipe = recipe_of(start="base")
    scene = make_scene(recipe, body)
    *_, last = run(recipe, body)
    done = finish(recipe, scene, [STYLE], last)
    assert np.array_equal(done.picture[:, SIZE // 2 :], base[:, SIZE // 2 :, :3])
    assert np.abs(done.picture.astype(int) - base[..., :3])[:, : SIZE // 2].mean() > 1
    untouched = dataclasses.replace(body, mask=None)
    scene, ground = ground_of(untouched, start="base")
    nothing = [large.Pyramid([Held(torch.zeros(3, SIZE, SIZE))], [(0.0, 0.0)], (SIZE, SIZE))]
    assert np.abs(ground.picture(nothing, np.uint8).astype(int) - base[..., :3]).max() <= 1
