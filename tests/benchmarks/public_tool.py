"""The product beside the method of the best public tool: `python -m tests.benchmarks.public_tool`.

The tool is style-transfer-pytorch (Katherine Crowson, MIT). Its method is written anew here, from
its source, for the network that both paint with: Gram matrices of five layers of VGG, weighted
256:64:16:4:1, each distance scaled to a gradient of norm one, total variation, Adam with rate 0.02
on pixels that are kept in 0..1, widths √2 apart from 128 pixels on, 1000 and then 500 steps each, a
mean of the iterates that remembers 100. Left out, in its favour: the content picture. Seconds are
of the processor; run it with OMP_NUM_THREADS=1 and they do not depend on other programs.

Prints two tables: a step of each at several sizes, in turns; and how near to the style both are
after how many seconds, as SqueezeNet sees it, which takes no part.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from service.bench.metrics import distance, judged
from service.bench.steps import easel_of
from service.inputs.styles import load_styles
from service.painting.paint import paint
from service.painting.stage import scaled
from service.perception.choice import settled
from service.perception.network import Network, load_network
from service.recipe.parsing import parse_recipe
from service.scene import make_scene

PAINTER, JUDGE, STYLE = "vgg16-hed", "squeezenet", "night_strokes"
LAYERS = {"relu1_1": 256, "relu2_1": 64, "relu3_1": 16, "relu4_1": 4, "relu5_1": 1}
SMOOTHNESS, RATE, MEMORY = 2.0, 0.02, 0.99
SMALLEST, FIRST_STEPS, STEPS = 128, 1000, 500
LOOKS = 50  # steps between two looks of the judge
ROUNDS = 5


class Tool:
    """One width of the tool's painting. pixels: (1, 3, side, side); mean: of the iterates."""

    def __init__(self, network: Network, style: Tensor, begin: Tensor, moments: Any = None) -> None:
        self._network = network
        with torch.no_grad():
            self._wanted = self._grams(style)
        self.pixels = begin.clone().requires_grad_()
        self.mean = begin.clone()
        self._adam = torch.optim.Adam([self.pixels], lr=RATE)
        if moments is not None:
            self._adam.load_state_dict(moments)
        self._steps = 0

    def step(self) -> None:
        """One step of Adam, and of the mean."""
        self._adam.zero_grad()
        pairs = zip(self._grams(self.pixels), self._wanted, LAYERS.values(), strict=True)
        losses = [weight / sum(LAYERS.values()) * _scaled_square(a - b) for a, b, weight in pairs]
        padded = F.pad(self.pixels, (0, 1, 0, 1), "replicate")
        across = padded[..., :-1, 1:] - padded[..., :-1, :-1]
        down = padded[..., 1:, :-1] - padded[..., :-1, :-1]
        loss = torch.stack(losses).sum() + SMOOTHNESS * (across**2 + down**2).mean()
        loss.backward()
        self._adam.step()
        with torch.no_grad():
            self.pixels.clamp_(0, 1)
            self._steps += 1
            weight = (1 - MEMORY) / (1 - MEMORY**self._steps)
            self.mean.lerp_(self.pixels, weight)

    def larger(self, style: Tensor, side: int) -> Tool:
        """The next width, begun from the mean and with Adam's moments enlarged."""
        state = self._adam.state_dict()
        for moments in state["state"].values():
            moments["exp_avg"] = _resized(moments["exp_avg"], side, "bicubic")
            moments["exp_avg_sq"] = _resized(moments["exp_avg_sq"], side, "bilinear").relu_()
        return Tool(self._network, style, _resized(self.mean, side, "bicubic").clamp(0, 1), state)

    def _grams(self, pictures: Tensor) -> list[Tensor]:
        flat = [x.flatten(-2).float() for _, x in self._network.layers(pictures, LAYERS)]
        return [x @ x.transpose(-2, -1) / x.shape[-1] for x in flat]


def _scaled_square(difference: Tensor) -> Tensor:
    return difference.pow(2).sum() / difference.abs().sum().add(1e-8)


def _resized(pixels: Tensor, side: int, mode: str) -> Tensor:
    return F.interpolate(pixels, (side, side), mode=mode)


def tool_track(
    network: Network, style: NDArray[np.uint8], side: int, judge: Judge
) -> Iterator[Row]:
    """(step, seconds, distance) of the tool, every LOOKS steps."""
    sides = [round(side / 2 ** (k / 2)) for k in range(16)]
    sides = sorted(s for s in sides if s >= SMALLEST)
    start = torch.rand(1, 3, sides[0], sides[0], generator=torch.Generator().manual_seed(1))
    seconds, step, tool = 0.0, 0, None
    for width in sides:
        began = time.process_time()
        own = scaled(style, width)
        tool = Tool(network, own, start) if tool is None else tool.larger(own, width)
        seconds += time.process_time() - began
        for _ in range(FIRST_STEPS if width == sides[0] else STEPS):
            seconds += _timed(tool.step)
            step += 1
            if step % LOOKS == 0:
                yield step, seconds, judge(tool.mean)


def product_track(fields: dict[str, Any], judge: Judge) -> Iterator[Row]:
    """(step, seconds, distance) of the product, some twelve times."""
    recipe = settled(parse_recipe(fields), "cpu")
    styles = load_styles(recipe)
    painting = paint(recipe, make_scene(recipe), styles)
    seconds = 0.0
    while True:
        began = time.process_time()
        progress = next(painting, None)
        seconds += time.process_time() - began
        if progress is None:
            return
        if progress.step % (progress.steps // 12) == 0 or progress.step == progress.steps:
            pixels = torch.from_numpy(progress.texture(0)).permute(2, 0, 1)[None] / 255
            yield progress.step, seconds, judge(pixels)


Row = tuple[int, float, float]
Judge = Callable[[Tensor], float]


def _timed(run: Callable[[], object]) -> float:
    began = time.process_time()
    run()
    return time.process_time() - began


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=(256, 512))
    parser.add_argument("--side", type=int, default=256, help="of the second table's pictures")
    options = parser.parse_args()
    fields = {"target": "tile", "group": "p4", "network": PAINTER, "seed": 1}
    fields |= {"styles": [{"source": STYLE}], "quality": "draft"}
    print("| size | the tool's step | the product's | of the tool's |\n|---|---|---|---|")
    network = load_network(PAINTER)
    for size in options.sizes:
        easel, _, picture = easel_of(settled(parse_recipe(fields | {"size": size}), "cpu"))
        easel.begin(size)
        tool = Tool(network, scaled(picture.pixels, size), torch.rand(1, 3, size, size))
        theirs, ours = [], []
        for number in range(ROUNDS + 1):
            pair = _timed(tool.step), _timed(partial(easel.step, 1))
            if number:
                theirs.append(pair[0])
                ours.append(pair[1])
        a, b = statistics.median(theirs), statistics.median(ours)
        print(f"| {size} | {a:.2f} s | {b:.2f} s | {b / a:.2f} |", flush=True)
    eye = load_network(JUDGE)
    style = load_styles(parse_recipe(fields))[0].pixels
    own = judged([scaled(style, options.side)[0].permute(1, 2, 0).numpy()], eye)

    def judge(pixels: Tensor) -> float:
        picture = pixels.detach()[0].permute(1, 2, 0).numpy().astype(np.float64)
        return distance(judged([picture], eye), own)

    print("\n| | steps | seconds | distance |\n|---|---|---|---|")
    for row in product_track(fields | {"size": options.side}, judge):
        print("| product | {} | {:.1f} | {:.3f} |".format(*row), flush=True)
    for row in tool_track(network, style, options.side, judge):
        print("| tool | {} | {:.1f} | {:.3f} |".format(*row), flush=True)


if __name__ == "__main__":
    main()
