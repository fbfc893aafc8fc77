"""Large tiles and friezes, painted window by window, against the same held as a whole."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

from geometry.frieze.groups import FRIEZE_GROUPS
from geometry.symmetry.colour_frame import RGB, ColourFrame
from service.blocks import torus_picture
from service.blocks.boxes import Box, Held, whole
from service.blocks.iterate import LargeIterate, Touched
from service.blocks.pyramid import Pyramid, Resized
from service.blocks.torus_folding import Folding
from service.blocks.torus_picture import developed
from service.painting.canvas import Canvas, colour_axes
from service.recipe.parsing import parse_recipe
from service.scene import make_scene
from service.spaces.torus import TorusDesign, TorusScene
from service.surfaces.frieze import FriezeSurface
from service.surfaces.grids import ALIGNED, Phase, fitted, random_phases
from service.surfaces.plane import PlaneSurface
from service.surfaces.surface import make_surface

CPU = torch.device("cpu")
FRAME = ColourFrame((0.3, -0.2, 0.1), ((0.9, 0.3, 0.0), (0.8, -0.2, 0.2), (0.7, 0.1, -0.3)))


def _large(
    fields: dict, width: int, frame: ColourFrame = RGB, phases: tuple[Phase, ...] = (ALIGNED,)
) -> tuple[TorusDesign, PlaneSurface | FriezeSurface]:
    scene = make_scene(parse_recipe({"target": "tile", "size": width, **fields}))
    scene = dataclasses.replace(scene, style_frame=frame)
    assert isinstance(scene, TorusScene)
    surface = make_surface(scene, width, 1, CPU, phases=phases)
    assert isinstance(surface, PlaneSurface | FriezeSurface)
    return scene.design(width), surface


def _canvas(design: TorusDesign, phases: tuple[Phase, ...]) -> Canvas:
    generator = torch.Generator().manual_seed(1)
    canvas = Canvas.noise(design.canvas_shape, 3, True, 1.0, generator, phases)
    return Canvas(canvas.levels, True, None, phases, colour_axes(design.frame))


def _read_and_gradient(
    design: TorusDesign, canvas: Canvas, box: Box, weight: torch.Tensor
) -> tuple[torch.Tensor, list[torch.Tensor]]:
    folding = Folding(design.chart, design.frame, canvas.axes)
    levels = [Held(level.detach()[0]) for level in canvas.levels]
    paint = Pyramid(levels, canvas.phases, design.chart_shape[1:])
    touched = Touched(levels)
    folding.spread(paint, box, weight, torch.ones(weight.shape[1]), touched.add)
    gradients = [torch.zeros_like(level.values) for level in levels]
    for (level, i, j), found in touched.blocks.items():
        part = gradients[level][:, 256 * i : 256 * (i + 1), 256 * j : 256 * (j + 1)]
        part += found[:3]
    return folding.read(paint, box), gradients


@pytest.mark.parametrize(
    ("fields", "frame"),
    [
        ({"group": "p4"}, RGB),
        ({"group": "p1", "angle": 70}, RGB),  # a brick
        ({"group": "p4m", "colouring": "2a"}, FRAME),
        ({"group": "pgg", "colouring": "2a", "aspect": 1.3}, RGB),
        ({"group": "p6"}, RGB),
        ({"group": "p4", "torus_map": "{4,4}2,1"}, RGB),
        ({"target": "frieze", "group": "p2mg"}, RGB),
        ({"target": "frieze", "group": "p11g", "colouring": "2a"}, FRAME),
    ],
)
@pytest.mark.parametrize("aligned", [True, False])
def test_a_window_and_its_gradient_are_those_of_the_whole(
    fields: dict, frame: ColourFrame, aligned: bool
) -> None:
    fields, phases = (
        {"colours": "rgb" if frame is RGB else "style", **fields},
        random_phases(3, 5, aligned),
    )
    design, surface = _large(fields, 96, frame, phases)
    canvas = _canvas(design, phases)
    rows, columns = design.chart_shape[1:]
    box = Box(rows - 20, columns - 9, 33, 41)  # behind both borders
    weight = torch.randn(3, 33 * 41, generator=torch.Generator().manual_seed(2))
    found, gradients = _read_and_gradient(design, canvas, box, weight)

    whole = surface._unfold(surface._average(surface._enlarged(canvas.logits())))
    number = design.chart.number(
        np.arange(box.top, box.top + 33)[:, None], np.arange(box.left, box.left + 41)[None]
    )
    wanted = whole[number.ravel()].T
    torch.testing.assert_close(found, wanted.detach(), rtol=1e-5, atol=1e-5)
    (wanted * weight).sum().backward()
    for level, gradient in zip(canvas.levels, gradients, strict=True):
        assert level.grad is not None
        scale = float(level.grad.abs().max())
        assert float((level.grad[0] - gradient).abs().max()) < 1e-5 * scale


@pytest.mark.parametrize(
    "fields",
    [
        {"group": "p4"},
        {"group": "p1", "angle": 70},
        {"group": "p4m", "colouring": "2a", "colours": "rgb"},
        {"group": "p4m", "colouring": "2a"},
        {"group": "pgg", "chirality": "any"},
        *(
            {"target": "frieze", "group": group.aliases[1], "colouring": rule, "colours": "rgb"}
            for group in FRIEZE_GROUPS
            for rule in ("none", "2a")
        ),
        {"target": "frieze", "group": "p2mm", "colouring": "2b"},
    ],
)
@pytest.mark.parametrize(("dtype", "most"), [(np.uint8, 1), (np.uint16, 4)])
def test_the_picture_is_that_of_the_whole(
    fields: dict, dtype: type, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torus_picture, "SIDE", 32)  # what is made of it at a time
    frame = FRAME if fields.get("colouring") and "colours" not in fields else RGB
    design, surface = _large(fields, 96, frame)
    canvas = _canvas(design, random_phases(3, 5, True))
    levels = [level.detach()[0] for level in canvas.levels]
    paint = Pyramid([Held(level) for level in levels], canvas.phases, design.chart_shape[1:])
    found = developed(design, Folding(design.chart, design.frame, canvas.axes), paint, dtype)
    with torch.no_grad():
        wanted = surface.delivered(canvas.logits(), None, dtype)
    assert found.dtype == wanted.dtype == dtype
    apart = np.abs(found.astype(int) - wanted)
    assert apart.max() <= most  # where float32 is rounded the other way
    assert (apart >= most).mean() < 1e-3


@pytest.mark.parametrize(("size", "to"), [((40, 60), (56, 85)), ((60, 40), (30, 21))])
def test_paint_is_brought_to_other_sizes_part_by_part(
    size: tuple[int, int], to: tuple[int, int]
) -> None:
    level = torch.randn(3, *size, generator=torch.Generator().manual_seed(3))
    after = (0.3, -0.2)
    wanted = fitted(level[None], to, True, after)[0]
    torch.testing.assert_close(
        whole(Resized(Held(level), to, ALIGNED, after)), wanted, rtol=1e-5, atol=1e-5
    )


def test_the_mean_of_what_has_not_moved_is_made_up_for() -> None:
    level = torch.randn(3, 300, 300, generator=torch.Generator().manual_seed(4))
    iterate = LargeIterate([Held(level)], [ALIGNED])
    x, mean, random = level.clone(), level.clone(), torch.Generator().manual_seed(5)
    for k in range(1, 6):
        touched, before = Touched(iterate.levels), whole(iterate.levels[0])
        found = torch.randn(4, 30, 30, generator=random)
        found[3] = 1
        touched.add(0, Box(40 * k, 280, 30, 30), found)  # over a border
        iterate.move(touched, [0.1], (0.9, 0.9))
        x = whole(iterate.levels[0])
        changed = (x != before).any(0)
        assert changed.sum() == 900
        mean.lerp_(x, 2 / (k + 1))
    looked_at = iterate.shown()[0].piece(Box(0, 0, 300, 300))
    torch.testing.assert_close(looked_at, mean, rtol=1e-5, atol=1e-6)
