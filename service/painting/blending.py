"""New paint over paint that is kept: a region of a picture is painted anew."""

from __future__ import annotations

import torch
from torch import Tensor

from service.painting.canvas import Canvas
from service.painting.kept import Kept
from service.surfaces.grids import ALIGNED, Phase, fitted
from service.surfaces.surface import Surface

_TOGETHER = 8  # views that are looked at at a time
_SATURATED = 40.0  # logits whose colours are 0 or 1
_CANVASES = 2  # of which the kept paint is at hand: that of the stage, and a small one to look at


class Blend:
    """Blends paint on canvases of any resolution with the kept one, on a device. With weight 0
    there is the kept paint to the bit, and no gradient."""

    def __init__(self, kept: Kept, device: torch.device) -> None:
        self.changed, self.before = kept.changed, kept.paint.picture
        self.paint = torch.tensor(kept.paint.logits, device=device).permute(0, 3, 1, 2)
        self._free = torch.tensor(kept.free[:, None], device=device)
        # Of the canvases that were painted and looked at last, by shape and phase.
        self._at: dict[tuple[tuple[int, int, int], Phase], tuple[Tensor, Tensor]] = {}

    def logits(self, canvas: Canvas) -> Tensor:
        """What a canvas shows: (charts · h · w, 3)."""
        free, paint = self._resized(canvas.shape, canvas.wrap, canvas.phases[0])
        return torch.lerp(paint, canvas.logits(), free)

    def kept(self, shape: tuple[int, int, int], wrap: bool) -> Tensor:
        """The kept paint on an aligned canvas of ``shape``, (charts · h · w, 3)."""
        return self._resized(shape, wrap, ALIGNED)[1]

    @torch.no_grad()
    def views(self, surface: Surface) -> list[int]:
        """The views that show a fair share of the new paint. All that they show counts, so that the
        new paint is as large and as varied as what lies around it: judged alone it would have to
        show all of the style in little room."""
        free, _ = self._resized(surface.canvas_shape, surface.wrap, surface.phases[0])
        extremes = _SATURATED * (free > 0.5).expand(-1, 3).float()
        shown = []
        for first in range(0, surface.views, _TOGETHER):
            some = range(first, min(first + _TOGETHER, surface.views))
            pairs = zip(
                surface.look(extremes, some),
                surface.look(torch.zeros_like(extremes), some),
                strict=True,
            )
            shown += [float((a.pixels - b.pixels).abs().sum()) for a, b in pairs]
        return [number for number, change in enumerate(shown) if change >= max(shown) / 4]

    def _resized(
        self, shape: tuple[int, int, int], wrap: bool, phase: Phase
    ) -> tuple[Tensor, Tensor]:
        found = self._at.pop((shape, phase), None)
        if found is None:
            free, paint = (fitted(x, shape[1:], wrap, phase) for x in (self._free, self.paint))
            found = _rows(free).clamp(0, 1), _rows(paint)
            if len(self._at) == _CANVASES:
                del self._at[next(iter(self._at))]
        self._at[shape, phase] = found  # the newest
        return found


def _rows(x: Tensor) -> Tensor:
    """(charts, C, h, w) → (charts · h · w, C)."""
    return x.movedim(1, -1).reshape(-1, x.shape[1]).contiguous()
