"""The record of a run: what ``run.json`` says of a painting, from its first step on.

It is read from folders of anybody's, so all of it is checked: numbers are finite, lists bounded,
names of files lead nowhere but into the run's own folder.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, field_validator

from geometry.errors import InputError

RECORD = "run.json"
RECIPE = "recipe.json"
REPORT = "report.html"
SHOTS = "pictures"  # the folder of pictures made on the way
MAX_POINTS = 512  # of a curve
MAX_SHOTS = 256
# While it is painted a record is written at least this often, however long a step takes; one that
# is silent for several times as long is not painted any more.
HEARTBEAT_SECONDS, SILENT_SECONDS = 60, 180
_MAX_BYTES = 1 << 23
_MAX_DEPTH = 8  # of a recipe

FileName = Annotated[str, Field(pattern=r"^[^/\\:\x00-\x1f.][^/\\:\x00-\x1f]*$", max_length=255)]
ShotName = Annotated[str, Field(pattern=rf"^{SHOTS}/[0-9]{{1,9}}\.webp$")]
Text = Annotated[str, Field(max_length=4096)]
Size = Annotated[int, Field(ge=1, le=1 << 20)]
Count = Annotated[int, Field(ge=0, le=1 << 40)]
State = Literal["running", "finished", "stopped", "failed"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class Shot(_Part):
    """A picture made on the way. step: 1-based; stage: 0-based; measures: of the picture, see
    :mod:`service.runs.measures`."""

    file: ShotName
    step: Count
    stage: Count
    width: Size
    height: Size
    measures: dict[Text, float] = Field(default={}, max_length=16)


class Stage(_Part):
    """width: of the texture, pixels; first, last: its steps so far, 1-based; seconds: that they
    have taken; start, loss: the weighted loss at its first step and now."""

    width: Count
    first: Count
    last: Count
    seconds: float
    start: float | None
    loss: float | None


class Points(_Part):
    """Curves, thinned: the numbers of some steps, 1-based, and, of each, the sum of the weighted
    terms and every term before its weight; None where one is not finite."""

    steps: list[Count] = Field(default=[], max_length=MAX_POINTS)
    loss: list[float | None] = Field(default=[], max_length=MAX_POINTS)
    terms: dict[Text, Annotated[list[float | None], Field(max_length=MAX_POINTS)]] = Field(
        default={}, max_length=64
    )


class Record(_Part):
    """A run. name: of what was painted, the same for all its runs; title, about: what its recipe
    file says of it; command: that paints it again, in the run's folder; planned: steps, of which
    ``step`` are done; picture, receipt: files that there are at the end, files: all of them."""

    schema_: Literal["orbitex/run"] = Field(default="orbitex/run", alias="schema")
    schema_version: Literal[1] = 1
    name: Annotated[str, Field(min_length=1, max_length=255)]
    title: Text = ""
    about: Text = ""
    state: State
    problem: Text = ""
    started: AwareDatetime
    updated: AwareDatetime
    command: Text = ""
    recipe: dict[str, Any] = Field(max_length=256)
    environment: dict[Text, Text] = Field(default={}, max_length=64)
    step: Count = 0
    planned: Count = 0
    stage_count: Count = 0
    seconds: float = 0.0
    seconds_left: float | None = None
    megapixels: float = 0.0
    stages: list[Stage] = Field(default=[], max_length=256)
    points: Points = Points()
    shots: list[Shot] = Field(default=[], max_length=MAX_SHOTS)
    picture: FileName | None = None
    receipt: FileName | None = None
    files: list[FileName] = Field(default=[], max_length=64)

    @field_validator("recipe")
    @classmethod
    def _not_deep(cls, recipe: dict[str, Any]) -> dict[str, Any]:
        layer: list[Any] = [recipe]
        for _ in range(_MAX_DEPTH):
            layer = [entry for part in layer for entry in _entries(part)]
        if layer:
            raise ValueError("is nested too deeply")
        return recipe

    def as_of(self, now: datetime) -> Record:
        """What is known at a time: of a run that was killed nobody could write that it stopped."""
        if self.state != "running" or (now - self.updated).total_seconds() <= SILENT_SECONDS:
            return self
        return self.model_copy(update={"state": "stopped", "seconds_left": None})

    def to_bytes(self) -> bytes:
        """The content of its file."""
        data = self.model_dump(mode="json", by_alias=True)
        return (json.dumps(data, allow_nan=False, ensure_ascii=False) + "\n").encode(
            errors="replace"
        )


def _entries(part: Any) -> list[Any]:
    if isinstance(part, dict):
        return list(part.values())
    return part if isinstance(part, list) else []


def new_record(name: str, recipe: Mapping[str, object], **about: str) -> Record:
    """The record of a run that begins now. ``recipe``: as in JSON; ``about``: other fields of
    Record."""
    now = datetime.now(UTC)
    return Record(
        name=name, state="running", started=now, updated=now, recipe=dict(recipe), **about
    )


def read_record(path: Path) -> Record:
    """The record in a file. Raises InputError("bad-run")."""
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise _bad(path, "it is too large")
        return parse_record(json.loads(path.read_bytes()))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise _bad(path, f"{place}: {first['msg']}") from None
    except (OSError, ValueError, RecursionError):
        raise _bad(path, "it cannot be read as JSON") from None


def parse_record(data: Mapping[str, Any]) -> Record:
    """A record from JSON data. Raises pydantic's ValidationError."""
    return Record.model_validate(data)


def _bad(path: Path, why: str) -> InputError:
    return InputError("bad-run", "run", f"{path} is no record of a run: {why}.")
