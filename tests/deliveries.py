"""Pictures delivered without a painting: random paint in place of a network's, the rest is real."""

import dataclasses

import torch
from receipt_checker import load

from geometry.symmetry.colour_frame import RGB
from service.inputs.styles import load_styles
from service.painting.canvas import DEPTH, Canvas
from service.painting.progress import Progress
from service.recipe.parsing import parse_recipe
from service.reporting.delivery import deliver, destination
from service.reporting.finish import finish
from service.reporting.overwriting import FilesRead
from service.scene import make_scene
from service.surfaces.surface import make_surface

CPU = torch.device("cpu")


def scene_of(target, group, **fields):
    """The scene of a recipe given by its fields."""
    return make_scene(parse_recipe({"target": target, "group": group, **fields}))


def random_paint(surface, seed=3):
    """Noise like a painting's first canvas, as logits."""
    random = torch.Generator().manual_seed(seed)
    return Canvas.noise(surface.canvas_shape, DEPTH, surface.wrap, 0.3, random).logits().detach()


def delivered(folder, target, group, *, picture=None, mirrored=False, frame=RGB, **fields):
    """(pixels, receipt) of random paint, or of ``picture`` (H, W, 3) in place of it, finished and
    delivered like a painting, read back from the disk. No network: quick."""
    recipe = parse_recipe({"target": target, "group": group, "size": 64, **fields})
    scene = dataclasses.replace(make_scene(recipe), style_frame=frame)
    if picture is None:
        shown = dataclasses.replace(scene, mirrored=mirrored)
        surface = make_surface(shown, recipe.size, 1, CPU)
        picture = surface.delivered(random_paint(surface), None, recipe.dtype)
    last = Progress(
        stage=0,
        stages=1,
        step=1,
        steps=1,
        loss={"style": 1.0},
        seconds=0.5,
        seconds_left=0.0,
        megapixels=0.25,
        texture=lambda max_size: picture,
        checkpoint=None,
        paint=None,
        surface=None,
        mirrored=mirrored,
        frame=frame,
    )
    place = destination(folder / "picture.png", FilesRead(()))
    deliver(place, *finish(recipe, scene, load_styles(recipe), last)[:2])
    return load(place.picture)
