"""What :func:`service.painting.paint.paint` yields after every step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geometry.symmetry.colour_frame import RGB, ColourFrame
from service.painting.checkpoint import Checkpoint
from service.painting.kept import Backdrop, Origin, Paint
from service.painting.steering import Adjustment
from service.recipe.parts import Objective
from service.spaces.frame import Picture

if TYPE_CHECKING:
    from torch import Tensor

    from service.surfaces.surface import Surface


@dataclass(frozen=True)
class Step:
    """One step in numbers, for people.

    stage: 0-based of ``stages``; step: 1-based over all stages, of ``steps``; loss: value of each
    term; seconds since the start and, estimated, to the end; megapixels: what the network has
    looked at so far, in 10⁶ pixels (Mpx·it).
    """

    stage: int
    stages: int
    step: int
    steps: int
    loss: Mapping[str, float]
    seconds: float
    seconds_left: float
    megapixels: float

    def total(self, objective: Objective) -> float:
        """The sum of the terms, each by its weight."""
        return sum(getattr(objective, name, 1.0) * value for name, value in self.loss.items())


@dataclass(frozen=True)
class Progress(Step):
    """One step done. Cheap: nothing is rendered or copied until ``texture`` is called.

    texture(max_size): the picture as it is now, (H, W, 3) sRGB, top row first; at full size, with
    as many bits as the recipe says, with ``max_size`` 0, else cheaply rendered, uint8, so that its
    longest side is at most ``max_size``.
    checkpoint(): all that is needed to go on from here later, copied; see paint.
    surface(full): what is painted on at this stage, or at full size, and the paint on it, (canvas
    texels, 3), for what only one space has. All must be called before the generator is advanced.
    mirrored: the picture was turned over, so that its pinwheels turn as
    the recipe wants; frame: of its styles' colours, see Scene. steering: the adjustments that had
    their effect.
    paint(): what is on the canvas, for repainting a region of it later. Where that is done,
    kept(): what was there before, at full size; kept_sha256: of what was kept.
    larger_than: the painting that was gone on from, at a larger size. device: what paints,
    as torch names it. network: the name of the one that looks, and precision: that it works in;
    empty where there is none. width: of the stage's texture, pixels; stage_ends: this was the last
    step of its stage.
    """

    texture: Callable[[int], Picture]
    checkpoint: Callable[[], Checkpoint]
    paint: Callable[[], Paint]
    surface: Callable[[bool], tuple[Surface, Tensor]]
    mirrored: bool = False
    frame: ColourFrame = RGB
    steering: tuple[Adjustment, ...] = ()
    kept: Callable[[], Backdrop] | None = None
    kept_sha256: str | None = None
    larger_than: Origin | None = None
    device: str = "cpu"
    network: str = ""
    precision: str = ""
    width: int = 0
    stage_ends: bool = False
