"""Painting with less memory: the same picture."""

import numpy as np
import pytest
import torch
from cases import quick
from shapes import uv_sphere

from service.inputs.body import Body
from service.inputs.styles import StylePicture
from service.painting.paint import paint
from service.recipe.recipe import Recipe
from service.scene import make_scene
from service.surfaces.operators import SparseOperator

PIXELS = np.random.default_rng(0).integers(0, 256, (6, 8, 3)).repeat(12, 0).repeat(12, 1)
STYLE = StylePicture("noise", 1.0, PIXELS.astype(np.uint8), "5eed")
RECIPES = {
    "tile": {"target": "tile", "group": "p4", "colouring": "2a"},
    "sphere": {"target": "sphere", "group": "222"},  # two views a step
    "spiral": {"target": "spiral", "group": "spiral3"},
    "mesh": {"target": "mesh", "group": "1"},
}


def run(name, **options):
    numbers = {"precision": "float32"}  # what both round alike
    recipe = Recipe(size=92, steps=4, views=3, style_scale=0.4, **numbers, **RECIPES[name])
    body = Body(uv_sphere(24, 12), ()) if recipe.target == "mesh" else None
    scene = make_scene(recipe, body)
    return paint(recipe, scene, [STYLE], torch.device("cpu"), **options)


@pytest.mark.parametrize("name", quick(RECIPES, *list(RECIPES)[:2]))
def test_the_picture_is_the_same_up_to_rounding(name):
    *_, plain = run(name)
    *_, frugal = run(name, frugal=True)
    assert frugal.loss == pytest.approx(plain.loss, rel=1e-3)
    assert np.abs(plain.texture(0).astype(int) - frugal.texture(0)).max() <= 2


def test_either_goes_on_from_the_others_checkpoints():
    first = next(run("sphere")).checkpoint()
    *_, last = run("sphere", resume=first, frugal=True)
    *_, plain = run("sphere")
    assert last.loss == pytest.approx(plain.loss, rel=1e-3)


def test_hardly_anything_is_kept_for_the_gradient(monkeypatch):
    """Neither views' features (what is left are statistics, whose size is the layers', not the
    views') nor the transposes of sparse maps."""
    operators, made = [], SparseOperator.__init__

    def note(self, *given, **options):
        made(self, *given, **options)
        operators.append(self)

    monkeypatch.setattr(SparseOperator, "__init__", note)

    def kept(frugal):
        saved = 0

        def count(tensor):
            nonlocal saved
            saved += tensor.numel()
            return tensor

        with torch.autograd.graph.saved_tensors_hooks(count, lambda x: x):
            next(run("sphere", frugal=frugal))
        return saved, any("_transpose" in vars(operator) for operator in operators)

    (little, none), (much, transposes) = kept(True), kept(False)
    assert much > 3 * little
    assert transposes and not none
