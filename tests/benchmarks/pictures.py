"""How good painted pictures are, over spaces, styles and seeds; and what other settings would do.

    python -m tests.benchmarks.pictures [--out out/pictures] [--size 384] [--seeds 1 2]
        [--cells p4 p6 ...] [--styles ...] [--network squeezenet] [--quality draft] [--recipe JSON]
        [--mesh FILE] [--sheet FILE] [--set service.painting.canvas.DEPTH=3 ...]

Paints every cell, keeps pictures and figures (a run that was stopped goes on), and prints a table.
``--sheet`` puts all pictures side by side, a row for every style and seed, bodies as balls.
``--set`` gives a constant of the product another value for the run, so that a choice can be
measured before it is made.
"""

from __future__ import annotations

import argparse
import ast
import dataclasses
import functools
import hashlib
import importlib
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from geometry.symmetry.colour import generated
from service.bench.metrics import Figures, Picture, Style, judged, measured

STYLES = ("night_strokes", "woodcut_waves", "stained_glass", "peacock_feathers")
ALL_STYLES = (*STYLES, "moorish_mosaic", "marbled_paper")
CELLS: dict[str, dict[str, Any]] = {
    "p4": {"target": "tile", "group": "p4"},
    "p6-3a": {"target": "tile", "group": "p6", "colouring": "3a"},
    "p4-4a": {"target": "tile", "group": "p4", "colouring": "4a"},
    "p6m": {"target": "tile", "group": "p6m"},
    "532": {"target": "sphere", "group": "532"},
    "46": {"target": "hyperbolic", "group": "{4,6}"},
    "spiral": {"target": "spiral", "group": "spiral3"},
    "suzanne": {"target": "mesh", "group": "1"},
}
MONKEY = Path("out/meshes/monkey.glb")  # `make meshes` makes it
BODIES = ("sphere", "mesh")  # whose views are looked at, not their maps
LOOKS = 8  # windows of a painting that are measured
SHEET_SIDE = 320  # pixels of a picture on a sheet
JUDGES = {"squeezenet": "vgg16-hed"}  # of what a network has painted; squeezenet judges the others


def scene_of(recipe: Any) -> Any:
    """The scene of a recipe and of the mesh that it names."""
    from service.inputs.mesh import mesh_inputs
    from service.scene import make_scene

    return make_scene(recipe, mesh_inputs(recipe).body if recipe.target == "mesh" else None)


def painted(fields: dict[str, Any]) -> tuple[np.ndarray, list[Picture], Any, float]:
    """A painting as one looks at it, windows of it that were not painted, the pixels that a
    style of scale 1 spans, and seconds."""
    from service.inputs.styles import load_styles
    from service.painting.paint import paint
    from service.painting.stage import style_side
    from service.recipe.parsing import parse_recipe
    from service.surfaces.surface import make_surface

    recipe = parse_recipe(fields)
    scene = scene_of(recipe)
    start = time.perf_counter()
    *_, last = paint(recipe, scene, load_styles(recipe), torch.device("cpu"))
    seconds = time.perf_counter() - start
    surface = make_surface(scene, recipe.size, LOOKS, torch.device("cpu"))
    surface.prepare_views(987_654)
    side = style_side(surface.unit, scene, recipe.size, recipe.size)
    picture = last.texture(0)
    if recipe.target == "tile":
        return picture, [picture / 255.0], side, seconds
    logits = torch.from_numpy(last.paint().logits).reshape(-1, 3)
    with torch.no_grad():
        looks = surface.look(logits, range(surface.views))
    if recipe.target in BODIES:
        fullest = max(looks, key=lambda look: float(look.weight.pixels.sum()))
        body = fullest.pixels[0].permute(1, 2, 0).clamp(0, 1).mul(255).round()
        picture = body.to(torch.uint8).numpy()
    return picture, [_middle(look) for look in looks], side, seconds


def _middle(look: Any) -> Picture:
    """The largest centred square of a view in which everything counts, as far as it goes."""
    pixels = look.pixels[0].permute(1, 2, 0).double().numpy()
    if look.weight is None:
        return pixels
    height, width = pixels.shape[:2]
    side = int(min(height, width) * 0.6)
    top, left = (height - side) // 2, (width - side) // 2
    return pixels[top : top + side, left : left + side]


@functools.cache
def _style(fields: str, name: str, side: float, judge: Any) -> Style:
    pictures = styles_at(json.loads(fields), name, side)
    return Style(pictures, judged(pictures, judge))


def styles_at(fields: dict[str, Any], name: str, side: float) -> list[Picture]:
    """A style as it is shown to the network: under all images of the colour rule."""
    from service.colours import framed
    from service.inputs.styles import load_styles
    from service.painting.stage import scaled
    from service.perception.colour_images import colour_images
    from service.recipe.parsing import parse_recipe

    recipe = parse_recipe(fields | {"styles": [{"source": name}]})
    styles = load_styles(recipe)
    scene = framed(scene_of(recipe), recipe, styles)
    colours = generated(tuple(scene.colouring.images.values()))
    images = colour_images(
        scaled(styles[0].pixels, side * recipe.style_scale), colours, scene.frame
    )
    return [image[0].permute(1, 2, 0).double().numpy() for image in images]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("out/pictures"))
    parser.add_argument("--size", type=int, default=384)
    parser.add_argument("--seeds", type=int, nargs="+", default=(1, 2))
    default = [cell for cell in CELLS if cell != "suzanne"]
    parser.add_argument("--cells", nargs="+", default=default, choices=CELLS, metavar="CELL")
    parser.add_argument("--styles", nargs="+", default=STYLES)
    parser.add_argument("--network", default="squeezenet")
    parser.add_argument("--quality", default="draft")
    parser.add_argument("--recipe", type=json.loads, default={}, help="Fields of every recipe.")
    parser.add_argument("--mesh", type=Path, default=MONKEY, help="Default: %(default)s.")
    parser.add_argument("--sheet", type=Path)
    parser.add_argument("--set", action="append", default=[], dest="settings")
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    for setting in options.settings:
        name, _, value = setting.partition("=")
        module, _, constant = name.rpartition(".")
        setattr(importlib.import_module(module), constant, ast.literal_eval(value))
    from service.perception.network import load_network

    judge = load_network(JUDGES.get(options.network, "squeezenet"))
    rows: dict[str, list[tuple[Figures, float]]] = {}
    shown: dict[tuple[str, int], list[Path]] = {}
    for cell in options.cells:
        for style in options.styles:
            for seed in options.seeds:
                figures, seconds, file = _cell(options, cell, style, seed, judge)
                shown.setdefault((style, seed), []).append(file)
                rows.setdefault(cell, []).append((figures, seconds))
                print(_row(f"{cell} {style} {seed}", [(figures, seconds)]), flush=True)
    print(
        "\n| cell | spectrum | specks (style) | lines (style) | contrast | palette | distance "
        "| ratio | worst | seconds |"
    )
    for cell, found in rows.items():
        print(_row(cell, found))
    print(_row("all", [x for found in rows.values() for x in found]))
    if options.sheet:
        _sheet(list(shown.values())).save(options.sheet, quality=88)


def _sheet(rows: Sequence[Sequence[Path]]) -> Image.Image:
    side = SHEET_SIDE
    sheet = Image.new("RGB", (side * max(map(len, rows)), side * len(rows)))
    for down, row in enumerate(rows):
        for across, file in enumerate(row):
            picture = Image.open(file)
            square = min(picture.size)  # of a period that is no square, a part
            picture = picture.crop((0, 0, square, square)).resize((side, side))
            sheet.paste(picture, (side * across, side * down))
    return sheet


def _cell(
    options: Any, cell: str, style: str, seed: int, judge: Any
) -> tuple[Figures, float, Path]:
    fields: dict[str, Any] = CELLS[cell] | {
        "size": options.size,
        "seed": seed,
        "quality": options.quality,
        "network": options.network,
        "styles": [{"source": style}],
    }
    fields |= options.recipe
    if cell == "suzanne":
        fields["mesh"] = str(options.mesh)
    known = json.dumps([fields, options.settings], sort_keys=True)
    stem = f"{cell}-{style}-{seed}-{hashlib.sha256(known.encode()).hexdigest()[:8]}"
    file = options.out / f"{stem}.json"
    if not file.exists():
        picture, windows, side, seconds = painted(fields)
        Image.fromarray(picture).save(options.out / f"{stem}.png")
        scene = json.dumps(fields | {"seed": 0, "styles": []})
        shown = {name: _style(scene, name, side, judge) for name in ALL_STYLES}
        own = shown.pop(style)
        figures = measured(windows, own, list(shown.values()), judge)
        data = {"recipe": fields, "settings": options.settings, "seconds": seconds}
        file.write_text(json.dumps(data | {"figures": dataclasses.asdict(figures)}, indent=1))
    data = json.loads(file.read_text())
    return Figures(**data["figures"]), data["seconds"], options.out / f"{stem}.png"


def _row(name: str, found: Sequence[tuple[Figures, float]]) -> str:
    def mean(field: str) -> float:
        return float(np.mean([getattr(figures, field) for figures, _ in found]))

    worst = max(figures.ratio for figures, _ in found)
    return (
        f"| {name} | {mean('spectrum'):.2f} | {mean('specks'):.1f} ({mean('style_specks'):.1f}) "
        f"| {mean('lines'):.1f} ({mean('style_lines'):.1f}) | {mean('contrast'):.2f} "
        f"| {mean('palette'):.3f} | {mean('distance'):.3f} | {mean('ratio'):.2f} | {worst:.2f} "
        f"| {np.mean([s for _, s in found]):.0f} |"
    )


if __name__ == "__main__":
    main()
