"""The record of a painting as it grows: what becomes of its steps, and of the pictures made on the
way."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import (
    Image,
    WebPImagePlugin,  # noqa: F401 - else the first WebP loads all of Pillow's plugins, in 35 ms
)

from service.runs.curve import Curve, finite
from service.runs.environment import environment
from service.runs.measures import change, colourfulness, contrast
from service.runs.record import SHOTS, Record, Shot, Stage

if TYPE_CHECKING:
    from service.painting.progress import Progress

_QUALITY = 78  # of WebP
_METHOD = 2  # of WebP: the default takes three times as long for a tenth of the bytes


class GrowingRecord:
    """``record``: as it was when it was last brought up to date; at first as it is before the first
    step, or that of a run that goes on."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self._now: Progress | None = None  # the last step
        self._curve = Curve()
        self._stages: list[Stage] = []
        self._shots: list[Shot] = []
        self._before: NDArray[np.uint8] | None = None  # the last picture

    def add(self, now: Progress, total: float) -> None:
        """A step, and the sum of its weighted terms."""
        if self._now is None:
            self._begin(now)
        self._now = now
        self._curve.add(now.step, total, now.loss)
        self._count_stage(now, total)

    def _begin(self, now: Progress) -> None:
        """From nothing, or from the record of a run that goes on after this very step."""
        before = self.record
        self._curve = Curve(before.points, now.step - 1)
        self._shots = [shot for shot in before.shots if shot.step < now.step]
        self._stages = [stage for stage in before.stages if stage.first < now.step]
        self._update({"environment": environment(now)})

    def _count_stage(self, now: Progress, total: float) -> None:
        loss, stages = finite(total), self._stages
        if not stages or stages[-1].width != now.width:
            begun = sum(stage.seconds for stage in stages)
            stages.append(
                Stage(
                    width=now.width,
                    first=now.step,
                    last=now.step,
                    seconds=round(now.seconds - begun, 3),
                    start=loss,
                    loss=loss,
                )
            )
            return
        begun = sum(stage.seconds for stage in stages[:-1])
        stages[-1] = stages[-1].model_copy(
            update={"last": now.step, "loss": loss, "seconds": round(now.seconds - begun, 3)}
        )

    def add_picture(self, now: Progress, pixels: NDArray[np.uint8]) -> tuple[str, bytes]:
        """A picture (H, W, 3) of the step that was added last: its file's name and content."""
        stream = io.BytesIO()
        Image.fromarray(pixels).save(stream, "WEBP", quality=_QUALITY, method=_METHOD)
        measures = {"contrast": contrast(pixels), "colourfulness": colourfulness(pixels)}
        if self._before is not None:
            measures["change"] = change(pixels, self._before)
        self._before = pixels
        shot = Shot(
            file=f"{SHOTS}/{now.step:06d}.webp",
            step=now.step,
            stage=len(self._stages) - 1,
            width=pixels.shape[1],
            height=pixels.shape[0],
            measures={name: round(value, 3) for name, value in measures.items()},
        )
        self._shots.append(shot)
        return shot.file, stream.getvalue()

    def bring_up_to_date(self) -> None:
        """Let the record have all that was added."""
        if (now := self._now) is None:
            return
        self._update(
            {
                "step": now.step,
                "planned": now.steps,
                "stage_count": now.stages,
                "seconds": round(now.seconds, 3),
                "seconds_left": finite(now.seconds_left),
                "megapixels": round(now.megapixels, 3),
                "points": self._curve.points(),
                "stages": list(self._stages),
                "shots": list(self._shots),
            }
        )

    def end(self, ending: Mapping[str, Any]) -> None:
        """All is added: bring it up to date, and say how it ended, in fields of Record."""
        self.bring_up_to_date()
        self._update({**ending, "seconds_left": None})

    def touch(self) -> None:
        """It is written now."""
        self._update({"updated": datetime.now(UTC)})

    def _update(self, fields: Mapping[str, Any]) -> None:
        self.record = self.record.model_copy(update=fields)
