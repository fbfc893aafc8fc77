"""Views that are looked at together are seen as one after the other."""

import pytest
import torch

from geometry.symmetry.colour import IDENTITY
from geometry.symmetry.colour_frame import RGB
from service.inputs.styles import load_styles
from service.painting.objective import StageTerms
from service.painting.stage import Stage
from service.perception.looks import Look, Weight, side_by_side
from service.perception.network import load_network
from service.recipe.parsing import parse_recipe
from service.terms import TERMS

SIDE = 64
RECIPE = parse_recipe(
    {
        "target": "sphere",
        "group": "532",
        "motif": "night_strokes",
        "styles": [{"source": "night_strokes"}],
        "dreams": [{"target": "fire5:7"}, {"target": "class:tiger"}],
        "objective": {"content": 1.0, "natural_colours": 1.0, "detail": 1.0, "smoothness": 1.0},
    }
)


def looks(sides, weighted):
    generator = torch.Generator().manual_seed(1)

    def random(channels, side):
        return torch.rand(1, channels, side, side, generator=generator)

    return [
        Look(
            random(3, side).requires_grad_(),
            Weight(random(1, side)) if weighted else None,
            base=random(3, side),
        )
        for side in sides
    ]


@pytest.mark.parametrize(
    ("sides", "weighted"), [((SIDE, SIDE), True), ((SIDE, SIDE + 8, SIDE), False)]
)
def test_what_is_seen_together_is_what_is_seen_alone(sides, weighted):
    seen = looks(sides, weighted)
    network = load_network("squeezenet")
    stage = Stage(RECIPE, network, load_styles(RECIPE), (IDENTITY,), SIDE, RGB)
    terms = StageTerms(stage, None)
    terms.weigh(RECIPE, 1)
    found = []
    for views in (seen, side_by_side(seen)):
        pooled = terms.pooled([terms.see(view) for view in views])
        losses = terms.losses(pooled, torch.zeros(4, 3))
        gradients = torch.autograd.grad(terms.total(losses), [look.pixels for look in seen])
        found.append(({k: x.item() for k, x in losses.items()}, pooled.pixels, gradients))
    (alone, pixels, one), (together, as_many, two) = found
    assert len(side_by_side(seen)) == len(set(sides)) and pixels == as_many
    assert set(alone) == {t.name for t in TERMS.values() if t.is_for("sphere")} - {"toy"}
    assert together == pytest.approx(alone, rel=1e-3)
    for a, b in zip(one, two, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-2, atol=1e-4 * float(a.abs().max()))
