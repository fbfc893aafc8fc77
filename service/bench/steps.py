"""A step of painting and its parts, next to the bare network and the plain loop."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from service.bench.plain_loop import PlainLoop
from service.bench.race import race, ratio
from service.colours import framed
from service.inputs.body import Body
from service.inputs.styles import StylePicture, load_styles
from service.painting.checkpoint import Tally
from service.painting.easel import Easel
from service.painting.large import LargeEasel
from service.painting.paint import easel_for, pick_device
from service.painting.stage import scaled
from service.perception.choice import fast_precision
from service.perception.network import Network, load_network
from service.recipe.parsing import parse_recipe
from service.recipe.recipe import Recipe
from service.scene import make_scene

SIZE = 512
CASES: dict[str, dict[str, Any]] = {
    "tile p1": {"target": "tile", "group": "p1"},
    "tile p4": {"target": "tile", "group": "p4"},
    "tile p6, 3 colours": {"target": "tile", "group": "p6", "colouring": "3a"},
    "sphere 532": {"target": "sphere", "group": "532"},
    "hyperbolic {4,6}": {"target": "hyperbolic", "group": "{4,6}"},
    "spiral3": {"target": "spiral", "group": "spiral3"},
}
FRAME = 512  # pixels of a frame that is streamed


@dataclass(frozen=True)
class StepRow:
    """One case. Seconds: of the bare network, forward and backward, the plain loop's step and the
    whole step; of what is around it: from canvas to views with its gradient, one frame, one
    checkpoint. to_plain, to_network: the whole step's time over theirs, medians of rounds."""

    case: str
    network: str
    precision: str
    megapixels: float
    bare: float
    plain: float
    step: float
    views: float
    frame: float
    checkpoint: float
    to_plain: float
    to_network: float

    @property
    def speed(self) -> float:
        """Mpx·it/s: 10⁶ pixels looked at per second."""
        return self.megapixels / self.step


def step_rows(
    cases: Mapping[str, dict[str, Any]] = CASES,
    network: str = "squeezenet",
    size: int = SIZE,
) -> Iterator[StepRow]:
    """A row for every case: in float32 and, where that is another, in the precision that this
    machine is fast at. In others it takes ten times as long, and no painting takes them."""
    precisions = dict.fromkeys(("float32", fast_precision(str(pick_device()))))
    for title, fields in cases.items():
        for precision in precisions:
            recipe = parse_recipe(
                fields | {"size": size, "network": network, "precision": precision}
            )
            yield _row(title, recipe)


def easel_of(
    recipe: Recipe, body: Body | None = None
) -> tuple[Easel | LargeEasel, Network, StylePicture]:
    """What paints a recipe that is settled, not begun yet, its network and its first style.
    body: of the target "mesh"."""
    device = pick_device()
    styles = load_styles(recipe)
    network = load_network(recipe.network, device, precision=recipe.precision)
    scene = framed(make_scene(recipe, body), recipe, styles)
    return easel_for(recipe, scene, styles, network, device), network, styles[0]


def _row(title: str, recipe: Recipe) -> StepRow:
    easel, network, style_picture = easel_of(recipe)
    assert isinstance(easel, Easel), "no case is that large"
    easel.begin(recipe.size)
    pictures = torch.cat(easel.looked_at(0)).detach()
    pictures = pictures.contiguous(memory_format=torch.channels_last)
    count, _, height, width = pictures.shape
    style = scaled(style_picture.pixels, min(height, width)).to(pictures.device)
    plain = PlainLoop(network, style, tuple(pictures.shape))

    def bare() -> None:
        leaf = pictures.clone(memory_format=torch.channels_last).requires_grad_()
        layers = network.layers(leaf, network.info.style)
        torch.stack([x.float().mean() for _, x in layers]).sum().backward()

    seconds = race(
        {
            "bare": bare,
            "plain": plain.step,
            "step": lambda: easel.step(1),
            "views": lambda: _backward(easel.looked_at(1)),
            "frame": lambda: easel.texture(FRAME),
            "checkpoint": lambda: easel.checkpoint("", Tally(0, 1, 1, 0.0, 0.0, {})).to_bytes(),
        }
    )
    medians = {name: statistics.median(times) for name, times in seconds.items()}
    return StepRow(
        title,
        recipe.network,
        recipe.precision,
        count * height * width / 1e6,
        to_plain=ratio(seconds, "step", "plain"),
        to_network=ratio(seconds, "step", "bare"),
        **medians,
    )


def _backward(pictures: list[Tensor]) -> None:
    torch.stack([pixels.sum() for pixels in pictures]).sum().backward()
